"""Write a run's folder, whole or not at all.

    out/manifest.json            what it was made from, what came of it, and every file's hash
    out/log.json                 when, where and how long: the only file that differs between runs
    out/projections/{language}/{entity}.parquet
                                 every source mention, whatever became of it
    out/documents.parquet        the translations, with
    out/mentions.parquet           the mentions projected onto them
    out/annotations.parquet        and the annotations that travelled along
    out/source/                  the source as it was read: the same three tables
    out/lost_annotations.parquet those that could not
    out/sentences.parquet        which sentences of source and translation tell the same
    out/audit.parquet            what is wrong with the translations
    out/audit.tsv                the same for people
    out/faithfulness.tsv         what every translation keeps of its source
    out/brat/{language}/         the same for reviewers, scores as notes, with BRAT's configuration
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
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from projector.corpus.formats.brat_configuration import BratTypes, brat_settings
from projector.corpus.formats.brat_write import brat_paths, format_ann
from projector.corpus.formats.submission import check_labels
from projector.document import Document, with_scores
from projector.errors import Notice, OutputError, Problem, summaries
from projector.run.outcome import DocumentOutcome
from projector.run.part import Part, join_tables, open_part_file
from projector.run.spool import Spool
from projector.run.summary import LanguageTally, RunSummary, check_languages, summarize
from projector.run.tables import write_problems, write_tables
from projector.storage.atomic_file import FileOpener
from projector.storage.atomic_folder import atomic_folder, refuse_existing, writing
from projector.storage.file_names import FileNames, file_name, language_name, refuse_unwritable
from projector.storage.provenance import versions
from projector.storage.written_files import WrittenFiles
from schemas.manifest import (
    LOG,
    MANIFEST,
    PROJECTIONS_FOLDER,
    Accepted,
    InputFiles,
    Manifest,
    ModelFacts,
    RunLog,
    Written,
)
from schemas.run import RunConfiguration
from schemas.seal import sealed_json

if TYPE_CHECKING:
    from schemas.run import TaggingConfiguration

_SPOOL = ".spool"


@dataclass(frozen=True, slots=True)
class RunOrigin:
    """What a run is made from.

    Args:
        configuration: What the user chose.
        model: What encoded.
        inputs: What was read, see `projector.storage.provenance.hash_input`.
        problems: What was wrong with the source and was passed over.
        notices: What was understood otherwise than it is stated, and what was not read.
        command: The command line, for the log.
        remarks: Notices of an earlier run, in words, that this one goes on from.
        audited: The earlier run, whose audit is taken along as it is; None: there is none.
    """

    configuration: RunConfiguration | TaggingConfiguration
    model: ModelFacts
    inputs: Sequence[InputFiles] = ()
    problems: Sequence[Problem] = ()
    notices: Sequence[Notice] = ()
    command: Sequence[str] = ()
    remarks: Sequence[str] = ()
    audited: Manifest | None = None


def check_output(path: Path | str, *, overwrite: bool = False) -> None:
    """Refuse a place for a run before a model is loaded for it; `open_writer` does it again.

    Raises:
        OutputError: Something is there that may not be replaced.
    """
    refuse_existing(Path(path), overwrite=overwrite, mark=MANIFEST)


@contextmanager
def open_writer(
    path: Path | str, origin: RunOrigin, *, overwrite: bool = False
) -> Iterator[RunWriter]:
    """Collect what became of documents, in any order, and write the run's folder at the end.

        with open_writer("out", RunOrigin(configuration, model)) as writer:
            for projected in project_pairs(pairs, encoder, settings):
                writer.put(projected_outcome(projected))
        print(writer.summary.by_status())

    The folder appears when the block ends without an exception; otherwise nothing is left.

    Args:
        path: The folder; an empty one counts as nothing.
        origin: What the run is made from.
        overwrite: Replace an earlier run, once this one is complete.

    Raises:
        OutputError: The folder exists already; it can't be written; or the outcomes don't
            reconcile.
    """
    path = Path(path)
    started, clock = datetime.now(UTC), time.perf_counter()
    with atomic_folder(path, overwrite=overwrite, mark=MANIFEST) as folder:
        with (folder / _SPOOL).open("w+b") as file:
            writer = RunWriter(path, folder, Spool(file))
            yield writer
            with writing(path):
                writer.finish(origin)
        with writing(path):
            (folder / _SPOOL).unlink()
            log = _log(started, time.perf_counter() - clock, writer.stages, origin.command)
            manifest = _manifest(origin, writer)
            _write(folder / MANIFEST, sealed_json(manifest))
            _write(folder / LOG, sealed_json(log))


class RunWriter:
    """Take what became of documents; see `open_writer`.

    Args:
        path: Where the run's folder is to be, for messages.
        folder: Where it is written.
        spool: Keeps the outcomes until all are there.
    """

    def __init__(self, path: Path, folder: Path, spool: Spool) -> None:
        self.stages: dict[str, float] = {}  # seconds, for the log: the caller's to fill
        self.accepted: list[Accepted] = []  # what people said, for the manifest: the same
        self.summary = RunSummary((), ())
        self.folder = folder
        self._path = path
        self._spool = spool
        self._files = WrittenFiles(folder)
        self._tallies: dict[str, LanguageTally] = {}
        self._translations: set[tuple[str, str]] = set()
        self._names = FileNames(folder)
        self._types = BratTypes()
        self._parts: list[Part] = []
        self._joined: dict[str, dict[str, str]] = {}

    def put(self, outcome: DocumentOutcome) -> None:
        """Take what became of a document.

        Raises:
            OutputError: The document comes twice; or a name or label can't be written.
        """
        if (outcome.language, outcome.source) in self._spool:
            raise OutputError(f"{outcome.source}: it comes twice in {outcome.language}")
        refuse_unwritable(outcome.source, kind="document")
        language = self._names.take(language_name(outcome.language), kind="language")
        tally = self._tallies.setdefault(language, LanguageTally())
        if not outcome.labels <= tally.labels:  # what can't be a file's name is told at once
            check_labels(sorted(outcome.labels | tally.labels), language=language)
        with writing(self._path):
            self._write_brat(outcome)
            self._spool.put(outcome)
        tally.add(outcome)

    def open(self, path: Path) -> AbstractContextManager[BinaryIO]:
        """Open a further file that is to lie in the run's folder; `path` is within it."""
        whole = self.folder / path
        whole.parent.mkdir(parents=True, exist_ok=True)
        return self._files.open(whole)

    def _write_brat(self, outcome: DocumentOutcome) -> None:
        if outcome.target is None:
            return
        self._claim_translation(outcome.target.language, outcome.target.name)
        scores = {mention.mention_id: mention.score for mention in outcome.mentions}
        scored = with_scores(outcome.target, scores)
        write_plain_brat(scored, self.folder / "brat", self._files)
        self._types.add(outcome.target)

    def _claim_translation(self, language: str, name: str) -> None:
        """Keep others from having a translation's name.

        Raises:
            OutputError: It is taken.
        """
        if (language, name) in self._translations:
            raise OutputError(f"{name}: it is the translation of two documents")
        self._translations.add((language, name))
        self._names.take(name, ".txt", kind="document", folder=language)

    def finish(self, origin: RunOrigin) -> None:
        """Write all that is written once every outcome is known.

        Raises:
            OutputError: The languages have not had the same mentions; or it can't be written.
        """
        check_languages(self._tallies, self._path)
        tables = self._joined or self._write_tables(self.folder, origin, self._files.open)
        write_problems(self.folder / "problems.tsv", origin.problems, self._files.open)
        labels = set().union(*(tally.labels for tally in self._tallies.values()))
        self._types.entities |= labels - self._types.events.keys()
        languages = {language for language, _ in self._translations}
        write_brat_settings(self._types, languages, self.folder / "brat", self._files)
        self.summary = summarize(self._tallies, tables)
        if origin.audited is not None:
            self.summary = self.summary.with_audit(origin.audited)

    def _write_tables(
        self, folder: Path, origin: RunOrigin, open_file: FileOpener, *, make_folders: bool = True
    ) -> dict[str, dict[str, str]]:
        projects = isinstance(origin.configuration, RunConfiguration)
        return write_tables(
            folder,
            self._spool,
            {language: tally.labels for language, tally in self._tallies.items()},
            _table_facts(origin),
            with_source=projects,
            with_audit=isinstance(origin.configuration, RunConfiguration)
            and origin.configuration.audit
            and origin.audited is None,
            open_file=open_file,
            make_folders=make_folders,
        )

    def write_part(self, folder: Path, origin: RunOrigin) -> Part:
        """Write the tables of a part of a run to a folder of their own, to be joined later."""
        tables = self._write_tables(folder, origin, open_part_file, make_folders=False)
        translations = frozenset(self._translations)
        return Part(folder, self._tallies, translations, self._types, self._files, tables)

    def take(self, part: Part) -> None:
        """Take a part that another process wrote; see `projector.run.write_parts`.

        Raises:
            OutputError: It doesn't go with those before.
        """
        for language, tally in part.tallies.items():
            whole = self._tallies.setdefault(
                self._names.take(language, kind="language"), LanguageTally()
            )
            whole.include(tally)
            check_labels(sorted(whole.labels), language=language)
        for language, name in sorted(part.translations):
            self._claim_translation(language, name)
        self._types.include(part.types)
        self._files.include(part.files)
        self._parts.append(part)

    def join(self, origin: RunOrigin) -> None:
        """Join the tables of the parts that were taken."""
        for language in self._tallies:  # one without a mention has its folder, too
            inner = self.folder / PROJECTIONS_FOLDER / file_name(language, kind="language")
            inner.mkdir(parents=True, exist_ok=True)
        facts = _table_facts(origin)
        self._joined = join_tables(self._parts, self.folder, facts, self._files.open)

    def written(self) -> Written:
        """Return what was written, for the manifest."""
        return self._files.written()


