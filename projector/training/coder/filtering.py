"""Look through examples that were made, before anything is learned from them.

Rules first (a text that is another code's name teaches the wrong thing), then the language, then
what says the same again. What is thrown out is kept with its reason, for people to read.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING

import numpy as np

from projector.arrays import Floats
from projector.coding.normalize import character_grams, plain

if TYPE_CHECKING:
    from projector.coding.code_list import CodeList
    from projector.training.coder.examples import CodedText
    from schemas.coder_training import CurationConfiguration

_LONGEST = 300  # characters: no mention is
_LEAST_TERMS = 200  # from which a language's way of writing is known
_LEAST_PARTS = 12  # runs of characters from which a text's language can be told
_MARGIN = 0.5  # nats a run by which another must be likelier: 1 in 2,000 right ones is thrown out


@dataclass(frozen=True, slots=True)
class Rejected:
    """An example that is not learned from, and why."""

    example: CodedText
    reason: str


Names = Mapping[str, set[int]]


def names_of(codes: CodeList) -> Names:
    """Return which codes each name is one of, by its plain form."""
    names: dict[str, set[int]] = defaultdict(set)
    for term in codes.terms:
        names[plain(term.text)].add(term.code)
    return names


def fault(text: str, code: int, names: Names) -> str | None:
    """Tell why a text can't stand for a code; None if it can."""
    bare = plain(text)
    if len(bare) < 2 or bare.replace(" ", "").isdigit():
        return "has no word"
    if len(text) > _LONGEST:
        return f"is longer than {_LONGEST} characters"
    return None if names.get(bare, {code}) <= {code} else "is another code's name"


def curate(
    examples: Sequence[CodedText],
    codes: CodeList,
    chosen: CurationConfiguration,
    embed: Callable[[Sequence[str]], Floats],
) -> tuple[list[CodedText], list[Rejected]]:
    """Part examples into those to learn from and those not.

    Args:
        examples: As they were made.
        codes: The list.
        chosen: By the user.
        embed: Gives texts' vectors of length 1, [N, d]; used where near duplicates are looked for.

    Returns:
        Both in the examples' order.
    """
    names = names_of(codes)
    languages = Languages.of(codes) if chosen.languages else None
    kept: list[CodedText] = []
    rejected: list[Rejected] = []
    for example in examples:
        reason = fault(example.text, example.code, names)
        if reason is None and languages is not None:
            reason = languages.fault(example)
        if reason is None:
            kept.append(example)
        else:
            rejected.append(Rejected(example, reason))
    if chosen.near is None:
        return kept, rejected
    same = _near(kept, embed([example.text for example in kept]), chosen.near)
    rejected += [
        Rejected(kept[number], f"says what {kept[earlier].text!r} does")
        for number, earlier in same.items()
    ]
    return [example for number, example in enumerate(kept) if number not in same], rejected


def _near(examples: Sequence[CodedText], vectors: Floats, near: float) -> dict[int, int]:
    """Return which examples are all but an earlier one of their code and language, and which."""
    kept: dict[tuple[int, str], list[int]] = defaultdict(list)
    same: dict[int, int] = {}
    for number, example in enumerate(examples):
        others = kept[example.code, example.language]
        similar = vectors[others] @ vectors[number]
        if len(others) and similar.max() >= near:
            same[number] = others[int(similar.argmax())]
        else:
            others.append(number)
    return same


class Languages:
    """How a list's languages are written: how often each run of characters occurs in its names.

    Args:
        counts: Of the runs, by language.
    """

    def __init__(self, counts: Mapping[str, Counter[str]]) -> None:
        self._counts = counts
        self._totals = {language: sum(runs.values()) for language, runs in counts.items()}
        self._kinds = len({part for runs in counts.values() for part in runs}) + 1

    @classmethod
    def of(cls, codes: CodeList) -> Languages:
        """Count the runs in a list's names, of the languages that it has enough of."""
        terms = Counter(term.language for term in codes.terms)
        counts: dict[str, Counter[str]] = {
            language: Counter()
            for language, count in terms.items()
            if language and count >= _LEAST_TERMS
        }
        for term in codes.terms:
            if term.language in counts:
                counts[term.language].update(character_grams(term.text, 3))
        return cls(counts)

    def fault(self, example: CodedText) -> str | None:
        """Tell that an example reads like another language than it is said to be in."""
        parts = character_grams(example.text, 3)
        if example.language not in self._counts or len(parts) < _LEAST_PARTS:
            return None
        likely = {language: self._likelihood(parts, language) for language in self._counts}
        best = max(likely, key=lambda language: likely[language])
        if likely[best] - likely[example.language] <= _MARGIN:
            return None
        return f"reads like {best}, not {example.language}"

    def _likelihood(self, parts: Sequence[str], language: str) -> float:
        counts, total = self._counts[language], self._totals[language]
        return float(np.mean([log((counts[part] + 1) / (total + self._kinds)) for part in parts]))
