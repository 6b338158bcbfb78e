"""State what retrieves codes, whatever it goes by."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from projector.coding.retrieval.ranking import Ranking

Progress = Callable[[Sequence[int]], Iterator[int]]


class Retriever(Protocol):
    """A way to find the codes of texts."""

    def find(self, queries: Sequence[str], most: int) -> Ranking:
        """Return the best codes of each of M texts."""
