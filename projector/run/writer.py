"""Write a run's folder, whole or not at all, and read it back.

    out/manifest.json            what it was made from, and what came of it
    out/log.json                 when, where and how long: the only file that differs between runs
    out/projections/{language}/{entity}.parquet
                                 every source mention, whatever became of it
    out/documents.parquet        the translations, with
    out/mentions.parquet           the mentions projected onto them
    out/annotations.parquet        and the annotations that travelled along
    out/lost_annotations.parquet those that could not
    out/brat/{language}/         the same for reviewers, scores as notes
    out/tsv/{language}_{entity}.tsv  the same as the task's submission tables
    out/unprojected.tsv          every mention that is not projected, and why; a document without
                                 mentions has a row too, if it has no translation or failed
    out/failed.tsv               every document that could not be processed, and why
    out/problems.tsv             everything wrong with the source, by file and line
    out/lost_annotations.tsv     every annotation that is lost

The same inputs, configuration, weights and versions give the same bytes, in whatever order the
documents come: everything is sorted by language, source document and the mention's place in it.
"""

from __future__ import annotations

import os
import platform
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self, cast

from projector.corpus.formats.brat_write import format_ann
from projector.corpus.formats.submission import write_submission
from projector.document import Document, Status
from projector.errors import OutputError, Problem
from projector.run.outcome import Entry, entry_of, entry_without
from projector.run.reader import FinishedRun, read_run
from projector.run.rows import invalid_mentions, with_scores
from projector.run.spool import Spool
from projector.run.tables import write_problems, write_tables
from projector.storage.atomic_folder import atomic_folder, refuse_existing, writing
from projector.storage.provenance import versions
from schemas.manifest import (
    LOG,
    MANIFEST,
    InputFiles,
    LanguageCount,
    Manifest,
    MentionCount,
    ModelFacts,
    RunLog,
)

if TYPE_CHECKING:  # they load torch, which reading a run does without
    from projector.pipeline import ProjectedDocument
    from schemas.run import RunConfiguration

__all__ = [
    "FinishedRun",
    "RunSummary",
    "RunWriter",
    "check_output",
    "invalid_mentions",
    "read_run",
]

