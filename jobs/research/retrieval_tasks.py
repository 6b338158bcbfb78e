"""What retrieval is measured on: sentences and their translations, documents and their codes."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

import numpy as np

from jobs.research.retrieval_rankers import Encoded, Ranker, TokenRanker
from projector.arrays import Floats, Ints
from projector.coding.code_list import CodeList, Term
from projector.coding.mentions import CodedDocument
from projector.errors import CorpusError, Problem
from projector.text.sentences import split_sentences
from projector.training.aligner.data import TextPair, read_source, read_table
from schemas.aligner_training import SourceConfiguration

TO_CONCEPT = "nearest token"
_DOCUMENTS = 20  # whose sentences are compared with all names at once


@dataclass(frozen=True, slots=True)
class Figures:
    """How well queries found what is right.

    Args:
        queries: How many there are.
        recall_at_1, recall_at_10: Of a query's right texts the share among the first; the mean.
        reciprocal_rank: The mean of one by the place of the first right text.
        average_precision: The mean, over queries, of the mean precision at each right one's place.
    """

    queries: int
    recall_at_1: float
    recall_at_10: float
    reciprocal_rank: float
    average_precision: float


def figures_of(places: Sequence[Ints]) -> Figures:
    """Return the figures of queries by the places, from 1 and rising, of each one's right texts."""
    return Figures(
        len(places),
        fmean(float((one <= 1).mean()) for one in places),
        fmean(float((one <= 10).mean()) for one in places),
        fmean(1 / float(one[0]) for one in places),
        fmean(float((np.arange(1, len(one) + 1) / one).mean()) for one in places),
    )


def places_of(scores: Floats, right: Collection[int]) -> Ints:
    """Return the places of the right ones of [N] texts, rising; of equal scores they come last."""
    numbers = np.array(sorted(right))
    least = scores[numbers]
    wrong = np.delete(scores, numbers)
    before = (wrong[None] >= least[:, None]).sum(1)
    return np.sort(before) + np.arange(1, len(numbers) + 1)


@dataclass(frozen=True, slots=True)
class Translations:
    """Sentences of one language, each of which has a translation among texts.

    Args:
        language: Of the queries.
        queries: The sentences.
        right: The numbers of each one's translations.
    """

    language: str
    queries: tuple[str, ...]
    right: tuple[frozenset[int], ...]


def learned_texts(configurations: Sequence[Path]) -> frozenset[str]:
    """Return all texts of the pairs that trainings learned from, by their configurations.

    Raises:
        CorpusError: A source can't be read.
    """
    texts: set[str] = set()
    for path in configurations:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        for table in [*content.get("pairs", ()), *content.get("data", ())]:
            for pair in read_source(SourceConfiguration.model_validate(table)):
                texts |= {pair.source, pair.target}
    return frozenset(texts)


def read_translations(
    folder: Path,
    kind: str,
    fill: Sequence[str],
    *,
    pool: int,
    limit: int | None,
    learned: frozenset[str],
    seed: int,
) -> tuple[list[str], list[Translations]]:
    """Read sentences of every language that a folder's tables pair with one, and all that it has.

    Args:
        folder: Holds tables KIND_SOURCE-TARGET.tsv, the sources all in one language.
        kind: Of those whose targets are the queries; their other sources come first to fill the
            texts up.
        fill: Kinds of those whose sources do so then, in their order.
        pool: How many texts there are, at most.
        limit: How many queries of a language, at most.
        learned: Texts that are no queries, and of no query.
        seed: Of what is drawn.

    Returns:
        The texts, each once; and the queries of each language that has any.

    Raises:
        CorpusError: There is no table, or it can't be read.
    """
    random = np.random.default_rng(seed)
    texts: dict[str, int] = {}
    drawn: list[tuple[str, dict[str, set[str]]]] = []
    for path in _tables(folder, kind):
        wanted: dict[str, set[str]] = {}
        pairs = [pair for pair in read_table(path) if not learned & {pair.source, pair.target}]
        for pair in _drawn(pairs, limit, random):
            wanted.setdefault(pair.target, set()).add(pair.source)
        for sources in wanted.values():
            for source in sorted(sources):
                texts.setdefault(source, len(texts))
        if wanted:
            drawn.append((pairs[0].target_language, wanted))
    for name in dict.fromkeys([kind, *fill]):
        others = dict.fromkeys(p.source for t in _tables(folder, name) for p in read_table(t))
        rest = [text for text in others if text not in texts and _has_words(text)]
        for number in random.permutation(len(rest))[: max(0, pool - len(texts))].tolist():
            texts[rest[number]] = len(texts)
    return [*texts], [
        Translations(
            language,
            tuple(wanted),
            tuple(frozenset(texts[source] for source in sources) for sources in wanted.values()),
        )
        for language, wanted in drawn
    ]


def _tables(folder: Path, kind: str) -> list[Path]:
    paths = sorted(folder.glob(f"{kind}_*-*.tsv"))
    if not paths:
        raise CorpusError(Problem(folder, None, f"no table {kind}_*-*.tsv", "tables of sentences"))
    return paths


def _drawn(
    pairs: Sequence[TextPair], limit: int | None, random: np.random.Generator
) -> list[TextPair]:
    kept = [pair for pair in pairs if _has_words(pair.source) and _has_words(pair.target)]
    return [kept[number] for number in sorted(random.permutation(len(kept))[:limit].tolist())]


