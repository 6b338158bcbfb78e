"""Know how near concepts stand in their list, and draw some that stand near."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from projector.coding.code_list import CodeList
from projector.coding.icd10 import bounds, chapter, normal_code


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands above a concept; empty where nothing does.

    Args:
        parent: Right above it.
        block: The narrowest range of categories around it, or what stands second highest.
        chapter: Of ICD-10, or what stands highest.
    """

    parent: str
    block: str
    chapter: str


def standings(concepts: Sequence[str], codes: CodeList) -> list[Standing]:
    """Return what stands above each of some codes in a list."""
    return [_standing(codes, code) for code in concepts]


def _standing(codes: CodeList, code: str) -> Standing:
    above = codes.ancestors(code)
    if not above:
        return Standing("", "", chapter(normal_code(code)))
    block = next((one for one in above if bounds(one)), above[max(len(above) - 2, 0)])
    return Standing(above[0], block, chapter(normal_code(code)) or above[-1])


@dataclass(frozen=True, slots=True, eq=False)
class Hierarchy:
    """Concepts grouped by parent, by block and by chapter.

    Args:
        groups: [3, N] the number of each concept's group at each of these levels.
        members: [3, N] the concepts, those of a group together.
        starts, sizes: [3, N] of each concept's group in `members`.
    """

    groups: Tensor
    members: Tensor
    starts: Tensor
    sizes: Tensor

    @classmethod
    def of(cls, above: Sequence[Standing]) -> Hierarchy:
        """Group concepts; one above which nothing stands is alone."""
        levels = [
            _numbered([one.parent for one in above]),
            _numbered([one.block for one in above]),
            _numbered([one.chapter for one in above]),
        ]
        groups = torch.stack(levels)
        members = torch.argsort(groups, dim=1, stable=True)
        counts = [torch.bincount(level) for level in levels]
        starts = [count.cumsum(0) - count for count in counts]
        return cls(
            groups,
            members,
            torch.stack([start[level] for start, level in zip(starts, levels, strict=True)]),
            torch.stack([count[level] for count, level in zip(counts, levels, strict=True)]),
        )

    def drawn(self, concepts: Tensor) -> tuple[Tensor, Tensor]:
        """Draw for each concept one of its parent's, block's, chapter's, and any, by torch's seed.

        Returns:
            Two [4 · B]: the concepts again, and those that were drawn beside them; pairs of a
            concept with itself are left out.
        """
        steps = (torch.rand(3, len(concepts)) * self.sizes[:, concepts]).long()
        near = self.members.gather(1, self.starts[:, concepts] + steps).flatten()
        any_one = torch.randint(self.groups.shape[1], (len(concepts),))
        left, right = concepts.repeat(4), torch.cat([near, any_one])
        return left[left != right], right[left != right]

    def nearness(self, left: Tensor, right: Tensor) -> Tensor:
        """Return how near pairs stand: 3 same parent, 2 same block, 1 same chapter, 0 none."""
        same = self.groups[:, left] == self.groups[:, right]
        return (
            torch.stack([same[2], same[2] & same[1], same[0]])
            .long()
            .mul(torch.tensor([[1], [2], [3]]))
            .amax(0)
        )


def _numbered(names: Sequence[str]) -> Tensor:
    """Return a number for each distinct name, and for each empty one a number of its own."""
    numbers: dict[str, int] = {}
    keys = (name or f"\0{place}" for place, name in enumerate(names))
    return torch.tensor([numbers.setdefault(key, len(numbers)) for key in keys])
