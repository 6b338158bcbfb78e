"""Lend a model's folder to other people's tools, which read it with transformers' own classes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from projector import models
from projector.models.cache import cached
from projector.models.embedded.package import IDENTITY, PACKAGE
from projector.models.transformer_encoder import TransformerEncoder

_DESCRIPTION = "tokenizer_config.json"
_LAYERS = 12  # of the embedded model


def embedded_folder() -> Path:
    """Return a folder of the embedded model as transformers saves it, made once in the cache.

    Raises:
        ModelError: The package is absent or its file is not the known one.
        OSError: The cache can't be written.
    """
    return cached(f"{PACKAGE}-transformers-{IDENTITY[:16]}", _write_embedded)


def _write_embedded(folder: Path) -> None:
    from safetensors.torch import save_file

    encoder = models.load(PACKAGE, layer=_LAYERS, precision="fp32", device="cpu")
    assert isinstance(encoder, TransformerEncoder)
    state = {name: weight.contiguous() for name, weight in encoder.model.state_dict().items()}
    save_file(state, folder / "model.safetensors", metadata={"format": "pt"})
    encoder.model.config.save_pretrained(folder)
    encoder.tokenizer.save(str(folder / "tokenizer.json"), pretty=False)


@contextmanager
def readable_folder(folder: Path) -> Iterator[Path]:
    """Yield a folder that transformers' auto classes read as it is meant.

    A folder without `tokenizer_config.json` gets its tokenizer guessed from the model's type by
    transformers 5: an XLM-R vocabulary under a BERT model becomes WordPiece, and fails on the
    first word. Such a folder is lent as links beside a description made from the tokenizer.
    """
    if (folder / _DESCRIPTION).is_file():
        yield folder
        return
    with TemporaryDirectory(prefix="projector-peers-") as name:
        for path in folder.iterdir():
            (Path(name) / path.name).symlink_to(path.resolve())
        description = json.dumps(describe_tokenizer(folder), indent=1)
        (Path(name) / _DESCRIPTION).write_text(description, encoding="utf-8")
        yield Path(name)


def describe_tokenizer(folder: Path) -> dict[str, Any]:
    """Return the `tokenizer_config.json` of a folder with `config.json` and `tokenizer.json`."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    ids = tokenizer.encode("").ids  # the special tokens around nothing
    positions = config["max_position_embeddings"]
    if "roberta" in config["model_type"]:  # its positions begin behind the padding id
        positions -= config["pad_token_id"] + 1
    return {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "cls_token": tokenizer.id_to_token(ids[0]),
        "sep_token": tokenizer.id_to_token(ids[-1]),
        "pad_token": tokenizer.id_to_token(config["pad_token_id"]),
        "model_max_length": positions,
    }
