"""State what training a tagger depends on: encoder, head, data, optimisation, development."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from schemas.aligner_training import EncoderConfiguration, OptimisationConfiguration, check_fold
from schemas.run import Strict


class HeadConfiguration(Strict):
    """What turns token vectors into BIO scores.

    `cnn`: two convolutions over `window` tokens, `hidden` wide (None: as the encoder's vectors);
    `linear`: none. `crf` adds a chain over labels. `dropout` is in front of every layer.
    """

    kind: Literal["cnn", "linear"] = "cnn"
    window: int = Field(default=5, ge=1)
    hidden: int | None = Field(default=None, ge=1)
    dropout: float = Field(default=0.1, ge=0, lt=1)
    crf: bool = False

    @model_validator(mode="after")
    def _odd(self) -> HeadConfiguration:
        if self.window % 2 == 0:
            raise ValueError(
                f"a window of {self.window} tokens has no middle; expected an odd number"
            )
        return self


class TaggerEncoderConfiguration(EncoderConfiguration):
    """The encoder below the head; see `EncoderConfiguration`.

    Whole documents are seen at once where they fit, else windows that overlap. `frozen` trains the
    head alone: quick, and a tagger that reads what an aligner reads shares its pass.
    """

    granularity: Literal["sentence", "window"] | None = "window"
    frozen: bool = False


class TaggerSourceConfiguration(Strict):
    """Where annotated documents come from: a corpus, JSON Lines, or one side of gold pairs.

    `corpus` is a path as the commands take it; `lines` a file of objects `id, lang, text, spans`;
    `gold` a file of parallel documents, of which `side` is taken. `annotated` are the types that
    the documents are annotated with: what one lacks of these is outside, of others is unknown
    (None: what an object or gold says of itself, else all types). `limit` takes so many documents,
    evenly from all over; `repeat` is how often they are gone through in an epoch. `fold` of `folds`
    is left out, or taken alone where `only_fold` says so.
    """

    corpus: Path | None = None
    lines: Path | None = None
    gold: Path | None = None
    side: Literal["source", "target"] = "target"
    annotated: tuple[str, ...] | None = None
    repeat: float = Field(default=1.0, gt=0)
    limit: int | None = Field(default=None, ge=1)
    folds: int = Field(default=1, ge=1)
    fold: int = Field(default=0, ge=0)
    only_fold: bool = False

    @model_validator(mode="after")
    def _one_kind(self) -> TaggerSourceConfiguration:
        if sum(path is not None for path in (self.corpus, self.lines, self.gold)) != 1:
            raise ValueError("name one of: corpus; lines; gold")
        check_fold(self.fold, self.folds)
        return self


class TaggerDevelopmentConfiguration(Strict):
    """What is measured every so many steps, and when that ends a run early."""

    every: int = Field(default=200, ge=1)
    data: tuple[TaggerSourceConfiguration, ...] = ()
    patience: int | None = Field(default=None, ge=1)


class TaggerTraining(Strict):
    """All that training a tagger depends on beside the files that it names.

    `types` are the entity types; more than one make a joint tagger, a BIO layer for each. `support`
    are those of them of which the decoder of a projection hears (None: all): where the aligner
    alone is the surer of the two, a tagger does harm.
    """

    types: tuple[str, ...]
    support: tuple[str, ...] | None = None
    seed: int = 0
    device: str = "auto"
    encoder: TaggerEncoderConfiguration = TaggerEncoderConfiguration()
    head: HeadConfiguration = HeadConfiguration()
    data: tuple[TaggerSourceConfiguration, ...]
    optimisation: OptimisationConfiguration = OptimisationConfiguration(epochs=4)
    development: TaggerDevelopmentConfiguration = TaggerDevelopmentConfiguration()
    checkpoint_every: int = Field(default=200, ge=1)

    @model_validator(mode="after")
    def _whole(self) -> TaggerTraining:
        if not self.types or len({*self.types}) < len(self.types):
            raise ValueError("types: expected at least one, none twice")
        if not self.data:
            raise ValueError("data: nothing to learn from; add a table [[data]]")
        if self.support is not None and not {*self.support} <= {*self.types}:
            raise ValueError("support: expected some of types")
        return self
