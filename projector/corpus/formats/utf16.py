"""Know offsets in UTF-16 units, as Java and JavaScript count, from those in code points.

Both are the same up to the first character beyond U+FFFF: an emoji is one code point and two
units.
"""

from __future__ import annotations

from itertools import accumulate

UNITS = "UTF-16 units"
UNCHECKED = (
    "no mention's text is stated, and the text has characters beyond U+FFFF: offsets are taken "
    "as code points, unchecked"
)


def beyond(text: str) -> bool:
    """Tell whether a text has a character that is two UTF-16 units."""
    return bool(text) and max(text) > "\uffff"


def unit_positions(text: str) -> dict[int, int]:
    """Return the code point offset of each offset in UTF-16 units that is between characters."""
    widths = (2 if character > "\uffff" else 1 for character in text)
    return {unit: position for position, unit in enumerate(accumulate(widths, initial=0))}
