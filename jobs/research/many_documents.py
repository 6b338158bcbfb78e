"""Measure what very many documents cost before anything is encoded: seconds and memory.

Planning lists the corpora, pairs their documents by name and reads every source document.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import click

from jobs.research.whole_command import Cost, command_cost, told

_PLAN = """
import sys
from projector.run.configure import configure
from projector.run.plan import plan_run
plan = plan_run(configure(sys.argv[1], sys.argv[2:], model="tiny"))
paired = sum(task.translation is not None for task in plan.tasks)
if paired != len(plan.facts):
    sys.exit(f"{paired} of {len(plan.facts)} documents paired")
"""


def write_small_corpora(root: Path, *, documents: int) -> tuple[Path, Path]:
    """Write a corpus of so many documents of one mention, and its translation; return both."""
    folders = root / "es", root / "en"
    for folder, text in zip(folders, ("tos y fiebre", "cough and fever"), strict=True):
        folder.mkdir(parents=True)
        for number in range(documents):
            name = f"case-{number:06}"
            (folder / f"{name}.txt").write_text(f"{text} {number}", encoding="utf-8")
            if folder.name == "es":
                (folder / f"{name}.ann").write_text("T1\tSYMPTOM 0 3\ttos\n", encoding="utf-8")
    return folders


def planning_cost(root: Path) -> Cost:
    """Return what it takes to plan the projection of the corpora in a folder, pairs checked."""
    return command_cost([sys.executable, "-c", _PLAN, str(root / "es"), str(root / "en")])


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--documents", "counts", multiple=True, type=int, default=[10_000, 20_000, 100_000])
def main(counts: tuple[int, ...]) -> None:
    """Plan the projection of more and more documents; show seconds, memory, and how they grow.

    A ratio says how many times as much as the line above it takes.

    \b
    Example:
      python -m jobs.research.many_documents --documents 50000 --documents 100000
    """
    before: Cost | None = None
    for count in counts:
        with tempfile.TemporaryDirectory() as temporary:
            write_small_corpora(Path(temporary), documents=count)
            cost = planning_cost(Path(temporary))
        click.echo(f"{count} documents: {told(cost, before)}")
        before = cost


if __name__ == "__main__":
    main()
