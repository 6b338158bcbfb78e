"""State what a user chose for a run; it is all that a run depends on beside inputs and weights."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from projector.settings import DEFAULT_MODEL, Precision, Settings
from schemas.options import MODEL, READ, Option

_PRECISION = "What it computes in; auto: bf16 where the processor is fast in it, else fp32."
_ON_ERROR = "Whether what can't be read rightly stops the run, or is skipped and listed."


class Strict(BaseModel):
    """Refuse unknown names, so that a misspelt option is an error and not a silent default."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ModelConfiguration(Strict):
    """Which model, and how it is read; None leaves it to the model's entry."""

    name: Annotated[str, Option(MODEL, "-m --model")] = Field(
        default=DEFAULT_MODEL,
        description="Which model encodes: a known name (`projector models` lists them), a folder, "
        "or a hub name like owner/name.",
    )
    layer: Annotated[int | None, Option(MODEL)] = Field(
        default=None, ge=0, description="Hidden layer to read; by default the model's own."
    )
    granularity: Annotated[Literal["sentence", "window"] | None, Option(MODEL)] = Field(
        default=None, description="What is encoded at once; by default as is best for the model."
    )
    window: Annotated[int | None, Option(MODEL)] = Field(
        default=None,
        ge=1,
        description="Tokens encoded at once at most; by default as many as the model takes.",
    )
    precision: Annotated[Precision, Option(MODEL)] = Field(default="auto", description=_PRECISION)


class CorpusConfiguration(Strict):
    """A corpus as the user pointed at it; its path alone will do."""

    path: str = Field(description="The corpus: a folder, or a table.")
    language: Annotated[str | None, Option(READ)] = Field(
        default=None,
        description="Its language, or which one of a tree to take; by default as its path or "
        "its documents' names say.",
    )
    texts: Annotated[str | None, Option(READ, metavar="PATH")] = Field(
        default=None, description="The folder of its texts; by default beside its annotations."
    )

    @model_validator(mode="before")
    @classmethod
    def _from_path(cls, value: object) -> object:
        return {"path": value} if isinstance(value, str) else value


class RunConfiguration(Strict):
    """All that a user chose for projecting a corpus onto its translations."""

    version: Literal[1] = Field(default=1, description="Of this layout.")
    source: CorpusConfiguration | None = Field(default=None, description="The annotated corpus.")
    targets: tuple[CorpusConfiguration, ...] = Field(
        default=(), description="The translations' corpora, one a language."
    )
    model: ModelConfiguration = Field(
        default=ModelConfiguration(), description="Which model encodes, and how it is read."
    )
    settings: Settings = Field(
        default_factory=Settings, description="How texts are aligned and spans are decoded."
    )
    pattern: Annotated[str | None, Option(READ, metavar="REGEX")] = Field(
        default=None,
        description="Regular expression whose groups are what paired documents' names share; by "
        "default names pair that are equal but for their language code.",
    )
    labels: dict[str, str] | None = Field(
        default=None, description="The new names that labels get; by default the built-in ones."
    )
    tagger: CorpusConfiguration | None = Field(
        default=None, description="An entity tagger's predictions on a translation."
    )
    tagger_model: str | None = Field(
        default=None,
        description="The tagger that makes such predictions as it goes: clinical, or the folder "
        "of a training run.",
    )
    on_error: Annotated[Literal["stop", "skip"], Option(READ)] = Field(
        default="stop", description=_ON_ERROR
    )
    max_characters: Annotated[int | None, Option(READ)] = Field(
        default=None,
        ge=1,
        description="Documents with more characters on either side fail, each for itself; by "
        "default none does.",
    )

    @model_validator(mode="after")
    def _one_tagger(self) -> RunConfiguration:
        if self.tagger is not None and self.tagger_model is not None:
            raise ValueError(
                "tagger and tagger_model can't both be given: the first is predictions that are "
                "there, the second makes them as it goes; leave one out"
            )
        return self


class TaggingConfiguration(Strict):
    """All that a user chose for tagging a corpus: a run without targets."""

    version: Literal[1] = Field(default=1, description="Of this layout.")
    source: CorpusConfiguration = Field(description="The corpus whose texts are tagged.")
    tagger: Annotated[str, Option(MODEL, "-m --model")] = Field(
        default="clinical",
        description="The tagger: clinical, which is installed, or a training run's folder.",
    )
    precision: Annotated[Precision, Option(MODEL)] = Field(default="auto", description=_PRECISION)
    labels: dict[str, str] | None = Field(
        default=None, description="The new names that labels get; by default the built-in ones."
    )
    on_error: Annotated[Literal["stop", "skip"], Option(READ)] = Field(
        default="stop", description=_ON_ERROR
    )
    max_characters: Annotated[int | None, Option(READ)] = Field(
        default=None,
        ge=1,
        description="Documents with more characters fail, each for itself; by default none does.",
    )
