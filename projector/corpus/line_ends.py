"""Give a text the line ends that another tool saw, and tell where its boundaries truly are."""

from __future__ import annotations

import re
from collections.abc import Sequence

# How line ends were counted, in words.
LINE_ENDS = {
    "LF": "CRLF counts as one character",
    "CRLF": "LF counts as two characters",
}
_LONE = re.compile(r"(?<!\r)\n")


def with_line_ends(
    kind: str, text: str, offsets: Sequence[int] | None
) -> tuple[str, Sequence[int]] | None:
    """Return a text with all its line ends of one kind.

    Args:
        kind: One of `LINE_ENDS`.
        text: As it is counted otherwise.
        offsets: The true offsets of its boundaries; None: they are its own.

    Returns:
        (text, true offsets of its boundaries); None where that is no other text.
    """
    offsets = range(len(text) + 1) if offsets is None else offsets
    if kind == "LF":
        return _joined(text, offsets) if "\r\n" in text else None
    return _parted(text, offsets) if _LONE.search(text) else None


def _joined(text: str, offsets: Sequence[int]) -> tuple[str, list[int]]:
    dropped = {match.start() for match in re.finditer("\r\n", text)}  # the CR of each
    counted = [index for index in range(len(text)) if index not in dropped]
    # A line's end is before its CR, so that a mention never gets one at its end.
    boundaries = [index - 1 if index - 1 in dropped else index for index in (*counted, len(text))]
    return text.replace("\r\n", "\n"), [offsets[index] for index in boundaries]


def _parted(text: str, offsets: Sequence[int]) -> tuple[str, list[int]]:
    added = {match.start() for match in _LONE.finditer(text)}
    # The boundary within what is one character here is before it: at its end it is no mention's.
    boundaries = [
        index for index in range(len(text) + 1) for _ in range(2 if index in added else 1)
    ]
    return _LONE.sub("\r\n", text), [offsets[index] for index in boundaries]
