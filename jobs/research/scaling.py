"""Measure what a collection's run costs beside the plain pipeline, and what more workers bring.

Each figure is a whole command, started as a user starts it; the commands take turns, so that what
else the machine does falls on all of them.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from projector.settings import DEFAULT_MODEL

_PROJECTOR = [sys.executable, "-m", "projector.cli"]


@dataclass(frozen=True, slots=True)
class Timing:
    """What one command took.

    Args:
        whole: Wall seconds from start to exit.
        project: Of these, between planning and merging, Ray's start among them.
    """

    whole: float
    project: float


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("source", type=click.Path(exists=True, path_type=Path))
@click.argument("targets", type=click.Path(exists=True, path_type=Path), nargs=-1, required=True)
@click.option("--model", default=DEFAULT_MODEL, show_default=True)
@click.option("--workers", default=2, show_default=True, help="To compare with one.")
@click.option("--shard-size", default=16, show_default=True)
@click.option("--rounds", default=3, show_default=True)
def main(
    source: Path, targets: tuple[Path, ...], model: str, workers: int, shard_size: int, rounds: int
) -> None:
    """Time `projector project` and `projector jobs run` on the same documents.

    Wall seconds of whole commands, one thread each, medians over rounds: the plain pipeline, a
    collection with one worker and with several, and one where nothing is left to do; and their
    ratios.

    \b
    Example:
      python -m jobs.research.scaling es en ro --workers 2
    """
    inputs = [str(path) for path in (source, *targets)]
    inputs += ["--model", model, "--accept-losses"]
    sharing = ["--shard-size", str(shard_size), "--threads-per-worker", "1"]
    commands = {
        "plain": ["project", *inputs, "--on-error", "skip"],
        "one worker": ["jobs", "run", *inputs, *sharing, "--workers", "1"],
        f"{workers} workers": ["jobs", "run", *inputs, *sharing, "--workers", str(workers)],
        "nothing left": ["jobs", "run", *inputs, *sharing, "--workers", "1"],
    }
    timings: dict[str, list[Timing]] = {name: [] for name in commands}
    for number in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            for name, command in commands.items():
                # The last one goes on with a run that is done: what it costs to find that out.
                output_name = "one worker" if name == "nothing left" else name
                timings[name].append(_time(command, Path(folder) / output_name))
        click.echo(f"round {number + 1} of {rounds}", err=True)
    for line in report(timings, workers):
        click.echo(line)


def _time(command: Sequence[str], output: Path) -> Timing:
    """Run a command of the command line to its end and read its own log of stages."""
    started = time.perf_counter()
    subprocess.run(
        [*_PROJECTOR, *command, "-o", str(output)],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        check=True,
        capture_output=True,
    )
    whole = time.perf_counter() - started
    log = output if (output / "log.json").is_file() else output / "result"
    stages = json.loads((log / "log.json").read_text(encoding="utf-8"))["stages"]
    return Timing(whole, float(stages["project"]))


def report(timings: Mapping[str, Sequence[Timing]], workers: int) -> Iterator[str]:
    """Yield what the medians of the rounds say, line by line.

    Args:
        timings: Of each round, by command: `plain`, `one worker`, `N workers`, `nothing left`.
        workers: The N.
    """
    whole = {name: statistics.median(one.whole for one in runs) for name, runs in timings.items()}
    project = {
        name: statistics.median(one.project for one in runs) for name, runs in timings.items()
    }
    for name, seconds in whole.items():
        yield f"{name}: {seconds:.1f} s, of which {project[name]:.1f} s projecting"
    single, several = "one worker", f"{workers} workers"
    yield f"one worker costs {whole[single] / whole['plain'] - 1:+.1%} over the plain pipeline"
    yield f"without planning and merging {project[single] / project['plain'] - 1:+.1%}"
    speedup, inner = whole[single] / whole[several], project[single] / project[several]
    yield f"{several} are {speedup:.2f} times as fast as one; projecting {inner:.2f}"
    share = whole["nothing left"] / whole[single]
    yield f"to find that nothing is left costs {share:.1%} of the run"


if __name__ == "__main__":
    main()
