"""State what a user chose for a run; it is all that a run depends on beside inputs and weights."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    field_validator,
    model_serializer,
    model_validator,
)

from projector.settings import (
    COLUMN_ROLES,
    DEFAULT_MODEL,
    Precision,
    ReadingRules,
    Settings,
    TextCheck,
)
from schemas.options import MODEL, PROJECTED, READ, Option

_PRECISION = (
    "What it computes in; auto: int8 of an installed model on an x86 processor, else bf16 where "
    "the processor is fast in it, else fp32."
)
_NEXT_COLUMN = re.compile(r",(?=[^,=]+=)")  # a column's own name may hold a comma
_ON_ERROR = "Whether what can't be read rightly stops the run, or is skipped and listed."


class Strict(BaseModel):
    """Refuse unknown names, so that a misspelt option is an error and not a silent default."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class OmitsDefaults(Strict):
    """Leave out of what is written those fields, named in `omitted`, that have their default.

    They came later: where they aren't used, runs have the bytes that they had before.
    """

    omitted: ClassVar[tuple[str, ...]] = ()

    @model_serializer(mode="wrap")
    def _without_defaults(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        content: dict[str, Any] = serialize(self)
        for name in self.omitted:
            if getattr(self, name) == type(self).model_fields[name].get_default():
                content.pop(name, None)
        return content


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


class ReadingConfiguration(Strict):
    """How the files of corpora are read, all of a run's alike."""

    text_check: Annotated[TextCheck, Option(READ)] = Field(
        default="strict",
        description="How the words that files state for mentions are held against the texts. "
        "strict: they must be equal; normalised: they may differ in Unicode form, blanks, entities "
        "like &amp;, case and how they were tokenised, and the text's are taken; off: not at all, "
        "offsets are trusted, and tables need no texts.",
    )
    columns: Annotated[tuple[str, ...], Option(READ, metavar="NAME=COLUMN")] = Field(
        default=(),
        description="What a table calls its columns: filename, label, start, end, text, ranges, "
        "id, code, note; several parted by commas. A column's number will do.",
    )

    @field_validator("columns", mode="before")
    @classmethod
    def _parted(cls, value: object) -> object:
        if isinstance(value, Mapping):
            value = [f"{name}={column}" for name, column in value.items()]
        stated = [value] if isinstance(value, str) else value
        if not isinstance(stated, (list, tuple)) or not all(isinstance(one, str) for one in stated):
            return value
        return tuple(word for words in stated for word in _NEXT_COLUMN.split(words))

    @field_validator("columns")
    @classmethod
    def _named(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for word in value:
            name, sign, column = word.partition("=")
            if not (sign and column.strip()) or name.strip() not in COLUMN_ROLES:
                known = ", ".join(COLUMN_ROLES)
                raise ValueError(
                    f"{word!r} is not of the form NAME=COLUMN (--columns); expected a NAME of "
                    f"{known}, like start=begin"
                )
        return value

    @property
    def rules(self) -> ReadingRules:
        """Return how files are read."""
        parts = (word.partition("=") for word in self.columns)
        return ReadingRules(self.text_check, tuple((n.strip(), c.strip()) for n, _, c in parts))


class RunConfiguration(OmitsDefaults):
    """All that a user chose for projecting a corpus onto its translations."""

    omitted = ("reading",)

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
    reading: ReadingConfiguration = Field(
        default=ReadingConfiguration(), description="How the files of the corpora are read."
    )
    audit: Annotated[bool, Option(PROJECTED, "--no-audit")] = Field(
        default=True,
        description="Audit every translation as it is projected onto: what it changes, leaves out "
        "or adds.",
    )
    trust_pairs: Annotated[bool, Option(PROJECTED)] = Field(
        default=False,
        description="Project onto translations, too, that the audit takes for those of another "
        "document, or for untranslated.",
    )

    @model_validator(mode="after")
    def _one_tagger(self) -> RunConfiguration:
        if self.tagger is not None and self.tagger_model is not None:
            raise ValueError(
                "tagger and tagger_model can't both be given: the first is predictions that are "
                "there, the second makes them as it goes; leave one out"
            )
        return self


class TaggingConfiguration(OmitsDefaults):
    """All that a user chose for tagging a corpus: a run without targets."""

    omitted = ("reading",)

    version: Literal[1] = Field(default=1, description="Of this layout.")
    source: CorpusConfiguration = Field(description="The corpus whose texts are tagged.")
    tagger: Annotated[str, Option(MODEL, "-m --model")] = Field(
        default="clinical-whole",
        description="The tagger: clinical-whole, which is installed; clinical, which is, too, four "
        "times as quick, and finds less; or a training run's folder.",
    )
    precision: Annotated[Precision, Option(MODEL)] = Field(default="auto", description=_PRECISION)
    min_score: Annotated[float, Option(MODEL)] = Field(
        default=0.0,
        ge=0,
        le=1,
        description="Mentions with a lower score are left out; a score says how likely a mention "
        "is right to both edges.",
    )
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
    reading: ReadingConfiguration = Field(
        default=ReadingConfiguration(), description="How the files of the corpora are read."
    )
