"""Put the sentences of a text beside those of its translation, all of both, each once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from projector.text.sentences import split_sentences

Range = tuple[int, int]
Linked = tuple[Sequence[Range], Sequence[Range]]  # stretches of both texts that tell the same


@dataclass(frozen=True, slots=True)
class SentenceRow:
    """What stands beside each other.

    Args:
        source: Stretches of the source, in text order; none where the translation adds something.
        target: Stretches of the translation; none where it leaves something out.
    """

    source: tuple[Range, ...]
    target: tuple[Range, ...]


def sentence_rows(source: str, target: str, links: Iterable[Linked]) -> list[SentenceRow]:
    """Return the rows of two texts, in the source's order.

    What no link holds has a row of its own: of the source where it stands, of the translation
    behind the row that holds what stands before it. White space between rows is in none.

    Args:
        source: The text.
        target: Its translation.
        links: Which sentences tell the same.
    """
    rows = [SentenceRow(_joined(left, source), _joined(right, target)) for left, right in links]
    covered = [stretch for row in rows for stretch in row.source]
    rows += [SentenceRow((gap,), ()) for gap in _gaps(source, covered)]
    rows.sort(key=lambda row: row.source[0])
    added = _gaps(target, [stretch for row in rows for stretch in row.target])
    for gap in reversed(added):  # of two behind the same row the earlier ends in front
        rows.insert(_place(rows, gap), SentenceRow((), (gap,)))
    return rows


def _place(rows: Sequence[SentenceRow], gap: Range) -> int:
    """Return the number of the row in front of which a stretch of the translation belongs."""
    ends = [
        (end, number) for number, row in enumerate(rows) for _, end in row.target if end <= gap[0]
    ]
    return max(ends)[1] + 1 if ends else 0


def _joined(stretches: Sequence[Range], text: str) -> tuple[Range, ...]:
    """Return stretches in text order, those that only white space parts as one."""
    joined: list[Range] = []
    for start, end in sorted(stretches):
        if joined and not text[joined[-1][1] : start].strip():
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return tuple(joined)


def _gaps(text: str, covered: Iterable[Range]) -> list[Range]:
    """Return the sentences, or parts of them, that no stretch covers, without white space."""
    cuts = [0]
    for start, end in sorted(covered):
        cuts += (max(start, cuts[-1]), max(end, cuts[-1]))
    cuts.append(len(text))
    gaps = [(cuts[number], cuts[number + 1]) for number in range(0, len(cuts), 2)]
    return [
        (start + first, start + last)
        for start, end in gaps
        for first, last in split_sentences(text[start:end]).tolist()
    ]
