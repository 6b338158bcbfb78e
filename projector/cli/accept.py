"""`projector accept`: make people's corrections part of a run."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from projector.cli.options import (
    PATH,
    accept_losses_option,
    on_error_option,
    output_option,
    overwrite_option,
)
from projector.cli.output import echo_json, echo_table, exit_code, format_option, hint, say
from projector.cli.reporter import TerminalReporter
from projector.cli.sections import SectionedCommand, option
from projector.errors import CorpusError, Problem, counted
from schemas.options import WRITTEN

if TYPE_CHECKING:
    from projector.corrections.apply import AcceptSummary
    from projector.corrections.decide import Conflict
    from schemas.corrections import Corrections

_SHOWN = 20  # conflicts on the screen


@click.command("accept", cls=SectionedCommand)
@click.argument("run", type=PATH)
@click.argument("corrections", type=PATH, nargs=-1, required=True)
@output_option("The corrected run's folder to write.")
@overwrite_option
@option(
    "--prefer",
    section=WRITTEN,
    multiple=True,
    metavar="REVIEWER",
    help="Whose word counts where reviewers differ; repeatable, the first goes before the others. "
    "Who gives no name is called as the file is.",
)
@on_error_option
@accept_losses_option
@format_option
def command(
    run: Path,
    corrections: tuple[Path, ...],
    output: Path,
    overwrite: bool,
    prefer: tuple[str, ...],
    on_error: Literal["stop", "skip"],
    accept_losses: bool,
    form: str,
) -> int:
    """Make CORRECTIONS, files of one or several reviewers, part of RUN.

    OUTPUT is a run's folder again: mentions that somebody judged are `confirmed`, `corrected` or
    `absent`, all others stay as they are, and changes.tsv lists what was changed. Corrections must
    be of this run, and their words those of the translation. Where reviewers differ the mention
    stays as the run has it, and is listed in conflicts.tsv. Exit code 3 if there are conflicts, if
    corrections were passed over, or if annotations can't travel any more.

    \b
    Examples:
      projector accept out corrections.json -o final
      projector accept out ana.json eva.json -o final --prefer ana
    """
    from projector.corrections.apply import accept
    from projector.run.reader import read_run

    with TerminalReporter() as reporter:
        summary = accept(
            read_run(run),
            _read(corrections),
            output,
            files=corrections,
            prefer=prefer,
            on_error=on_error,
            overwrite=overwrite,
            command=sys.argv,
            reporter=reporter,
        )
    if form == "json":
        _echo_json(summary, output)
    else:
        _echo(summary, output)
        hint(f"projector compare {run} {output}; projector submit {output} -o submission.zip")
    return exit_code(bool(summary.losses), accepted=accept_losses)


def _read(paths: tuple[Path, ...]) -> list[Corrections]:
    """Read files of corrections.

    Raises:
        CorpusError: Some hold none; what is wrong with all of them is told.
    """
    from projector.corrections import read_corrections

    read: list[Corrections] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            read.append(read_corrections(path))
        except CorpusError as error:
            problems += error.problems
    if problems:
        raise CorpusError(*problems)
    return read


def _echo_json(summary: AcceptSummary, output: Path) -> None:
    echo_json(
        {
            "output": output,
            "changes": dict(summary.changes),
            "conflicts": [_said(conflict) for conflict in summary.conflicts],
            "not_taken": [asdict(problem) for problem in summary.not_taken],
            "agreement": [asdict(agreement) for agreement in summary.agreement],
            "lost_annotations": summary.lost_annotations,
            "languages": [one.model_dump() for one in summary.run.languages],
            "counts": [one.model_dump() for one in summary.run.counts],
            "losses": summary.losses,
        }
    )


def _said(conflict: Conflict) -> dict[str, Any]:
    language, document, mention = conflict.given[0].correction.key
    said = [
        {"reviewer": given.voice, **given.correction.model_dump(include={"decision", "text"})}
        for given in conflict.given
    ]
    return {"language": language, "document": document, "mention": mention, "said": said}


def _echo(summary: AcceptSummary, output: Path) -> None:
    from projector.cli.project import echo_summary

    for problem in summary.not_taken:
        say(f"not taken: {problem}", err=True)
    for conflict in summary.conflicts[:_SHOWN]:
        say(_conflict_line(conflict), err=True)
    if len(summary.conflicts) > _SHOWN:
        say(f"and {len(summary.conflicts) - _SHOWN} more: conflicts.tsv", err=True)
    if summary.agreement:
        rows = [[*one.reviewers, one.mentions, one.f1, one.kappa] for one in summary.agreement]
        echo_table(["reviewer", "reviewer", "both judged", "span F1", "decision kappa"], rows)
        say()
    echo_summary(summary.run, output)
    told = ", ".join(f"{number} {status}" for status, number in summary.changes.items())
    judged = counted(sum(summary.changes.values()), "mention")
    say(f"{judged} judged: {told}; each is in {output}/changes.tsv")
    if summary.lost_annotations > 0:
        lost = counted(summary.lost_annotations, "annotation")
        say(f"{lost} more than before can't travel", err=True)


def _conflict_line(conflict: Conflict) -> str:
    language, document, mention = conflict.given[0].correction.key
    said = "; ".join(
        f"{given.voice}: {given.correction.decision} {given.correction.text!r}".removesuffix(" ''")
        for given in conflict.given
    )
    return f"conflict: {mention} of {document} in {language} stays as the run has it: {said}"
