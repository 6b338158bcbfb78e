"""Measure what commands take from their start, beside what importing torch alone takes.

python -m jobs.research.start_cost --repeat 5
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from jobs.research.whole_command import Cost, command_cost

_PROJECTOR = (sys.executable, "-m", "projector.cli")


def measured(command: Sequence[str], *, repeat: int) -> Cost:
    """Return the least that a command took, of several times.

    Args:
        command: With its arguments.
        repeat: How often it is run.
    """
    costs = [command_cost(command) for _ in range(repeat)]
    return Cost(*(min(getattr(cost, name) for cost in costs) for name in Cost.__slots__))


def commands(samples: Path, output: Path) -> dict[str, list[str]]:
    """Return what is measured, by name.

    Args:
        samples: The folder of the sample corpora.
        output: Where runs are written.
    """
    source, target = str(samples / "es"), str(samples / "en")
    project = [*_PROJECTOR, "project", source, target, "-o", str(output), "--overwrite"]
    return {
        "import torch": [sys.executable, "-c", "import torch"],
        "projector -h": [*_PROJECTOR, "-h"],
        "project the samples": project,
        "… without tagger": [*project, "--tagger", "none"],
        "explain a mention": [*_PROJECTOR, "explain", source, target, "case-01", "T1"],
    }


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--from",
    "samples",
    default="data_samples/brat",
    show_default=True,
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="The folder of the sample corpora.",
)
@click.option("--repeat", default=3, show_default=True, type=click.IntRange(1))
def main(samples: Path, repeat: int) -> None:
    """Print the wall time, processor time and memory of each command.

    With one thread; the least of several runs. `torches` tells how many times as long as importing
    torch it works: a machine's own speed cancels out of that.

    Example:
      python -m jobs.research.start_cost --repeat 5
    """
    with TemporaryDirectory() as folder:
        lines = commands(samples, Path(folder) / "out")
        costs = {name: measured(line, repeat=repeat) for name, line in lines.items()}
    torch = costs["import torch"].processor
    click.echo(f"{'':22}{'seconds':>9}{'processor':>11}{'MiB':>7}{'torches':>9}")
    for name, cost in costs.items():
        figures = f"{cost.seconds:9.2f}{cost.processor:11.2f}{cost.memory:7.0f}"
        click.echo(f"{name:22}{figures}{cost.processor / torch:9.1f}")


if __name__ == "__main__":
    main()
