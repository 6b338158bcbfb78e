"""Measure what a collection's run costs beside the plain pipeline, and what more workers bring.

Each figure is a whole command, started as a user starts it; the commands take turns, so that what
else the machine does falls on all of them. What a machine can do at all, plain commands at once
tell: processors may share a core, or memory, or what drives them.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from jobs.research.process_tree import TreeCost, tree_costs
from projector.settings import DEFAULT_MODEL

_PROJECTOR = [sys.executable, "-m", "projector.cli"]
PARTS = ("plain", "at once", "one", "several", "nothing")


@dataclass(frozen=True, slots=True)
class Timing:
    """What one command took.

    Args:
        whole: Wall seconds from start to exit; of commands at once, of the slowest.
        project: Of these, between planning and merging, Ray's start among them.
        processor: Seconds that processors worked for it.
        memory: The most that its processes had at once, in MiB, shared memory counted once.
        workers: What each worker had then for itself alone, in MiB.
    """

    whole: float
    project: float
    processor: float = 0.0
    memory: float = 0.0
    workers: tuple[float, ...] = ()


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("source", type=click.Path(exists=True, path_type=Path))
@click.argument("targets", type=click.Path(exists=True, path_type=Path), nargs=-1, required=True)
@click.option("--model", default=DEFAULT_MODEL, show_default=True)
@click.option("--workers", default=2, show_default=True, help="To compare with one.")
@click.option("--shard-size", default=64, show_default=True)
@click.option("--rounds", default=3, show_default=True)
@click.option(
    "--part",
    "parts",
    type=click.Choice(PARTS),
    multiple=True,
    default=PARTS,
    help="What is run, repeatable; by default all.",
)
def main(
    source: Path,
    targets: tuple[Path, ...],
    model: str,
    workers: int,
    shard_size: int,
    rounds: int,
    parts: tuple[str, ...],
) -> None:
    """Time `projector project` and `projector jobs run` on the same documents.

    Wall and processor seconds of whole commands, one thread each, medians over rounds, and their
    memory: the plain pipeline; as many of it at once as there are to be workers, each with all
    documents; a collection with one worker and with several; and one where nothing is left to do.
    Then their ratios.

    \b
    Example:
      python -m jobs.research.scaling es en ro --workers 2
    """
    if "nothing" in parts and "one" not in parts:
        raise click.UsageError("--part nothing goes on with what --part one has done")
    inputs = [str(path) for path in (source, *targets)]
    inputs += ["--model", model, "--accept-losses"]
    sharing = ["--shard-size", str(shard_size), "--threads-per-worker", "1"]
    plain = ["project", *inputs, "--on-error", "skip"]
    single = ["jobs", "run", *inputs, *sharing, "--workers", "1"]
    several = ["jobs", "run", *inputs, *sharing, "--workers", str(workers)]
    commands = {
        "plain": ("plain", [plain]),
        "at once": (f"{workers} plain at once", [plain] * workers),
        "one": ("one worker", [single]),
        "several": (f"{workers} workers", [several]),
        "nothing": ("nothing left", [single]),
    }
    timings: dict[str, list[Timing]] = {name: [] for part, (name, _) in commands.items()}
    for number in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            for part, (name, lines) in commands.items():
                if part in parts:
                    # The last one goes on with a run that is done: what it costs to find that out.
                    output = Path(folder) / ("one" if part == "nothing" else part)
                    timings[name].append(_time(lines, output))
        click.echo(f"round {number + 1} of {rounds}", err=True)
    for line in report({name: runs for name, runs in timings.items() if runs}, workers):
        click.echo(line)


def _time(commands: Sequence[Sequence[str]], output: Path) -> Timing:
    """Run commands at once to their ends, and read their own logs of stages."""
    outputs = [output.with_name(f"{output.name}-{number}") for number in range(len(commands))]
    costs = tree_costs(
        [
            [*_PROJECTOR, *command, "-o", str(own)]
            for command, own in zip(commands, outputs, strict=True)
        ]
    )
    return _together(costs, max(map(_seconds_projecting, outputs)))


def _together(costs: Sequence[TreeCost], project: float) -> Timing:
    return Timing(
        max(cost.seconds for cost in costs),
        project,
        sum(cost.processor for cost in costs),
        sum(cost.memory for cost in costs),
        tuple(size for cost in costs for size in cost.workers),
    )


def _seconds_projecting(output: Path) -> float:
    log = output if (output / "log.json").is_file() else output / "result"
    stages = json.loads((log / "log.json").read_text(encoding="utf-8"))["stages"]
    return float(stages["project"])


def report(timings: Mapping[str, Sequence[Timing]], workers: int) -> Iterator[str]:
    """Yield what the medians of the rounds say, line by line.

    Args:
        timings: Of each round, by command: some of `plain`, `N plain at once`, `one worker`,
            `N workers`, `nothing left`.
        workers: The N.
    """
    medians = {name: _median(runs) for name, runs in timings.items()}
    for name, timing in medians.items():
        yield (
            f"{name}: {timing.whole:.1f} s, of which {timing.project:.1f} s projecting; "
            f"{timing.processor:.1f} s of processors, {timing.memory:.0f} MiB"
        )
    several, at_once = f"{workers} workers", f"{workers} plain at once"
    if {"plain", "one worker"} <= medians.keys():
        plain, single = medians["plain"], medians["one worker"]
        yield f"one worker costs {single.whole / plain.whole - 1:+.1%} over the plain pipeline"
        yield f"in processors' time {single.processor / plain.processor - 1:+.1%}"
    if {"one worker", several} <= medians.keys():
        single, shared = medians["one worker"], medians[several]
        speedup, inner = single.whole / shared.whole, single.project / shared.project
        yield f"{several} are {speedup:.2f} times as fast as one; projecting {inner:.2f}"
        told = ", ".join(f"{size:.0f}" for size in shared.workers)
        more = (shared.memory - single.memory) / (workers - 1)
        yield f"each further worker has {more:.0f} MiB more; for themselves alone {told} MiB"
    if {"plain", at_once} <= medians.keys():
        times = workers * medians["plain"].project / medians[at_once].project
        yield f"what the machine can do: {at_once} project {times:.2f} times as fast as one"
    if {"one worker", "nothing left"} <= medians.keys():
        share = medians["nothing left"].whole / medians["one worker"].whole
        yield f"to find that nothing is left costs {share:.1%} of the run"


def _median(runs: Sequence[Timing]) -> Timing:
    """Return each figure's median; the workers' of the first round that has any."""
    names = ("whole", "project", "processor", "memory")
    figures = {name: statistics.median(getattr(run, name) for run in runs) for name in names}
    return Timing(**figures, workers=next((run.workers for run in runs if run.workers), ()))


if __name__ == "__main__":
    main()
