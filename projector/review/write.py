"""Write the review of a run: one page that holds all, or a page with data files beside it.

review/index.html         the page
review/data/*.js          of a large run its data, which the page loads as it is needed
review/review.json        which run it is of
review/corrections*.json  what `--serve` saved there; kept when the rest is made anew

It comes into being whole or not at all.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from projector.document import Status
from projector.errors import ProjectorError
from projector.html import PALETTE
from projector.review.codes import find_codes, read_codes
from projector.review.document_data import document_record
from projector.review.document_rows import DocumentRows
from projector.review.documents import reviewed_documents
from projector.review.doubts import Doubt, bits
from projector.review.escaping import script_json
from projector.review.folder import DATA, MARK, PAGE, SAVED
from projector.review.page import page_html
from projector.review.queue_data import Queue
from projector.review.rivals import Wanted, document_rivals, run_models
from projector.review.run_parts import run_hash, source_corpus
from projector.run.outcome import LOW_SCORE
from projector.run.reporter import SILENT, Progress, Reporter, loading
from projector.storage.atomic_folder import atomic_folder, refuse_existing
from projector.storage.provenance import versions

if TYPE_CHECKING:
    from projector.review.document_data import ReviewedDocument
    from projector.run.reader import FinishedRun
    from projector.run.run_models import RunModels

_CHUNK = 500_000  # characters of data in a file; a document is never cut
_ONE_PAGE = 4_000_000  # characters of data that a page holds itself


@dataclass(frozen=True, slots=True)
class ReviewSummary:
    """What can be reviewed.

    Args:
        output: The folder.
        documents: With mentions, a translation each.
        mentions: In them.
        doubtful: Of these.
        by_doubt: How many there are of each doubt; a mention may have several.
    """

    output: Path
    documents: int
    mentions: int
    doubtful: int
    by_doubt: dict[str, int]


@dataclass(slots=True)
class _Writing:
    """What is written so far of a folder's data."""

    folder: Path
    labels: list[str]
    statuses: list[str]
    characters: int = 0
    documents: int = 0
    mentions: int = 0
    doubtful: int = 0
    by_doubt: dict[str, int] = field(default_factory=lambda: dict.fromkeys(map(str, Doubt), 0))

    def write(self, key: str, content: str) -> None:
        """Write a data file: a call of the page's function, for pages on disk can't fetch."""
        path = self.folder / DATA / f"{key}.js"
        path.parent.mkdir(exist_ok=True)
        call = f"projectorReview.receive({json.dumps(key)},{content});\n"
        path.write_text(call, encoding="utf-8", newline="")
        self.characters += len(content)

    def count(self, document: ReviewedDocument) -> None:
        """Count a document's mentions."""
        self.documents += 1
        self.mentions += len(document.rows)
        self.doubtful += sum(map(bool, document.doubts.values()))
        for doubts in document.doubts.values():
            for doubt in doubts:
                self.by_doubt[doubt] += 1


def write_review(
    run: FinishedRun,
    output: Path,
    *,
    rivals: Wanted = "doubtful",
    codes: Path | None = None,
    overwrite: bool = False,
    device: str = "auto",
    reporter: Reporter = SILENT,
) -> ReviewSummary:
    """Write the review of a run; corrections that were saved in its folder stay.

    Args:
        run: What is reviewed.
        output: The folder to be.
        rivals: Which mentions are shown with the spans that they could have had: that needs the
            run's model.
        codes: A folder of codes; by default `coded` beside the run, if it is there.
        overwrite: Replace an earlier review.
        device: Where the model runs.
        reporter: Is told how far it is.

    Raises:
        CorpusError: The run can't be read, or has nothing to review.
        OutputError: The folder can't be written.
    """
    sha256 = run_hash(run)
    refuse_existing(output, overwrite=overwrite, mark=MARK)
    source_language = source_corpus(run).language
    models = _models(run, rivals, device, reporter)
    coded = find_codes(run.path) if codes is None else codes
    with atomic_folder(output, overwrite=overwrite, mark=MARK) as folder:
        writing = _Writing(folder, [], [status.value for status in Status])
        languages = [
            _language(run, language, number, writing, models, rivals, coded, reporter)
            for number, language in enumerate(run.languages)
        ]
        index = {
            "version": 1,
            "run": sha256,
            "name": run.path.absolute().name,
            "sourceLanguage": source_language,
            "languages": languages,
            "labels": writing.labels,
            "statuses": writing.statuses,
            "doubts": [doubt.value for doubt in Doubt],
            "lowScore": LOW_SCORE,
            "palette": PALETTE,
        }
        _write_page(folder, index, writing)
        facts = {"version": 1, "run": sha256, "projector": versions()["projector"]}
        (folder / MARK).write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
        for saved in output.glob(SAVED):
            shutil.copy2(saved, folder / saved.name)
    told = writing.documents, writing.mentions, writing.doubtful
    return ReviewSummary(output, *told, writing.by_doubt)


