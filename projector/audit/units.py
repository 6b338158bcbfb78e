"""Know units of measure, however seven languages write them, and which are multiples of others."""

from __future__ import annotations

import re
from fractions import Fraction as Ratio
from functools import cache, lru_cache

# What each unit is written as; a star leaves an ending open, a low line is a blank.
_WRITTEN = {
    "kg": "kg kgs kilogram* kilo kilos chilogramm*",
    "g": "g gr grs gram* gramm*",
    "mg": "mg mgr mgrs mgs miligram* milligram* miligramm*",
    "µg": "µg μg mcg ug microgram* mikrogram*",
    "ng": "ng nanogram*",
    "pg": "pg picogram*",
    "l": "l lt lts litro litros liter litre litres liters litri litru",
    "dl": "dl decilit* decilitr*",
    "ml": "ml mililitr* millilit* cc cm3 cm³ ccm",
    "µl": "µl μl ul mm3 mm³ microlit* mikrolit*",
    "fl": "fl",
    "km": "km",
    "m": "m metro metros meter metre metres metri metr metru",
    "cm": "cm cms centímetr* centimet* centimetr*",
    "mm": "mm milímetr* millimet* milimet* milimetr*",
    "µm": "µm μm micra* micron* mikrometer mikrometr*",
    "mmHg": "mmhg torr mm_hg mm_de_hg mm_di_hg mm_av_hg mm_van_hg",
    "cmH2O": "cmh2o cm_h2o cm_de_h2o cm_di_h2o cm_de_agua",
    "%": "% percent procent procenta procento por_ciento por_cien per_cento",
    "°C": "°c ºc ° º oc grados grado degrees degree gradi graden grader stupňů stupně",
    "U": """u ui iu ie i.e. u.i. i.u. m.j. j. unidad unidades unit units unità eenheid eenheden
        enhet enheter unități unitate jednotek jednotky jednotka""",
    "mEq": "meq meqs",
    "mol": "mol",
    "mmol": "mmol mmols milimol* millimol*",
    "µmol": "µmol μmol umol micromol* mikromol*",
    "nmol": "nmol",
    "pmol": "pmol",
    "Gy": "gy gray",
    "cGy": "cgy",
    "Hz": "hz",
    "kPa": "kpa",
    "kcal": "kcal",
    "bpm": "bpm lpm spm lat/min latidos/min latidos_por_minuto beats_per_minute",
    "s": """seg segs segundo segundos sec secs second seconds secondi secondo seconde seconden
        sekund* secund*""",
    "min": "min mins minuto minutos minute minutes minuti minuut minuten minut*",
    "h": "h hr hrs hs hora horas hour hours ora ore uur uren timme timmar timmars hodin*",
    "day": """día días dia dias day days giorno giorni dag dagen dagar dagars dygn zi zile den dny
        dní dnů dnech dnem""",
    "week": """semana semanas week weeks settimana settimane weken vecka veckor veckors săptămână
        săptămâni týden týdny týdnů týdnech týdnu""",
    "month": """mes meses month months mese mesi maand maanden månad månader månaders lună luni
        měsíc měsíce měsíců měsících""",
    "year": """año años year years anno anni jaar jarige år årig* ani rok roky roků roku let letá
        letý leté letého leta""",
}
# Multiples of one another: (of which unit, how many of it).
_MULTIPLES: dict[str, tuple[str, Ratio | int]] = {
    "kg": ("g", 1000), "g": ("g", 1), "mg": ("g", Ratio(1, 1000)),
    "µg": ("g", Ratio(1, 10**6)), "ng": ("g", Ratio(1, 10**9)),
    "l": ("l", 1), "dl": ("l", Ratio(1, 10)), "ml": ("l", Ratio(1, 1000)),
    "m": ("m", 1), "cm": ("m", Ratio(1, 100)), "mm": ("m", Ratio(1, 1000)),
    "s": ("s", 1), "min": ("s", 60), "h": ("s", 3600), "day": ("s", 86400), "week": ("s", 604800),
    "month": ("month", 1), "year": ("month", 12), "Gy": ("Gy", 1), "cGy": ("Gy", Ratio(1, 100)),
}  # fmt: skip


