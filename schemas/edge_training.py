"""State what training an edge model depends on: encoder, tagger, width, gold, optimisation."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from schemas.aligner_training import (
    MeasuringConfiguration,
    OptimisationConfiguration,
    PartConfiguration,
)
from schemas.run import Strict


class NetworkConfiguration(Strict):
    """How wide the network is."""

    reduced: int = Field(
        default=32, ge=1, description="Numbers that a word's vector is reduced to."
    )
    hidden: int = Field(default=64, ge=1, description="Width of the hidden layer.")
    dropout: float = Field(
        default=0.2, ge=0, lt=1, description="Share that is dropped before and behind it."
    )


class EdgeSourceConfiguration(PartConfiguration):
    """Gold that is learned from or measured on."""

    gold: Path = Field(
        description="A file of parallel documents with spans, as JSON Lines, or the folder of a "
        "run that people corrected: the mentions that they judged, absent ones too."
    )
    repeat: float = Field(
        default=1.0, gt=0, description="How often it is gone through in an epoch."
    )
    spoilt: Literal["sentences", "mentions"] | None = Field(
        default=None,
        description="Whether whole sentences are left out of the translations, or mentions within "
        "theirs, so that mentions have no counterpart; by default nothing is.",
    )


class EdgeDevelopmentConfiguration(MeasuringConfiguration):
    """What is measured every so many steps."""

    data: tuple[EdgeSourceConfiguration, ...] = Field(
        default=(), description="What is measured on; by default nothing is measured."
    )


class EdgeTraining(Strict):
    """All that training an edge model depends on beside the files that it names."""

    model: str = Field(
        default="aligner", description="The encoder whose vectors it takes, by name or folder."
    )
    tagger: Path | None = Field(
        default=None, description="A tagger whose evidence it hears; by default none."
    )
    unheard: float = Field(
        default=0.2,
        ge=0,
        le=1,
        description="Share of mentions of which it doesn't hear the tagger, so that it can do "
        "without.",
    )
    candidates: int = Field(
        default=80, ge=2, description="The best candidates of each mention that it tells apart."
    )
    seed: int = Field(default=0, ge=0, description="Of all that is drawn by chance.")
    network: NetworkConfiguration = Field(
        default=NetworkConfiguration(), description="How wide it is."
    )
    data: tuple[EdgeSourceConfiguration, ...] = Field(
        description="What is learned from, at least one source."
    )
    optimisation: OptimisationConfiguration = Field(
        default=OptimisationConfiguration(rate=3e-3, decay=1e-2, tokens=6000, epochs=5),
        description="How weights move, and how long; `tokens` are words around mentions; by "
        "default 6,000 a micro-batch, 5 epochs.",
    )
    development: EdgeDevelopmentConfiguration = Field(
        default=EdgeDevelopmentConfiguration(), description="What is measured on the way."
    )
    checkpoint_every: int = Field(default=500, ge=1, description="Steps between checkpoints.")

    @model_validator(mode="after")
    def _learns(self) -> EdgeTraining:
        if not self.data:
            raise ValueError("data: nothing to learn from; add a table [[data]]")
        return self
