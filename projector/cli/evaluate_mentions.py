"""`projector evaluate mentions`: score predictions against gold."""

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
    only_option,
    reading,
)
from projector.cli.output import echo_json, echo_table, format_option, say
from projector.cli.sections import SectionedCommand, option
from projector.cli.stdin import from_stdin
from schemas.options import SCORED, WRITTEN

if TYPE_CHECKING:
    from projector.evaluation.matching import FragmentRule
    from projector.evaluation.metrics import (
        Calibration,
        Disagreement,
        LanguageSummary,
        Metrics,
        ScoreRow,
    )

_FIGURES = ("strict P", "strict R", "strict F1", "char P", "char R", "char F1")


@click.command("mentions", cls=SectionedCommand)
@click.argument("gold", type=PATH)
@click.argument("predicted", type=PATH)
@corpus_options
@edited_option
@only_option
@option(
    "--fragments",
    section=SCORED,
    type=click.Choice(["covering", "exact"]),
    default="covering",
    show_default=True,
    help="Score a discontinuous mention by its covering span, as the task does, or its fragments.",
)
@option(
    "--tenths",
    section=WRITTEN,
    is_flag=True,
    help="Show how right a run is in each tenth of its scores.",
)
@option(
    "--errors",
    section=WRITTEN,
    type=click.IntRange(min=0),
    default=0,
    metavar="N",
    help="List the N worst disagreements with the words of both sides.",
)
@format_option
@gathered("read_as", reading)
def mentions(
    gold: Path,
    predicted: Path,
    read_as: dict[str, Any],
    edited: bool,
    only: tuple[str, ...],
    fragments: FragmentRule,
    tenths: bool,
    errors: int,
    form: str,
) -> None:
    """Score PREDICTED against GOLD, as the shared task does.

    GOLD is a corpus, a folder of one for each language, or a table without its texts; PREDICTED
    likewise, or a run's folder; one of them may be -, a table from the standard input. Precision,
    recall and F1, strict and by characters; with several languages also their mean and standard
    deviation. Labels that differ in case are different ones, and that is told. The word `mentions`
    can be left out; `projector evaluate codes` scores codes (folders called so are ./mentions,
    ./codes).

    \b
    Examples:
      projector evaluate data_samples/brat/en out
      projector evaluate data_samples/brat out --errors 10
      projector evaluate en_disease_gold.tsv en_disease.tsv
    """
    from projector.evaluation.metrics import errors as list_errors
    from projector.evaluation.metrics import language_summaries, score_table
    from projector.evaluation.score_files import score_paths

    scored = score_paths(
        from_stdin(gold, "table"),
        from_stdin(predicted, "table"),
        **read_as,
        only=only or None,
        fragments=fragments,
        edited=edited,
    )
    for remark in scored.remarks:
        say(remark, err=True)
    rows = score_table(scored.comparison)
    summaries = language_summaries(rows) if len(scored.languages) > 1 else []
    worst = list_errors(scored.comparison, scored.text, limit=errors) if errors else []
    calibrated = scored.calibration()
    if form == "json":
        echo_json(
            {
                "scores": [asdict(row) for row in rows],
                "spread": [asdict(summary) for summary in summaries],
                "separation": asdict(calibrated) if calibrated else None,
                "errors": [asdict(one) for one in worst],
            }
        )
        return
    # In one language its rows and those of all languages are the same.
    _echo_scores([row for row in rows if row.language or len(scored.languages) != 1], summaries)
    if calibrated:
        _echo_calibration(calibrated, tenths=tenths)
    for error in worst:
        _echo_error(error)


def _echo_scores(rows: list[ScoreRow], summaries: list[LanguageSummary]) -> None:
    from projector.evaluation.metrics import metrics

    echo_table(
        ["language", "label", *_FIGURES, "gold", "predicted"],
        [
            [
                row.language or "all",
                row.label or "all",
                *metrics(row.scores),
                row.scores.character.n_gold,
                row.scores.character.n_pred,
            ]
            for row in rows
        ],
    )
    if summaries:
        say("\nmean ± standard deviation over languages")
        echo_table(
            ["label", "languages", *_FIGURES],
            [
                [one.label or "all", len(one.languages), *_plus_minus(one.mean, one.deviation)]
                for one in summaries
            ],
        )


def _echo_calibration(calibrated: Calibration, *, tenths: bool) -> None:
    if calibrated.area is not None:
        say(f"\narea under the ROC curve of the scores: {calibrated.area:.4f}")
    if tenths:
        say("\nstrict precision by score")
        echo_table(
            ["from", "to", "predicted", "right", "precision"],
            [
                [one.low, one.high, one.count, one.correct, one.precision]
                for one in calibrated.tenths
            ],
        )


def _plus_minus(mean: Metrics, deviation: Metrics) -> list[str]:
    return [f"{one:.4f} ± {other:.4f}" for one, other in zip(mean, deviation, strict=True)]


def _echo_error(error: Disagreement) -> None:
    where = f"{error.kind} {error.language} {error.document} {error.label}"
    say(f"\n{where} overlap {error.overlap:.4f}")
    if error.source:
        say(f"  source:    {error.source}")
    say(f"  gold:      {error.gold.text if error.gold else '-'}")
    say(f"  predicted: {error.predicted.text if error.predicted else '-'}")
    say(f"  context:   {' '.join(error.context.split())}")
