"""Write a small run with all that a review must cope with, and its audit and codes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from written_runs import ORIGIN, at

from projector.document import Annotation, Document, Mention, Projection, Status
from projector.pipeline import ProjectedDocument
from projector.run.outcome import projected_outcome
from projector.run.reader import FinishedRun, read_run
from projector.run.writer import RunOrigin, open_writer
from projector.storage.hashes import file_hash
from schemas.manifest import MANIFEST, FileFacts
from schemas.seal import sealed_json
from schemas.tables import AUDIT, CODES

# A tag, an emoji (two UTF-16 units), an accent that combines, in both texts before mentions.
SOURCE = (
    "Refiere <script>alert(1)</script> tos.\nDolor 🙂 toracico\u0301 agudo y disnea; sin fiebre."
)
TARGET = (
    "Reports <script>alert(1)</script> cough.\nSevere\u0301 🙂 chest pain and dyspnoea; no fever."
)
HOSTILE = "</script><!-- <b>&amp;\u2028 \u202e"
LABEL = "SYMPTOM<!--"
PLAIN_SOURCE, PLAIN_TARGET = "Niega tos. Tiene asma.", "Denies coughing. Has asthma."


def _hostile() -> ProjectedDocument:
    mentions = (
        Mention("T1", LABEL, at(SOURCE, "tos")),
        Mention("T2", LABEL, at(SOURCE, "Dolor … agudo")),
        Mention("T3", "BODY", at(SOURCE, "toracico\u0301")),
        Mention("T4", LABEL, at(SOURCE, "disnea")),
        Mention("T5", LABEL, at(SOURCE, "fiebre")),
    )
    annotations = (
        Annotation("#1", "note", "AnnotatorNotes", (("", "T1"),), HOSTILE),
        Annotation("A1", "attribute", "Negated", (("", "T5"),)),
        Annotation("R1", "relation", "With", (("Arg1", "T1"), ("Arg2", "T2"))),
        Annotation("#2", "note", "AnnotatorNotes", (("", "R1"),), "on the relation"),
    )
    outcomes = (
        Projection("T1", Status.PROJECTED, 0.97, at(TARGET, "cough")),
        Projection("T2", Status.PROJECTED, 0.8, at(TARGET, "Severe\u0301 … pain")),
        Projection("T3", Status.PROJECTED, 0.45, at(TARGET, "chest pain")),
        Projection("T4", Status.UNALIGNED, reason="no span fits better than none"),
        Projection("T5", Status.PROJECTED, 0.9, at(TARGET, "fever"), collapsed_with=("T1",)),
    )
    return _projected("caso-<a>", (SOURCE, TARGET), mentions, outcomes, annotations)


def _plain() -> ProjectedDocument:
    mentions = (
        Mention("T1", LABEL, at(PLAIN_SOURCE, "tos")),
        Mention("T2", "DISEASE", at(PLAIN_SOURCE, "asma")),
    )
    outcomes = (
        Projection("T1", Status.PROJECTED, 0.3, at(PLAIN_TARGET, "coughing")),
        Projection("T2", Status.PROJECTED, 0.99, at(PLAIN_TARGET, "asthma")),
    )
    return _projected("caso-b", (PLAIN_SOURCE, PLAIN_TARGET), mentions, outcomes)


def _projected(name, texts, mentions, outcomes, annotations=()) -> ProjectedDocument:
    source = Document(name, "es", texts[0], mentions, annotations)
    kept = tuple(
        Mention(mention.id, mention.label, outcome.fragments)
        for mention, outcome in zip(mentions, outcomes, strict=True)
        if outcome.fragments
    )
    return ProjectedDocument(source, Document(name, "en", texts[1], kept), outcomes)


def write_reviewed_run(path: Path, *, copies: int = 0, origin: RunOrigin = ORIGIN) -> FinishedRun:
    """Write the run; `copies` of its plain document make it larger."""
    documents = [_hostile(), _plain()]
    documents += [
        replace(
            documents[1],
            source=replace(documents[1].source, name=f"copy-{number:05}"),
            document=replace(documents[1].document, name=f"copy-{number:05}"),
        )
        for number in range(copies)
    ]
    with open_writer(path, origin) as writer:
        for document in documents:
            writer.put(replace(projected_outcome(document), original=document.source))
    return read_run(path)


def with_audit(run: FinishedRun, **changes: object) -> FinishedRun:
    """Return a run with an audit's table of one finding, as a run that is audited has it."""
    (fragment,) = at(SOURCE, "sin fiebre")
    finding = {
        "language": "en",
        "document": "caso-<a>",
        "kind": "negation",
        "severity": "error",
        "source_start": fragment.start,
        "source_end": fragment.end,
        "source_text": "sin fiebre",
        "target_start": None,
        "target_end": None,
        "target_text": "",
        "message": "the negation is lost",
        "score": 0.9,
        **changes,
    }
    return _with_table(run, "audit.parquet", pa.Table.from_pylist([finding], schema=AUDIT))


def _with_table(run: FinishedRun, name: str, table: pa.Table) -> FinishedRun:
    """Put a table into a run's folder, and into what its manifest says was written there."""
    pq.write_table(table, run.path / name)
    facts = FileFacts(size=(run.path / name).stat().st_size, sha256=file_hash(run.path / name))
    written = run.manifest.written
    files = dict(sorted({**written.files, name: facts}.items()))
    update = {"written": written.model_copy(update={"files": files}), "sha256": None}
    manifest = sealed_json(run.manifest.model_copy(update=update))
    (run.path / MANIFEST).write_text(manifest, encoding="utf-8", newline="")
    return read_run(run.path)


def write_codes(folder: Path, *rows: dict[str, object]) -> None:
    """Write a folder of codes that holds nothing but its table."""
    folder.mkdir()
    fixed = {"label": LABEL, "fragments": [], "name": "cough", "coder": None, "list": None}
    table = pa.Table.from_pylist([{**fixed, "assertion": None, **row} for row in rows], CODES)
    pq.write_table(table, folder / "codes.parquet")


def with_sentences(run: FinishedRun, *rows: tuple[str, list, list]) -> FinishedRun:
    """Return a run with a table of sentences that tell the same, as an audited run has it."""
    spans = lambda some: [{"start": start, "end": end} for start, end in some]  # noqa: E731
    told = {"language": "en", "score": 1.0}
    sentences = [
        {
            **told,
            "source_document": name,
            "target_document": name,
            "source_fragments": spans(sources),
            "target_fragments": spans(targets),
        }
        for name, sources, targets in rows
    ]
    return _with_table(run, "sentences.parquet", pa.Table.from_pylist(sentences))
