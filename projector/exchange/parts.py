"""Name the parts of mentions for tools whose annotations are one stretch each.

A mention of one fragment keeps its id, `T1`; the fragments of another are `T1@1`, `T1@2`. What
isn't a letter, a digit, `.`, `-` or `_` in an id is written in per cent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote, unquote

from projector.document import Fragment, Mention

_PART = re.compile(r"([^@]+)@([0-9]{1,6})")


def parts(mention: Mention) -> Iterator[tuple[str, Fragment]]:
    """Yield the id and the place of each part of a mention."""
    name = quote(mention.id, safe="")
    if len(mention.fragments) == 1:
        yield name, mention.fragments[0]
        return
    for number, fragment in enumerate(mention.fragments, start=1):
        yield f"{name}@{number}", fragment


def mention_id(part: str) -> str:
    """Return the id of the mention that a part's id names."""
    match = _PART.fullmatch(part)
    return unquote(match[1] if match else part)


def part_of(mention: Mention, number: int) -> str:
    """Return which part of a mention a fragment is, `1/2`; empty where it is all of it."""
    return f"{number}/{len(mention.fragments)}" if len(mention.fragments) > 1 else ""
