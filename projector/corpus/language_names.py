"""Find languages in names: `MultiClinNER-es-train-disease-12`, `brat/en`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

UNKNOWN_LANGUAGE = "und"  # ISO 639-2 for undetermined

_CODES = (
    "ar|bg|ca|cs|cz|da|en|es|eu|fi|fr|gl|hr|hu|it|ja|ko|"
    "lt|lv|nb|nl|nn|pl|pt|ro|ru|sk|sl|sv|tr|uk|zh"
)
# Words of Spanish or English too: they tell two names of a pair apart, but no language.
_DOUBTFUL_CODES = "de|el|et|no"
_LEVELS = 3  # how far up a corpus's path its language is looked for


def _pattern(codes: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![^\W_])(?:{codes}|{codes.upper()})(?![^\W_])")


_SURE = _pattern(_CODES)
_ANY = _pattern(f"{_CODES}|{_DOUBTFUL_CODES}")


def without_language(name: str) -> str:
    """Return a name with `*` for each language code that stands in it as a word of its own."""
    return _ANY.sub("*", name)


def same_language(code: str, other: str) -> bool:
    """Tell whether two codes are of one language: `cz` and `cs` are."""
    return _plain(code) == _plain(other)


def _plain(code: str) -> str:
    code = code.lower()
    return "cs" if code == "cz" else code


def language_in(names: Iterable[str]) -> str | None:
    """Return the one code that stands in every name, None when there is none or more than one."""
    common: set[str] | None = None
    for name in names:
        codes = {code.lower() for code in _SURE.findall(name)}
        common = codes if common is None else common & codes
        if not common:
            return None
    return common.pop() if common and len(common) == 1 else None


def nearest_language(parts: Sequence[str]) -> str | None:
    """Return the language that the last part of a path to have one has."""
    return next(filter(None, (language_in([part]) for part in reversed(parts))), None)


def guess_language(path: Path, names: Iterable[str]) -> str:
    """Return the language of a corpus by its path, nearest folder first, then by its names."""
    of_path = nearest_language(path.resolve().parts[-_LEVELS:])
    return of_path or language_in(names) or UNKNOWN_LANGUAGE
