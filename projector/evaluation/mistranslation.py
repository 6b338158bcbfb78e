"""Spoil translations in known places, as bad translators do, to measure what an audit finds."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from projector.audit.findings import Block, Kind
from projector.document import Document, Fragment
from projector.evaluation.corruption import without_stretches

_MOST = 4  # places in one text
_NUMBER = re.compile(r"(?<![\d.,/^-])[1-9]\d*(?:[.,]\d+)?(?![\d/])")
_UNITS = {"mg": "g", "g": "mg", "ml": "l", "mm": "cm", "cm": "mm", "kg": "mg", "µg": "mg"}
_UNIT = re.compile(r"(?<=\d)[ \xa0](mg|g|ml|mm|cm|kg|µg)(?![\w/])")
# Words and what they become; a negation becomes nothing where nothing else is said.
_SIDES = {
    "en": "left=right right=left",
    "it": """sinistra=destra destra=sinistra sinistro=destro destro=sinistro""",
    "nl": "links=rechts rechts=links linker=rechter rechter=linker",
    "sv": "vänster=höger höger=vänster vänstra=högra högra=vänstra",
    "ro": "stâng=drept drept=stâng stângă=dreaptă dreaptă=stângă dreapta=stânga stânga=dreapta",
    "cs": """pravé=levé levé=pravé pravá=levá levá=pravá pravý=levý levý=pravý pravého=levého
        levého=pravého vpravo=vlevo vlevo=vpravo pravou=levou levou=pravou""",
}
_NEGATIONS = {
    "en": "without=with no= not=",
    "it": "senza=con non=",
    "nl": "zonder=met geen= niet=",
    "sv": "utan=med inga=några ingen= inte=",
    "ro": "fără=cu nu=",
    "cs": "bez=s nebyla=byla nebyl=byl nebylo=bylo nebyly=byly není=je nemá=má neměl=měl",
}
# Drugs, as all the languages write them but for their endings, which stay.
_DRUGS = """
    apixaban rivaroxaban edoxaban enalapril lisinopril ramipril losartan valsartan bisoprolol
    atenolol propranolol amlodipin simvastatin atorvastatin omeprazol pantoprazol fluconazol
    metronidazol metformin furosemid prednison digoxin heparin enoxaparin warfarin clopidogrel
    ticagrelor ciprofloxacin levofloxacin rituximab infliximab adalimumab imatinib tacrolimus
    levetiracetam gabapentin pregabalin fentanil tramadol propofol tamoxifen cisplatin
    carboplatin ketorolac ibuprofen naproxen diclofenac ondansetron insulin
