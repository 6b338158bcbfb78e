"""Find the words that tell sides, negation and doubt, in seven languages.

Sure cues have to have a counterpart in a translation. Possible ones may be one: *afebrile* answers
*without fever*, *both* may answer *bilateral*, but nobody misses them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache

from projector.audit.concord import clause_affirms, clause_negates, has_concord
from projector.document import Document, Fragment
from projector.text.assertion_table import folded
from projector.text.polarity_words import Polarity, idiom_openings, polarities


class Topic(StrEnum):
    """What a cue tells."""

    LEFT = "left"
    RIGHT = "right"
    BILATERAL = "bilateral"
    NEGATION = "negation"
    DOUBT = "doubt"


@dataclass(frozen=True, slots=True)
class Cue:
    """A word that tells something.

    Args:
        place: Where it stands.
        topic: What it tells.
        is_sure: Whether it has to have a counterpart.
        continues: Whether it goes on with a negation before it (`ni`): a translation may do so in
            any way, once or again.
        is_joint: Whether it only answers one that does (`or`).
    """

    place: Fragment
    topic: Topic
    is_sure: bool
    continues: bool = False
    is_joint: bool = False


# Words in small letters: a star stands for any ending.
_LEFT = {
    "es": "izquierd* izqd* izq izda izdo izdas izdos",
    "en": "left leftward* leftsided",
    "it": "sinistr* sx",
    "nl": "links* linker*",
    "sv": "vänster* vänstra*",
    "ro": "stâng* stîng*",
    "cs": """levý levá levé levou levého levém levému levým levých levými levostrann* vlevo zleva
        doleva""",
}
_RIGHT = {
    "es": "derech* dcha dcho dchas dchos",
    "en": "right rightward* rightsided",
    "it": "destr* dx",
    "nl": "rechts* rechter*",
    "sv": "höger* högra*",
    "ro": "drept dreapta dreaptă drepte drepți dreptul dreptului dreptei",
    "cs": """pravý pravá pravé pravou pravého pravém pravému pravým pravých pravými pravostrann*
        vpravo zprava doprava""",
}
_BILATERAL = {
    "es": "bilateral*",
    "en": "bilateral*",
    "it": "bilateral*",
    "nl": "bilatera* beiderzijds* dubbelzijdig* tweezijdig*",
    "sv": "bilateral* dubbelsidig*",
    "ro": "bilateral*",
    "cs": "bilaterál* oboustrann*",
}
_BOTH = {
    "es": "ambos ambas dos",
    "en": "both two each either",
    "it": "entramb* ambedue ambo due",
    "nl": "beide twee elk weerszijden",
    "sv": "båda bägge två vardera ömse*",
    "ro": "ambele ambii ambelor ambilor două doi",
    "cs": "oba obě obou oběma",
}
# Abbreviations of organs and limbs that hold a side, in capitals: `FID`, `LVEF`, `OS`.
_SHORT_LEFT = {
    "es": """(?:M[SI]|FI|HC|C[SI]|L[SI]|[FP]I|[OAV]|BR|BCR|AC|T[CS]|D)I FEVI HBAI BRIHH DA TCI
        descendente tronco""",
    "en": "L[UMLV]?[LQFEASXC] LV[A-Z]* LBBB LICA LMCA LAD OS AS LT",
    "it": "OS VS AS FEVS BBS LSS LIS TCS IVA",
    "nl": "LV[A-Z]* LBTB LVEF OS LICA",
    "sv": "LV[A-Z]* LBBB OS VK LAD",
    "ro": "VS OS AS FEVS BRS FIS HCS",
    "cs": "LK LV[A-Z]* EFLK LHK LDK LBBB HLK OS",
}
_SHORT_RIGHT = {
    "es": "(?:M[SI]|FI|HC|C[SI]|L[SIM]|[FP]I|[OAV]|BR|BCR|AC|T[CS]|D)D BRDHH",
    "en": "R[UMLV]?[LQFEASXC] RV[A-Z]* RBBB RICA RCA OD AD RT",
    "it": "OD VD AD BBD LSD LID TCD",
    "nl": "RV[A-Z]* RBTB OD RCA",
    "sv": "RV[A-Z]* RBBB OD HK RCA",
    "ro": "VD OD AD BRD FID HCD",
    "cs": "PK RV[A-Z]* PHK PDK RBBB HPK OD",
}
# Words that tell a side, but not before some others.
_NO_SIDE_BEFORE = {
    ("en", "left"): """the him her us hospital home with to in against untreated for at without
        after a an""",
    ("en", "right"): "away after before now to",
    ("ro", "drept"): "urmare consecință cauză tratament",
    ("es", "derecho"): "a",
}
# Words that negate behind some others: a saturation `basal` is one without oxygen.
_NEGATING_BEHIND = {("es", "basal"): re.compile(r"\b(?:satura|sat|sato|spo)(?:\d?\b|ci)", re.I)}
# Verbs behind `ni`, which other languages negate again.
_VERB = {"es": re.compile(r"\s+(?:se|ha|hay|es|era|fue|tiene|ten[ií]a|present[aó]\w*|refi\w+)\b")}
_BEHIND = 60  # characters between the two, at most
_WORD = re.compile(r"[^\W\d_]+(?:['’]t(?!\w))?")
# `no-Hodgkin`: may be rendered by anything.
_NO_IN_COMPOUND = frozenset({"no", "non", "niet", "icke"})
_CONCORD_REACH = 80  # characters behind a negation in which another adds nothing to it
_TOPICS = {
    Polarity.NEGATOR: (Topic.NEGATION, True),
    Polarity.CONCORD: (Topic.NEGATION, True),
    Polarity.CARRIED: (Topic.NEGATION, True),
    Polarity.JOINT: (Topic.NEGATION, False),
    Polarity.IMPLIED: (Topic.NEGATION, False),
    Polarity.DOUBTER: (Topic.DOUBT, True),
    Polarity.DOUBTFUL: (Topic.DOUBT, False),
}


def plain_language(document: Document) -> str:
    """Return the code that the tables have for a document's language."""
    return document.language.casefold()[:2].replace("cz", "cs")


