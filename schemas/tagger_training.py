"""State what training a tagger depends on: encoder, head, data, optimisation, development."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from schemas.aligner_training import (
    EncoderConfiguration,
    MeasuringConfiguration,
    OptimisationConfiguration,
    PartConfiguration,
)
from schemas.run import Strict


class HeadConfiguration(Strict):
    """What turns token vectors into BIO scores."""

    kind: Literal["cnn", "linear"] = Field(
        default="cnn", description="Two convolutions below the scores, or none."
    )
    window: int = Field(
        default=5, ge=1, description="Tokens that a convolution sees; an odd number."
    )
    hidden: int | None = Field(
        default=None,
        ge=1,
        description="Width of the convolutions; by default that of the encoder's vectors.",
    )
    dropout: float = Field(
        default=0.1, ge=0, lt=1, description="Share that is dropped in front of every layer."
    )
    crf: bool = Field(
        default=False, description="Whether a linear-chain CRF over the labels is added."
    )

    @model_validator(mode="after")
    def _odd(self) -> HeadConfiguration:
        if self.window % 2 == 0:
            raise ValueError(
                f"a window of {self.window} tokens has no middle; expected an odd number"
            )
        return self


class TaggerEncoderConfiguration(EncoderConfiguration):
    """The encoder below the head; see `EncoderConfiguration`."""

    granularity: Literal["sentence", "window"] | None = Field(
        default="window",
        description="Whether sentences are encoded at once, or whole documents where they fit, "
        "else windows that overlap.",
    )
    frozen: bool = Field(
        default=False,
        description="Whether the head alone is trained: quick, and a tagger that reads what an "
        "aligner reads shares its pass.",
    )
    rate: float | None = Field(
        default=None,
        gt=0,
        description="The encoder's highest learning rate, where it isn't the head's: a head starts "
        "from nothing, and an encoder that is trained whole forgets at its rate.",
    )


class TaggerSourceConfiguration(PartConfiguration):
    """Where annotated documents come from: a corpus, JSON Lines, or one side of gold pairs."""

    corpus: Path | None = Field(default=None, description="A corpus as the commands take it.")
    lines: Path | None = Field(
        default=None, description="JSON Lines of objects with id, lang, text and spans."
    )
    gold: Path | None = Field(
        default=None,
        description="A file of parallel documents with spans, as JSON Lines, or the folder of a "
        "run that people corrected: the labels of a document of which they judged every mention.",
    )
    side: Literal["source", "target"] = Field(
        default="target", description="The side of `gold` that is taken."
    )
    annotated: tuple[str, ...] | None = Field(
        default=None,
        description="Types that the documents are annotated with: what one lacks of these is "
        "outside, of others is unknown; by default what an object says of itself, else all.",
    )
    names: str = Field(
        default="*",
        description="Pattern of the names of the documents that are taken, such as "
        "`*cardiologia*`; by default all.",
    )
    only: tuple[Path, ...] = Field(
        default=(),
        description="Files of documents' names, one a line, that are taken alone; a name may "
        "stand within a longer one, as `case7` in `mt-case7-disease`.",
    )
    exclude: tuple[Path, ...] = Field(
        default=(), description="Files of the same kind, of documents that are left out."
    )
    repeat: float = Field(
        default=1.0, gt=0, description="How often the documents are gone through in an epoch."
    )

    @model_validator(mode="after")
    def _one_kind(self) -> TaggerSourceConfiguration:
        if sum(path is not None for path in (self.corpus, self.lines, self.gold)) != 1:
            raise ValueError("name one of: corpus; lines; gold")
        return self


class TaggerDevelopmentConfiguration(MeasuringConfiguration):
    """What is measured every so many steps, and when that ends a run early."""

    data: tuple[TaggerSourceConfiguration, ...] = Field(
        default=(), description="What is measured on; by default nothing is measured."
    )


class TaggerTraining(Strict):
    """All that training a tagger depends on beside the files that it names."""

    types: tuple[str, ...] = Field(
        description="The entity types; more than one make a joint tagger, a BIO layer for each."
    )
    support: tuple[str, ...] | None = Field(
        default=None,
        description="Those types of which the decoder of a projection hears, for where the aligner "
        "alone is the surer of the two a tagger does harm; by default all.",
    )
    seed: int = Field(default=0, ge=0, description="Of all that is drawn by chance.")
    device: str = Field(
        default="auto", description="Where it runs: `cpu`, `cuda:0`, …; `auto` is a GPU if any."
    )
    start: str | None = Field(
        default=None,
        description="A tagger that training goes on from, its encoder and its head: `clinical` or "
        "`clinical-whole`, its folder or that of its training; it finds the same types and its "
        "head is built as `head` says. By default a head starts from nothing, on `encoder.model`.",
    )
    encoder: TaggerEncoderConfiguration = Field(
        default=TaggerEncoderConfiguration(), description="What gives the token vectors."
    )
    head: HeadConfiguration = Field(
        default=HeadConfiguration(), description="What scores their labels."
    )
    data: tuple[TaggerSourceConfiguration, ...] = Field(
        description="What is learned from, at least one source."
    )
    pieces: tuple[int, ...] = Field(
        default=(),
        description="Tokens of the pieces that documents are learned from in, about so many, cut "
        "at sentences; of several sizes each document teaches in each, so that `[512, 40]` teaches "
        "to read it whole and a sentence or two alone; by default as long as the encoder takes.",
    )
    optimisation: OptimisationConfiguration = Field(
        default=OptimisationConfiguration(epochs=4),
        description="How weights move, and how long; by default 4 epochs.",
    )
    development: TaggerDevelopmentConfiguration = Field(
        default=TaggerDevelopmentConfiguration(), description="What is measured on the way."
    )
    checkpoint_every: int = Field(default=200, ge=1, description="Steps between checkpoints.")

    @model_validator(mode="after")
    def _whole(self) -> TaggerTraining:
        if not self.types or len({*self.types}) < len(self.types):
            raise ValueError("types: expected at least one, none twice")
        if not self.data:
            raise ValueError("data: nothing to learn from; add a table [[data]]")
        if any(size < 1 for size in self.pieces):
            raise ValueError("pieces: expected at least one token in each")
        if self.support is not None and not {*self.support} <= {*self.types}:
            raise ValueError("support: expected some of types")
        if self.start is not None and "model" in self.encoder.model_fields_set:
            raise ValueError("start: a tagger has its encoder; take out encoder.model")
        return self
