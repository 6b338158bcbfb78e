"""State what a user chose for a run; it is all that a run depends on beside inputs and weights."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from projector.errors import ConfigurationError
from projector.settings import DEFAULT_MODEL, Settings
from schemas.validation import faults


class Strict(BaseModel):
    """Refuse unknown names, so that a misspelt option is an error and not a silent default."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ModelConfiguration(Strict):
    """Which model, and how it is read; None leaves it to the model's entry."""

    name: str = DEFAULT_MODEL
    layer: int | None = Field(default=None, ge=0)
    granularity: Literal["sentence", "window"] | None = None
    window: int | None = Field(default=None, ge=1)
    precision: Literal["auto", "fp32", "bf16", "fp16"] = "auto"


class CorpusConfiguration(Strict):
    """A corpus as the user pointed at it; its path alone will do."""

    path: str
    language: str | None = None
    texts: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_path(cls, value: object) -> object:
        return {"path": value} if isinstance(value, str) else value


class RunConfiguration(Strict):
    """All that a user chose.

    `settings` are those of `projector.settings`; `pattern` tells how names pair; `labels` are the
    new names that labels get (None: the built-in ones); `tagger` holds a tagger's predictions on
    the translations, or `tagger_model` is the folder of one that makes them as it goes; documents
    with more than `max_characters` on either side fail, each for itself.
    """

    version: Literal[1] = 1
    source: CorpusConfiguration | None = None
    targets: tuple[CorpusConfiguration, ...] = ()
    model: ModelConfiguration = ModelConfiguration()
    settings: Settings = Field(default_factory=Settings)
    pattern: str | None = None
    labels: dict[str, str] | None = None
    tagger: CorpusConfiguration | None = None
    tagger_model: str | None = None
    on_error: Literal["stop", "skip"] = "stop"
    max_characters: int | None = Field(default=None, ge=1)


class TaggingConfiguration(Strict):
    """All that a user chose for tagging a corpus: a run without targets.

    `tagger` is the installed tagger's name or a tagger's folder, `precision` that of its encoder;
    `labels`, `on_error` and `max_characters` are as in `RunConfiguration`.
    """

    version: Literal[1] = 1
    source: CorpusConfiguration
    tagger: str = "clinical"
    precision: Literal["auto", "fp32", "bf16", "fp16"] = "auto"
    labels: dict[str, str] | None = None
    on_error: Literal["stop", "skip"] = "stop"
    max_characters: int | None = Field(default=None, ge=1)


def read_configuration(path: Path) -> RunConfiguration:
    """Read a configuration from a JSON file; what it leaves out keeps its default.

    Raises:
        ConfigurationError: It can't be read, or isn't one; every fault is told.
    """
    try:
        return RunConfiguration.model_validate_json(path.read_bytes())
    except OSError as error:
        raise ConfigurationError(f"{path}: can't be read: {error.strerror}") from error
    except ValidationError as error:
        raise ConfigurationError(faults(error, path)) from error
