"""Take a normalisation's value apart: what it refers to, under which code, and in which words."""

from __future__ import annotations

import re
from typing import NamedTuple

_SEPARATOR = re.compile("[: ]")


class Reference(NamedTuple):
    r"""What `SNOMEDCT:29857009<tab>Chest pain` says, or `ICD-10 R07.4`, which has no colon.

    Args:
        resource: What the code is of.
        code: It may hold colons, bars and blanks.
        words: What it is called; empty where that isn't said.
    """

    resource: str
    code: str
    words: str


def split_reference(value: str | None) -> Reference:
    """Return the parts of a normalisation's value; where there is no code, it is empty."""
    stated, _, words = (value or "").partition("\t")
    resource, *code = _SEPARATOR.split(stated, maxsplit=1)
    return Reference(resource, "".join(code), words)