# What a language writes otherwise than the others: a Dutch `u` is an hour, but `U/l` are units.
_OF_LANGUAGE = {"nl": {"u": "h"}, "sv": {"e": "U"}}
# A unit that is more than a run of letters: words apart, points, digits, signs.
_RUN = re.compile(r"[^\W\d_]+")
_SHORT = re.compile(r"(?:°|º)\s?c(?!\w)|[%°º]")
_BETWEEN = tuple(" \xa0\u202f\u2009-")
_LONGEST = 24  # characters of a name


@cache
def _words() -> tuple[dict[str, str], dict[str, str]]:
    """Return the units by their whole names, and by how their names begin."""
    exact: dict[str, str] = {}
    stems: dict[str, str] = {}
    for unit, words in _WRITTEN.items():
        for word in words.split():
            (stems if word.endswith("*") else exact)[word.rstrip("*").replace("_", " ")] = unit
    return exact, stems


@cache
def _compounds() -> tuple[re.Pattern[str], frozenset[str]]:
    """Return what finds a name that is more than letters, and the letters such a name begins with.

    Blanks in it may be left out.
    """
    names = [name for name in _words()[0] if not name.isalpha() and name[0].isalpha()]
    names.sort(key=len, reverse=True)
    written = (re.escape(name).replace(r"\ ", r"\s?") for name in names)
    first = (match.group() for name in names if (match := _RUN.match(name)))
    return re.compile(rf"(?:{'|'.join(written)})(?!\w)"), frozenset(first)


@lru_cache(maxsize=2**14)
def _named(word: str, language: str) -> str | None:
    """Return the unit that a word in small letters names."""
    if word in (special := _OF_LANGUAGE.get(language, {})):
        return special[word]
    exact, stems = _words()
    if word in exact:
        return exact[word]
    return next((stems[word[:end]] for end in range(len(word), 0, -1) if word[:end] in stems), None)


def unit_at(text: str, offset: int, language: str) -> tuple[str, int] | None:
    """Return the unit that stands at an offset, perhaps behind a blank or hyphen, and its end.

    A unit of a unit has both: `mg/dl`.
    """
    while text[offset : offset + 1] in _BETWEEN:
        offset += 1
        if text[offset : offset + 1] == text[offset - 1]:
            return None
    first = _unit(text, offset, language)
    if first is None:
        return None
    unit, end = first
    if text[end : end + 1] == "/" and (second := _unit(text, end + 1, language)):
        return f"{unit}/{second[0]}", second[1]
    return unit, end


def _unit(text: str, offset: int, language: str) -> tuple[str, int] | None:
    run = _RUN.match(text, offset)
    if run is None:
        sign = _SHORT.match(text[offset : offset + 3].lower())
        return ("%" if sign[0] == "%" else "°C", offset + sign.end()) if sign else None
    word = run.group().lower()
    pattern, first = _compounds()
    if word in first and (match := pattern.match(text[offset : offset + _LONGEST].lower())):
        name = " ".join(match.group().split())
        exact = _words()[0]
        unit = exact.get(name) or exact[name.replace(" ", "")]
        return unit, offset + match.end()
    is_count = text[run.end() : run.end() + 1] == "/" or run[0] == "U"
    unit_named = _named(word, "" if is_count else language)
    behind = text[run.end() : run.end() + 1]
    if unit_named is None or behind == "_" or (behind.isdigit() and behind not in "²³"):
        return None
    return unit_named, run.end()


def in_base(value: Ratio, unit: str | None) -> tuple[Ratio, str] | None:
    """Return a value in the base of its unit; None where no conversion is known."""
    if unit is None or unit not in _MULTIPLES:
        return None
    base, factor = _MULTIPLES[unit]
    return value * factor, base
