"""State how mentions are coded, and what a folder of coded mentions says of itself."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from schemas.manifest import Record
from schemas.run import Strict

CODING = "coding.json"
LEXICAL = "lexical"


class CodingConfiguration(Strict):
    """What a user chose for coding mentions.

    `codes` is the list (None, or `icd10cm`: the embedded one); `everyday` has its codes called by
    what is said every day, too; `synonyms` are further names. `model` is `lexical` or the folder of
    a trained retriever, `rerank` that of a trained reranker. Proposals below `min_score` are none;
    `only` are the labels to code (none: all); `any_level` proposes codes that are divided further,
    too; `anew` codes also mentions that have codes, as one does to measure. `resource` is what BRAT
    calls the list.
    """

    codes: str | None = None
    everyday: bool = True
    synonyms: tuple[str, ...] = ()
    model: str = LEXICAL
    rerank: str | None = None
    abbreviations: str | None = None
    top_k: int = Field(default=10, ge=1)
    min_score: float = Field(default=0.0, ge=0, le=1)
    only: tuple[str, ...] = ()
    any_level: bool = False
    anew: bool = False
    resource: str = "ICD10"


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
    configuration: CodingConfiguration
    counts: tuple[CodingCount, ...]
