"""Write what came back: the corrections, what of it is not taken, and the corrected run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from projector.corpus.formats.tsv_write import format_row
from projector.corrections.apply import AcceptSummary, accept
from projector.errors import OutputError
from projector.exchange.bring_back import BroughtBack, Refused
from projector.run.reader import FinishedRun
from projector.run.reporter import SILENT, Reporter
from projector.storage.atomic_file import atomic_file, atomic_write

NOT_TAKEN_COLUMNS = (
    *("language", "document", "mention", "label", "start_span", "end_span", "text", "why"),
)


def files_of(output: Path, *, corrections_only: bool) -> dict[str, Path]:
    """Return where the corrections go, and what is not taken of them: beside the output."""
    stem = output.name.removesuffix(".json") if corrections_only else output.name
    named = f"{stem}-corrections.json"
    return {
        "corrections": output if corrections_only else output.with_name(named),
        "not_taken": output.with_name(f"{stem}-not-taken.tsv"),
    }


def refuse_written(output: Path, *, corrections_only: bool, overwrite: bool) -> None:
    """Refuse what is there already, before any work is done.

    Raises:
        OutputError: Something is there and is not to be replaced.
    """
    for path in files_of(output, corrections_only=corrections_only).values():
        if path.is_dir() or (path.exists() and not overwrite):
            raise OutputError(
                f"{path}: exists already; choose another --output, or replace it: --overwrite"
            )


def write_back(
    brought: BroughtBack,
    run: FinishedRun,
    output: Path,
    *,
    corrections_only: bool,
    overwrite: bool = False,
    command: Sequence[str] = (),
    reporter: Reporter = SILENT,
) -> tuple[dict[str, Path], AcceptSummary | None]:
    """Write the corrections and what is not taken; and, unless told not to, the corrected run.

    Returns:
        (the paths of what was written beside the run, by what it is; what came of the run).

    Raises:
        OutputError: Something is there and is not to be replaced, or can't be written.
    """
    files = files_of(output, corrections_only=corrections_only)
    summary = None
    if not corrections_only:
        summary = accept(
            run,
            [brought.corrections],
            output,
            overwrite=overwrite,
            command=command,
            reporter=reporter,
        )
    atomic_write(files["corrections"], brought.corrections.to_json().encode("utf-8"))
    with atomic_file(files["not_taken"]) as file:
        file.write(format_row(NOT_TAKEN_COLUMNS))
        file.writelines(map(_row, brought.refused))
    return files, summary


def _row(refused: Refused) -> bytes:
    what = refused.what
    place = (str(what.fragments[0].start), str(what.fragments[-1].end))
    owner = (refused.language, refused.document, what.mention, what.label)
    return format_row((*owner, *place, refused.text, what.why))
