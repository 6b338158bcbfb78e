"""Tell the names of drugs and people that a translation changed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from projector.audit.findings import Finding, Kind, Severity
from projector.audit.names import Name, are_alike, capital_names, spelling
from projector.document import Document, Fragment

_CHANGED = 0.9
_WORD = re.compile(r"[^\W\d_]{4,}")
_MOST = 60  # names of a block: a list of more is no sentence


def name_findings(
    source: Document,
    target: Document,
    names: tuple[Sequence[Name], Sequence[Name], Sequence[Name]],
    sources: tuple[Fragment, ...],
    targets: tuple[Fragment, ...],
) -> Iterator[Finding]:
    """Yield the names that became others between sentences and their translation.

    A name that is only lost or only gained is not told: another word may render it.

    Args:
        source: The document.
        target: Its translation.
        names: The drugs in the sentences and in their translation, and the people in the sentences.
        sources: The sentences.
        targets: Their translation.
    """
    drugs, other_drugs, people = names
    if not (people or (drugs and other_drugs)) or max(map(len, names)) > _MOST:
        return
    theirs, others = _spellings(source, sources), _spellings(target, targets)
    lost = _without_like(drugs, others)
    yield from _changed(source, target, lost, _without_like(other_drugs, theirs))
    if lost_people := _without_like(people, others):
        capitals = [name for stretch in targets for name in capital_names(target.text, stretch)]
        yield from _changed(source, target, lost_people, _without_like(capitals, theirs))


def _spellings(document: Document, stretches: Sequence[Fragment]) -> set[str]:
    """Return how the words of sentences are spelt."""
    return {
        spelling(match.group())
        for stretch in stretches
        for match in _WORD.finditer(document.text, stretch.start, stretch.end)
    }


def _without_like(names: Sequence[Name], spellings: set[str]) -> list[Name]:
    """Return the names for which no word is spelt alike."""
    return [
        name
        for name in names
        if name.spelling not in spellings
        and not any(are_alike(name.spelling, word) for word in spellings)
    ]


def _changed(
    source: Document, target: Document, lost: list[Name], gained: list[Name]
) -> Iterator[Finding]:
    for one, other in zip(lost, gained, strict=False):
        words = (
            document.text[name.place.start : name.place.end]
            for document, name in ((source, one), (target, other))
        )
        message = " became ".join(words)
        yield Finding(Kind.NAME, Severity.ERROR, one.place, other.place, message, _CHANGED)
