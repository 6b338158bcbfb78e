"""Hold documents, their mentions and what became of them: the types every stage speaks in.

Offsets are half-open and count Unicode code points of the untouched text, line ends and byte
order mark included, exactly as it is stored.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import count
from operator import index
from typing import Literal

from projector.html import Mark, marked_text

SCORE_NOTE = "ProjectionScore"  # BRAT's type of the notes that tell how sure a projection is
TAGGED_NOTE = "TaggingScore"  # and how sure a tagger is of what it found
_FORMER_SCORE = "projection score "  # and four decimals: what AnnotatorNotes said of it
_PROBABILITY = re.compile(r"0(\.[0-9]+)?|1(\.0+)?")

# What a user writes of an entity: start, end, label, and perhaps an id.
LabelledSpan = tuple[int, int, str] | tuple[int, int, str, str]


@dataclass(frozen=True, slots=True, order=True)
class Fragment:
    """A stretch of text, `text[start:end]`; it holds at least one character."""

    start: int
    end: int

    def __post_init__(self) -> None:
        """Refuse what can't be a stretch of any text."""
        if not 0 <= self.start < self.end:
            raise ValueError(f"a fragment needs 0 <= start < end, not {self.start}..{self.end}")


def surface(fragments: Iterable[Fragment], text: str) -> str:
    """Return the words of fragments in `text`, joined by a space, as BRAT does."""
    return " ".join(text[fragment.start : fragment.end] for fragment in fragments)


@dataclass(frozen=True, slots=True)
class Mention:
    """An annotated entity: one fragment, or several when it is discontinuous.

    Args:
        id: Unique within its document (`T1`).
        label: Its entity type, as the corpus (or the user's mapping) names it.
        fragments: At least one, in text order.
        line: Where it stands in its file, 1-based; keeps a file's order and serves messages.
    """

    id: str
    label: str
    fragments: tuple[Fragment, ...]
    line: int | None = field(default=None, compare=False)

    @property
    def start(self) -> int:
        """Return the offset of its first character."""
        return self.fragments[0].start

    @property
    def end(self) -> int:
        """Return the offset behind its last character."""
        return self.fragments[-1].end

    def surface(self, text: str) -> str:
        """Return its words in `text`: the fragments joined by a space, as BRAT does."""
        return surface(self.fragments, text)


AnnotationKind = Literal["attribute", "relation", "event", "note", "normalization", "equivalence"]


@dataclass(frozen=True, slots=True)
class Annotation:
    r"""What is said about mentions, or about other annotations: all that BRAT has beside them.

    Args:
        id: Unique within its document (`A1`, `R2`, `#3`); equivalences all have `*`.
        kind: What it is.
        label: Its type: an attribute's name, a relation's or event's type, `AnnotatorNotes`,
            `Reference`, `Equiv`.
        arguments: (role, id of what it is about), in order; the role is empty where the kind
            has none. An event's first argument is its trigger, its role the event's type.
        value: An attribute's value, a note's text, a normalisation's `resource:code\ttext`.
        line: Where it stands in its file, 1-based.
    """

    id: str
    kind: AnnotationKind
    label: str
    arguments: tuple[tuple[str, str], ...] = ()
    value: str | None = None
    line: int | None = field(default=None, compare=False)

    @property
    def targets(self) -> tuple[str, ...]:
        """Return the ids that it is about."""
        return tuple(target for _, target in self.arguments)