def _has_words(text: str) -> bool:
    return any(map(str.isalnum, text))


def find_translations(
    ranker: Ranker, texts: Sequence[str], asked: Sequence[Translations]
) -> Iterator[tuple[str, str, Figures]]:
    """Yield how well each way finds each language's translations among texts."""
    prepared = ranker.prepare(texts)
    for one in asked:
        for way, scores in ranker.scores(ranker.prepare(one.queries), prepared):
            places = [places_of(row, right) for row, right in zip(scores, one.right, strict=True)]
            yield way, one.language, figures_of(places)


@dataclass(frozen=True, slots=True, eq=False)
class NamedCodes:
    """The names of a list's codes.

    Args:
        names: Each once.
        name_of: [M] the name of each term, the terms of a code together.
        starts: [C] the first term of each code.
    """

    names: tuple[str, ...]
    name_of: Ints
    starts: Ints

    @classmethod
    def of(cls, codes: CodeList, language: str) -> NamedCodes:
        """Take the names in a language, and all of those codes that have none in it."""
        named = {term.code for term in codes.terms if term.language == language}
        terms: list[Term] = [
            term for term in codes.terms if term.language == language or term.code not in named
        ]
        numbers = {name: row for row, name in enumerate(dict.fromkeys(t.text for t in terms))}
        return cls(
            tuple(numbers),
            np.array([numbers[term.text] for term in terms]),
            np.searchsorted([term.code for term in terms], np.arange(len(codes))),
        )

    def of_codes(self, scores: Floats) -> Floats:
        """Return [C, S] the best score of each code's names, from those [names, S] of all names."""
        best: Floats = np.maximum.reduceat(scores[self.name_of], self.starts)
        return best


@dataclass(frozen=True, slots=True, eq=False)
class Concepts:
    """The concepts of a post-trained encoder, as codes of a list.

    Args:
        points: [K, d] of length 1.
        codes: [K] their numbers.
        size: How many codes the list has.
    """

    points: Floats
    codes: Ints
    size: int

    @classmethod
    def of(cls, ranker: TokenRanker, codes: CodeList) -> Concepts | None:
        """Take those that the list has; None where the encoder has none of them."""
        if ranker.views is None or ranker.concepts is None:
            return None
        numbers = {row: codes.find(code) for row, code in enumerate(ranker.concepts)}
        known = {row: number for row, number in numbers.items() if number is not None}
        if not known:
            return None
        points = ranker.views.concepts.numpy(force=True)[[*known]]
        return cls(points, np.array([*known.values()]), len(codes))

    def scores(self, sentences: Encoded) -> Floats:
        """Return [C, S] how near the nearest token of each sentence comes; -1: no such concept."""
        similar = self.points @ sentences.tokens.astype(np.float32).T
        best = np.full((self.size, len(sentences.starts) - 1), -1, np.float32)
        best[self.codes] = np.maximum.reduceat(similar, sentences.starts[:-1], axis=1)
        return best


def find_codes(
    ranker: Ranker, documents: Sequence[CodedDocument], codes: CodeList, named: NamedCodes
) -> Iterator[tuple[str, Figures]]:
    """Yield how well each way ranks all codes for each document.

    A document's score for a code is the best of its sentences' for any of the code's names.
    """
    names = ranker.prepare(named.names)
    places: dict[str, list[Ints]] = {}
    concepts = Concepts.of(ranker, codes) if isinstance(ranker, TokenRanker) else None
    for first in range(0, len(documents), _DOCUMENTS):
        part = documents[first : first + _DOCUMENTS]
        sentences, starts = _sentences(part)
        prepared = ranker.prepare(sentences)
        ranked = [(way, named.of_codes(scores)) for way, scores in ranker.of_names(names, prepared)]
        if concepts is not None:
            ranked.append((TO_CONCEPT, concepts.scores(prepared)))
        for way, scores in ranked:
            best = np.maximum.reduceat(scores, starts, axis=1)
            for document, column in zip(part, best.T, strict=True):
                places.setdefault(way, []).append(places_of(column, codes_of(document, codes)))
    for way, found in places.items():
        yield way, figures_of(found)


def codes_of(document: CodedDocument, codes: CodeList) -> set[int]:
    """Return the numbers of a document's codes that the list has."""
    numbers = (codes.find(code) for mention in document.mentions for code in mention.codes)
    return {number for number in numbers if number is not None}


def _sentences(documents: Sequence[CodedDocument]) -> tuple[list[str], Ints]:
    """Return the sentences of documents, and the first of each document."""
    sentences: list[str] = []
    starts: list[int] = []
    for document in documents:
        assert document.document is not None
        text = document.document.text
        starts.append(len(sentences))
        spans = split_sentences(text).tolist()
        sentences += [text[start:end] for start, end in spans if _has_words(text[start:end])]
    return sentences, np.array(starts)


def found_figures(told: Mapping[str, Sequence[Figures]]) -> Mapping[str, Figures]:
    """Return the means over languages, by way."""
    return {
        way: Figures(
            sum(one.queries for one in rows),
            fmean(one.recall_at_1 for one in rows),
            fmean(one.recall_at_10 for one in rows),
            fmean(one.reciprocal_rank for one in rows),
            fmean(one.average_precision for one in rows),
        )
        for way, rows in told.items()
    }
