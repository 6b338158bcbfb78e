"""`projector compare`: how two runs of one source differ, mention by mention."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from projector.cli.options import PATH, tell
from projector.cli.output import echo_json, echo_table, format_option, say
from projector.cli.sections import SectionedCommand, option
from projector.storage.atomic_file import check_place
from schemas.options import SCORED, WRITTEN

if TYPE_CHECKING:
    from projector.evaluation.compare_runs import RunComparison


@click.command("compare", cls=SectionedCommand)
@click.argument("run_a", type=PATH)
@click.argument("run_b", type=PATH)
@option(
    "--gold",
    section=SCORED,
    type=PATH,
    help="Annotated translations: which run has a mention where they have it.",
)
@option(
    "--most",
    section=WRITTEN,
    type=click.IntRange(min=0),
    default=20,
    show_default=True,
    metavar="N",
    help="Changed mentions to list; all of them are in JSON, and in the table.",
)
@option(
    "-o", "--output", section=WRITTEN, type=PATH, help="A table (.tsv) of the changes to write."
)
@option("--overwrite", section=WRITTEN, is_flag=True, help="Replace an earlier table.")
@format_option
def command(
    run_a: Path,
    run_b: Path,
    gold: Path | None,
    most: int,
    output: Path | None,
    overwrite: bool,
    form: str,
) -> None:
    """Tell mention by mention how RUN_B differs from RUN_A, two runs of one source.

    A mention is the same in both, moved, lost or gained, or neither has it. With gold a run is
    right about a mention where it has it exactly where the gold has one of its label: both are, one
    of them alone, or neither.

    \b
    Examples:
      projector compare out final
      projector compare out retrained --gold data_samples/brat/en -o changes.tsv
    """
    from projector.evaluation.compare_runs import compare_runs
    from projector.run.reader import read_run

    if output is not None:
        check_place(output, overwrite=overwrite, example="changes.tsv")
    compared = compare_runs(read_run(run_a), read_run(run_b), gold=gold)
    tell(compared.remarks)
    if output is not None:
        _write(compared, output)
    if form == "json":
        _echo_json(compared)
    else:
        _echo(compared, run_a, run_b, most)
        if output is not None:
            say(f"written to {output}")


def _write(compared: RunComparison, output: Path) -> None:
    from projector.corpus.formats.tsv_write import format_row
    from projector.storage.atomic_file import atomic_file

    with atomic_file(output) as file:
        file.write(format_row(compared.changes.columns))
        for row in compared.changes.iter_rows():
            file.write(format_row(map(str, row)))


def _echo_json(compared: RunComparison) -> None:
    echo_json(
        {
            "counts": [asdict(one) for one in compared.counts],
            "right": [asdict(one) for one in compared.right],
            "changes": compared.changes.to_dicts(),
        }
    )


def _echo(compared: RunComparison, first: Path, second: Path, most: int) -> None:
    kinds = ("same", "moved", "lost", "gained", "neither")
    echo_table(
        ["language", "label", *kinds],
        [
            [one.language, one.label or "-", *(getattr(one, kind) for kind in kinds)]
            for one in compared.counts
        ],
    )
    if compared.right:
        say("\nright, as the gold has it")
        echo_table(
            ["language", "label", "both", f"only {first}", f"only {second}", "neither"],
            [
                [one.language, one.label or "-", one.both, one.first, one.second, one.none]
                for one in compared.right
            ],
        )
    shown = compared.changes.head(most)
    if shown.height:
        say()
    for row in shown.iter_rows(named=True):
        where = f"{row['kind']} {row['mention']} of {row['document']} in {row['language']}"
        sides = " → ".join(_side(row, run) for run in "ab")
        say(f"{where} ({row['label']} {row['source_text']!r}): {sides}")
    if compared.changes.height > shown.height:
        say(f"and {compared.changes.height - shown.height} more: --most N, or -o TABLE.tsv")


def _side(row: dict[str, object], run: str) -> str:
    if not row[f"{run}_span"]:
        return str(row[f"{run}_status"])
    verdict = {True: ", right", False: ", wrong", None: ""}[row.get(f"{run}_right")]  # type: ignore[index]
    return f"{row[f'{run}_text']!r} at {row[f'{run}_span']}{verdict}"
