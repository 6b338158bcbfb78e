"""Weigh all that speaks for the codes that two rankings find, and rank them by it anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from projector.coding.retrieval.boosted_trees import BoostedTrees, Doubles
from projector.coding.retrieval.evidence import DEPTH, Candidate, Evidence, candidates_of
from projector.coding.retrieval.ranking import Ranking
from projector.coding.retrieval.retriever import Retriever
from projector.coding.retrieval.two_stages import RetrieveRerank


@dataclass(frozen=True, slots=True, eq=False)
class Weighed:
    """Find codes by meaning and by characters, and order them by how probable each is.

    Args:
        by_meaning: A bi-encoder's ranking; None: characters alone.
        by_characters: The other.
        evidence: What is weighed.
        trees: Which weigh it, fitted to gold.
        second: Reads what is found by meaning, and orders it anew; None: nothing does.
    """

    by_meaning: Retriever | None
    by_characters: Retriever
    evidence: Evidence
    trees: BoostedTrees
    second: RetrieveRerank | None = None

    def find(
        self,
        queries: Sequence[str],
        most: int,
        languages: Sequence[str],
        contexts: Sequence[str] = (),
    ) -> Ranking:
        """Return the codes of M queries; a score is the probability that a code is right.

        Codes that have the mention for a name stay before all others, and no score is above the
        one before.

        Args:
            queries: Mentions, their short forms written out.
            most: How many codes of each at most; what is ranked doesn't depend on it.
            languages: Of the mentions.
            contexts: The sentences around them, or none; for a reranker that reads them.
        """
        reread = None if self.second is None else self.second.find(queries, DEPTH, contexts)
        found = evidence_of(
            self.by_meaning, self.by_characters, self.evidence, queries, languages, reread
        )
        rows = [features for _, _, features in found if len(features)]
        chances = self.trees.probabilities(np.concatenate(rows)) if rows else np.zeros(0)
        codes = np.full((len(queries), most), -1, np.int64)
        scores = np.full((len(queries), most), -np.inf, np.float32)
        terms = np.full((len(queries), most), -1, np.int64)
        start = 0
        for row, (candidates, named, features) in enumerate(found):
            chance = chances[start : start + len(features)]
            start += len(features)
            is_named = np.array([candidate.code in named for candidate in candidates], bool)
            order = np.lexsort((np.arange(len(chance)), -chance, ~is_named))[:most]
            end = len(order)
            codes[row, :end] = [candidates[number].code for number in order]
            terms[row, :end] = [candidates[number].near for number in order]
            scores[row, :end] = np.minimum.accumulate(chance[order]) if end else []
        return Ranking(codes, scores, terms)


Found = tuple[list[Candidate], set[int], Doubles]


def evidence_of(
    by_meaning: Retriever | None,
    by_characters: Retriever,
    evidence: Evidence,
    queries: Sequence[str],
    languages: Sequence[str],
    reread: Ranking | None = None,
) -> list[Found]:
    """Return each query's candidates, which of them it names, and what speaks for each [K, F].

    Args:
        by_meaning, by_characters, evidence: See `Weighed`.
        queries, languages: [M] mentions, their short forms written out, and their languages.
        reread: The ranking by meaning as a reranker orders it; None: there is none.
    """
    near = by_meaning.find(queries, DEPTH) if by_meaning is not None else None
    alike = by_characters.find(queries, DEPTH)
    found: list[Found] = []
    for row, (query, language) in enumerate(zip(queries, languages, strict=True)):
        candidates = candidates_of(near, alike, row, reread)
        named = {one.code for one in candidates if one.cosine >= 1 or one.share >= 1}
        features = (
            evidence.features(query, language, named, candidates)
            if candidates
            else np.zeros((0, 0))
        )
        found.append((candidates, named, features))
    return found
