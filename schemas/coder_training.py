"""State what training a coder depends on: encoder, list, examples, optimisation, development."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, get_args

from pydantic import AliasChoices, Field, model_validator

from schemas.aligner_training import (
    EncoderConfiguration,
    MeasuringConfiguration,
    OptimisationConfiguration,
    check_fold,
)
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
    """The encoder of both mentions and descriptions; see `EncoderConfiguration`."""

    layer: int | None = Field(
        default=12, ge=1, description="Hidden layer that is read, and the last that is trained."
    )
    granularity: Literal["sentence", "window"] | None = Field(
        default="window",
        description="Whether sentences are encoded at once, or a whole text where it fits.",
    )
    prefix: str = Field(
        default="query: ", description="Put in front of mentions and descriptions, as E5 wants it."
    )


class ExamplesConfiguration(Strict):
    """Where examples come from: the list, coded mentions, a table, parallel terms."""

    factory: int | None = Field(
        default=None,
        ge=1,
        description="Examples to make of each code's descriptions, by `transformations`.",
    )
    transformations: tuple[Transformation, ...] = Field(
        default=ALL, description="What `factory` does to a description; by default all there are."
    )
    gold: Path | None = Field(
        default=None, description="A run, a corpus or a file that holds coded mentions."
    )
    table: Path | None = Field(
        default=None,
        description="A TSV file with the columns text, code, perhaps language and origin.",
    )
    terms: Path | None = Field(
        default=None,
        description="A table of sentences as the aligner's, whose lines with one document name one "
        "thing, in the list or not: teaches a retriever what means the same (Liu et al. 2021).",
    )
    texts: Path | None = Field(
        default=None, description="The folder of `gold`'s texts, if they lie elsewhere."
    )
    column: str = Field(default="code", description="Field of `gold`'s codes in JSON Lines.")
    labels: tuple[str, ...] = Field(
        default=(),
        validation_alias=AliasChoices("labels", "only"),
        description="Labels of `gold`'s mentions to take; by default all.",
    )
    exclude: tuple[Path, ...] = Field(
        default=(),
        validation_alias=AliasChoices("exclude", "without"),
        description="Files of gold whose documents are left out, known by their names and texts; "
        "or lists of names, one a line (`.txt`).",
    )
    language: str | None = Field(
        default=None,
        description="What `gold` is in, or which to take where there are several; by default as "
        "its files say.",
    )
    repeat: float = Field(
        default=1.0, gt=0, description="How often the examples are gone through in an epoch."
    )
    limit: int | None = Field(
        default=None, ge=1, description="Examples to take, evenly from all over; by default all."
    )
    folds: int = Field(
        default=1, ge=1, description="Parts that `gold`'s documents are divided into, by name."
    )
    fold: int = Field(default=0, ge=0, description="The part that is left out; from 0.")
    only_fold: bool = Field(
        default=False, description="Whether `fold` is taken alone instead of left out."
    )

    @model_validator(mode="after")
    def _one_kind(self) -> ExamplesConfiguration:
        kinds = (self.factory, self.gold, self.table, self.terms)
        if sum(kind is not None for kind in kinds) != 1:
            raise ValueError("name one of: factory; gold; table; terms")
        check_fold(self.fold, self.folds)
        return self


class CurationConfiguration(Strict):
    """What of the examples that were made is not learned from.

    A text that is another code's name, has no word or never ends goes in any case.
    """

    languages: bool = Field(
        default=True,
        description="Whether what doesn't read like the language that it is said to be in goes, "
        "as the list writes it.",
    )
    near: float | None = Field(
        default=None,
        gt=0,
        le=1,
        description="Cosine with an earlier example of the same code and language from which one "
        "goes; by default none is looked for.",
    )
    sample: int = Field(
        default=20, ge=0, description="Examples of each origin that are drawn to look at."
    )


class CoderDevelopmentConfiguration(MeasuringConfiguration):
    """What is measured every so many steps, against codes of gold's categories alone: quick."""

    data: tuple[ExamplesConfiguration, ...] = Field(
        default=(), description="What is measured on; by default nothing is measured."
    )


class CoderTraining(Strict):
    """All that training a stage of a coder depends on beside the files that it names."""

    stage: Literal["retriever", "reranker"] = Field(
        default="retriever",
        description="What is trained: a bi-encoder that finds a mention's description by cosine, "
        "or a cross-encoder that reads it beside each description of a short list.",
    )
    first: str = Field(
        default="lexical",
        description="What finds a reranker's short list: `lexical`, or the folder of a trained "
        "retriever.",
    )
    context: bool = Field(
        default=False, description="Whether a reranker reads the sentence around a mention, too."
    )
    first_weight: float = Field(
        default=40.0,
        ge=0,
        description="What the first stage's score counts beside a reranker's own, where it ranks.",
    )
    short_list: int = Field(
        default=50,
        ge=1,
        le=1000,
        description="How many of the codes that `first` finds a reranker reads, and learns from.",
    )
    codes: Path | None = Field(
        default=None, description="The list, a TSV or Parquet file; by default ICD-10-CM."
    )
    synonyms: tuple[str, ...] = Field(
        default=(),
        description="Further names of the codes: tables, coded corpora, `everyday`, `icd10cm`.",
    )
    seed: int = Field(default=0, ge=0, description="Of all that is drawn by chance.")
    device: str = Field(
        default="auto", description="Where it runs: `cpu`, `cuda:0`, …; `auto` is a GPU if any."
    )
    encoder: CoderEncoderConfiguration = Field(
        default=CoderEncoderConfiguration(), description="What is trained."
    )
    temperature: float = Field(
        default=0.05, gt=0, description="Of the softmax over a retriever's cosines."
    )
    negatives: int = Field(
        default=1,
        ge=0,
        description="Descriptions of neighbouring codes that a mention is held against; half of a "
        "reranker's are what `first` finds, its mistakes before all.",
    )
    examples: tuple[ExamplesConfiguration, ...] = Field(
        description="What is learned from, at least one source."
    )
    curation: CurationConfiguration = Field(
        default=CurationConfiguration(), description="What of the made examples is left out."
    )
    optimisation: OptimisationConfiguration = Field(
        default=OptimisationConfiguration(tokens=1600),
        description="How weights move, and how long; by default 1,600 tokens a micro-batch.",
    )
    development: CoderDevelopmentConfiguration = Field(
        default=CoderDevelopmentConfiguration(), description="What is measured on the way."
    )
    checkpoint_every: int = Field(default=200, ge=1, description="Steps between checkpoints.")

    @model_validator(mode="after")
    def _whole(self) -> CoderTraining:
        if not self.examples:
            raise ValueError("examples: nothing to learn from; add a table [[examples]]")
        if self.stage == "reranker" and any(source.terms for source in self.examples):
            raise ValueError("examples: terms teach a retriever only; a reranker needs codes")
        return self
