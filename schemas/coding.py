"""State what a folder of coded mentions says of itself."""

from __future__ import annotations

from typing import Literal

from schemas.manifest import Record

CODING = "coding.json"


class CodingCount(Record):
    """How many mentions of a label were coded in a language, and how."""

    language: str
    label: str
    given: int
    proposed: int
    uncoded: int


class CodingFacts(Record):
    """What codes were made from: the same facts and inputs give the same bytes."""

    version: Literal[1] = 1
    coder: str
    fingerprint: str
    codes: str
    codes_fingerprint: str
    top_k: int
    min_score: float
    only: tuple[str, ...]
    resource: str
    counts: tuple[CodingCount, ...]
