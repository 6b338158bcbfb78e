"""Count offsets in UTF-16 units, as JavaScript and Java do, from those in code points."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable

from projector.corpus.formats.utf16 import beyond


def unit_counter(text: str) -> Callable[[int], int]:
    """Return what gives the offset in UTF-16 units of an offset in code points."""
    if not beyond(text):
        return lambda offset: offset
    astral = [position for position, character in enumerate(text) if character > "\uffff"]
    return lambda offset: offset + bisect_left(astral, offset)
