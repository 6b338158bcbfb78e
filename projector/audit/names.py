"""Find the names of drugs and of people in a text, and tell whether two are spelt alike.

Drugs are known by the stems of their international names (INN), which tell a class (`-pril`,
`-xaban`); people by a title before them, or by what is named after them (`síndrome de`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from projector.document import Fragment
from projector.text.assertion_table import folded

_WORD = re.compile(r"[^\W\d_]{4,}")
# Stems as `_spelling` writes them; endings of up to three letters may follow.
_STEMS = """
    cilin oxacin micin ciclin prasol conasol nidasol tamisol pril sartan olol dipin statin xaban
    gatran parin umab ximab tinib ciclib gliptin gliflosin etformin caina cain barbital asepam
    asolam triptan setron profen fenac coxib oxicam ciclovir navir fovir tegravir platin taxel
    rubicin trexat fosfamid poetin grastim dronat meterol moterol buterol tropi lucast nison
    nisolon metason cortison semid tiasid lacton digoxin odaron varfarin cumarol grelor grel
    insulin morfin fentanil tramadol cetamin propofol dopamin butamin adrenalin nefrin cetamol
    minofen tiroxin racetam gabalin gabapentin valproat masepin nitoin trigin iramat tiapin
    peridon purinol colcicin limus sporin mofetil cloroquin penem metoprim nesolid niasid
    rifampicin mbutol trombolis teplas ivabradin amilorid solamid clobenside glitason glinid
    glutid
"""
_DRUG = re.compile(
    rf"(?:{'|'.join(_STEMS.split())})(?:[a-fh-z][a-z]{{0,2}})?|cef[a-z]{{5,}}|sulfa[a-z]{{4,}}"
)
# Different names of one drug, as `_spelling` writes them.
_SYNONYMS = tuple(
    map(
        frozenset,
        (
            ("paracetamol", "acetaminofen"),
            ("adrenalin", "epinefrin"),
            ("noradrenalin", "norepinefrin"),
            ("salbutamol", "albuterol"),
            ("metamisol", "dipiron"),
            ("doxorubicin", "adriamicin"),
            ("petidin", "meperidin"),
            ("rifampicin", "rifampin"),
            ("isoprenalin", "isoproterenol"),
            ("daunorubicin", "daunomicin"),
            ("bensilpenicilin", "penicilin"),
            ("hidrocortison", "cortisol"),
            ("alteplas", "trombolis"),
        ),
    )
)
_TITLES = (
    r"(?:[Dd]r[as]?|[Dd]oct(?:or|ora)|[Pp]rof[as]?|[Ss]r[as]?|[Mm]rs?|[Mm]s|[Dd]on|[Dd]oña|[Dd]hr|"
    r"[Mm]evr|[Dd]ott|[Ss]ig(?:ra)?|[Pp]an[ía]?|[Dd]omnul|[Dd]oamna|[Hh]err|[Ff]ru)\.?\s+"
)
_NAMED_AFTER = (
    r"(?:s[ií]ndrome|enfermedad|signo|escala|test|prueba|[ií]ndice|tumor|maniobra|clasificaci[oó]n|"
    r"linfoma|sarcoma|t[eé]cnica|score|criterios|tiroiditis|fen[oó]meno|reflejo|[uú]lcera)\s+de\s+"
)
_PERSON = re.compile(rf"(?<!\w)(?:{_TITLES}|{_NAMED_AFTER})([^\W\d_][^\W\d_]{{3,}})")
_CAPITAL = re.compile(r"(?<=[^\W\d_]\s)[^\W\d_]{4,}|(?<=[,('’]\s)[^\W\d_]{4,}")
_ENDINGS = re.compile(r"(?:[aeiou]+s?|um|us|em|om|et|ul|s)$")
_SOUNDS = {
    "ph": "f", "th": "t", "ch": "c", "qu": "c", "ae": "e", "oe": "e", "y": "i", "k": "c", "z": "s",
    "w": "v",
}  # fmt: skip
_SOUND = re.compile("|".join(_SOUNDS))
_DOUBLE = re.compile(r"(.)\1+")


@dataclass(frozen=True, slots=True)
class Name:
    """A name of a drug or of a person.

    Args:
        place: Where it stands.
        spelling: As languages spell it alike, without its ending.
    """

    place: Fragment
    spelling: str


@lru_cache(maxsize=2**16)
def spelling(word: str) -> str:
    """Return a word as languages spell it alike: without accents, doubles, and its ending."""
    plain = _SOUND.sub(lambda match: _SOUNDS[match[0]], folded(word))
    plain = _DOUBLE.sub(r"\1", plain)
    return _ENDINGS.sub("", plain) if len(plain) > 5 else plain


@lru_cache(maxsize=2**16)
def _is_drug(word: str) -> bool:
    plain = spelling(word)
    return len(plain) > 5 and any(_DRUG.fullmatch(plain, k) for k in range(len(plain) - 3))


@lru_cache(maxsize=2)  # a source comes back for each of its translations
def drug_names(text: str) -> list[Name]:
    """Return the words of a text that are built like drugs' names, in text order."""
    return [
        Name(Fragment(*match.span()), spelling(match.group()))
        for match in _WORD.finditer(text)
        if _is_drug(match.group())
    ]


def person_names(text: str) -> list[Name]:
    """Return the names of people that a text calls by a title, or names something after."""
    return [
        Name(Fragment(*match.span(1)), spelling(match[1]))
        for match in _PERSON.finditer(text)
        if match[1][0].isupper() and not match[1].isupper()
    ]


def capital_names(text: str, stretch: Fragment) -> list[Name]:
    """Return the words within a sentence that begin with a capital, but its first."""
    return [
        Name(Fragment(*match.span()), spelling(match.group()))
        for match in _CAPITAL.finditer(text, stretch.start, stretch.end)
        if match.group()[0].isupper() and match.group()[1:].islower()
    ]


def are_alike(one: str, other: str) -> bool:
    """Tell whether two spellings may be of one name: a letter apart, or one within the other."""
    shorter, longer = sorted((one, other), key=len)
    if longer.startswith(shorter) or (len(shorter) > 4 and shorter in longer):
        return True  # `Kussmaulovým`, `totalkolesterol`
    if frozenset((one, other)) in _SYNONYMS:
        return True
    return len(shorter) > 4 and _is_a_letter_apart(shorter, longer)


def _is_a_letter_apart(shorter: str, longer: str) -> bool:
    """Tell whether one letter more, less or other makes one spelling the other."""
    if len(longer) - len(shorter) > 1:
        return False
    k = next((k for k, letter in enumerate(shorter) if letter != longer[k]), len(shorter))
    return shorter[k + (len(shorter) == len(longer)) :] == longer[k + 1 :]
