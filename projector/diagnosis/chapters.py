"""Give chapters colours, the commonest first, and say what they are about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from projector.html import PALETTE

# ICD-10's, in few words.
_ABOUT = {
    "I": "infections",
    "II": "neoplasms",
    "III": "blood and immunity",
    "IV": "endocrine and metabolic",
    "V": "mental",
    "VI": "nervous system",
    "VII": "eye",
    "VIII": "ear",
    "IX": "circulatory system",
    "X": "respiratory system",
    "XI": "digestive system",
    "XII": "skin",
    "XIII": "bones and muscles",
    "XIV": "urinary and genital",
    "XV": "pregnancy and birth",
    "XVI": "newborn",
    "XVII": "congenital",
    "XVIII": "symptoms and signs",
    "XIX": "injury and poisoning",
    "XX": "external causes",
    "XXI": "factors and contact",
    "XXII": "special purposes",
}


@dataclass(frozen=True, slots=True)
class ChapterColours:
    """The colour of each chapter of a page.

    Args:
        numbers: Of `projector.html.PALETTE`, by chapter; where there are more chapters than
            colours, the rarest share them, and what is written beside tells them apart.
    """

    numbers: dict[str, int]

    @classmethod
    def of(cls, chapters: Iterable[str]) -> ChapterColours:
        """Give the chapters that occur colours of their own, the commonest first."""
        ranked = sorted(Counter(chapters).items(), key=lambda counted: (-counted[1], counted[0]))
        return cls({name: rank % len(PALETTE) for rank, (name, _) in enumerate(ranked)})


def chapter_name(chapter: str) -> str:
    """Return a chapter with what it is about; a dash where a concept has none."""
    if not chapter:
        return "–"
    about = _ABOUT.get(chapter)
    return f"{chapter} {about}" if about else chapter
