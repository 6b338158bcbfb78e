"""Know which codes are easily mistaken for each other, and what they are called."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

import torch

from projector.coding.code_list import CodeList
from projector.coding.icd10 import category, normal_code
from projector.coding.normalize import plain
from projector.coding.retrieval.ranking import Ranking
from projector.training.coder.examples import CodedText


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Draw descriptions of codes and of those next to them, by torch's seed.

    Args:
        codes: The list.
        terms: The numbers of what each code is called.
        near: The other codes of its category, or those before and behind it in the list.
    """

    codes: CodeList
    terms: Sequence[Sequence[int]]
    near: Sequence[Sequence[int]]

    @classmethod
    def of(cls, codes: CodeList) -> Neighbours:
        """Note who stands next to whom in a list."""
        terms: list[list[int]] = [[] for _ in codes.codes]
        for number, term in enumerate(codes.terms):
            terms[term.code].append(number)
        together: dict[str, list[int]] = defaultdict(list)
        for number, code in enumerate(codes.codes):
            together[category(normal_code(code))].append(number)
        near = []
        for number, code in enumerate(codes.codes):
            others = [one for one in together[category(normal_code(code))] if one != number]
            beside = [one for one in (number - 1, number + 1) if 0 <= one < len(codes)]
            near.append(others or beside)
        return cls(codes, terms, near)

    def name(self, example: CodedText) -> int:
        """Draw a term of an example's code, another than itself if there is one."""
        terms = self.terms[example.code]
        return drawn([one for one in terms if not self._is(one, example)] or terms)

    def _is(self, term: int, example: CodedText) -> bool:
        return plain(self.codes.terms[term].text) == plain(example.text)

    def rivals(self, code: int, most: int, besides: Collection[int] = ()) -> list[int]:
        """Draw so many neighbours' terms, none of some codes; none where a list has one code."""
        near = [one for one in self.near[code] if one not in besides]
        return [drawn(self.terms[drawn(near)]) for _ in range(most)] if near else []


class Listed(NamedTuple):
    """A code as a first stage found it.

    Args:
        term: The name that it was found by.
        score: The first stage's.
    """

    term: int
    score: float


@dataclass(frozen=True, slots=True)
class ShortList:
    """What a first stage finds for an example's text.

    Args:
        right: The example's code; None where it is not found.
        mistakes: The codes before it, best first: all where it is not found.
        others: Those behind it.
        named: Whether the text is a name of the first, so that nothing is read.
    """

    right: Listed | None
    mistakes: Sequence[Listed]
    others: Sequence[Listed]
    named: bool = False

    @property
    def least(self) -> float:
        """Return the least score, which whatever was not found has at most; 0 of nothing."""
        found = [*self.mistakes, *self.others, *([self.right] if self.right else [])]
        return min((one.score for one in found), default=0.0)


def short_lists(
    examples: Sequence[CodedText],
    found: Ranking,
    meanings: Mapping[str, Collection[int]],
) -> list[ShortList]:
    """Return each example's short list, without other codes that its wording has elsewhere.

    Args:
        examples: E of them.
        found: The ranking of their E texts.
        meanings: See `meanings_of`.
    """
    lists = []
    for row, example in enumerate(examples):
        right: Listed | None = None
        before: list[Listed] = []
        behind: list[Listed] = []
        for (code, score), term in zip(found.row(row), found.found_by(row), strict=True):
            if code == example.code:
                right = Listed(term, score)
            elif code not in meanings[plain(example.text)]:
                (before if right is None else behind).append(Listed(term, score))
        lists.append(ShortList(right, before, behind, bool((found.scores[row] >= 1).any())))
    return lists


def meanings_of(examples: Sequence[CodedText]) -> dict[str, set[int]]:
    """Return the codes that each wording has anywhere: none of them is wrong for it."""
    meanings: dict[str, set[int]] = defaultdict(set)
    for example in examples:
        meanings[plain(example.text)].add(example.code)
    return meanings


_Item = TypeVar("_Item")


def drawn(items: Sequence[_Item]) -> _Item:
    """Draw one of some items by torch's seed."""
    return items[int(torch.randint(len(items), ()))]
