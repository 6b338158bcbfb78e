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


# ISO 639-1; a collection may be in a language that is in none of our names.
_ISO_639_1 = (
    "aa|ab|ae|af|ak|am|an|ar|as|av|ay|az|ba|be|bg|bi|bm|bn|bo|br|bs|ca|ce|ch|co|cr|cs|cu|cv|cy|"
    "cz|da|de|dv|dz|ee|el|en|eo|es|et|eu|fa|ff|fi|fj|fo|fr|fy|ga|gd|gl|gn|gu|gv|ha|he|hi|ho|hr|"
    "ht|hu|hy|hz|ia|id|ie|ig|ii|ik|io|is|it|iu|ja|jv|ka|kg|ki|kj|kk|kl|km|kn|ko|kr|ks|ku|kv|kw|"
    "ky|la|lb|lg|li|ln|lo|lt|lu|lv|mg|mh|mi|mk|ml|mn|mr|ms|mt|my|na|nb|nd|ne|ng|nl|nn|no|nr|nv|"
    "ny|oc|oj|om|or|os|pa|pi|pl|ps|pt|qu|rm|rn|ro|ru|rw|sa|sc|sd|se|sg|si|sk|sl|sm|sn|so|sq|sr|"
    "ss|st|su|sv|sw|ta|te|tg|th|ti|tk|tl|tn|to|tr|ts|tt|tw|ty|ug|uk|ur|uz|ve|vi|vo|wa|wo|xh|yi|"
    "yo|za|zh|zu"
)


def is_language(code: str) -> bool:
    """Tell whether a code is one of ISO 639-1's, perhaps with a region, or of three letters."""
    first, _, _ = code.lower().replace("_", "-").partition("-")
    return first in _ISO_639_1.split("|") or (
        len(first) == 3 and first.isascii() and first.isalpha()
    )


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