_SPOOL = ".spool"


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What came of a run, in sorted order; the same figures stand in its manifest."""

    languages: tuple[LanguageCount, ...]
    counts: tuple[MentionCount, ...]

    def by_status(self) -> dict[str, int]:
        """Return how many mentions, over all languages, came to each status."""
        found: Counter[str] = Counter()
        for count in self.counts:
            found[count.status] += count.mentions
        return dict(sorted(found.items()))

    @property
    def losses(self) -> int:
        """Return how many mentions are not projected, annotations lost and documents failed."""
        return sum(
            one.mentions - one.projected + one.lost_annotations + one.failed
            for one in self.languages
        )


def check_output(path: Path | str, *, overwrite: bool = False) -> None:
    """Refuse a place for a run before a model is loaded for it; `RunWriter` does it again.

    Raises:
        OutputError: Something is there that may not be replaced.
    """
    refuse_existing(Path(path), overwrite=overwrite, mark=MANIFEST)


class RunWriter:
    """Collect what became of documents, in any order, and write the run's folder at the end.

        with RunWriter("out", configuration=..., model=..., inputs=...) as writer:
            for done in project_pairs(pairs, encoder, settings):
                writer.add(done)
        print(writer.summary.by_status())

    The folder appears when the block ends without an exception; otherwise nothing is left.

    Args:
        path: The folder; an empty one counts as nothing.
        configuration: What the user chose.
        model: What encoded.
        inputs: What was read, see `projector.storage.provenance.hash_input`.
        problems: What was wrong with the source and was passed over.
        overwrite: Replace an earlier run, once this one is complete.
        command: The command line, for the log.

    Raises:
        OutputError: The folder exists already; it can't be written; or the outcomes don't
            reconcile.
    """

    summary: RunSummary

    def __init__(
        self,
        path: Path | str,
        *,
        configuration: RunConfiguration,
        model: ModelFacts,
        inputs: Sequence[InputFiles] = (),
        problems: Sequence[Problem] = (),
        overwrite: bool = False,
        command: Sequence[str] = (),
    ) -> None:
        self.stages: dict[str, float] = {}  # seconds, for the log: the caller's to fill
        self._path = Path(path)
        self._configuration = configuration
        self._model = model
        self._inputs = tuple(inputs)
        self._problems = tuple(problems)
        self._command = tuple(command)
        self._stack = ExitStack()
        self._output = atomic_folder(self._path, overwrite=overwrite, mark=MANIFEST)
        self._targets: set[tuple[str, str]] = set()
        self._labels: dict[str, set[str]] = {}
        self._counts: Counter[tuple[str, str, str]] = Counter()
        self._lost: Counter[str] = Counter()
        self._failed: Counter[str] = Counter()

    def __enter__(self) -> Self:
        """Refuse an existing output; start a temporary folder beside it."""
        self._started = datetime.now(UTC)
        self._clock = time.perf_counter()
        self._folder = self._stack.enter_context(self._output)
        self._file = self._stack.enter_context((self._folder / _SPOOL).open("w+b"))
        self._spool = Spool(self._file)
        return self

    def __exit__(
        self,
        type_: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Finish the run and put it in its place, or leave nothing after an exception."""
        if type_ is not None:
            self._stack.__exit__(type_, value, traceback)
            return
        with self._stack, writing(self._path):
            self._finish()

    def add(
        self, projected: ProjectedDocument, *, invalid: Mapping[str, str] | None = None
    ) -> None:
        """Take a translation with what was projected onto it; the arguments are `entry_of`'s.

        Raises:
            OutputError: As in `put`; or the outcomes don't reconcile.
        """
        self.put(entry_of(projected, invalid=invalid))

    def add_unprojected(
        self,
        source: Document,
        language: str,
        status: Status,
        reason: str,
        *,
        invalid: Mapping[str, str] | None = None,
    ) -> None:
        """Take a document that nothing could be projected from, as `entry_without` does.

        Raises:
            OutputError: As in `add`.
        """
        self.put(entry_without(source, language, status, reason, invalid=invalid))

    def put(self, entry: Entry) -> None:
        """Take what became of a document.

        Raises:
            OutputError: The document comes twice; or a name or label can't be written.
        """
        if (entry.language, entry.source) in self._spool:
            raise OutputError(f"{entry.source}: it comes twice in {entry.language}")
        with writing(self._path):
            self._see_labels(entry.language, entry.labels)
            if entry.target is not None:
                scores = {str(row[3]): cast("float", row[7]) for row in entry.rows}
                self._write_brat(with_scores(entry.target, scores))
            self._spool.put(entry)
        self._counts.update(entry.counts())
        self._lost[entry.language] += len(entry.lost)
        self._failed[entry.language] += entry.failed

    def _see_labels(self, language: str, labels: set[str]) -> None:
        """Make a new label's table, still empty: what can't be a file's name is told at once."""
        seen = self._labels.setdefault(_plain(language), set())
        if not labels <= seen:
            seen |= labels
            write_submission((), self._folder / "tsv", language=language, labels=sorted(seen))

    def _write_brat(self, document: Document) -> None:
        key = (document.language, document.name)
        if key in self._targets:
            raise OutputError(f"{document.name}: it is the translation of two documents")
        self._targets.add(key)
        folder = self._folder / "brat" / document.language
        folder.mkdir(parents=True, exist_ok=True)
        annotations = format_ann(document).encode("utf-8")
        # Not `write_brat`: to sync every file takes longer than to encode it on a GPU.
        (folder / f"{_plain(document.name)}.txt").write_bytes(document.text.encode("utf-8"))
        (folder / f"{document.name}.ann").write_bytes(annotations)

    def _finish(self) -> None:
        self._check_languages()
        facts = {
            "model": self._model.name,
            "model_fingerprint": self._model.fingerprint,
            "configuration": self._configuration.model_dump_json(),
        }
        tables = write_tables(self._folder, self._spool, self._labels, facts)
        write_problems(self._folder / "problems.tsv", self._problems)
        self.summary = self._summarize(tables)
        self._file.close()
        (self._folder / _SPOOL).unlink()
        self._write_facts()

    def _check_languages(self) -> None:
        """Hold the languages against each other: all must have had the same source mentions."""
        outcomes = self._spool.outcomes()
        every = {name: most for of in outcomes.values() for name, most in of.items()}
        for language, found in sorted(outcomes.items()):
            differing = sorted(name for name in every if found.get(name) != every[name])
            if differing:
                raise OutputError(
                    f"{self._path}: {len(differing)} source documents have other mentions in "
                    f"{language} than in another language, or none: {differing[0]} among them; "
                    "this is a fault in projector, please report it"
                )

    def _summarize(self, tables: dict[str, dict[str, str]]) -> RunSummary:
        sources = self._spool.outcomes()
        counts = tuple(
            MentionCount(language=language, label=label, status=status, mentions=number)
            for (language, label, status), number in sorted(self._counts.items())
        )
        languages = tuple(
            LanguageCount(
                language=language,
                documents=len(sources[language]),
                translated=sum(code == language for code, _ in self._targets),
                mentions=sum(one.mentions for one in counts if one.language == language),
                projected=sum(
                    one.mentions
                    for one in counts
                    if (one.language, one.status) == (language, Status.PROJECTED.value)
                ),
                lost_annotations=self._lost[language],
                failed=self._failed[language],
                tables=of_language,
            )
            for language, of_language in tables.items()
        )
        return RunSummary(languages, counts)

    def _write_facts(self) -> None:
        manifest = Manifest(
            configuration=self._configuration.model_dump(mode="json"),
            model=self._model,
            inputs=self._inputs,
            versions=versions(),
            languages=self.summary.languages,
            counts=self.summary.counts,
        )
        log = RunLog(
            started=self._started.isoformat(timespec="seconds"),
            seconds=round(time.perf_counter() - self._clock, 3),
            stages={stage: round(seconds, 3) for stage, seconds in self.stages.items()},
            host=platform.node(),
            platform=platform.platform(),
            processors=os.cpu_count() or 1,
            command=self._command,
        )
        (self._folder / MANIFEST).write_text(manifest.to_json(), encoding="utf-8", newline="")
        (self._folder / LOG).write_text(log.to_json(), encoding="utf-8", newline="")


def _plain(name: str) -> str:
    """Return a name that is to be a file's or a folder's, or refuse it."""
    if not name or name[0] == "." or any(character in name for character in "/\\\0"):
        raise OutputError(f"{name!r} can't be a file's name, as languages and documents must be")
    return name