@dataclass(frozen=True, slots=True)
class Document:
    """A text with its mentions and what is said about them.

    Args:
        name: Its name within its corpus, without a file's extension.
        language: A plain code; `cz` and `cs` are one language, kept as the user wrote it.
        text: Never changed once read.
        mentions: In file order; nested and overlapping ones are legal.
        annotations: In file order; every target is in `mentions` or `annotations`.
    """

    name: str
    language: str
    text: str
    mentions: tuple[Mention, ...] = ()
    annotations: tuple[Annotation, ...] = ()

    @classmethod
    def from_spans(
        cls, text: str, spans: Iterable[LabelledSpan], *, language: str, name: str = "text"
    ) -> Document:
        """Return a document of a text and the spans of its entities.

        A discontinuous mention needs `Mention` itself, with several fragments.

        Args:
            text: Taken as it is.
            spans: (start, end, label) or (start, end, label, id): half-open offsets in Unicode
                code points. Mentions without an id are called T1, T2, … in their order.
            language: A plain code.
            name: The document's.

        Raises:
            ValueError: A span is empty or not within the text, or two have the same id.

        Example:
            >>> spans = [(13, 30, "DISEASE")]
            >>> document = Document.from_spans(
            ...     "Paciente con diabetes mellitus.", spans, language="es"
            ... )
            >>> [(mention.id, mention.surface(document.text)) for mention in document.mentions]
            [('T1', 'diabetes mellitus')]
        """
        mentions = tuple(_mentions(text, list(spans)))
        return cls(name, language, text, mentions)

    def _repr_html_(self) -> str:
        """Return the text with its mentions marked, equal labels in equal colours: for notebooks.

        Example:
            >>> spans = [(0, 6, "SYMPTOM")]
            >>> "T1 SYMPTOM" in Document.from_spans("fiebre", spans, language="es")._repr_html_()
            True
        """
        labels = list(dict.fromkeys(mention.label for mention in self.mentions))
        marks = [
            mention_mark(mention, color=labels.index(mention.label)) for mention in self.mentions
        ]
        heading = f"{self.name} · {self.language}"
        return marked_text(self.text, marks, heading=heading, language=self.language)


def _mentions(text: str, spans: Collection[LabelledSpan]) -> Iterator[Mention]:
    """Yield the mentions that spans of a text are."""
    given = Counter(id_ for _, _, _, *ids in spans for id_ in ids)
    if repeated := [id_ for id_, number in given.items() if number > 1]:
        raise ValueError(
            f"{', '.join(repeated)}: several spans have this id; expected one each. A "
            "discontinuous mention is a Mention with several fragments"
        )
    free = (id_ for id_ in map("T{}".format, count(1)) if id_ not in given)
    for number, (start, end, label, *ids) in enumerate(spans, start=1):
        if not 0 <= start < end <= len(text):
            raise ValueError(
                f"span {number} is {start}..{end} {label!r}; expected 0 <= start < end <= "
                f"{len(text)}, the length of the text"
            )
        id_ = ids[0] if ids else next(free)
        yield Mention(id_, label, (Fragment(index(start), index(end)),))


def as_document(text: str | Document, *, language: str | None, name: str = "text") -> Document:
    """Return a document as it is, or make one of a text.

    Args:
        text: Either.
        language: The text's; None with a document, which has its own.
        name: The text's.

    Raises:
        ValueError: A text comes without its language, or a document with another than its own.

    Example:
        >>> as_document("febbre", language="it").language
        'it'
    """
    if isinstance(text, Document):
        if language not in (None, text.language):
            raise ValueError(
                f"{text.name} is in {text.language} and language={language!r} was given; "
                "leave it out: it says what language a text is in"
            )
        return text
    if language is None:
        raise ValueError("a text needs its language; give it as language='…', a plain code: 'it'")
    return Document(name, language, text)


def mention_mark(mention: Mention, *, color: int, note: str = "") -> Mark:
    """Return what marks a mention in its text, see `projector.html`."""
    spans = tuple((fragment.start, fragment.end) for fragment in mention.fragments)
    return Mark(mention.id, mention.label, spans, color, note)


@dataclass(frozen=True, slots=True)
class DocumentPair:
    """A document and its translation; the target's own mentions, if any, play no part."""

    source: Document
    target: Document


class Status(StrEnum):
    """What became of a source mention: exactly one each."""

    PROJECTED = "projected"
    UNALIGNED = "unaligned"  # nothing in the translation resembles it where it should stand
    BELOW_THRESHOLD = "below_threshold"  # a span was found, its score is under the user's limit
    UNPAIRED = "unpaired"  # its document has no translation
    INVALID = "invalid"  # its annotation can't be true, and the user said to go on
    FAILED = "failed"  # its document could not be processed
    TAGGED = "tagged"  # no source mention: found in the text itself, where a run only tags
    CONFIRMED = "confirmed"  # a person says that it is where the run put it
    CORRECTED = "corrected"  # a person says where it is
    ABSENT = "absent"  # a person says that the translation lacks it

    @property
    def has_span(self) -> bool:
        """Tell whether a source mention of this status stands somewhere in the translation."""
        return self in (Status.PROJECTED, Status.CONFIRMED, Status.CORRECTED)

    @classmethod
    def with_span(cls) -> list[str]:
        """Return those that have a span, as tables have them."""
        return [status.value for status in cls if status.has_span]


