"""Hold a document with what a run says of its mentions, and what a format can't hold of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from projector.corpus.references import split_reference
from projector.document import Annotation, Document, Mention, noted_score, noted_scores


@dataclass(frozen=True, slots=True)
class MarkedDocument:
    """A document, and what a run says of it.

    Args:
        document: With its mentions.
        scores: By a mention's id; empty where nobody has scored them.
        source: The name of the document that its mentions come from; empty where there is none.
    """

    document: Document
    scores: Mapping[str, float] = field(default_factory=dict)
    source: str = ""

    @classmethod
    def of(
        cls, document: Document, scores: Mapping[str, float] | None = None, source: str = ""
    ) -> MarkedDocument:
        """Return a document marked with scores: given ones, and those that its notes tell."""
        others = tuple(one for one in document.annotations if noted_score(one) is None)
        known = {**noted_scores(document), **(scores or {})}
        return cls(replace(document, annotations=others), known, source)


@dataclass(frozen=True, slots=True)
class Loss:
    """What a format can't hold of a document.

    Args:
        language, document: Of which.
        id: The mention's or annotation's; empty where the document itself is meant.
        kind: `document`, `mention`, or the kind of an annotation.
        label: The mention's or annotation's.
        why: What keeps it out, in words.
        start, end: Where a mention begins and ends; None of all else.
        text: A mention's words, an annotation's value.
    """

    language: str
    document: str
    id: str
    kind: str
    label: str
    why: str
    start: int | None = None
    end: int | None = None
    text: str = ""


Losses = list[Loss]
Add = Callable[[MarkedDocument], Losses]  # writes a document, and tells what could not be held


def document_loss(document: Document, why: str) -> Loss:
    """Return that a document, or something of the whole of it, is lost."""
    return Loss(document.language, document.name, "", "document", "", why)


def mention_loss(document: Document, mention: Mention, why: str) -> Loss:
    """Return that a mention is lost, or not whole."""
    words = mention.surface(document.text)
    span = (mention.start, mention.end)
    owner = (document.language, document.name)
    return Loss(*owner, mention.id, "mention", mention.label, why, *span, words)


def annotation_losses(
    document: Document, annotations: Iterable[Annotation], why: str = "the format has no place"
) -> Losses:
    """Return that annotations are lost."""
    owner = (document.language, document.name)
    return [
        Loss(*owner, one.id, one.kind, one.label, why, text=one.value or "") for one in annotations
    ]


def is_about_a_mention(annotation: Annotation, mentions: Iterable[str]) -> bool:
    """Tell whether an annotation says something of exactly one mention."""
    return (
        annotation.kind in ("attribute", "note", "normalization")
        and len(annotation.targets) == 1
        and annotation.targets[0] in mentions
    )


def remarks(document: Document) -> tuple[dict[str, list[str]], list[Annotation]]:
    """Return what is said of each mention, for people to read, and the annotations left.

    Attributes, notes and normalisations of one mention each become words: `Negated`,
    `Course: chronic`, `MESH:D001249`.
    """
    ids = {mention.id for mention in document.mentions}
    said: dict[str, list[str]] = {}
    left: list[Annotation] = []
    for annotation in document.annotations:
        if is_about_a_mention(annotation, ids):
            said.setdefault(annotation.targets[0], []).append(_words(annotation))
        else:
            left.append(annotation)
    return said, left


def _words(annotation: Annotation) -> str:
    value = (annotation.value or "").strip()
    if annotation.kind == "normalization":
        return value.replace("\t", " ")
    if annotation.kind == "note" and annotation.label == "AnnotatorNotes":
        return value
    return f"{annotation.label}: {value}" if value else annotation.label


def relations(document: Document) -> tuple[list[tuple[Annotation, str, str]], list[Annotation]]:
    """Return the relations of two mentions with their ids, and all other annotations."""
    ids = {mention.id for mention in document.mentions}
    binary: list[tuple[Annotation, str, str]] = []
    others: list[Annotation] = []
    for annotation in document.annotations:
        ends = annotation.targets
        if annotation.kind == "relation" and len(ends) == 2 and ids.issuperset(ends):
            binary.append((annotation, *ends))
        else:
            others.append(annotation)
    return binary, others


def codes(document: Document) -> Iterator[tuple[Annotation, str, str, str]]:
    """Yield normalisations of a mention: the annotation, the mention's id, resource and code."""
    ids = {mention.id for mention in document.mentions}
    for annotation in document.annotations:
        if annotation.kind == "normalization" and is_about_a_mention(annotation, ids):
            resource, code, _ = split_reference(annotation.value)
            yield annotation, annotation.targets[0], resource, code
