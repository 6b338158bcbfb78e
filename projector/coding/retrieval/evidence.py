"""Note what speaks for each code that a mention may mean: rankings, shared words, what it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from projector.coding.code_list import CodeList
from projector.coding.icd10 import category, normal_code
from projector.coding.normalize import character_grams, words
from projector.coding.retrieval.ranking import Ranking

Doubles = NDArray[np.float64]
DEPTH = 10  # codes of each ranking that are looked at
_STEM = 5  # letters that inflected forms of a word share
# Where more is never less: none of them makes a code less probable by growing, of the second
# group by falling. The rest may go either way.
RISING = (
    *("named", "alone", "cosine", "cosine_ahead", "share", "share_ahead"),
    *("alike", "alike_share", "alike_called", "said", "said_partly", "meant", "meant_partly"),
    *("said_share", "meant_share", "said_called", "meant_called"),
    *("of_nearest_category", "of_alike_category", "native", "read", "read_ahead"),
)
FALLING = ("cosine_rank", "share_rank", "read_rank")
OTHER = ("namesakes", "kin", "called_so", "unspecified", "zero", "depth", "beyond")
FEATURES = (*RISING, *FALLING, *OTHER)


class Candidate(NamedTuple):
    """A code that a mention may mean.

    Args:
        code: Its number.
        cosine, share: Its score in the ranking by meaning, by characters; of one that a ranking
            lacks the least in it. 0 where there is no such ranking.
        near, alike: The terms that it was found by in them; the other's where it was not.
        read: Its share among what a reranker has read, the least of these where it read others; 0
            where there is no reranker.
    """

    code: int
    cosine: float
    share: float
    near: int
    alike: int
    read: float = 0.0


class _Text(NamedTuple):
    words: frozenset[str]
    stems: frozenset[str]
    grams: frozenset[str]
    letters: int


def _read(text: str) -> _Text:
    parts = frozenset(words(text))
    stems = frozenset(word[:_STEM] for word in parts if len(word) >= _STEM)
    return _Text(parts, stems, frozenset(character_grams(text)), max(1, sum(map(len, parts))))


@dataclass(frozen=True, slots=True)
class _Best:
    """A ranking's scores of a mention's candidates, and how far each is ahead of the best other."""

    scores: Doubles
    ahead: Doubles
    ranks: Doubles

    @classmethod
    def of(cls, scores: Sequence[float]) -> _Best:
        values = np.array(scores, np.float64)
        order = np.argsort(-values, kind="stable")
        ranks = np.empty(len(values))
        ranks[order] = np.arange(len(values))
        best = values[order[0]]
        alone = 0.0 if best >= 1 else best  # what is named is ahead of nothing by all, else by none
        second = values[order[1]] if len(values) > 1 else alone
        others = np.where(ranks == 0, second, best)
        return cls(values, values - others, np.minimum(ranks, DEPTH))


class Evidence:
    """What speaks for the codes of a list.

    Args:
        codes: The list.
    """

    def __init__(self, codes: CodeList) -> None:
        self._codes = codes
        self._read: dict[int, _Text] = {}
        self._plain: dict[int, tuple[str, str]] = {}

    def features(
        self, text: str, language: str, named: Collection[int], candidates: Sequence[Candidate]
    ) -> Doubles:
        """Return [K, F] what speaks for each of a mention's K candidates, as `FEATURES` lists it.

        Args:
            text: The mention, its short forms written out.
            language: A plain code.
            named: The codes that have the mention for a name.
            candidates: At least one.
        """
        said = _read(text)
        near = _Best.of([candidate.cosine for candidate in candidates])
        alike = _Best.of([candidate.share for candidate in candidates])
        read = _Best.of([candidate.read for candidate in candidates])
        categories = [self._code(candidate.code)[1] for candidate in candidates]
        kin = Counter(categories[:DEPTH])
        nearest = categories[int(near.scores.argmax())]
        likest = categories[int(alike.scores.argmax())]
        rows = []
        for number, candidate in enumerate(candidates):
            is_named = candidate.code in named
            code, own = self._code(candidate.code)
            rows.append(
                (
                    is_named,
                    is_named and len(named) == 1,
                    near.scores[number],
                    near.ahead[number],
                    alike.scores[number],
                    alike.ahead[number],
                    *self._shared(said, candidate),
                    own == nearest,
                    own == likest,
                    self._codes.terms[candidate.near].language == language,
                    read.scores[number],
                    read.ahead[number],
                    near.ranks[number],
                    alike.ranks[number],
                    read.ranks[number],
                    len(named),
                    kin[own],
                    candidate.near == self._first_terms[candidate.code],
                    code.endswith("9"),
                    code.endswith("0"),
                    len(code),
                    len(self._term(candidate.near).words) - len(said.words),
                )
            )
        return np.array(rows, np.float64)

    def _shared(self, said: _Text, candidate: Candidate) -> tuple[float, ...]:
        """Return what mention and names have in common, in the order of `FEATURES`."""
        near, alike = self._term(candidate.near), self._term(candidate.alike)
        called = self._term(self._first_terms[candidate.code])
        return (
            *(_dice(said, name) for name in (near, alike, called)),
            *(_shared(said, near), _shared_partly(said, near)),
            *(_shared(near, said), _shared_partly(near, said)),
            *(_shared(said, alike), _shared(alike, said)),
            *(_shared(said, called), _shared(called, said)),
        )

    def _term(self, number: int) -> _Text:
        if number not in self._read:
            self._read[number] = _read(self._codes.terms[number].text)
        return self._read[number]

    def _code(self, number: int) -> tuple[str, str]:
        """Return a code without its dot, and its category."""
        if number not in self._plain:
            code = normal_code(self._codes.codes[number])
            self._plain[number] = code.replace(".", ""), category(code)
        return self._plain[number]

    @cached_property
    def _first_terms(self) -> Mapping[int, int]:
        first: dict[int, int] = {}
        for number, term in enumerate(self._codes.terms):
            first.setdefault(term.code, number)
        return first


def candidates_of(
    by_meaning: Ranking | None, by_characters: Ranking, row: int, reread: Ranking | None = None
) -> list[Candidate]:
    """Return the codes of one mention in two rankings, those of the first one first.

    Args:
        by_meaning, by_characters: The rankings.
        row: The mention's.
        reread: The first one's codes as a reranker orders them; None: there is none.
    """
    near = _row(by_meaning, row)
    alike = _row(by_characters, row)
    read = _row(reread, row)
    far, unlike, least = (
        min((score for score, _ in ranked.values()), default=0.0) for ranked in (near, alike, read)
    )
    candidates = []
    for code in dict.fromkeys((*near, *alike)):
        cosine, near_term = near.get(code, (far, -1))
        share, alike_term = alike.get(code, (unlike, -1))
        terms = [term for term in (near_term, alike_term) if term >= 0]
        share_read, _ = read.get(code, (least, -1))
        candidates.append(Candidate(code, cosine, share, terms[0], terms[-1], share_read))
    return candidates


def _row(ranking: Ranking | None, row: int) -> dict[int, tuple[float, int]]:
    if ranking is None:
        return {}
    return {
        code: (min(score, 1.0), term)
        for (code, score), term in zip(ranking.row(row), ranking.found_by(row), strict=True)
    }


def _dice(text: _Text, other: _Text) -> float:
    together = len(text.grams) + len(other.grams)
    return 2 * len(text.grams & other.grams) / max(1, together)


def _shared(text: _Text, other: _Text) -> float:
    """Return the share of a text's letters that are in words of the other one, too."""
    return sum(map(len, text.words & other.words)) / text.letters


def _shared_partly(text: _Text, other: _Text) -> float:
    """Return the same of words that are, or begin, like one of the other text's."""
    return (
        sum(len(word) for word in text.words if word in other.words or word[:_STEM] in other.stems)
        / text.letters
    )
