"""Write a run's folder by several processes, each a stretch of its outcomes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from shutil import rmtree

from projector.run.outcome import DocumentOutcome
from projector.run.part import Part
from projector.run.spool import Spool
from projector.run.summary import RunSummary
from projector.run.writer import RunOrigin, RunWriter, open_writer
from projector.storage.atomic_folder import writing

_PARTS = ".parts"  # within the run's folder, until they are joined

Outcomes = Callable[[], Iterable[DocumentOutcome]]


def write_parts(
    path: Path,
    origin: RunOrigin,
    run_parts: Callable[[Path, Path], Sequence[Part]],
    *,
    stages: Mapping[str, float],
) -> RunSummary:
    """Write a run's folder from parts; it appears whole or not at all.

    Args:
        path: The folder.
        origin: What the run is made from.
        run_parts: Calls `write_part` for each part, with the run's folder as it is being made and
            the parts', and returns what these gave in the parts' order.
        stages: Seconds, for the log.

    Raises:
        OutputError: It can't be written, or the parts don't go together.
    """
    with open_writer(path, origin) as writer:
        parts = writer.folder / _PARTS
        with writing(path):
            parts.mkdir()
        for part in run_parts(writer.folder, parts):
            writer.take(part)
        writer.stages.update(stages)
        with writing(path):
            writer.join(origin)
            rmtree(parts)
    return writer.summary


def write_part(
    path: Path, folder: Path, parts: Path, number: int, outcomes: Outcomes, origin: RunOrigin
) -> Part:
    """Write one part of a run, in a process of its own.

    Args:
        path: Where the run's folder is to be, for messages.
        folder: Where it is made.
        parts: The parts' folder.
        number: This one's.
        outcomes: Gives its outcomes, in any order.
        origin: What the run is made from.

    Raises:
        OutputError: Something can't be written; or an outcome comes twice.
    """
    part_folder = parts / f"{number:04}"
    with writing(path):
        part_folder.mkdir()
        spool = (parts / f"{number:04}.spool").open("w+b")
    with spool:
        writer = RunWriter(path, folder, Spool(spool))
        for outcome in outcomes():
            writer.put(outcome)
        with writing(path):
            return writer.write_part(part_folder, origin)
