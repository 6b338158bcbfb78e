"""Find the numbers of a text with their units, whatever its language writes them like.

A number has readings: `1.500` is 1500 or 1.5, and which one is not known from one text alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction as Ratio
from functools import lru_cache

from projector.audit.number_words import AND, month_words, number_words, tens_and_ones
from projector.audit.units import unit_at
from projector.document import Fragment

_BLANKS = " \xa0\u202f\u2009"
_NUMBER = re.compile(
    rf"(?<![\d.,])\d{{1,3}}(?:[{_BLANKS}]\d{{3}})+(?![\d{_BLANKS}]*\d)(?:[.,]\d+)?"
    r"|\d+(?:[.,'’·]\d+)*|(?<![\w.,])[.,]\d+"
)
_ROMAN = re.compile(r"(?<![\w-])(?:X{0,3}(?:IX|IV|V?I{1,3}|V)|X{1,3})(?:[abAB])?(?!\w)")
_ROMAN_VALUES = {"I": 1, "V": 5, "X": 10}
_WORD = re.compile(r"[^\W\d_]+(?:'(?!\w))?")
_EXPONENT_OF = re.compile(r"(?:(?<![^\W\d_])[cmdk]?m)$")  # the 2 of m2 is no number
_THOUSANDS = re.compile(
    rf"[{_BLANKS}]?(mil|thousand|mila|mille|duizend|tusen|de mii|mii|tisíc|tis\.)(?!\w)"
)
_MILLIONS = re.compile(
    rf"[{_BLANKS}]?(mill[oó]n|millones|million|millions|milion[ieůy]?|miljoen|miljone?r?|milioane|"
    r"de milioane)(?!\w)"
)
_AFTERNOON = re.compile(
    r"(?:[:.]\d\d)?\s?(?:h|horas|hrs)?\s?(?:p\.?\s?m\b|de la (?:tarde|noche)|"
    r"(?:del|di) (?:pomeriggio|sera)|'s (?:middags|avonds)|på (?:eftermiddagen|kvällen)|"
    r"(?:după-amiaza|seara)|odpoledne|večer|in the (?:afternoon|evening))"
)
_DIGITS = re.compile(r"\d+")
_JOINED = re.compile(r"[\s-]+(?:\w+\s+)?")  # between tens and ones
# How what is behind a number begins where it is asked about thousands, or the time of day.
_SCALES, _HOURS, _YEAR_MARKS = frozenset("mtd"), frozenset(":.hpdaisov'"), ("/", "'", "’", "-")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number of a text.

    Args:
        place: Where it stands, without its unit.
        readings: What it may be; empty where it is only digits apart (a date, a version).
        parts: Its runs of digits, as numbers.
        unit: What it counts, `mg` or `mg/day`; None where that isn't told.
        written: How it is written: as digits, Roman, as a word; words and months may stand for a
            number of the other text, and need not.
    """

    place: Fragment
    readings: frozenset[Ratio]
    parts: tuple[int, ...]
    unit: str | None
    written: str

    @property
    def is_sure(self) -> bool:
        """Tell whether it has to have a counterpart."""
        return self.written == "digits"


@lru_cache(maxsize=512)  # a source comes back for each of its translations
def find_quantities(text: str, stretch: Fragment, language: str) -> list[Quantity]:
    """Return the numbers within a stretch of a text, those in digits first."""
    code = language.casefold()[:2].replace("cz", "cs")
    digits = list(_in_digits(text, stretch, code))
    return [*digits, *_roman(text, stretch), *_in_words(text, stretch, code)]


def _in_digits(text: str, stretch: Fragment, language: str) -> Iterator[Quantity]:
    for match in _NUMBER.finditer(text, stretch.start, stretch.end):
        before = text[max(match.start() - 3, stretch.start) : match.start()]
        written = match.group()
        if written in ("2", "3") and _EXPONENT_OF.search(before):
            continue
        parts = tuple(int(part) for part in _DIGITS.findall(written))
        readings = _readings(written)
        behind = text[match.end() : min(match.end() + 24, stretch.end)].lower()
        following = behind.lstrip(_BLANKS)[:1]
        if following in _SCALES:
            if _THOUSANDS.match(behind):
                readings |= {reading * 1000 for reading in readings}
            if _MILLIONS.match(behind):
                readings |= {reading * 10**6 for reading in readings}
        if following in _HOURS and _AFTERNOON.match(behind):
            readings |= {reading + 12 for reading in readings if reading < 12}
        if before[-1:] in _YEAR_MARKS and len(written) == 2:
            readings |= {reading + century for reading in readings for century in (1900, 2000)}
        place = Fragment(*match.span())
        yield Quantity(place, readings, parts, _unit_of(text, stretch, place, language), "digits")


def _unit_of(text: str, stretch: Fragment, place: Fragment, language: str) -> str | None:
    unit = unit_at(text, place.end, language)
    return unit[0] if unit and unit[1] <= stretch.end else None


def _readings(written: str) -> frozenset[Ratio]:
    """Return what digits with points, commas and blanks between them may mean."""
    plain = re.sub(rf"[{_BLANKS}'’]", "", written).replace("·", ".")
    groups = re.split(r"[.,]", plain)
    marks = [mark for mark in plain if mark in ".,"]
    if not marks:
        return frozenset({Ratio(int(plain))})
    thirds = all(len(group) == 3 for group in groups[1:]) and groups[0].strip("0") != ""
    whole = Ratio(int("".join(groups)))
    decimal = whole / 10 ** len(groups[-1])
    if len(marks) == 1:
        grouped = thirds and len(groups[0]) <= 3
        return frozenset({whole, decimal}) if grouped else frozenset({decimal})
    if len(set(marks)) == 1:
        return frozenset({whole}) if thirds else frozenset()
    return frozenset({decimal}) if marks.count(marks[-1]) == 1 else frozenset()


def _roman(text: str, stretch: Fragment) -> Iterator[Quantity]:
    for match in _ROMAN.finditer(text, stretch.start, stretch.end):
        values = [_ROMAN_VALUES[letter] for letter in match.group() if letter in _ROMAN_VALUES]
        following = [*values[1:], 0]
        number = sum(-a if a < b else a for a, b in zip(values, following, strict=True))
        if number:
            place = Fragment(*match.span())
            yield Quantity(place, frozenset({Ratio(number)}), (number,), None, "roman")


def _in_words(text: str, stretch: Fragment, language: str) -> Iterator[Quantity]:
    """Yield the numbers that are written as words, tens and ones side by side as one."""
    numbers, months = number_words(language), month_words(language)
    tens, ones = tens_and_ones(language)
    joining = AND.get(language)
    places: list[tuple[str, int, int]] = [
        (word, match.start(), match.end())
        for match in _WORD.finditer(text, stretch.start, stretch.end)
        if (word := match.group().lower()) in numbers or word in months or word == joining
    ]
    k = 0
    while k < len(places):
        word, start, end = places[k]
        k += 1
        if word in months:
            month = months[word]
            yield Quantity(Fragment(start, end), frozenset({Ratio(month)}), (month,), None, "month")
        if word not in numbers:
            continue
        number = numbers[word]
        if word in tens:
            last = k + (k < len(places) and places[k][0] == joining)
            adjoins = last < len(places) and places[last][0] in ones
            if adjoins and _JOINED.fullmatch(text, end, places[last][1]):
                number, end, k = number + numbers[places[last][0]], places[last][2], last + 1
        place = Fragment(start, end)
        unit = _unit_of(text, stretch, place, language)
        yield Quantity(place, frozenset({Ratio(number)}), (number,), unit, "word")
