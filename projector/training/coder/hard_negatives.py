"""Know which codes are easily mistaken for each other, and what they are called."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import torch

from projector.coding.code_list import CodeList
from projector.coding.icd10 import category, normal_code
from projector.coding.normalize import plain
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

    def rivals(self, code: int, most: int) -> list[int]:
        """Draw so many neighbours' terms; none where a list has one code."""
        if not self.near[code]:
            return []
        return [drawn(self.terms[drawn(self.near[code])]) for _ in range(most)]


_Item = TypeVar("_Item")


def drawn(items: Sequence[_Item]) -> _Item:
    """Draw one of some items by torch's seed."""
    return items[int(torch.randint(len(items), ()))]