def knows_cues(document: Document) -> bool:
    """Tell whether the cues of a document's language are known."""
    return plain_language(document) in _LEFT


def find_cues(document: Document) -> list[Cue]:
    """Return all cues of a document, in text order; none in an unknown language."""
    return list(_cues(document.text, plain_language(document)))


@lru_cache(maxsize=2)  # a source comes back for each of its translations
def _cues(text: str, language: str) -> Sequence[Cue]:
    cues: list[Cue] = []
    if language not in _LEFT:
        return cues
    negated_until, before = -1, (0, 0)
    for match in _WORD.finditer(text):
        word, span = match.group(), match.span()
        openings = idiom_openings(word, language)
        is_idiom = bool(openings) and folded(text[slice(*before)]) in openings
        while is_idiom and cues and cues[-1].place.start == before[0]:
            cues.pop()  # `sin embargo`
            negated_until = -1
        for polarity in polarities(word, language):
            topic, is_sure = _TOPICS[polarity]
            if "º" in word:
                continue  # `Nº`
            is_concord = polarity is Polarity.CONCORD
            again = is_concord and span[0] < negated_until  # `no hay ninguna`
            if is_concord and not again and has_concord(language):
                again = clause_negates(text, *span, language)  # `žádné nebyly`
                if not again and clause_affirms(text, *span, language):
                    continue  # `byly žádné`
            in_compound = polarity is Polarity.NEGATOR and _is_in_compound(text, match)
            is_sure |= polarity is Polarity.IMPLIED and _negates_behind(text, match, language)
            is_sure &= not (is_idiom or in_compound or again)
            if topic is Topic.NEGATION and is_sure:
                negated_until = _clause_end(text, span[1])
            if polarity is Polarity.NEGATOR and _is_joint_at(cues, before[0]):
                cues.pop()  # `and without`: that negates again
            is_joint = polarity is Polarity.JOINT
            is_carried = polarity is Polarity.CARRIED and not _opens_clause(text, match, language)
            continues = again or is_joint or is_carried
            cues.append(Cue(Fragment(*span), topic, is_sure, continues, is_joint))
        for topic, is_sure in _sides(word, language):
            if not _is_no_side(text, match, language):
                cues.append(Cue(Fragment(*span), topic, is_sure))
        before = span
    return cues


def _negates_behind(text: str, match: re.Match[str], language: str) -> bool:
    """Tell whether a word negates because of what stands before it, in the same clause."""
    before = _NEGATING_BEHIND.get((language, match.group().lower()))
    if before is None:
        return False
    clause = re.split(r"[;:\n]|[.,](?!\d)", text[max(match.start() - _BEHIND, 0) : match.start()])
    return before.search(clause[-1]) is not None


def _is_joint_at(cues: list[Cue], start: int) -> bool:
    return bool(cues) and cues[-1].is_joint and cues[-1].place.start == start


def _opens_clause(text: str, match: re.Match[str], language: str) -> bool:
    """Tell whether what goes on with a negation has a verb of its own: `ni presentaba`."""
    return _VERB[language].match(text, match.end()) is not None if language in _VERB else False


def _is_in_compound(text: str, match: re.Match[str]) -> bool:
    behind = text[match.end() : match.end() + 1]
    return behind == "-" and match.group().lower() in _NO_IN_COMPOUND


def _clause_end(text: str, offset: int) -> int:
    """Return how far a negation reaches that another one adds nothing to."""
    stops = (text.find(mark, offset, offset + _CONCORD_REACH) for mark in ".;:\n")
    return min((stop for stop in stops if stop >= 0), default=offset + _CONCORD_REACH)


def _is_no_side(text: str, match: re.Match[str], language: str) -> bool:
    behind = _NO_SIDE_BEFORE.get((language, match.group().lower()), "")
    following = _WORD.match(text, match.end() + 1) if behind else None
    return following is not None and following.group().lower() in behind.split()


@lru_cache(maxsize=2**16)
def _sides(word: str, language: str) -> tuple[tuple[Topic, bool], ...]:
    """Return which sides a word tells, and whether surely."""
    small = word.lower()
    told = []
    for topic, sure, possible in _side_patterns(language):
        if sure.fullmatch(small):
            told.append((topic, True))
        elif possible.fullmatch(word) or possible.fullmatch(small):
            told.append((topic, False))
    return tuple(told)


@cache
def _side_patterns(language: str) -> tuple[tuple[Topic, re.Pattern[str], re.Pattern[str]], ...]:
    return (
        (Topic.LEFT, _listed(_LEFT[language]), _listed(_SHORT_LEFT[language])),
        (Topic.RIGHT, _listed(_RIGHT[language]), _listed(_SHORT_RIGHT[language])),
        (Topic.BILATERAL, _listed(_BILATERAL[language]), _listed(_BOTH[language])),
    )


def _listed(words: str) -> re.Pattern[str]:
    """Return what matches any word of a list, whose entries may be patterns."""
    return re.compile("|".join(re.sub(r"(?<!\])\*$", r"\\w*", word) for word in words.split()))
