"""A document with all that tables hold, and how tests read it back."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from projector.corpus.formats.parquet_read import open_parquet
from projector.corpus.reading import require_document
from projector.document import Annotation, Document, Fragment, Mention


def document(name: str, language: str = "en", count: int = 3) -> Document:
    text = "\ufeffSévère\r\n“fever” 🤒, then\tpain."
    mentions = [
        Mention("T1", "SYMPTOM", (Fragment(1, 7), Fragment(9, 16)), 1),
        Mention("T2", "SYMPTOM", (Fragment(10, 15),), None),
        Mention("T3", "Finding", (Fragment(25, 29),), 7),
    ][:count]
    annotations = [
        Annotation("A1", "attribute", "Negated", (("", "T1"),), None, 2),
        Annotation("E1", "event", "Finding", (("Finding", "T3"), ("Of", "T1")), None, 8),
        Annotation("#1", "note", "AnnotatorNotes", (("", "E1"),), "a\tnote"),
        Annotation("*", "equivalence", "Equiv", (("", "T1"), ("", "T2")), None, 9),
    ]
    said = tuple(annotations) if count == 3 else ()
    return Document(name, language, text, tuple(mentions), said)


def read_all(folder: Path, **options) -> list[Document]:
    corpus = open_parquet(folder, **options)
    return [require_document(corpus.read(name)) for name in corpus.names]


def same(one: Iterable[Document], other: Iterable[Document]) -> bool:
    """Compare lines too, which documents' own equality passes over."""
    return repr(list(one)) == repr(list(other))
