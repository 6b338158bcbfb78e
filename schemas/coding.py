"""State how mentions are coded, and what a folder of coded mentions says of itself."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import AliasChoices, Field, ValidationError

from projector.errors import CorpusError, Problem
from schemas.manifest import RUN_AGAIN, Record, Written
from schemas.options import CODED, MODEL, READ, WRITTEN, Option
from schemas.run import (
    OmitsDefaults,
)
from schemas.seal import (
    check_seal,
    is_sealed,
)
from schemas.validation import faults

CODING = "coding.json"
LEXICAL = "lexical"
OF_FILES = {"written", "sha256"}  # what `CodingFacts` says of files, not of codes


class CodingConfiguration(OmitsDefaults):
    """What a user chose for coding mentions."""

    omitted = ("encoding", "list_labels", "min_precision", "with_absent")

    codes: Annotated[str | None, Option(READ, metavar="PATH")] = Field(
        default=None,
        description="The list: TSV, CSV or Parquet; by default, and as `icd10cm`, ICD-10-CM.",
    )
    encoding: Annotated[str, Option(READ)] = Field(
        default="utf-8", description="The list's encoding, like cp1252, if it is a text."
    )
    list_labels: Annotated[tuple[str, ...], Option(READ, "--list-label", "LABEL")] = Field(
        default=(),
        description="Labels of the mentions that the list has codes for, as PROCEDURE; by default "
        "those of its column `labels`, and diseases and symptoms where its codes are ICD-10's.",
    )
    lay_terms: Annotated[bool, Option(READ, "--no-everyday")] = Field(
        default=True,
        validation_alias=AliasChoices("lay_terms", "everyday"),
        description="Whether codes are also found by what they are called every day.",
    )
    synonyms: Annotated[tuple[str, ...], Option(READ, metavar="PATH|icd10cm")] = Field(
        default=(), description="Further names of the codes: tables, coded corpora, `icd10cm`."
    )
    model: Annotated[str, Option(MODEL, "-m --model")] = Field(
        default=LEXICAL,
        description="What finds codes: `lexical`, `retriever` (the installed one), or the folder "
        "of a trained retriever.",
    )
    rerank: Annotated[str | None, Option(MODEL, metavar="PATH")] = Field(
        default=None,
        description="What reads what is found, and orders it anew: `reranker` (the installed one, "
        "for `-m retriever`), or the folder of a trained one; by default nothing does.",
    )
    abbreviations: Annotated[str | None, Option(READ, metavar="PATH")] = Field(
        default=None,
        description="A TSV file of short forms (short, long, perhaps language) beside the "
        "project's own.",
    )
    top_k: Annotated[int, Option(CODED)] = Field(
        default=10, ge=1, description="Proposals for a mention at most."
    )
    min_score: Annotated[float, Option(CODED)] = Field(
        default=0.0,
        ge=0,
        le=1,
        description="Proposals below this score are none. A score is the probability that the code "
        "is right, where scores are calibrated (an exact name has about 0.9: conventions differ); "
        "else how near the code is, 1 where the mention is its name.",
    )
    min_precision: Annotated[float | None, Option(CODED)] = Field(
        default=None,
        ge=0,
        le=1,
        description="Keep silent where codes were right less often than this among gold mentions "
        "that scored alike; 0: never. By default 0.9, or where the coder's scores are not "
        "calibrated 0.",
    )
    labels: Annotated[tuple[str, ...], Option(CODED, "--only", "LABEL")] = Field(
        default=(),
        validation_alias=AliasChoices("labels", "only"),
        description="Labels of the mentions that are coded; by default those that the list has "
        "codes for.",
    )
    any_level: Annotated[bool, Option(CODED)] = Field(
        default=False, description="Whether codes that are divided further are proposed, too."
    )
    recode: Annotated[bool, Option(CODED, "--anew")] = Field(
        default=False,
        validation_alias=AliasChoices("recode", "anew"),
        description="Whether mentions that have codes are coded, too, as one does to measure.",
    )
    with_absent: Annotated[bool, Option(WRITTEN)] = Field(
        default=False,
        description="Whether CodiESP's tables hold mentions, too, that are negated, hypothetical "
        "or of a relative.",
    )
    resource: Annotated[str, Option(WRITTEN)] = Field(
        default="ICD10", description="What BRAT calls the list."
    )


class CodingCount(Record):
    """How many mentions of a label were coded in a language, and how.

    Args:
        language, label: The mentions'.
        given: Have codes already.
        proposed: Get one.
        unsure: Get none, for the best guess is less sure than asked for.
        uncoded: Get none, for nothing is near.
        left_alone: Get none, for their label is not to be coded.
    """

    language: str
    label: str
    given: int
    proposed: int
    unsure: int = 0
    uncoded: int = 0
    left_alone: int = 0


class CodingFloor(Record):
    """The least score that is answered with, and what came of it on gold.

    Args:
        precision: Share of right codes among the answers, at least.
        score: The least probability.
        coverage: Share of the mentions that got an answer.
        languages: Of the mentions that it held for.
        measured: Whether gold is of such a language and list; else it is of lists and wordings
            that nothing was fitted to.
    """

    precision: float
    score: float
    coverage: float
    languages: tuple[str, ...] = ()
    measured: bool = True


class CalibratedOn(Record):
    """What a coder's scores were measured on.

    Args:
        lists: What their files were called.
        languages: Of the mentions.
        list_measured: Whether the list of this coding is one of them.
    """

    lists: tuple[str, ...]
    languages: tuple[str, ...]
    list_measured: bool


class CodingFacts(Record):
    """What codes were made from: the same facts and inputs give the same bytes.

    `written` and `sha256` are as in `schemas.manifest.Manifest`.
    """

    version: Literal[1] = 1
    coder: str
    fingerprint: str
    codes: str
    codes_fingerprint: str
    configuration: CodingConfiguration
    counts: tuple[CodingCount, ...]
    floors: tuple[CodingFloor, ...] = ()
    calibrated_on: CalibratedOn | None = None
    written: Written | None = None
    sha256: str | None = None


class _Said(Record):
    """What is read of it where only the files are of interest."""

    written: Written | None = None


def read_coding(folder: Path) -> CodingFacts:
    """Read what a folder of coded mentions says of itself.

    Raises:
        CorpusError: It says nothing, or what can't be understood; or that was cut or changed.
    """
    return _read(folder / CODING, CodingFacts)


def read_coding_files(folder: Path) -> Written | None:
    """Read what was written to a folder of coded mentions; None of a version that did not hash.

    Raises:
        CorpusError: As `read_coding`.
    """
    return _read(folder / CODING, _Said).written


_T = TypeVar("_T", CodingFacts, _Said)


def _read(path: Path, kind: type[_T]) -> _T:
    try:
        content = path.read_bytes()
        said = kind.model_validate_json(content)
    except OSError as error:
        raise CorpusError(Problem(path, None, f"can't be read: {error.strerror}")) from error
    except ValidationError as error:
        found = "; ".join(faults(error).splitlines())
        raise CorpusError(Problem(path, None, found, hint=RUN_AGAIN)) from error
    if said.written is not None or is_sealed(content):
        check_seal(content, path, hint=RUN_AGAIN)
    return said
