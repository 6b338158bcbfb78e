"""Propose codes for mentions: short forms written out, every distinct mention looked up once."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from projector.coding.code_list import CodeList
from projector.coding.normalize import Abbreviations
from projector.coding.retrieval.ranking import Ranking
from projector.coding.retrieval.retriever import Retriever
from projector.coding.retrieval.two_stages import RetrieveRerank


class Query(NamedTuple):
    """A mention as it is looked up.

    Args:
        text: Its words.
        language: A plain code; empty where nobody says.
        context: The sentence around it; empty where nobody knows it.
    """

    text: str
    language: str = ""
    context: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Coder:
    """Find the codes of a list that mentions mean.

    Args:
        name: What the user calls it.
        codes: What may be assigned, see `CodeList.assignable`.
        first: Ranks them.
        second: Reads mention and description side by side, and ranks the best anew.
        abbreviations: Are written out before.
        identity: Of all that its stages depend on beside the codes.
    """

    name: str
    codes: CodeList
    first: Retriever
    abbreviations: Abbreviations
    identity: str
    second: RetrieveRerank | None = None

    @property
    def fingerprint(self) -> str:
        """Return a hash of all that decides what it proposes."""
        told = f"{self.identity}\n{self.codes.fingerprint}\n{self.abbreviations.fingerprint}"
        return hashlib.sha256(told.encode()).hexdigest()

    def propose(self, queries: Sequence[Query], most: int) -> Ranking:
        """Return the best codes of M mentions, numbers in `codes`."""
        asked = [
            (
                self.abbreviations.expand(query.text, query.language),
                query.context if self.reads_context else "",
            )
            for query in queries
        ]
        distinct = {query: number for number, query in enumerate(sorted({*asked}))}
        texts = [text for text, _ in distinct]
        if self.second is None:
            ranking = self.first.find(texts, most)
        else:
            ranking = self.second.find(texts, most, [context for _, context in distinct])
        return ranking.rows([distinct[query] for query in asked])

    @property
    def reads_context(self) -> bool:
        """Tell whether the sentence around a mention makes a difference."""
        return self.second is not None and self.second.cross.context
