"""`projector evaluate codes`: score proposed codes against gold."""

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
    on_error_option,
    only_option,
    reading,
    tell,
    tell_edited,
)
from projector.cli.output import echo_json, echo_table, format_option, say
from projector.cli.sections import SectionedCommand, option
from projector.cli.stdin import from_stdin
from schemas.options import READ, WRITTEN

if TYPE_CHECKING:
    from projector.evaluation.score_code_files import CodeRow

_FIGURES = (
    ("P", "precision"),
    ("R", "recall"),
    ("F1", "f1"),
    ("category F1", "category"),
    ("chapter F1", "chapter"),
    ("MAP@10", "average_precision"),
    ("MRR", "reciprocal_rank"),
    ("document MAP", "document_average_precision"),
)


@click.command("codes", cls=SectionedCommand)
@click.argument("gold", type=PATH)
@click.argument("proposed", type=PATH)
@corpus_options
@edited_option
@on_error_option
@option(
    "--codes",
    "listed",
    section=READ,
    type=PATH,
    help="The list that covers gold, if PROPOSED doesn't hold what it had.",
)
@option(
    "--encoding",
    section=READ,
    default="utf-8",
    show_default=True,
    help="The list's encoding, like cp1252, if it is a text.",
)
@only_option
@option(
    "--curve",
    section=WRITTEN,
    is_flag=True,
    help="Show precision and coverage above falling scores.",
)
@format_option
@gathered("read_as", reading)
def codes(
    gold: Path,
    proposed: Path,
    read_as: dict[str, Any],
    edited: bool,
    listed: Path | None,
    encoding: str,
    only: tuple[str, ...],
    on_error: str,
    curve: bool,
    form: str,
) -> None:
    """Score the codes of PROPOSED against those of GOLD, mention by mention.

    GOLD is whatever holds mentions with codes; PROPOSED likewise, or what `projector code` wrote.
    First choices by precision, recall and F1, whole codes, categories and chapters; MAP@10, mean
    reciprocal rank, CodiESP's MAP over documents. Once over all gold, once over what the list has.

    \b
    Examples:
      projector evaluate codes gold coded
      projector evaluate codes gold coded --only DISEASE --curve
    """
    from projector.evaluation.score_code_files import compare_codes

    tell_edited(gold, proposed, edited=edited)
    found = compare_codes(
        from_stdin(gold, "table"),
        from_stdin(proposed, "table"),
        codes=listed,
        encoding=encoding,
        only=only,
        skip=on_error == "skip",
        **read_as,
    )
    tell(found.remarks)
    for problem in found.skipped:
        say(f"skipped: {problem}", err=True)
    if form == "json":
        echo_json({"scores": [asdict(one) for one in found.rows], "curve": _curve(found.curve)})
        return
    _echo_rows(found.rows)
    if found.lacking:
        say(
            f"the list lacks {found.lacking} of {found.rows[0].scores.mentions} mentions' codes; "
            f"of {found.near} of them it has the category"
        )
    if curve:
        say("\nfirst choices with at least this score")
        echo_table(
            ["score", "coverage", "precision"],
            [[one.score, one.coverage, one.precision] for one in found.curve],
        )


def _curve(curve: object) -> list[dict[str, object]]:
    return [asdict(one) for one in curve]  # type: ignore[attr-defined]


def _echo_rows(rows: tuple[CodeRow, ...]) -> None:
    depths = sorted(rows[0].scores.recall_at)
    echo_table(
        [
            *("language", "gold", "mentions", "proposed"),
            *(name for name, _ in _FIGURES),
            *(f"P@{k}" for k in depths),
            *(f"R@{k}" for k in depths),
        ],
        [
            [
                *(one.language or "all", "in list" if one.covered else "all"),
                *(one.scores.mentions, one.scores.proposed),
                *(getattr(one.scores, name) for _, name in _FIGURES),
                *(one.scores.precision_at[k] for k in depths),
                *(one.scores.recall_at[k] for k in depths),
            ]
            for one in rows
        ],
    )
