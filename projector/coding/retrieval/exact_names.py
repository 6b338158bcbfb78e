"""Know the codes that a mention names: no ranking tells better."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from projector.coding.code_list import CodeList
from projector.coding.normalize import plain
from projector.coding.retrieval.ranking import Ranking
from projector.coding.retrieval.retriever import Retriever

_BELOW = np.float32(0.9999)


class ExactNameFirst:
    """Put codes that have a mention for a name, but for case, accents, punctuation, before others.

    Args:
        codes: The list.
        retriever: Ranks the others, and those of one name.
    """

    def __init__(self, codes: CodeList, retriever: Retriever) -> None:
        self._retriever = retriever
        self._named: dict[str, dict[int, int]] = defaultdict(dict)
        for number, term in enumerate(codes.terms):
            self._named[plain(term.text)].setdefault(term.code, number)

    def find(self, queries: Sequence[str], most: int) -> Ranking:
        """Return the codes of M queries; a score of 1 is for those that are named."""
        ranking = self._retriever.find(queries, most)
        ranking = Ranking(ranking.codes, np.minimum(ranking.scores, _BELOW), ranking.terms)
        for row, query in enumerate(queries):
            if names := self._named.get(plain(query)):
                _put_first(ranking, row, names)
        return ranking


def _put_first(ranking: Ranking, row: int, names: Mapping[int, int]) -> None:
    """Write codes with the terms that name them before the others of a row."""
    scores = dict(ranking.row(row))
    terms = dict(zip(ranking.codes[row].tolist(), ranking.terms[row].tolist(), strict=True))

    def place(code: int) -> tuple[bool, float, int]:
        return code not in names, -scores.get(code, -np.inf), code

    order = sorted({*scores, *names}, key=place)[: ranking.codes.shape[1]]
    end = len(order)
    ranking.codes[row, :end] = order
    ranking.scores[row, :end] = [1.0 if code in names else scores[code] for code in order]
    ranking.terms[row, :end] = [names.get(code, terms.get(code, -1)) for code in order]
