"""Read off pydantic models and dataclasses what a user may set, table by table."""

from __future__ import annotations

import dataclasses
import inspect
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel

_UNSET = object()
_SIMPLE = {int: "integer", float: "number", str: "text", bool: "true or false", Path: "path"}
_BOUNDS = ((Ge, "ge", "≥"), (Gt, "gt", ">"), (Le, "le", "≤"), (Lt, "lt", "<"))


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing that can be set.

    Args:
        name: As it stands in a file.
        annotation: Its type, without bounds.
        bounds: Those of a number, in words; empty where there are none.
        default: Its value where it is left out; `required` tells that there is none.
        description: What it does; empty where only its table's docstring tells.
    """

    name: str
    annotation: Any
    bounds: str
    default: object
    description: str

    @property
    def required(self) -> bool:
        """Tell whether it can't be left out."""
        return self.default is _UNSET

    @property
    def table(self) -> type | None:
        """Return the class of the table that it holds, or None where it holds a value."""
        return next((kind for kind in _parts(self.annotation) if _is_table(kind)), None)

    @property
    def repeated(self) -> bool:
        """Tell whether it is a list."""
        return any(get_origin(part) is tuple for part in _parts(self.annotation))


@dataclass(frozen=True, slots=True)
class SettingsTable:
    """A table of a file: `[model]`, `[[data]]`, or what stands above all tables."""

    path: tuple[str, ...]
    repeated: bool
    kind: type
    settings: tuple[Setting, ...]

    @property
    def heading(self) -> str:
        """Return it as it is written in a file."""
        if not self.path:
            return "at the top"
        return f"[[{'.'.join(self.path)}]]" if self.repeated else f"[{'.'.join(self.path)}]"


def tables_of(
    kind: type, *, path: tuple[str, ...] = (), repeated: bool = False, instance: object = None
) -> Iterator[SettingsTable]:
    """Yield the table of a model and those within it, as they would stand in a file.

    Args:
        kind: A pydantic model or a dataclass.
        path: Where it stands.
        repeated: Whether it can stand there several times.
        instance: Whose values are the defaults; None: those of the class.
    """
    settings = tuple(_settings(kind, instance))
    yield SettingsTable(path, repeated, kind, settings)
    for setting in settings:
        if setting.table is not None:
            default = setting.default if _is_table(type(setting.default)) else None
            yield from tables_of(
                setting.table,
                path=(*path, setting.name),
                repeated=setting.repeated,
                instance=default,
            )


def type_in_words(setting: Setting) -> str:
    """Return what a setting's value looks like."""
    words = _words(setting.annotation)
    return f"{words}, {setting.bounds}" if setting.bounds else words


def default_in_toml(setting: Setting) -> str:
    """Return a default as it would be written; empty where it can't be or is a table."""
    value = setting.default
    if setting.required or value is None or setting.table is not None:
        return ""
    if isinstance(value, Path):
        value = str(value)
    return json.dumps(value, ensure_ascii=False)


def _settings(kind: type, instance: object) -> Iterator[Setting]:
    """Yield what a class holds; its defaults are the values of an instance, if there is one."""
    for setting in _of_model(kind) if issubclass(kind, BaseModel) else _of_dataclass(kind):
        default = setting.default if instance is None else getattr(instance, setting.name)
        yield dataclasses.replace(setting, default=default)


def _of_model(kind: type[BaseModel]) -> Iterator[Setting]:
    for name, field in kind.model_fields.items():
        default = _UNSET if field.is_required() else field.get_default(call_default_factory=True)
        bounds = _bounds(field.metadata)
        yield Setting(name, field.annotation, bounds, default, field.description or "")


def _of_dataclass(kind: type) -> Iterator[Setting]:
    assert dataclasses.is_dataclass(kind), kind
    described, hints = _argument_texts(kind), get_type_hints(kind)
    for field in dataclasses.fields(kind):
        factory = field.default_factory
        default = field.default if factory is dataclasses.MISSING else factory()
        default = _UNSET if default is dataclasses.MISSING else default
        yield Setting(field.name, hints[field.name], "", default, described.get(field.name, ""))


def _argument_texts(kind: type) -> dict[str, str]:
    """Return what a docstring's `Args:` says of each name."""
    _, _, arguments = (inspect.getdoc(kind) or "").partition("Args:\n")
    parts = re.split(r"^    (\w[\w, ]*): ", arguments, flags=re.MULTILINE)
    return {
        name: " ".join(text.split())
        for names, text in zip(parts[1::2], parts[2::2], strict=True)
        for name in names.split(", ")
    }


def _bounds(metadata: list[Any]) -> str:
    return ", ".join(
        f"{sign} {getattr(bound, name)}"
        for kind, name, sign in _BOUNDS
        for bound in metadata
        if isinstance(bound, kind)
    )


def _parts(annotation: Any) -> Iterator[Any]:  # noqa: ANN401
    yield annotation
    for part in get_args(annotation):
        yield from _parts(part)


def _is_table(kind: object) -> bool:
    return isinstance(kind, type) and (
        issubclass(kind, BaseModel) or dataclasses.is_dataclass(kind)
    )


def _words(annotation: Any) -> str:  # noqa: ANN401
    """Return a type in words."""
    origin, parts = get_origin(annotation), get_args(annotation)
    if _is_table(annotation):
        return "table"
    if origin is Literal:
        return ", ".join(f"`{json.dumps(part)}`" for part in parts)
    if origin in (Union, UnionType):
        return " or ".join(_words(part) for part in parts if part is not type(None))
    if origin is tuple:
        several = len({*parts}) == 1 and Ellipsis not in parts and len(parts) > 1
        return f"{len(parts)} of {_words(parts[0])}" if several else f"list of {_words(parts[0])}"
    if origin is dict:
        return f"table of {_words(parts[1])}"
    return _SIMPLE.get(annotation, getattr(annotation, "__name__", str(annotation)))