""".split()  # noqa: SIM905
_DRUG = re.compile(rf"(?<!\w)({'|'.join(_DRUGS)})", re.IGNORECASE)
# Sentences of languages that are no translation's here, and of some that are.
_FOREIGN = {
    "de": "Der Patient wurde am nächsten Tag ohne Beschwerden nach Hause entlassen.",
    "fr": "Le patient a été hospitalisé pour une prise en charge de sa douleur abdominale.",
    "pl": "Pacjent został przyjęty do szpitala z powodu silnego bólu brzucha i gorączki.",
    "en": "The patient was admitted to the hospital because of severe pain and high fever.",
    "it": "Il paziente è stato ricoverato in ospedale per un forte dolore e febbre alta.",
    "nl": "De patiënt werd opgenomen in het ziekenhuis wegens hevige pijn en hoge koorts.",
}


@dataclass(frozen=True, slots=True)
class Spoilt:
    """A translation that was spoilt.

    Args:
        text: What became of it.
        sources: Where in the source each spoilt place has its counterpart, if it has one.
        targets: Where each is in the new text; None where nothing is left of it.
    """

    text: str
    sources: tuple[Fragment | None, ...]
    targets: tuple[Fragment | None, ...]


@dataclass(frozen=True, slots=True)
class Translation:
    """What is spoilt.

    Args:
        source: The source's text.
        target: The translation's.
        language: The translation's.
        blocks: Which sentences tell the same.
        other: Another text in the translation's language.
    """

    source: str
    target: str
    language: str
    blocks: Sequence[Block]
    other: str


_Change = tuple[Fragment, str, Fragment | None]  # what is replaced, by what, its source
Spoiler = Callable[[Translation, Random], "Spoilt | None"]


def _applied(text: str, changes: Sequence[_Change]) -> Spoilt | None:
    """Return a text with stretches replaced; None where there is nothing to replace."""
    pieces: list[str] = []
    sources: list[Fragment | None] = []
    targets: list[Fragment | None] = []
    end = length = 0
    for place, words, source in sorted(changes, key=lambda change: change[0]):
        pieces += [text[end : place.start], words]
        length += place.start - end
        targets.append(Fragment(length, length + len(words)) if words.strip() else None)
        length += len(words)
        sources.append(source)
        end = place.end
    pieces.append(text[end:])
    return Spoilt("".join(pieces), tuple(sources), tuple(targets)) if changes else None


def _simple(translation: Translation) -> list[tuple[Fragment, Fragment]]:
    """Return the sentences of the source, and those of the translation, that are one to one."""
    return [
        (block.sources[0], block.targets[0])
        for block in translation.blocks
        if len(block.sources) == len(block.targets) == 1
    ]


def _chosen(translation: Translation, random: Random, most: int) -> list[tuple[Fragment, Fragment]]:
    pairs = _simple(translation)
    random.shuffle(pairs)
    return pairs[:most]


def without_sentence(translation: Translation, random: Random) -> Spoilt | None:
    """Leave one sentence out."""
    if len(_simple(translation)) < 3:
        return None
    ((source, target),) = _chosen(translation, random, 1)
    document = Document("", translation.language, translation.target)
    left = without_stretches(document, [(target.start, target.end)])
    return Spoilt(left.text, (source,), (None,))


def with_foreign_sentence(translation: Translation, random: Random) -> Spoilt | None:
    """Add a sentence of another document before one."""
    sentences = [one for one in translation.other.split(". ") if len(one) > 60]
    pairs = _chosen(translation, random, 1)
    if not sentences or not pairs:
        return None
    added = random.choice(sentences).strip().rstrip(".") + ". "
    place = pairs[0][1]
    text = translation.target[: place.start] + added + translation.target[place.start :]
    return Spoilt(text, (None,), (Fragment(place.start, place.start + len(added) - 1),))


def with_sentence_twice(translation: Translation, random: Random) -> Spoilt | None:
    """Say one sentence twice."""
    pairs = [one for one in _simple(translation) if one[1].end - one[1].start > 40]
    if not pairs:
        return None
    source, place = random.choice(pairs)
    words = translation.target[place.start : place.end]
    text = translation.target[: place.end] + " " + words + translation.target[place.end :]
    return Spoilt(text, (source,), (Fragment(place.start, place.end + 1 + len(words)),))


def with_source_sentence(translation: Translation, random: Random) -> Spoilt | None:
    """Leave one sentence in the source's language."""
    pairs = [one for one in _simple(translation) if one[0].end - one[0].start > 60]
    if not pairs:
        return None
    source, target = random.choice(pairs)
    words = translation.source[source.start : source.end]
    return _applied(translation.target, [(target, words, source)])


def with_sentence_in_third_language(translation: Translation, random: Random) -> Spoilt | None:
    """Have one sentence in a language that is neither the source's nor the translation's."""
    pairs = _chosen(translation, random, 1)
    others = [words for code, words in _FOREIGN.items() if code != translation.language]
    words = random.choice(others)
    return _applied(translation.target, [(target, words, source) for source, target in pairs])


def with_moved_sentence(translation: Translation, random: Random) -> Spoilt | None:
    """Put the first of the sentences behind the last."""
    pairs = _simple(translation)
    if len(pairs) < 4:
        return None
    source, place = pairs[0]
    words = translation.target[place.start : place.end]
    text = translation.target[: place.start] + translation.target[place.end :].lstrip()
    text = text.rstrip()
    return Spoilt(
        f"{text}\n{words}", (source,), (Fragment(len(text) + 1, len(text) + 1 + len(words)),)
    )