@dataclass(frozen=True, slots=True)
class Projection:
    """What became of one source mention in one translation.

    Args:
        mention_id: The source mention's id.
        status: Exactly one; `fragments` is empty unless it has a span.
        score: In [0, 1], higher is surer; 0 when nothing was found.
        fragments: Where it stands in the target text, in text order.
        reason: Why it is not projected, in words; empty when it is.
        collapsed_with: The mentions that share no words with it in the source and ended on some
            of its words here, in the source's order.
    """

    mention_id: str
    status: Status
    score: float = 0.0
    fragments: tuple[Fragment, ...] = ()
    reason: str = ""
    collapsed_with: tuple[str, ...] = ()


def with_scores(
    document: Document, scores: Mapping[str, float], *, note: str = SCORE_NOTE
) -> Document:
    """Return the document with each mention's score as a note, as a reviewer reads it in BRAT."""
    taken = {annotation.id for annotation in document.annotations}
    free = (id_ for id_ in map("#{}".format, count(1)) if id_ not in taken)
    notes = tuple(
        Annotation(next(free), "note", note, (("", mention.id),), f"{scores[mention.id]:.4f}")
        for mention in document.mentions
        if mention.id in scores
    )
    return replace(document, annotations=(*document.annotations, *notes))


def noted_score(annotation: Annotation) -> float | None:
    """Return the score that a note of a run or a tagger tells; None of all other annotations."""
    if not _is_score(annotation) or len(annotation.targets) != 1:
        return None
    told = _PROBABILITY.fullmatch((annotation.value or "").removeprefix(_FORMER_SCORE))
    return float(told[0]) if told else None


def noted_scores(document: Document) -> dict[str, float]:
    """Return by their ids the scores that notes tell of mentions."""
    scores = ((one.targets, noted_score(one)) for one in document.annotations)
    return {targets[0]: score for targets, score in scores if score is not None}


def without_scores(annotations: Iterable[Annotation]) -> tuple[Annotation, ...]:
    """Return annotations less the scores that a run or a tagger gave: of others not true."""
    return tuple(one for one in annotations if not _is_score(one))


def _is_score(annotation: Annotation) -> bool:
    value = annotation.value or ""
    return annotation.kind == "note" and (
        annotation.label in (SCORE_NOTE, TAGGED_NOTE)
        or (
            annotation.label == "AnnotatorNotes"
            and value.startswith(_FORMER_SCORE)
            and re.fullmatch(r"[01]\.[0-9]{4}", value.removeprefix(_FORMER_SCORE)) is not None
        )
    )


def transferable_annotations(
    annotations: Collection[Annotation], mention_ids: Collection[str]
) -> tuple[tuple[Annotation, ...], tuple[Annotation, ...]]:
    """Split annotations into those that travel with the mentions kept and those that are lost.

    One travels when everything it is about does: a note on a relation needs the relation, which
    needs both its mentions. An equivalence travels with the members it has left, at least two.

    Returns:
        (kept, lost), each in the given order; a kept equivalence that lost members appears
        shortened among the kept and whole among the lost.
    """
    alive = _ids_that_stay(annotations, mention_ids)
    kept: list[Annotation] = []
    lost: list[Annotation] = []
    for annotation in annotations:
        if annotation.kind != "equivalence":
            (kept if annotation.id in alive else lost).append(annotation)
            continue
        members = tuple(argument for argument in annotation.arguments if argument[1] in alive)
        if len(members) < len(annotation.arguments):
            lost.append(annotation)
        if len(members) >= 2:
            kept.append(replace(annotation, arguments=members))
    return tuple(kept), tuple(lost)


def _ids_that_stay(
    annotations: Collection[Annotation], mention_ids: Collection[str]
) -> frozenset[str]:
    """Return the ids of mentions, and of annotations of which nothing they are about is lost."""
    others = [annotation for annotation in annotations if annotation.kind != "equivalence"]
    alive = {*mention_ids, *(annotation.id for annotation in others)}
    while True:
        dead = {
            annotation.id
            for annotation in others
            if annotation.id in alive and not alive.issuperset(annotation.targets)
        }
        if not dead:
            return frozenset(alive)
        alive -= dead
