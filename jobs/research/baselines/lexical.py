"""Project mentions by exact match: the baseline that needs no model."""

from __future__ import annotations

from projector.document import DocumentPair, Fragment

NAME = "exact-match"


def match_mentions(pair: DocumentPair) -> dict[str, Fragment]:
    """Find each mention's own string in the target, nearest to the same relative position.

    Case is folded, a match never begins or ends within a word, and no stretch of the target is
    given to mentions of two different stretches of the source. A discontinuous mention is sought
    from its first to its last character.

    Returns:
        By mention id, in text order; mentions without a match are left out.
    """
    source, target = pair.source, pair.target
    folded, origin = _fold(target.text)
    scale = len(target.text) / max(len(source.text), 1)
    match_of_span: dict[tuple[int, int], Fragment] = {}
    for start, end in sorted({(mention.start, mention.end) for mention in source.mentions}):
        needle = source.text[start:end].casefold()
        free = [
            fragment
            for fragment in _occurrences(needle, folded, origin, target.text)
            if fragment not in match_of_span.values()
        ]
        if free:
            match_of_span[start, end] = min(free, key=lambda one: abs(one.start - start * scale))
    spans = {mention.id: (mention.start, mention.end) for mention in source.mentions}
    return {id_: match_of_span[span] for id_, span in spans.items() if span in match_of_span}


def _fold(text: str) -> tuple[str, list[int]]:
    """Fold the case of `text`, and say which character each folded one comes from."""
    folded = [character.casefold() for character in text]
    origin = [index for index, letters in enumerate(folded) for _ in letters]
    return "".join(folded), [*origin, len(text)]


def _occurrences(needle: str, folded: str, origin: list[int], text: str) -> list[Fragment]:
    fragments = []
    match = folded.find(needle)
    while match >= 0:
        match_end = match + len(needle)
        start, end = origin[match], origin[match_end]
        whole = origin[match_end - 1] < end and (match == 0 or origin[match - 1] < start)
        if whole and not (_within_word(text, start) or _within_word(text, end)):
            fragments.append(Fragment(start, end))
        match = folded.find(needle, match + 1)
    return fragments


def _within_word(text: str, offset: int) -> bool:
    return 0 < offset < len(text) and text[offset - 1].isalnum() and text[offset].isalnum()
