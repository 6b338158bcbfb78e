"""Say how the fields of a configuration are given as options, beside what they say themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # the help of all commands does without pydantic
    from pydantic import BaseModel
    from pydantic.fields import FieldInfo

# The sections of a command's help, in their order: what a user needs comes first.
READ = "What is read"
WRITTEN = "What is written"
SCORED = "What is scored"
PROJECTED = "How it is projected"
CODED = "How it is coded"
ENDED = "How it ends"
SHARED = "How the work is shared"
MODEL = "The model"
SECTIONS = (READ, WRITTEN, SCORED, PROJECTED, CODED, ENDED, SHARED, MODEL)


@dataclass(frozen=True, slots=True)
class Option:
    """Mark a field that is an option, as metadata in its annotation.

    Args:
        section: The part of a command's help where it stands.
        names: What is typed, like `-m --model`; empty where it is as the field is called.
        metavar: What stands for its value in the help; `PATH` is a path.
    """

    section: str
    names: str = ""
    metavar: str | None = None


@dataclass(frozen=True, slots=True)
class FieldOption:
    """A field and the option that gives it.

    Args:
        location: The field's names from the configuration down to it.
        option: How it is given.
        field: What it holds, its default and its description.
    """

    location: tuple[str, ...]
    option: Option
    field: FieldInfo

    @property
    def names(self) -> tuple[str, ...]:
        """Return what is typed on a command line."""
        return tuple(self.option.names.split()) or (f"--{self.location[-1].replace('_', '-')}",)

    @property
    def keyword(self) -> str:
        """Return what it is called as an argument of a function."""
        return self.names[-1].lstrip("-").replace("-", "_")

    @property
    def negates(self) -> bool:
        """Tell whether the option switches off what is on by default."""
        return self.field.default is True


def field_options(contract: type[BaseModel], *outer: str) -> Iterator[FieldOption]:
    """Yield the options of a configuration and of its parts; `outer` is where it is a part."""
    from pydantic import BaseModel

    for name, field in contract.model_fields.items():
        part = field.annotation
        if isinstance(part, type) and issubclass(part, BaseModel):
            yield from field_options(part, *outer, name)
        for option in field.metadata:
            if isinstance(option, Option):
                yield FieldOption((*outer, name), option, field)


def nested(contract: type[BaseModel], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a configuration's content from its options' values, by keyword; others are left."""
    content: dict[str, Any] = {}
    for option in field_options(contract):
        if option.keyword in values:
            part = content
            for name in option.location[:-1]:
                part = part.setdefault(name, {})
            value = values[option.keyword]
            part[option.location[-1]] = not value if option.negates else value
    return content


def overlaid(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Return one content laid over another, table by table."""
    content = dict(under)
    for name, value in over.items():
        before = content.get(name)
        both = isinstance(value, Mapping) and isinstance(before, Mapping)
        content[name] = overlaid(before, value) if both else value  # type: ignore[arg-type]
    return content