def truncated(translation: Translation, random: Random) -> Spoilt | None:
    """Leave the last third out."""
    pairs = _simple(translation)
    if len(pairs) < 6:
        return None
    source, target = pairs[len(pairs) * 2 // 3]
    rest = Fragment(source.start, len(translation.source))
    return Spoilt(translation.target[: target.start].rstrip(), (rest,), (None,))


def with_loop(translation: Translation, random: Random) -> Spoilt | None:
    """Have one sentence's first words over and over."""
    pairs = [one for one in _simple(translation) if one[1].end - one[1].start > 40]
    if not pairs:
        return None
    source, target = random.choice(pairs)
    words = translation.target[target.start : target.end].split()
    looped = " ".join(words[:3] * random.randrange(6, 20))
    return _applied(translation.target, [(target, looped, source)])


def with_other_numbers(translation: Translation, random: Random) -> Spoilt | None:
    """Change a digit of a number in some sentences."""

    def changed(match: re.Match[str]) -> str:
        written = match.group()
        places = [k for k, character in enumerate(written) if character.isdigit()]
        k = random.choice(places)
        least = 1 if k == 0 else 0
        others = [str(digit) for digit in range(least, 10) if str(digit) != written[k]]
        return written[:k] + random.choice(others) + written[k + 1 :]

    return _replaced(translation, random, _NUMBER, changed)


def with_other_units(translation: Translation, random: Random) -> Spoilt | None:
    """Change the unit of a number in some sentences."""
    return _replaced(translation, random, _UNIT, lambda match: f" {_UNITS[match.group(1)]}")


def with_other_drugs(translation: Translation, random: Random) -> Spoilt | None:
    """Put another drug in the place of one in some sentences, its ending left as it is."""

    def changed(match: re.Match[str]) -> str:
        name = match.group().lower()
        other = random.choice([drug for drug in _DRUGS if drug != name])
        return other.capitalize() if match.group()[0].isupper() else other

    return _replaced(translation, random, _DRUG, changed)


def with_other_sides(translation: Translation, random: Random) -> Spoilt | None:
    """Turn left into right and right into left in some sentences."""
    return _reworded(translation, random, _SIDES)


def without_negations(translation: Translation, random: Random) -> Spoilt | None:
    """Take a negation out of some sentences."""
    return _reworded(translation, random, _NEGATIONS)


def _reworded(translation: Translation, random: Random, tables: dict[str, str]) -> Spoilt | None:
    pairs = (entry.partition("=") for entry in tables.get(translation.language, "").split())
    table = {word: other for word, _, other in pairs}
    if not table:
        return None
    words = "|".join(table)
    # What follows a capital that goes begins the sentence, as whoever left the word out has it.
    pattern = re.compile(rf"(?<!\w)({words})(?!\w)(\s+\w)?", re.IGNORECASE)

    def changed(match: re.Match[str]) -> str:
        word, following = match[1], match[2] or ""
        other = table[word.lower()]
        if word[0].islower():
            return (other or " ") + following
        return other[:1].upper() + other[1:] + following if other else following.strip().upper()

    return _replaced(translation, random, pattern, changed)


def _replaced(
    translation: Translation,
    random: Random,
    pattern: re.Pattern[str],
    changed: Callable[[re.Match[str]], str],
) -> Spoilt | None:
    """Replace one match in each of some sentences; the source's place is its whole sentence."""
    changes: list[_Change] = []
    for source, target in _chosen(translation, random, len(translation.blocks)):
        matches = list(pattern.finditer(translation.target, target.start, target.end))
        if matches and len(changes) < _MOST:
            match = random.choice(matches)
            changes.append((Fragment(*match.span()), changed(match), source))
    return _applied(translation.target, changes)


SPOILERS: dict[Kind, tuple[Spoiler, frozenset[Kind]]] = {
    Kind.OMISSION: (without_sentence, frozenset({Kind.OMISSION, Kind.TRUNCATED})),
    Kind.ADDITION: (with_foreign_sentence, frozenset({Kind.ADDITION})),
    Kind.REPETITION: (with_sentence_twice, frozenset({Kind.REPETITION, Kind.ADDITION})),
    Kind.ORDER: (with_moved_sentence, frozenset({Kind.ORDER})),
    Kind.TRUNCATED: (truncated, frozenset({Kind.TRUNCATED})),
    Kind.SOURCE_LANGUAGE: (with_source_sentence, frozenset({Kind.SOURCE_LANGUAGE})),
    Kind.MIXED_LANGUAGE: (with_sentence_in_third_language, frozenset({Kind.MIXED_LANGUAGE})),
    Kind.LOOP: (with_loop, frozenset({Kind.LOOP})),
    Kind.NUMBER: (with_other_numbers, frozenset({Kind.NUMBER})),
    Kind.UNIT: (with_other_units, frozenset({Kind.UNIT, Kind.NUMBER})),
    Kind.NAME: (with_other_drugs, frozenset({Kind.NAME})),
    Kind.SIDE: (with_other_sides, frozenset({Kind.SIDE})),
    Kind.NEGATION: (without_negations, frozenset({Kind.NEGATION})),
}
