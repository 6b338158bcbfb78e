"""Know which codes are easily mistaken for each other, and what they are called."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import torch

from projector.coding.codes import CodeList
from projector.coding.hierarchy import category, normal_code
from projector.coding.surface import plain
from projector.train.code_examples import CodedText


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Draw descriptions of codes and of those next to them, by torch's seed.

    Args:
        terms: What each code is called.
        near: The other codes of its category, or those before and behind it in the list.
    """

    terms: Sequence[Sequence[str]]
    near: Sequence[Sequence[int]]

    @classmethod
    def of(cls, codes: CodeList) -> Neighbours:
        """Note who stands next to whom in a list."""
        terms: list[list[str]] = [[] for _ in codes.codes]
        for term in codes.terms:
            terms[term.code].append(term.text)
        together: dict[str, list[int]] = defaultdict(list)
        for number, code in enumerate(codes.codes):
            together[category(normal_code(code))].append(number)
        near = []
        for number, code in enumerate(codes.codes):
            others = [one for one in together[category(normal_code(code))] if one != number]
            beside = [one for one in (number - 1, number + 1) if 0 <= one < len(codes)]
            near.append(others or beside)
        return cls(terms, near)

    def description(self, example: CodedText) -> str:
        """Draw a description of an example's code, another than itself if there is one."""
        terms = self.terms[example.code]
        return drawn([text for text in terms if plain(text) != plain(example.text)] or terms)

    def rivals(self, code: int, most: int) -> list[tuple[int, str]]:
        """Draw so many neighbours' descriptions, with their codes; none where a list has one."""
        if not self.near[code]:
            return []
        others = [drawn(self.near[code]) for _ in range(most)]
        return [(other, drawn(self.terms[other])) for other in others]


_Item = TypeVar("_Item")


def drawn(items: Sequence[_Item]) -> _Item:
    """Draw one of some items by torch's seed."""
    return items[int(torch.randint(len(items), ()))]
