"""Look points up among concepts that are called as a user wants them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl
import torch
from torch import Tensor

from projector.concepts.token_concepts import TokenConcepts


@dataclass(frozen=True, slots=True)
class NearConcept:
    """A concept that something lies near.

    Args:
        code: Its code.
        name: What it is called.
        cosine: How near it lies, from -1 to 1.
        chapter: Of its list; empty where there is none.
        block: Within the chapter; empty where there is none.
    """

    code: str
    name: str
    cosine: float
    chapter: str = ""
    block: str = ""

    @property
    def group(self) -> str:
        """Return what it is told apart from others by: its block, or else itself."""
        return self.block or self.code


@dataclass(frozen=True, slots=True, eq=False)
class NamedConcepts:
    """The concepts that points are looked up among.

    Args:
        table: A row each: code, name, parent, block, chapter.
        points: [K, d] of length 1, in the order of `table`.
    """

    table: pl.DataFrame
    points: Tensor

    @classmethod
    def of(cls, encoder: TokenConcepts) -> NamedConcepts:
        """Return all that an encoder knows, as its space calls them."""
        return cls(encoder.concepts, encoder.views.concepts)

    def __len__(self) -> int:
        """Return the number of concepts K."""
        return self.table.height

    def among(self, names: Mapping[int, str]) -> NamedConcepts:
        """Return some of them under other names, by their numbers here."""
        rows = list(names)
        table = self.table[rows].with_columns(pl.Series("name", [*names.values()], pl.String))
        return NamedConcepts(table, self.points[torch.tensor(rows, dtype=torch.long)])

    def nearest(self, points: Tensor, most: int) -> list[tuple[NearConcept, ...]]:
        """Return for each of some points [Q, d] the nearest concepts, the nearest first."""
        similar = points @ self.points.T
        best = similar.topk(min(most, len(self)), dim=1)
        pairs = zip(best.indices.tolist(), best.values.tolist(), strict=True)
        return [
            tuple(self._concept(row, cosine) for row, cosine in zip(rows, cosines, strict=True))
            for rows, cosines in pairs
        ]

    def _concept(self, row: int, cosine: float) -> NearConcept:
        code, name, _, block, chapter = self.table.row(row)
        return NearConcept(code, name, round(cosine, 4), chapter or "", block or "")