def _models(run: FinishedRun, rivals: Wanted, device: str, reporter: Reporter) -> RunModels | None:
    """Load the run's model; where it can't be, tell so: the page does without rivals."""
    if rivals == "none":
        return None
    try:
        with loading(reporter, f"model {run.manifest.model.name}"):
            return run_models(run, device)
    except ProjectorError as error:
        reporter.told(f"the page shows no rival spans: {error}")
        return None


def _language(
    run: FinishedRun,
    language: str,
    number: int,
    writing: _Writing,
    models: RunModels | None,
    rivals: Wanted,
    coded: Path | None,
    reporter: Reporter,
) -> dict[str, Any]:
    """Write the data of a language and return what the page's index says of it."""
    names: list[str] = []
    queue = Queue(writing.labels, writing.statuses)
    codes = _codes(run, language, coded)
    total = next(one.translated for one in run.manifest.languages if one.language == language)

    def records() -> Iterator[str]:
        for document in reviewed_documents(run, language):
            found = document_rivals(document, models, rivals)
            for row, outcome in enumerate(document.rows):
                doubtful = bits(document.doubts[outcome["mention_id"]])
                queue.add(len(names), row, outcome, doubtful)
            names.append(document.source.name)
            writing.count(document)
            reporter.progressed(Progress(len(names), total))
            yield script_json(document_record(document, rivals=found, codes=codes))

    first_of_chunk = _write_chunks(records(), number, writing)
    writing.write(f"{number}-names", script_json(names))
    parts = 0
    for part in queue.parts():
        writing.write(f"{number}-queue-{parts}", script_json(part))
        parts += 1
    return {
        "language": language,
        "documents": len(names),
        "mentions": len(queue),
        "chunks": first_of_chunk,
        "queueParts": parts,
    }


def _codes(run: FinishedRun, language: str, coded: Path | None) -> list[DocumentRows]:
    """Return the codes of a language's mentions, then those of the source's."""
    if coded is None:
        return []
    return [read_codes(coded, code) for code in (language, source_corpus(run).language)]


def _write_chunks(records: Iterator[str], number: int, writing: _Writing) -> list[int]:
    """Write the records of documents, several in a file; return the first document of each."""
    firsts: list[int] = []
    documents = 0
    for chunk in _chunks(records):
        writing.write(f"{number}-documents-{len(firsts)}", f"[{','.join(chunk)}]")
        firsts.append(documents)
        documents += len(chunk)
    return firsts


def _chunks(records: Iterator[str]) -> Iterator[list[str]]:
    held: list[str] = []
    for record in records:
        if held and sum(map(len, held)) + len(record) > _CHUNK:
            yield held
            held = []
        held.append(record)
    if held:
        yield held


def _write_page(folder: Path, index: dict[str, Any], writing: _Writing) -> None:
    """Write the page, with all the data in it where that is little."""
    data = {"index": script_json(index)}
    split = writing.characters > _ONE_PAGE
    if not split and (folder / DATA).is_dir():
        for path in sorted((folder / DATA).iterdir()):
            data[path.stem] = _content(path)
        shutil.rmtree(folder / DATA)
    title = f"{index['name']} · review"
    page = page_html(title, data, split=split)
    (folder / PAGE).write_text(page, encoding="utf-8", newline="")


def _content(path: Path) -> str:
    """Return the data of a data file, without the call around it."""
    call = path.read_text(encoding="utf-8")
    return call.partition(",")[2].removesuffix(");\n")
