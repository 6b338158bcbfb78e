"""Make people's corrections part of a run: a run's folder again, with what was changed."""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from projector.corrections.agreement import Agreement, agreements
from projector.corrections.change import Change, changed
from projector.corrections.check import refuse_other_runs, wrong_corrections
from projector.corrections.decide import Conflict, Decided, decide
from projector.corrections.given import CorrectionsFile, Given, Key, corrections_files, latest
from projector.corrections.tables import (
    CHANGES_FILE,
    CONFLICTS_FILE,
    NOT_TAKEN_FILE,
    write_changes,
    write_conflicts,
    write_not_taken,
)
from projector.document import Status
from projector.errors import ConfigurationError, CorpusError, OutputError, Problem
from projector.run.read_outcomes import read_outcomes
from projector.run.reader import FinishedRun
from projector.run.reporter import SILENT, Progress, Reporter
from projector.run.summary import RunSummary
from projector.run.writer import RunOrigin, RunWriter, check_output, open_writer
from projector.storage.claim import claimed
from projector.storage.run_files import EDITABLE
from schemas.corrections import Corrections
from schemas.manifest import PROJECTIONS_FOLDER, Accepted
from schemas.run import RunConfiguration
from schemas.validation import validated

_SKIP = 'Mend them, or pass over them and have them listed: --on-error skip (on_error="skip")'
_BY_HAND = (
    "What was edited there by hand is not in the corrections: projector import makes some of it"
)
# What the writer of a run, or of what was changed, writes anew.
_ANEW = (
    *(PROJECTIONS_FOLDER, "source", "tsv", "brat"),
    *("documents.parquet", "mentions.parquet", "annotations.parquet"),
    *("lost_annotations.parquet", "lost_annotations.tsv", "unprojected.tsv", "failed.tsv"),
    *("problems.tsv", f"{CHANGES_FILE}.parquet", f"{CHANGES_FILE}.tsv"),
    *(CONFLICTS_FILE, NOT_TAKEN_FILE),
)


@dataclass(frozen=True, slots=True)
class AcceptSummary:
    """What came of making corrections part of a run.

    Args:
        run: The counts of the run that came of it.
        changes: How many mentions were `confirmed`, `corrected` and `absent`.
        conflicts: Mentions of which people say different things: they stayed as they were.
        not_taken: What is wrong with corrections that were passed over.
        agreement: Of each two reviewers.
        lost_annotations: How many more annotations can't travel than in the earlier run.
    """

    run: RunSummary
    changes: Mapping[str, int]
    conflicts: tuple[Conflict, ...]
    not_taken: tuple[Problem, ...]
    agreement: tuple[Agreement, ...]
    lost_annotations: int

    @property
    def losses(self) -> int:
        """Return how much was given and not taken, or was lost by what was taken."""
        return len(self.conflicts) + len(self.not_taken) + max(self.lost_annotations, 0)


def accept(
    run: FinishedRun,
    corrections: Sequence[Corrections],
    output: Path | str,
    *,
    files: Sequence[Path] = (),
    prefer: Sequence[str] = (),
    on_error: Literal["stop", "skip"] = "stop",
    overwrite: bool = False,
    command: Sequence[str] = (),
    reporter: Reporter = SILENT,
) -> AcceptSummary:
    """Write a run's folder again with what people say of its mentions.

    All that nobody speaks of stays as it is, byte for byte; beside it `changes.parquet` and `.tsv`
    tell what was changed, `conflicts.tsv` of what people say different things, `not_taken.tsv`
    which corrections can't be true.

    Args:
        run: Its folder holds its source.
        corrections: What people say; see `schemas.corrections`.
        output: The folder to write.
        files: The files that the corrections are from, in their order; none where there are none.
        prefer: Whose word counts where people differ: reviewers, in this order.
        on_error: Whether corrections that can't be true stop it, or are passed over and listed.
        overwrite: Replace an earlier run there.
        command: The command line, for the log.
        reporter: Is told how far it is.

    Raises:
        CorpusError: Corrections are of another run, or can't be true; or the run can't be read.
        ConfigurationError: No reviewer has a name that is preferred.
        OutputError: The folder can't be written, or is the run's own.
    """
    output = Path(output)
    check_output(output, overwrite=overwrite)
    if output.exists() and output.resolve() == run.path.resolve():
        raise OutputError(f"{output}: is the run itself; choose another place (--output)")
    given_files = corrections_files(corrections, files)
    refuse_other_runs(run, given_files)
    _check_written(run, reporter)
    given = latest(given_files)
    _refuse_unknown(prefer, given)
    true, not_taken = _without_wrong(run, given, on_error)
    decided = decide(true, prefer=prefer)
    accepted = _Accepted(run, given_files, decided, not_taken, tuple(prefer))
    with claimed(output):
        summary = _write(accepted, output, overwrite, command, reporter)
    agreement = tuple(agreements(true.values()))
    return AcceptSummary(
        summary,
        accepted.counts,
        accepted.conflicts,
        not_taken,
        agreement,
        _lost(summary) - sum(one.lost_annotations for one in run.manifest.languages),
    )


def _check_written(run: FinishedRun, reporter: Reporter) -> None:
    """Refuse a run that is not as it was written; what people edited by hand is told, not taken.

    Raises:
        CorpusError: A table was cut or changed.
    """
    if run.written is None:
        return
    names = (*run.written.written.files, *run.written.written.folders)
    edited = [name for name in names if name.split("/")[0] in EDITABLE]
    run.written.check(name for name in names if name not in edited)
    for problem in run.written.problems(edited, hint=_BY_HAND):
        reporter.told(f"not taken: {problem}")


