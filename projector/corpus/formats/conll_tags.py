"""Tell mentions by the tags of a sentence's tokens: IOB1, IOB2, IOBES, BILOU and BMEWO."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

TAG = re.compile(r"O|[BIESLUMW]-\S+")
_BEGINS, _ALONE, _GOES_ON, _ENDS = "B", "SUW", "IM", "EL"


def mentions_of(tags: Sequence[str]) -> Iterator[tuple[int, int, str, bool]]:
    """Yield the mentions of a sentence: first token, token behind the last, label, surprising.

    An `I-` where nothing goes on begins a mention: in IOB1 that is how they begin. It is
    surprising where the sentence's tags are of another scheme.
    """
    others = {tag[0] for tag in tags} - set("OI")
    start, label = 0, ""
    surprising = False
    for index, tag in enumerate([*tags, "O"]):
        kind, _, name = tag.partition("-")
        if label and not (kind in (*_GOES_ON, *_ENDS) and name == label):
            yield start, index, label, surprising
            label = ""
        if kind == "O":
            continue
        if not label:
            start, label = index, name
            surprising = kind in _ENDS or (kind in _GOES_ON and bool(others - {"B"}))
        if kind in _ALONE or kind in _ENDS:
            yield start, index + 1, label, surprising
            label = ""