def write_plain_brat(document: Document, folder: Path, files: WrittenFiles) -> None:
    """Write a document's text and annotations to the folder of its language within `folder`.

    Not as `write_brat` does, which syncs every file.

    Args:
        document: Written as it is.
        folder: Where the languages' folders are.
        files: Takes what is written.

    Raises:
        OutputError: Its name or language can't be a file's name, or BRAT can't hold a label.
    """
    inner = folder / file_name(document.language, kind="language")
    text, annotations = brat_paths(document, inner)
    standoff = format_ann(document).encode("utf-8")
    inner.mkdir(parents=True, exist_ok=True)
    files.write_listed(text, document.text.encode("utf-8"))
    files.write_listed(annotations, standoff)


def write_brat_settings(
    types: BratTypes, languages: Iterable[str], folder: Path, files: WrittenFiles
) -> None:
    """Write BRAT's configuration to the folder of each language within `folder`.

    Args:
        types: What occurs in the documents, of all languages: so a label looks alike in all.
        languages: Those that have a folder.
        folder: Where the languages' folders are.
        files: Takes what is written.
    """
    for language in sorted(languages):
        inner = folder / file_name(language, kind="language")
        for path, content in brat_settings(types, inner).items():
            with files.open(path) as file:
                file.write(content)


def _table_facts(origin: RunOrigin) -> dict[str, str]:
    """Return what tables of projections say of the run."""
    return {
        "model": origin.model.name,
        "model_fingerprint": origin.model.fingerprint,
        "configuration": origin.configuration.model_dump_json(),
    }


def _manifest(origin: RunOrigin, writer: RunWriter) -> Manifest:
    return Manifest(
        configuration=origin.configuration.model_dump(mode="json"),
        model=origin.model,
        inputs=tuple(origin.inputs),
        versions=versions(),
        languages=writer.summary.languages,
        counts=writer.summary.counts,
        findings=writer.summary.findings,
        notices=(*summaries(origin.notices), *origin.remarks),
        accepted=tuple(writer.accepted),
        written=writer.written(),
    )


def _log(
    started: datetime, seconds: float, stages: Mapping[str, float], command: Sequence[str]
) -> RunLog:
    return RunLog(
        started=started.isoformat(timespec="seconds"),
        seconds=round(seconds, 3),
        stages={stage: round(of_stage, 3) for stage, of_stage in stages.items()},
        host=platform.node(),
        platform=platform.platform(),
        processors=os.cpu_count() or 1,
        command=tuple(command),
    )


def _write(path: Path, content: str) -> None:
    path.write_text(content, encoding="utf-8", newline="")
