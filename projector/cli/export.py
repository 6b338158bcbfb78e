"""`projector export`: a run for another annotation tool, with the losses told."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from projector.cli.options import (
    PATH,
    accept_losses_option,
    output_option,
    overwrite_option,
)
from projector.cli.output import echo_json, exit_code, format_option, say
from projector.cli.reporter import with_progress
from projector.cli.sections import SectionedCommand, option
from projector.errors import counted
from schemas.options import READ, WRITTEN
from schemas.tools import TOOLS, Tool

if TYPE_CHECKING:
    from projector.exchange.export import ExportSummary


@click.command("export", cls=SectionedCommand)
@click.argument("run", type=PATH)
@output_option("The folder to write.")
@option(
    "--to",
    "tool",
    section=WRITTEN,
    type=click.Choice(TOOLS),
    required=True,
    help="What it is for: a tool, a library, or a format of tokens or passages.",
)
@option(
    "--language",
    "languages",
    section=READ,
    multiple=True,
    metavar="CODE",
    help="One of the run's languages; else all; repeatable.",
)
@overwrite_option
@accept_losses_option
@format_option
def command(
    run: Path,
    output: Path,
    tool: Tool,
    languages: tuple[str, ...],
    overwrite: bool,
    accept_losses: bool,
    form: str,
) -> int:
    """Write the translations of RUN with their mentions for another tool.

    What its format can't hold is listed in OUTPUT/lost.tsv. `projector import` brings back what
    was corrected in INCEpTION, Label Studio or doccano.

    \b
    Examples:
      projector export out --to label-studio -o for-label-studio
      projector export out --to inception --language it -o for-inception
    """
    from projector.exchange.export import LOST, export_documents
    from projector.exchange.from_run import run_documents
    from projector.run.reader import read_run

    finished = read_run(run)
    chosen = _chosen(languages, finished.languages)
    progress = with_progress("documents")
    documents = {code: run_documents(finished, code, progress=progress) for code in chosen}
    summary = export_documents(documents, output, tool, overwrite=overwrite)
    tell_exported(summary, output, LOST, form)
    return exit_code(bool(summary.lost), accepted=accept_losses)


def _chosen(asked: tuple[str, ...], there: tuple[str, ...]) -> tuple[str, ...]:
    for code in asked:
        if code not in there:
            raise click.BadParameter(
                f"{code!r} is none of the run's languages: {', '.join(there)}",
                param_hint="--language",
            )
    return tuple(code for code in there if not asked or code in asked)


def tell_exported(summary: ExportSummary, output: Path, lost: str, form: str) -> None:
    """Print what was exported, and what was lost of which kind."""
    if form == "json":
        told = {"output": output, "documents": summary.documents, "mentions": summary.mentions}
        echo_json({**told, "lost": dict(sorted(summary.lost.items()))})
        return
    kinds = [f"{number} × {kind}" for kind, number in sorted(summary.lost.items())]
    if kinds:
        say(f"lost: {', '.join(kinds)}; each is in {output / lost}", err=True)
    say(
        f"{output}: {counted(summary.documents, 'document')}, "
        f"{counted(summary.mentions, 'mention')}, "
        f"{counted(summary.lost.total(), 'loss', 'losses')}"
    )
