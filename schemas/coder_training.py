"""State what training a coder depends on: encoder, list, examples, optimisation, development."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, get_args

from pydantic import Field, model_validator

from schemas.aligner_training import EncoderConfiguration, OptimisationConfiguration, check_fold
from schemas.run import Strict

Transformation = Literal[
    "translation",
    "synonym",
    "shortened",
    "qualified",
    "reordered",
    "inflected",
    "abbreviated",
    "misspelt",
    "context",
]
ALL: tuple[Transformation, ...] = get_args(Transformation)


class CoderEncoderConfiguration(EncoderConfiguration):
    """The encoder of both mentions and descriptions; see `EncoderConfiguration`.

    `prefix` is put in front of both.
    """

    layer: int | None = Field(default=12, ge=1)
    granularity: Literal["sentence", "window"] | None = "window"
    prefix: str = "query: "


class ExamplesConfiguration(Strict):
    """Where examples come from: the list, coded mentions, a table made elsewhere, parallel terms.

    `factory` makes so many of each code's descriptions by `transformations`; `gold` is whatever
    holds coded mentions, with the folder of its `texts`, the `column` of its codes in JSON Lines
    and the labels to take (`only`; none: all); `table` a TSV with the columns `text`, `code`,
    perhaps `language` and `origin`; `terms` a table of sentences as the aligner's, whose lines with
    one document name one thing: names of what the list need not have teach a retriever what means
    the same (Liu et al. 2021). `repeat` is how often they are gone through in an epoch. `without`
    are files of gold whose documents are left out, known by their names and their texts. `fold` of
    `folds` leaves a part of gold's documents out, or takes it alone where `only_fold` says so.
    """

    factory: int | None = Field(default=None, ge=1)
    transformations: tuple[Transformation, ...] = ALL
    gold: Path | None = None
    table: Path | None = None
    terms: Path | None = None
    texts: Path | None = None
    column: str = "code"
    only: tuple[str, ...] = ()
    without: tuple[Path, ...] = ()
    language: str | None = None
    repeat: float = Field(default=1.0, gt=0)
    limit: int | None = Field(default=None, ge=1)
    folds: int = Field(default=1, ge=1)
    fold: int = Field(default=0, ge=0)
    only_fold: bool = False

    @model_validator(mode="after")
    def _one_kind(self) -> ExamplesConfiguration:
        kinds = (self.factory, self.gold, self.table, self.terms)
        if sum(one is not None for one in kinds) != 1:
            raise ValueError("name one of: factory; gold; table; terms")
        check_fold(self.fold, self.folds)
        return self


class CurationConfiguration(Strict):
    """What of the examples that were made is not learned from.

    A text that is another code's name, has no word or never ends goes in any case; with
    `languages` also what doesn't read like the language that it is said to be in, as the list
    writes it; with `near` what has a vector this near (cosine) to that of an earlier example of its
    code and language. `sample` is how many examples of each origin are drawn to look at.
    """

    languages: bool = True
    near: float | None = Field(default=None, gt=0, le=1)
    sample: int = Field(default=20, ge=0)


class CoderDevelopmentConfiguration(Strict):
    """What is measured every so many steps, against codes of gold's categories alone: quick."""

    every: int = Field(default=200, ge=1)
    data: tuple[ExamplesConfiguration, ...] = ()
    patience: int | None = Field(default=None, ge=1)


class CoderTraining(Strict):
    """All that training a coder depends on beside the files that it names.

    `codes` is the list (None: the embedded one), `synonyms` are tables of further names of its
    codes, also `everyday` and `icd10cm` (see `projector code`). The `retriever` is to find a
    mention's description among those of its batch and `negatives` of codes next to its own (the
    same category), by cosine over `temperature`. The `reranker` reads a mention beside each
    description of a group, of its own code and of `negatives` others: next to it, or what `first`
    finds (`lexical`, or a trained retriever's folder); with `context` also the sentence around the
    mention. Where it ranks, `first`'s score counts `first_weight` times beside its own.
    """

    stage: Literal["retriever", "reranker"] = "retriever"
    first: str = "lexical"
    context: bool = False
    first_weight: float = Field(default=40.0, ge=0)
    codes: Path | None = None
    synonyms: tuple[str, ...] = ()
    seed: int = 0
    device: str = "auto"
    encoder: CoderEncoderConfiguration = CoderEncoderConfiguration()
    temperature: float = Field(default=0.05, gt=0)
    negatives: int = Field(default=1, ge=0)
    examples: tuple[ExamplesConfiguration, ...]
    curation: CurationConfiguration = CurationConfiguration()
    optimisation: OptimisationConfiguration = OptimisationConfiguration(tokens=1600)
    development: CoderDevelopmentConfiguration = CoderDevelopmentConfiguration()
    checkpoint_every: int = Field(default=200, ge=1)

    @model_validator(mode="after")
    def _whole(self) -> CoderTraining:
        if not self.examples:
            raise ValueError("examples: nothing to learn from; add a table [[examples]]")
        if self.stage == "reranker" and any(one.terms for one in self.examples):
            raise ValueError("examples: terms teach a retriever only; a reranker needs codes")
        return self
