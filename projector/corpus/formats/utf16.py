"""Tell offsets in UTF-16 units, as Java and JavaScript count, from code points, and convert them.

Both are the same up to the first character beyond U+FFFF: an emoji is one code point and two
units. Which one a file means is told by the mentions' stated texts: code points where they fit
all of them, else units where these do.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import accumulate

from projector.corpus.offsets import RawMention, resolve_offsets
from projector.document import Mention
from projector.errors import Notice, Problem, counted

UNITS = "UTF-16 units"


def beyond(text: str) -> bool:
    """Tell whether a text has a character that is two UTF-16 units."""
    return bool(text) and max(text) > "\uffff"


def unit_positions(text: str) -> dict[int, int]:
    """Return the code point offset of each offset in UTF-16 units that is between characters."""
    widths = (2 if character > "\uffff" else 1 for character in text)
    return {unit: position for position, unit in enumerate(accumulate(widths, initial=0))}


def resolve_units(
    text: str, raw_mentions: Sequence[RawMention], unstated: Collection[str] = ()
) -> tuple[list[Mention], list[Problem], list[Notice]]:
    """Turn mentions as a file states them into true ones, see `resolve_offsets`.

    Args:
        text: The document's.
        raw_mentions: As stated.
        unstated: Ids of those whose text the file doesn't state: they tell nothing.

    Returns:
        (mentions, problems, notices).
    """
    mentions, problems = resolve_offsets(text, raw_mentions)
    stated = [raw for raw in raw_mentions if raw.id not in unstated]
    if not raw_mentions or not beyond(text):
        return mentions, problems, []
    path = raw_mentions[0].path
    if not stated:
        return mentions, problems, [Notice(path, _UNCHECKED, len(mentions))]
    if not problems:
        return mentions, problems, []
    positions = unit_positions(text)
    converted = [_converted(raw, positions) for raw in raw_mentions]
    true, left = resolve_offsets(text, converted)
    if not left:
        told = f"offsets count {UNITS}, as the stated words show: they are converted"
        return true, [], [Notice(path, told, len(true))]
    total = counted(len(raw_mentions), "mention")
    hint = (
        f"Counting code points {len(mentions)} of {total} fit, counting {UNITS} {len(true)}: "
        "mend the offsets, or export the corpus anew"
    )
    return mentions, [replace(one, hint=one.hint or hint) for one in problems], []


_UNCHECKED = (
    "no mention's text is stated, and the text has characters beyond U+FFFF: offsets are taken "
    "as code points, unchecked"
)


def _converted(raw: RawMention, positions: dict[int, int]) -> RawMention:
    """Return a mention in code points; an offset within a character stays, and fits nowhere."""
    ranges = tuple((positions.get(start, -1), positions.get(end, -1)) for start, end in raw.ranges)
    return replace(raw, ranges=ranges)
