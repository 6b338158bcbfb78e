"""Fit the verdict of an edge model on documents that another edge model did not learn from.

A network finds better spans in the documents that it was trained on than in others, so that what
judges its spans can't be learned there. Train the edge model once more without a fold of the
documents (`folds`, `fold` in its sources); here that one finds the spans of the fold.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import click
from safetensors import safe_open

from projector import models
from projector.cli.sections import SectionedCommand
from projector.corpus.formats.gold_jsonl import read_gold
from projector.decode.verdicts import FEATURES
from projector.errors import ConfigurationError, ProjectorError
from projector.models.edge_model import EdgeModel, Edges, save_edges
from projector.models.encoder import CachedEncoder, Encoder
from projector.models.transformer_encoder import TransformerEncoder
from projector.models.verdict_model import Reliability, VerdictModel
from projector.tagging.tagger import Tagger, load_tagger
from projector.training.aligner.data import fold_of
from projector.training.edges.verdict import (
    Judgements,
    fit_verdict,
    joined,
    pair_judgements,
    spoilt_pairs,
)

_MEMORY = 2**30  # bytes of vectors: a source comes back with every translation of it
_WIDTH = 24


def judgements(
    gold: Sequence[Path],
    encoder: Encoder,
    tagger: Tagger | None,
    *,
    folds: int,
    fold: int,
    seed: int,
) -> Iterator[Judgements]:
    """Yield the spans of a fold of gold's documents, as they are and spoilt."""
    for path in gold:
        for number, gold_pair in enumerate(read_gold(path)):
            if fold_of(gold_pair.document, folds) == fold:
                for pair, weight in spoilt_pairs(gold_pair.pair, f"{seed} {path.stem} {number}"):
                    yield pair_judgements(pair, weight, encoder, tagger)


def write_with_verdict(
    model: TransformerEncoder, verdict: VerdictModel, known: Reliability, path: Path, folder: Path
) -> None:
    """Write an encoder's edge model, which lies in `folder`, with a verdict beside it."""
    assert model.edges is not None
    shape = replace(model.edges.model.shape, verdict=len(FEATURES), judging=_WIDTH)
    network = EdgeModel(shape)
    state = {
        name: value
        for name, value in model.edges.model.state_dict().items()
        if not name.startswith("verdict.")
    }
    state |= {f"verdict.{name}": value for name, value in verdict.state_dict().items()}
    network.load_state_dict(state)
    with safe_open(folder, "pt") as file:
        made = json.loads(file.metadata()["projector"])["made"]
    save_edges(path, Edges(network, model.edges.weights, known), model.view, made)


@click.command(cls=SectionedCommand)
@click.argument("gold", type=click.Path(exists=True, dir_okay=False, path_type=Path), nargs=-1)
@click.option("--model", default="aligner", help="Whose edge model is given the verdict.")
@click.option(
    "--network",
    "networks",
    multiple=True,
    required=True,
    help="The model that did not learn from fold 0, then from fold 1, …; repeatable.",
)
@click.option(
    "--edges",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    help="The file of the edge model beside --model.",
)
@click.option("--tagger", type=click.Path(path_type=Path), help="Whose evidence is heard.")
@click.option(
    "--folds",
    type=click.IntRange(min=1),
    default=3,
    show_default=True,
    help="Parts that the documents are divided into, by name.",
)
@click.option(
    "--seed", type=int, default=0, show_default=True, help="Of all that is drawn by chance."
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="The file to write.",
)
def main(
    gold: tuple[Path, ...],
    model: str,
    networks: tuple[str, ...],
    edges: Path,
    tagger: Path | None,
    folds: int,
    seed: int,
    output: Path,
) -> None:
    """Fit a verdict on folds of GOLD, and write --edges of --model with it to --output.

    Prints how often spans were right by tenth of their score, cross-validated over documents.

    \b
    Example:
      python -m jobs.research.fit_verdict ../shared/train/clinical6train_es-*.jsonl \\
          --network runs/edges-0/model --network runs/edges-1/model \\
          --network runs/edges-2/model --tagger clinical \\
          --edges projector/models/aligner/edges.safetensors --output edges.safetensors
    """
    target = models.load(model, precision="fp32", device="cpu")
    if not isinstance(target, TransformerEncoder) or target.edges is None:
        raise ConfigurationError(f"{model} has no edge model")
    parts: list[Judgements] = []
    for fold, network in enumerate(networks):
        cached = CachedEncoder(models.load(network, precision="fp32", device="cpu"), memory=_MEMORY)
        helper = load_tagger(tagger, encoder=cached) if tagger else None
        parts += judgements(gold, cached, helper, folds=folds, fold=fold, seed=seed)
    known = joined(parts)
    verdict, reliability = fit_verdict(known, hidden=_WIDTH, seed=seed)
    for step in range(0, 100, 10):
        tenth = slice(step, step + 10)
        count, right = sum(reliability.count[tenth]), sum(reliability.right[tenth])
        click.echo(f"{step / 100:.1f}  {count:6d}  {right / max(count, 1):.3f}")
    write_with_verdict(target, verdict, reliability, output, edges)


if __name__ == "__main__":
    try:
        main()
    except ProjectorError as error:
        raise SystemExit(f"error: {error}") from error
