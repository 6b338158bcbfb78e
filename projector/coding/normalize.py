"""Bring mentions and descriptions into forms that can be compared by their characters."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from projector.errors import CorpusError, Problem
from projector.storage.user_table import read_table

_WORD = re.compile(r"\w+")
# How lists say that nothing more is known; mentions say it by not saying it.
_WHAT = (
    r"(?:partes?|tipos?|sitios?|causas?|orígen(?:es)?|origen|localizaci(?:ón|ones)|formas?|grados?|"
    r"naturaleza|lado|región(?: del cuerpo)?(?: y grado)?|type|site|part|cause|origin|location|"
    r"degree|organism|side|nature)"
)
# A quick look whether there is any of that at all.
_PERHAPS = re.compile(r"spec|clas|menti|menci|without|nos\b|neur", re.IGNORECASE)
_BRACKETS = re.compile(r"\([^()]*\)")
_UNQUALIFIED = re.compile(
    r"(?:,\s*)?\(?(?:\b(?:de|en|con|of|with)\s+)?\b(?:"
    rf"(?:{_WHAT}\s+)?no\s+especificad[oa]s?(?: de otra manera)?|"
    rf"(?:{_WHAT}\s+)?unspecified(?:\s+(?:as to\s+)?{_WHAT})?|"
    r"(?:no )?(?:clasificad[oa]s?|especificad[oa]s?) (?:en otra parte|de otra manera)|"
    r"sin (?:otra )?especificaci[óo]n|sin mención de [\w ]+|"
    r"not (?:otherwise specified|elsewhere classified)|without (?:mention of )?complications?|"
    r"without mention of [\w ]+|NOS|"
    r"non specificat[oaie]|niet gespecificeerd|ospecificera(?:d|t|de)|nespecificat[ăae]?|"
    r"neurčen[áéýo]"
    r")\b\)?",
    re.IGNORECASE,
)
# Which of several encounters for one thing a code is for (ICD-10-CM, CIE-10-ES).
_ENCOUNTER = re.compile(
    r",\s*(?:(?:initial|subsequent) encounter\b.*|sequela|"
    r"contacto (?:inicial|sucesivo|subsiguiente)\b.*|secuela)$",
    re.IGNORECASE | re.DOTALL,
)
_TOKEN = re.compile(r"[^\W_]+(?:[./][^\W_]+)*\.?")


def plain(text: str) -> str:
    """Return a text without case, accents and punctuation, its words joined by single spaces."""
    if text.isascii():
        return " ".join(_WORD.findall(text.casefold()))
    # Twice: what is taken apart can have a case (𝗔), and what has lost its case be taken apart.
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    bare = "".join(one for one in folded if not unicodedata.combining(one))
    return " ".join(_WORD.findall(bare))


def unqualified(text: str) -> str:
    """Return a description without what it does not need; itself if no word is left.

    That is "unspecified" and the like, and what stands in round brackets: words that ICD-10 allows
    for without asking for them.
    """
    bare = _BRACKETS.sub("", text) if "(" in text else text
    if _PERHAPS.search(bare):
        bare = _UNQUALIFIED.sub("", bare)
    bare = " ".join(bare.split()).strip(" ,;:")
    return bare if len(bare) > 2 else text


def without_encounter(text: str) -> str:
    """Return a description without which encounter it is of, which no mention says."""
    return _ENCOUNTER.sub("", text) or text


def words(text: str) -> list[str]:
    """Return the words of `plain`."""
    return plain(text).split()


def character_grams(text: str, size: int = 4) -> list[str]:
    """Return the runs of characters of each word with its edges marked; short words whole."""
    grams = []
    for word in words(text):
        marked = f"_{word}_"
        grams += [marked[start : start + size] for start in range(max(1, len(marked) - size + 1))]
    return grams


class Abbreviations:
    """What short forms stand for.

    Args:
        longer: Long forms by language and by short form in capitals without dots; the language
            is empty where a short form means the same in all.
    """

    def __init__(self, longer: Mapping[tuple[str, str], str]) -> None:
        self._longer = dict(longer)

    @property
    def fingerprint(self) -> str:
        """Return a hash of all of them."""
        return hashlib.sha256(repr(sorted(self._longer.items())).encode()).hexdigest()

    def expand(self, text: str, language: str = "") -> str:
        """Return a text with its short forms written out.

        One is known by its capitals, or by being the whole text.
        """
        language = "cs" if language == "cz" else language

        def longer(match: re.Match[str]) -> str:
            token = match[0]
            short = token.replace(".", "").upper()
            if token != token.upper() and token != text.strip():
                return token
            return self._longer.get((language, short)) or self._longer.get(("", short)) or token

        return _TOKEN.sub(longer, text)

    def shorter(self) -> dict[tuple[str, str], str]:
        """Return short forms by language and by long form without case, the longest first."""
        shortened = {
            (language, long.casefold()): short for (language, short), long in self._longer.items()
        }
        return dict(sorted(shortened.items(), key=lambda item: (-len(item[0][1]), item)))

    def with_table(self, path: Path) -> Abbreviations:
        """Return these and those of a user's table, which go before; see `read_abbreviations`."""
        return Abbreviations({**self._longer, **read_abbreviations(path)})


def own_abbreviations() -> Abbreviations:
    """Return the ones that come with the project."""
    path = Path(str(files("projector.coding") / "abbreviations.tsv"))
    return Abbreviations(read_abbreviations(path))


def read_abbreviations(path: Path) -> dict[tuple[str, str], str]:
    """Read a tab-separated table with the columns `short`, `long` and perhaps `language`.

    Raises:
        CorpusError: It can't be read, or a row lacks a form.
    """
    longer = {}
    table = read_table(path, ("short", "long"), "short, long, perhaps language")
    for line, row in enumerate(table.iter_rows(named=True), start=2):
        short, long = (row["short"] or "").strip(), (row["long"] or "").strip()
        if not short or not long:
            raise CorpusError(Problem(path, line, str(row), "the columns short and long, filled"))
        longer[(row.get("language") or "").strip(), short.replace(".", "").upper()] = long
    return longer
