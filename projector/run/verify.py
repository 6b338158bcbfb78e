"""Read everything in a run's folder, or one of codes, and tell what is not as it was written."""

from __future__ import annotations

import csv
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from projector.corpus.reading import read_text
from projector.document import Status
from projector.errors import CorpusError, Problem, counted
from projector.run.reader import FinishedRun, read_run
from projector.run.verify_contents import (
    audit_problems,
    brat_problems,
    content_problems,
    source_problems,
)
from projector.storage.file_names import file_name
from projector.storage.run_files import LISTED, WrittenFolder, written_folder
from schemas.manifest import LOG, RUN_AGAIN
from schemas.seal import check_seal


@dataclass(slots=True)
class Verified:
    """What came of verifying a folder.

    Args:
        findings: What is not as it was written, or can't be true.
        remarks: What a user should know beside: what could not be checked, what is not there yet.
        files: How many were read.
    """

    findings: list[Problem] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    files: int = 0

    @contextmanager
    def reading(self, path: Path) -> Iterator[None]:
        """Take what the block can't read as a finding."""
        try:
            yield
        except CorpusError as error:
            self.findings += error.problems
        except (OSError, pa.ArrowException, ValueError, LookupError, TypeError) as error:
            self.findings.append(Problem(path, None, f"can't be read: {error}"))

    def include(self, other: Verified) -> None:
        """Take what came of verifying a part."""
        self.findings += other.findings
        self.remarks += other.remarks
        self.files += other.files


def verify_run(path: Path) -> Verified:
    """Verify a finished run: every file against the manifest, and all that is told of texts."""
    verified = Verified()
    with verified.reading(path):
        folder, run = written_folder(path), read_run(path)
        damaged = _verify_files(path, folder, verified, records=(LOG,))
        if folder is None:
            by = run.manifest.versions.get("projector", "of another version")
            told = "which did not hash files: only what they hold is checked"
            verified.remarks.append(f"{path}: it was written by projector {by}, {told}")
        else:
            with verified.reading(path / LOG):
                check_seal((path / LOG).read_bytes(), path / LOG, hint=RUN_AGAIN)
        if not any(name.endswith(".parquet") for name in damaged):
            _verify_counts(run, damaged, verified)
            for language in run.languages:
                with verified.reading(path):
                    verified.findings += content_problems(run, language, damaged)
                    verified.findings += brat_problems(run.path, language, damaged, run)
                if run.has_source:
                    with verified.reading(path):
                        verified.findings += source_problems(run, language)
                if run.is_audited:
                    with verified.reading(path):
                        verified.findings += audit_problems(run, language)
    return verified


def verify_codes(path: Path) -> Verified:
    """Verify a folder of codes: every file against `coding.json`."""
    verified = Verified()
    with verified.reading(path):
        folder = written_folder(path)
        damaged = _verify_files(path, folder, verified)
        if folder is None:
            verified.remarks.append(f"{path}: its version did not hash files: none is checked")
        elif not any(name.endswith(".parquet") for name in damaged):
            for name in folder.written.folders:
                language = name.rpartition("/")[2]
                with verified.reading(path):
                    verified.findings += brat_problems(path, language, damaged)
    return verified


def _verify_files(
    path: Path, folder: WrittenFolder | None, verified: Verified, *, records: tuple[str, ...] = ()
) -> dict[str, Problem]:
    """Hold a folder's files against what was written; return what is damaged, by its name.

    A folder of files is no finding yet: which of them it is, `brat_problems` tells where it can.
    """
    present = sorted(_files(path))
    verified.files += len(present)
    if folder is None:
        return {}
    names = (*folder.written.files, *folder.written.folders)
    damaged = {name: told for name in names for told in folder.problems([name])}
    known = {folder.record, *records, *folder.written.files}
    for name in present:
        parent, _, last = name.rpartition("/")
        listed = parent in folder.written.folders and last.endswith(LISTED) and last[0] != "."
        if name not in known and not listed:
            told = f"it is none of the files that {folder.record} lists"
            hint = "The run did not write it: remove it, if you did not put it there"
            verified.findings.append(Problem(path / name, None, told, hint=hint))
    tables_hold = not any(name.endswith(".parquet") for name in damaged)
    for name, problem in damaged.items():
        if name in folder.written.files or not tables_hold:
            verified.findings.append(problem)
    return damaged


def _files(path: Path) -> Iterator[str]:
    for folder, _, names in os.walk(path):
        for name in names:
            yield (Path(folder) / name).relative_to(path).as_posix()


def _verify_counts(run: FinishedRun, damaged: dict[str, Problem], verified: Verified) -> None:
    """Hold the tables' rows against the manifest's counts."""
    manifest = run.manifest
    expected: Counter[tuple[str, ...]] = Counter()
    for count in manifest.counts:
        if count.status != Status.TAGGED:
            expected[count.language, count.label, count.status] += count.mentions
    for language in run.languages:
        with verified.reading(run.path):
            rows = run.projections([language]).group_by("language", "label", "status").len().rows()
            for *key, number in rows:
                expected[tuple(key)] -= number
    for (language, label, status), number in sorted(expected.items()):
        if number:
            less = f"{abs(number)} {'less' if number > 0 else 'more'} than manifest.json says"
            told = f"mentions of {label!r} that are {status}: {less}"
            folder = run.path / "projections" / file_name(language, kind="language")
            verified.findings.append(Problem(folder, None, told))
    for name, wanted in (
        ("lost_annotations.parquet", sum(one.lost_annotations for one in manifest.languages)),
        ("lost_annotations.tsv", sum(one.lost_annotations for one in manifest.languages)),
        ("failed.tsv", sum(one.failed for one in manifest.languages)),
        *(_audit_counts(run) if run.is_audited else ()),
    ):
        with verified.reading(run.path / name):
            found = _rows(run.path / name) if name not in damaged else wanted
            if found != wanted:
                told = counted(found, "row")
                problem = Problem(run.path / name, None, told, f"{wanted}, as manifest.json says")
                verified.findings.append(problem)


def _audit_counts(run: FinishedRun) -> tuple[tuple[str, int], ...]:
    """Return how many rows an audit's tables are to have."""
    findings = sum(one.findings for one in run.manifest.findings)
    audited = sum(one.audited for one in run.manifest.languages)
    return ("audit.parquet", findings), ("audit.tsv", findings), ("faithfulness.tsv", audited)


def _rows(path: Path) -> int:
    if path.suffix == ".parquet":
        return int(pq.read_metadata(path).num_rows)
    return sum(1 for _ in csv.reader(StringIO(read_text(path), newline=""), delimiter="\t")) - 1