def _refuse_unknown(prefer: Sequence[str], given: Mapping[Key, Sequence[Given]]) -> None:
    voices = sorted({one.voice for said in given.values() for one in said})
    for name in prefer:
        if name not in voices:
            raise ConfigurationError(
                f"no reviewer is called {name!r} (--prefer); expected one of "
                f"{', '.join(voices) or 'none: there are no corrections'}"
            )


def _without_wrong(
    run: FinishedRun, given: Mapping[Key, Sequence[Given]], on_error: str
) -> tuple[dict[Key, list[Given]], tuple[Problem, ...]]:
    """Return the corrections that can be true, and what is wrong with the others."""
    wrong = sorted(wrong_corrections(run, given), key=lambda one: (str(one[0].path), one[0].entry))
    problems = tuple(problem for _, problem in wrong)
    if problems and on_error == "stop":
        raise CorpusError(*problems, advice=_SKIP)
    places = {(one.path, one.entry) for one, _ in wrong}
    true = {
        key: [one for one in said if (one.path, one.entry) not in places]
        for key, said in given.items()
    }
    return true, problems


class _Accepted:
    """What is made part of a run.

    Args:
        run: The earlier run.
        files: The corrections.
        decided: What becomes of each mention that somebody speaks of.
        not_taken: What is wrong with corrections that are passed over.
        prefer: Whose word counted.
    """

    def __init__(
        self,
        run: FinishedRun,
        files: Sequence[CorrectionsFile],
        decided: Mapping[Key, Decided | Conflict],
        not_taken: Sequence[Problem],
        prefer: tuple[str, ...],
    ) -> None:
        self.run = run
        self.not_taken = not_taken
        self.changes: list[Change] = []
        self.conflicts = tuple(
            one for _, one in sorted(decided.items()) if isinstance(one, Conflict)
        )
        self._files = files
        self._prefer = prefer
        self._decided: dict[tuple[str, str], dict[str, Decided]] = {}
        for (language, document, mention), outcome in decided.items():
            if isinstance(outcome, Decided):
                self._decided.setdefault((language, document), {})[mention] = outcome

    @property
    def counts(self) -> Counter[str]:
        """Return how many mentions came to each status that people give."""
        human = (Status.CONFIRMED, Status.CORRECTED, Status.ABSENT)
        counts = Counter({status.value: 0 for status in human})
        counts.update(change.new.status.value for change in self.changes)
        return counts

    def put_all(self, writer: RunWriter, reporter: Reporter) -> None:
        """Hand every outcome to the writer, changed or as it was, and keep the changes."""
        total = sum(one.documents for one in self.run.manifest.languages)
        reporter.progressed(Progress(0, total))
        for done, read in enumerate(read_outcomes(self.run), start=1):
            key = read.outcome.language, read.outcome.source
            outcome, changes = changed(read, self._decided.get(key, {}))
            self.changes += changes
            writer.put(outcome)
            reporter.progressed(Progress(done, total))

    def facts(self) -> Accepted:
        """Return what the manifest keeps of it."""
        counts = self.counts
        return Accepted(
            run=self.run.manifest.sha256 or "",
            corrections=tuple(file.facts for file in self._files),
            preferred=self._prefer,
            confirmed=counts[Status.CONFIRMED.value],
            corrected=counts[Status.CORRECTED.value],
            absent=counts[Status.ABSENT.value],
            conflicts=len(self.conflicts),
            not_taken=len(self.not_taken),
        )


def _write(
    accepted: _Accepted, output: Path, overwrite: bool, command: Sequence[str], reporter: Reporter
) -> RunSummary:
    manifest = accepted.run.manifest
    origin = RunOrigin(
        validated(RunConfiguration, manifest.configuration, accepted.run.path),
        manifest.model,
        manifest.inputs,
        problems=_problems(accepted.run.path / "problems.tsv"),
        command=command,
        remarks=manifest.notices,
        audited=manifest,
    )
    with open_writer(output, origin, overwrite=overwrite) as writer:
        accepted.put_all(writer, reporter)
        write_changes(accepted.changes, accepted.run, writer.open)
        write_conflicts(accepted.conflicts, writer.open)
        write_not_taken(accepted.not_taken, writer.open)
        for name in _others(accepted.run):
            with (accepted.run.path / name).open("rb") as file, writer.open(Path(name)) as copy:
                shutil.copyfileobj(file, copy)
        writer.accepted += (*manifest.accepted, accepted.facts())
    return writer.summary


def _others(run: FinishedRun) -> list[str]:
    """Return the files of a run that stay as they are, whatever people say of its mentions."""
    names = () if run.written is None else run.written.written.files
    return [name for name in names if name.split("/")[0] not in _ANEW]


def _problems(path: Path) -> list[Problem]:
    """Read what was wrong with a run's source and was passed over."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(_problem_rows(csv.DictReader(file, delimiter="\t")))


def _problem_rows(rows: csv.DictReader[str]) -> Iterator[Problem]:
    for row in rows:
        line = int(row["line"]) if row["line"] else None
        id_ = row["mention_id"] or None
        yield Problem(Path(row["file"]), line, row["found"], row["expected"], row["hint"], id_)


def _lost(summary: RunSummary) -> int:
    return sum(one.lost_annotations for one in summary.languages)
