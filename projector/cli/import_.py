"""`projector import`: what people corrected in another tool, as corrections of a run."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from projector.cli.options import (
    PATH,
    accept_losses_option,
    on_error_option,
    output_option,
    overwrite_option,
    tell,
)
from projector.cli.output import echo_json, exit_code, format_option, hint, say
from projector.cli.reporter import TerminalReporter
from projector.cli.sections import SectionedCommand, option
from projector.errors import counted
from schemas.options import READ, WRITTEN

if TYPE_CHECKING:
    from projector.exchange.bring_back import BroughtBack


@click.command("import", cls=SectionedCommand)
@click.argument("saved", type=PATH)
@option(
    "--run",
    section=READ,
    type=PATH,
    required=True,
    help="The run that was exported, or whose BRAT was corrected.",
)
@output_option("The corrected run's folder; with --corrections-only the file of corrections.")
@option(
    "--corrections-only",
    section=WRITTEN,
    is_flag=True,
    help="Write the corrections alone, for `projector accept`.",
)
@option(
    "--reviewer",
    section=READ,
    metavar="NAME",
    help="Whose work is taken where several worked on a document; and who worked, where the tool "
    "doesn't say.",
)
@option(
    "--confirm",
    section=READ,
    is_flag=True,
    help="Count mentions that came back unchanged as confirmed: somebody looked at all of them.",
)
@on_error_option
@overwrite_option
@accept_losses_option
@format_option
def command(
    saved: Path,
    run: Path,
    output: Path,
    corrections_only: bool,
    reviewer: str | None,
    confirm: bool,
    on_error: Literal["stop", "skip"],
    overwrite: bool,
    accept_losses: bool,
    form: str,
) -> int:
    """Bring back SAVED, what INCEpTION, Label Studio, doccano or brat users saved, into a run.

    SAVED is a file, a folder or a ZIP; its content shows what it is. A label that was changed and
    a mention that was added have no place in a projection: they are listed beside OUTPUT.

    \b
    Examples:
      projector import reviewed.zip --run out -o final
      projector import en.json --run out --corrections-only -o corrections.json --confirm
    """
    from projector.exchange.bring_back import bring_back
    from projector.exchange.write_back import refuse_written, write_back
    from projector.run.reader import read_run

    finished = read_run(run)
    refuse_written(output, corrections_only=corrections_only, overwrite=overwrite)
    brought = bring_back(saved, finished, reviewer=reviewer, confirm=confirm, on_error=on_error)
    with TerminalReporter() as reporter:
        files, accepted = write_back(
            brought,
            finished,
            output,
            corrections_only=corrections_only,
            overwrite=overwrite,
            command=sys.argv,
            reporter=reporter,
        )
    _tell(brought, output, files, confirm, form)
    if form == "text":
        again = f"accept {run} {output} -o final" if corrections_only else f"compare {run} {output}"
        hint(f"projector {again}")
    if accepted is not None and accepted.lost_annotations > 0:
        told = counted(accepted.lost_annotations, "annotation")
        say(f"lost: {told} can't travel any more: {output / 'lost_annotations.tsv'}", err=True)
    losses = bool(brought.refused or brought.problems or (accepted and accepted.losses))
    return exit_code(losses, accepted=accept_losses)


def _tell(
    brought: BroughtBack, output: Path, files: dict[str, Path], confirm: bool, form: str
) -> None:
    """Print what came back."""
    decisions = {
        decision: sum(one.decision == decision for one in brought.corrections.corrections)
        for decision in ("corrected", "absent", "confirmed")
    }
    came, there = brought.documents
    tell(f"note: {remark}" for remark in brought.remarks)
    tell(f"skipped: {problem}" for problem in brought.problems)
    if form == "json":
        told = {"output": output, "documents": came, "of": there, **decisions}
        left = {"unchanged": brought.unchanged, "not_taken": len(brought.refused)}
        echo_json({**told, **left, "files": files})
        return
    if brought.refused:
        told_of = counted(len(brought.refused), "thing")
        say(f"not taken: {told_of}, listed in {files['not_taken']}", err=True)
    say(f"{came} of {counted(there, 'document')} came back")
    counts = ", ".join(f"{number} {decision}" for decision, number in decisions.items())
    say(f"{output}: {counts}, {brought.unchanged} unchanged")
    if brought.unchanged and not confirm:
        say("unchanged mentions are not confirmed by that: --confirm says so", err=True)
