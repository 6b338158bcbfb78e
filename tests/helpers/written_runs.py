"""Write a run of a few documents of every fate, for tests of its parts to read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from projector.document import (
    Annotation,
    Document,
    Fragment,
    Mention,
    Projection,
    Status,
    transferable_annotations,
)
from projector.pipeline import ProjectedDocument
from projector.run.outcome import projected_outcome, unprojected_outcome
from projector.run.summary import RunSummary
from projector.run.writer import RunOrigin, RunWriter, open_writer
from schemas.manifest import ModelFacts
from schemas.run import RunConfiguration

ORIGIN = RunOrigin(RunConfiguration(), ModelFacts(name="tiny", fingerprint="0123"))
SOURCE = "Fiebre alta.\nDolor torácico agudo y disnea; sin tos."
TARGET = "High fever.\nAcute chest pain and dyspnoea; no cough."


def at(text: str, words: str) -> tuple[Fragment, ...]:
    parts = [(text.index(part), part) for part in words.split(" … ")]
    return tuple(Fragment(start, start + len(part)) for start, part in parts)


def source(name: str) -> Document:
    mentions = (
        Mention("T1", "SYMPTOM", at(SOURCE, "Fiebre alta"), 1),
        Mention("T3", "SYMPTOM", at(SOURCE, "Dolor … agudo"), 2),
        Mention("T2", "DISEASE", at(SOURCE, "disnea"), 4),
        Mention("T9", "PROCEDURE", at(SOURCE, "tos"), 5),
    )
    annotations = (
        Annotation("#1", "note", "AnnotatorNotes", (("", "T1"),), "38\u00a0°C", 3),
        Annotation("A1", "attribute", "Negated", (("", "T9"),), None, 6),
        Annotation("R1", "relation", "With", (("Arg1", "T1"), ("Arg2", "T3")), None, 7),
    )
    return Document(name, "es", SOURCE, mentions, annotations)


def projected(name: str, language: str = "en", words: str = "Acute … pain") -> ProjectedDocument:
    """Return what became of one document: three statuses, one lost attribute."""
    document = source(f"caso-{name}")
    outcomes = (
        Projection("T1", Status.PROJECTED, 0.9876, at(TARGET, "High fever")),
        Projection("T3", Status.PROJECTED, 0.5, at(TARGET, words)),
        Projection("T2", Status.BELOW_THRESHOLD, 0.1, reason="its best span scores 0.1"),
        Projection("T9", Status.UNALIGNED, reason="nothing is aligned\twith it"),
    )
    mentions = tuple(
        Mention(one.id, one.label, outcome.fragments, one.line)
        for one, outcome in zip(document.mentions, outcomes, strict=True)
        if outcome.fragments
    )
    kept, lost = transferable_annotations(document.annotations, {one.id for one in mentions})
    target = Document(f"case-{name}", language, TARGET, mentions, kept)
    return ProjectedDocument(document, target, outcomes, lost)


EVERY = [projected(name, language) for name in "abcd" for language in ("en", "cz")]
INVALID = {"T7": "its text differs"}


def add_invalid(writer: RunWriter) -> None:
    writer.put(projected_outcome(projected("e", "cz"), invalid=INVALID))


def add_unpaired(writer: RunWriter) -> None:
    outcome = unprojected_outcome(
        source("caso-e"), "en", Status.UNPAIRED, "no translation", invalid=INVALID
    )
    writer.put(replace(outcome, original=source("caso-e")))


def write_run(
    path: Path, outcomes=(*EVERY, add_invalid, add_unpaired), *, command=(), overwrite=False
) -> RunSummary:
    """Write a run of projected documents and of functions that add what isn't."""
    with open_writer(path, replace(ORIGIN, command=command), overwrite=overwrite) as writer:
        for one in outcomes:
            if isinstance(one, ProjectedDocument):
                leads = one.document.language == "en"
                original = one.source if leads else None
                writer.put(replace(projected_outcome(one), original=original))
            else:
                one(writer)
    return writer.summary


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
