"""Hold what an audit finds: kinds, severities, findings with their places in both texts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from projector.document import Fragment


class Kind(StrEnum):
    """What may be wrong with a translation."""

    WRONG_PAIR = "wrong_pair"  # the two texts do not tell the same
    UNTRANSLATED = "untranslated"  # the target is in the source's language, or a copy of it
    WRONG_LANGUAGE = "wrong_language"  # the target is in another language than its corpus
    TRUNCATED = "truncated"  # the translation ends before its source does
    LOOP = "loop"  # the same words over and over, as failing machine translation writes
    ORDER = "order"  # a sentence stands elsewhere than in the source
    OMISSION = "omission"  # a source sentence has no counterpart
    ADDITION = "addition"  # a target sentence has no counterpart
    REPETITION = "repetition"  # a target sentence is there more often than its source
    SOURCE_LANGUAGE = "source_language"  # a sentence is left in the source's language
    MIXED_LANGUAGE = "mixed_language"  # a sentence is in a third language
    NUMBER = "number"  # a number is changed, lost or gained
    UNIT = "unit"  # a number stands with another unit
    SIDE = "side"  # left, right or bilateral is changed, lost or gained
    NAME = "name"  # a drug or a person has another name
    NEGATION = "negation"  # a negation is lost or gained
    CERTAINTY = "certainty"  # a doubt or a possibility is lost or gained


class Severity(StrEnum):
    """How much a finding weighs."""

    DOCUMENT = "document"  # nothing of the document can be relied upon
    ERROR = "error"  # what is told differs
    WARNING = "warning"  # what is told may differ: good translations have some of these


# Kinds that are of a document as a whole and make it useless for a projection.
UNPAIRED = frozenset({Kind.WRONG_PAIR, Kind.UNTRANSLATED})


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong in one place.

    Args:
        kind: What it is.
        severity: How much it weighs.
        source: Where in the source text; None where nothing there corresponds, or for the whole.
        target: Where in the target text; None likewise.
        message: In words, for people.
        score: In [0, 1], higher is surer.
    """

    kind: Kind
    severity: Severity
    source: Fragment | None
    target: Fragment | None
    message: str
    score: float


@dataclass(frozen=True, slots=True)
class Block:
    """Sentences of a source and of its translation that tell the same.

    Args:
        sources: The source's sentences, in text order; at least one.
        targets: The translation's, in text order; at least one.
    """

    sources: tuple[Fragment, ...]
    targets: tuple[Fragment, ...]


def hull(fragments: tuple[Fragment, ...]) -> Fragment:
    """Return the stretch from the first to the last of fragments."""
    return Fragment(fragments[0].start, fragments[-1].end)
