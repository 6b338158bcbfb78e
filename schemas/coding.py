"""State how mentions are coded, and what a folder of coded mentions says of itself."""

from __future__ import annotations

from typing import Literal

from pydantic import AliasChoices, Field

from schemas.manifest import Record
from schemas.run import Strict

CODING = "coding.json"
LEXICAL = "lexical"


class CodingConfiguration(Strict):
    """What a user chose for coding mentions."""

    codes: str | None = Field(
        default=None,
        description="The list, a TSV or Parquet file; by default, and as `icd10cm`, ICD-10-CM.",
    )
    lay_terms: bool = Field(
        default=True,
        validation_alias=AliasChoices("lay_terms", "everyday"),
        description="Whether codes are also found by what they are called every day.",
    )
    synonyms: tuple[str, ...] = Field(
        default=(), description="Further names of the codes: tables, coded corpora, `icd10cm`."
    )
    model: str = Field(
        default=LEXICAL,
        description="What finds codes: `lexical`, `retriever` (the installed one), or the folder "
        "of a trained retriever.",
    )
    rerank: str | None = Field(
        default=None,
        description="The folder of a trained reranker; by default nothing is reordered.",
    )
    abbreviations: str | None = Field(
        default=None,
        description="A TSV file of short forms (short, long, perhaps language) beside the "
        "project's own.",
    )
    top_k: int = Field(default=10, ge=1, description="Proposals for a mention at most.")
    min_score: float = Field(
        default=0.0, ge=0, le=1, description="Proposals below this score are none."
    )
    labels: tuple[str, ...] = Field(
        default=(),
        validation_alias=AliasChoices("labels", "only"),
        description="Labels of the mentions that are coded; by default all.",
    )
    any_level: bool = Field(
        default=False, description="Whether codes that are divided further are proposed, too."
    )
    recode: bool = Field(
        default=False,
        validation_alias=AliasChoices("recode", "anew"),
        description="Whether mentions that have codes are coded, too, as one does to measure.",
    )
    resource: str = Field(default="ICD10", description="What BRAT calls the list.")


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
