"""Know units of measure, however seven languages write them, and which are multiples of others."""

from __future__ import annotations

import re
from fractions import Fraction as Ratio
from functools import cache

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
    "µl": "µl μl mm3 mm³ microlit* mikrolit*",
    "fl": "fl",
    "km": "km",
    "m": "m metro metros meter metre metres metri metr metru",
    "cm": "cm cms centímetr* centimet* centimetr*",
    "mm": "mm milímetr* millimet* milimet* milimetr*",
    "µm": "µm μm micra* micron* mikrometer mikrometr*",
    "mmHg": "mmhg torr",
    "cmH2O": "cmh2o",
    "%": "% percent procent procenta procento por_ciento",
    "°C": "°c ºc °",
    "U": """u ui iu ie i.e. u.i. i.u. unidad unidades unit units unità eenheid eenheden enhet
        enheter unități unitate jednotek jednotky jednotka j.""",
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
    "bpm": "bpm lpm lat/min latidos/min",
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


@cache
def _pattern() -> tuple[re.Pattern[str], dict[str, str]]:
    """Return what finds a unit, and the units by what is written."""
    exact: dict[str, str] = {}
    stems: dict[str, str] = {}
    for unit, words in _WRITTEN.items():
        for word in words.replace("\n", " ").split(" "):
            if word:
                (stems if word.endswith("*") else exact)[word.rstrip("*").replace("\xa0", " ")] = (
                    unit
                )
    alternatives = [re.escape(word) + r"(?![^\W\d_])" for word in exact]
    alternatives += [re.escape(stem) + r"[^\W\d_]*" for stem in stems]
    alternatives.sort(key=len, reverse=True)
    return re.compile("|".join(alternatives)), {**stems, **exact}


def unit_at(text: str, offset: int) -> tuple[str, int] | None:
    """Return the unit that stands at an offset, perhaps behind a blank or hyphen, and its end.

    A unit of a unit has both: `mg/dl`.
    """
    while offset < len(text) and text[offset] in " \xa0\u202f-":
        offset += 1
        if offset < len(text) and text[offset - 1] == text[offset]:
            return None
    first = _unit(text, offset)
    if first is None:
        return None
    unit, end = first
    if text[end : end + 1] == "/" and (second := _unit(text, end + 1)):
        return f"{unit}/{second[0]}", second[1]
    return unit, end


def _unit(text: str, offset: int) -> tuple[str, int] | None:
    pattern, units = _pattern()
    match = pattern.match(text[offset : offset + 24].lower())
    if match is None:
        return None
    written = match.group()
    while written not in units:
        written = written[:-1]  # a stem with an ending
    return units[written], offset + match.end()


def are_compatible(first: str | None, second: str | None) -> bool:
    """Tell whether two units may be the same: one isn't told, or both are up to a denominator."""
    if first is None or second is None:
        return True
    (one, _, per), (other, _, other_per) = first.partition("/"), second.partition("/")
    return one == other and (not per or not other_per or per == other_per)


def in_base(value: Ratio, unit: str | None) -> tuple[Ratio, str] | None:
    """Return a value in the base of its unit; None where no conversion is known."""
    if unit is None or unit not in _MULTIPLES:
        return None
    base, factor = _MULTIPLES[unit]
    return value * factor, base
