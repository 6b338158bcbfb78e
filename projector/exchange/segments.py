"""Cut a text into tokens and lines for formats of tokens, so that every mention has its edges."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

# Combining marks belong to the letter before them, selectors and joiners to the symbol; numbers
# stay whole. What is no white space is in a token.
_TOKEN = re.compile(
    r"(?:[^\W\d_][\u0300-\u036f]*)+|\d+(?:[.,]\d+)*|\S[\u0300-\u036f\u200d\ufe0e\ufe0f]*"
)

Span = tuple[int, int]


def token_spans(text: str, edges: Iterable[int]) -> list[Span]:
    """Return the tokens of a text, cut where edges of mentions lie in them."""
    cuts = [*sorted({*edges}), len(text) + 1]  # the last is in no token
    tokens: list[Span] = []
    nearest = 0
    for match in _TOKEN.finditer(text):
        start, end = match.span()
        while cuts[nearest] <= start:
            nearest += 1
        while cuts[nearest] < end:
            tokens.append((start, cuts[nearest]))
            start = cuts[nearest]
            nearest += 1
        tokens.append((start, end))
    return tokens


@dataclass(frozen=True, slots=True)
class Segment:
    """A line with its tokens, or several that a span goes over.

    Args:
        start, end: From the first token to the last one's end.
        first: The number of its first token among the text's.
        tokens: At least one.
    """

    start: int
    end: int
    first: int
    tokens: tuple[Span, ...]


def segments(text: str, tokens: list[Span], spans: Iterable[Span]) -> Iterator[Segment]:
    """Yield the lines of a text that have tokens; those that a span goes over are one.

    Args:
        text: The text.
        tokens: Its tokens.
        spans: What is not to be cut.
    """
    covered = sorted(spans)
    first = reach = position = 0
    for number, (start, _) in enumerate(tokens):
        while position < len(covered) and covered[position][0] < start:
            reach = max(reach, covered[position][1])
            position += 1
        if number > first and start >= reach and "\n" in text[tokens[number - 1][1] : start]:
            yield _segment(tokens, first, number)
            first = number
    if tokens:
        yield _segment(tokens, first, len(tokens))


def _segment(tokens: list[Span], first: int, behind: int) -> Segment:
    inside = tuple(tokens[first:behind])
    return Segment(inside[0][0], inside[-1][1], first, inside)


def token_range(tokens: list[Span], start: int, end: int) -> tuple[int, int]:
    """Return the numbers of the first token within a span and of the one behind its last."""
    first = bisect_left(tokens, (start, -1))
    behind = first
    while behind < len(tokens) and tokens[behind][1] <= end:
        behind += 1
    return first, behind


def trimmed(text: str, start: int, end: int) -> Span:
    """Return a span without the white space at its edges; empty where it has nothing else."""
    words = text[start:end]
    left = len(words) - len(words.lstrip())
    return (start + left, max(start + left, start + len(words.rstrip())))
