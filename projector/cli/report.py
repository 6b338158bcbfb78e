"""`projector report`: what came of a run, as figures on one page."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from projector.cli.options import (
    PATH,
    corpus_options,
    edited_option,
    gathered,
    output_option,
    overwrite_option,
    reading,
    tell,
)
from projector.cli.output import echo_json, format_option, hint, say
from projector.cli.sections import SectionedCommand, option
from projector.storage.atomic_file import check_place
from schemas.options import READ, WRITTEN

if TYPE_CHECKING:
    from projector.report.figures import ReportFigures


@click.command("report", cls=SectionedCommand)
@click.argument("run", type=PATH)
@output_option("The page to write, an HTML file.")
@option("--gold", section=READ, type=PATH, help="Gold that the projections are held against.")
@option("--codes", section=READ, type=PATH, help="A folder of the run's codes.")
@option(
    "--review",
    section=WRITTEN,
    type=PATH,
    help="The folder of the run's review page, which documents are linked to.",
)
@option(
    "--worst",
    section=WRITTEN,
    type=click.IntRange(min=0),
    default=10,
    show_default=True,
    metavar="N",
    help="How many documents are named where one should look first.",
)
@corpus_options
@edited_option
@overwrite_option
@format_option
@gathered("read_as", reading)
def command(
    run: Path,
    read_as: dict[str, Any],
    output: Path,
    gold: Path | None,
    codes: Path | None,
    review: Path | None,
    worst: int,
    edited: bool,
    overwrite: bool,
    form: str,
) -> None:
    """Show what came of RUN, a finished run's folder, as figures on one page.

    Coverage by label and language, scores, what the translations change, and which documents to
    look at first; with --gold also F1, calibration and what a threshold costs. The page needs
    nothing beside it, and every figure stands as a table, too. How GOLD is read is said as for
    `projector evaluate`; the same figures as data: --format json.

    \b
    Examples:
      projector report out -o report.html
      projector report out --gold data_samples/brat -o report.html --overwrite
    """
    from projector.evaluation.score_files import score_paths
    from projector.report.gather import report_figures
    from projector.report.page import EXAMPLE, write_report
    from projector.run.reader import read_run

    check_place(output, overwrite=overwrite, example=EXAMPLE)
    finished = read_run(run)
    scored = None if gold is None else score_paths(gold, run, **read_as, edited=edited)
    figures = report_figures(finished, gold=scored, codes=codes, worst=worst)
    if figures.gold is not None:
        tell(figures.gold.remarks)
    write_report(figures, output, review=review, overwrite=overwrite)
    if form == "json":
        echo_json({"output": output, **asdict(figures)})
    else:
        _echo(figures, output)


def _echo(figures: ReportFigures, output: Path) -> None:
    from projector.report.page import totals

    for name, value, more in totals(figures):
        say(f"{name}: {value} ({more})")
    say(f"written to {output}")
    hint(f"open {output} in a browser")
