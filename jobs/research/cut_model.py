"""Write the default encoder with no more words than some texts have: a tenth of its size.

For machines on which it can't be installed, to measure it on these very texts: the pieces left out
are in none of them, so that each is cut into the same tokens. Weights are rounded to half
precision. Its edge model and the tagger that is installed with it lie beside it.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click
import numpy as np

from projector.corpus import open_corpus
from projector.errors import OutputError, ProjectorError
from projector.settings import DEFAULT_MODEL

if TYPE_CHECKING:
    from projector.models.transformer_encoder import TransformerEncoder

_WORDS = "embeddings.word_embeddings.weight"
_SAID = {"layer": 7, "granularity": "sentence", "window": 510}


def write_cut_model(output: Path, texts: Iterable[str]) -> int:
    """Write a folder as transformers saves BERT, a tagger in it; return its number of pieces.

    Args:
        output: The folder; it must not exist.
        texts: Those that it will be asked for.

    Raises:
        ModelError: The default model is absent.
        OutputError: The folder exists.
    """
    from safetensors.torch import save_file

    from projector.models import load
    from projector.models.bert import BertConfiguration
    from projector.models.embedded.package import read_weights
    from projector.models.embedded.tokenizer import build_tokenizer
    from projector.models.transformer_encoder import TransformerEncoder

    if output.exists():
        raise OutputError(f"{output}: exists already; choose another place")
    encoder, weights = load(DEFAULT_MODEL, device="cpu", precision="fp32"), read_weights()
    assert isinstance(encoder, TransformerEncoder)
    config = encoder.model.config
    assert isinstance(config, BertConfiguration)
    scores, whole = np.asarray(weights.scores), weights.pieces
    # The least score decides what an unknown letter costs; a blank of its own is no token of ours.
    more = int(scores.argmin()), whole.index("▁")
    special = weights.bos, weights.eos, weights.pad, weights.unk, *more
    kept = np.array(sorted({*special, *_ids(encoder, texts)}))
    number = {int(id_): place for place, id_ in enumerate(kept)}
    bos, eos, pad, unk = (number[id_] for id_ in special[:4])
    output.mkdir(parents=True)
    pieces = [whole[id_] for id_ in kept]
    tokenizer = build_tokenizer(pieces, scores[kept].tolist(), bos=bos, eos=eos, unk=unk)
    tokenizer.save(str(output / "tokenizer.json"), pretty=False)
    replace(
        config, vocab_size=len(kept), pad_token_id=pad, bos_token_id=bos, eos_token_id=eos
    ).save_pretrained(output)
    state = {name: value.half().contiguous() for name, value in encoder.model.state_dict().items()}
    state[_WORDS] = state[_WORDS][kept].contiguous()
    save_file(state, output / "model.safetensors", metadata={"format": "pt"})
    _write_beside(output)
    return len(kept)


def _ids(encoder: TransformerEncoder, texts: Iterable[str]) -> Iterable[int]:
    for text in ["a", *texts]:
        yield from encoder.tokenize(text).ids.tolist()


def _write_beside(output: Path) -> None:
    """Write how the model is read, its edge model, and the tagger that takes its vectors."""
    import projector.models
    import projector.tagging

    (output / "projector.json").write_text(json.dumps(_SAID), encoding="utf-8")
    aligner = Path(projector.models.__file__).parent / "aligner"
    tagger = Path(projector.tagging.__file__).parent / "clinical"
    shutil.copy(aligner / "edges.safetensors", output)
    shutil.copy(tagger / "head.safetensors", output)
    said = json.loads((tagger / "tagger.json").read_text(encoding="utf-8"))
    said["encoder"] = _SAID  # what lies beside it
    (output / "tagger.json").write_text(json.dumps(said), encoding="utf-8")


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("output", type=click.Path(path_type=Path))
@click.argument("corpora", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
def main(output: Path, corpora: tuple[Path, ...]) -> None:
    """Write the default encoder, its tagger in it, with the words of CORPORA alone.

    Tells how many pieces are left of its vocabulary.

    \b
    Example:
      python -m jobs.research.cut_model cut data_samples/brat/*
    """
    try:
        opened = [open_corpus(path, labels={}) for path in corpora]
        texts = [corpus.text(name) for corpus in opened for name in corpus.names]
        pieces = write_cut_model(output, texts)
    except ProjectorError as error:
        raise click.ClickException(str(error)) from error
    size = sum(path.stat().st_size for path in output.iterdir())
    click.echo(f"{pieces} pieces, {size / 1e6:.0f} MB in {output}")


if __name__ == "__main__":
    main()
