"""Take sentences whose mentions have a known concept: from gold, and where a coder is sure."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from projector.coding.code_list import CodeList, make_list
from projector.coding.coder import Coder, Query, load_coder
from projector.coding.icd10 import normal_code, shorter
from projector.coding.normalize import own_abbreviations
from projector.coding.read_mentions import documents_of, read_mentions
from projector.coding.synonyms import with_synonyms
from projector.concepts.space import ConceptSpace
from projector.corpus.formats.gold_jsonl import read_gold
from projector.document import Document
from projector.text.sentences import split_sentences
from projector.training.aligner.data import evenly, is_taken
from schemas.coding import LEXICAL

if TYPE_CHECKING:
    from projector.errors import Problem
    from schemas.encoder_training import MentionsConfiguration

_LOG = logging.getLogger(__name__)
_LONGEST_NAME = 60  # characters of a name that stands for a mention
_SAME = 0.5  # share of the names that are put in which are of the same concept
_Fragments = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class ConceptSentence:
    """A sentence in which some mentions have a known concept.

    Args:
        text: The sentence.
        language: A plain code; empty where nobody says.
        mentions: The number of each one's concept, and its fragments in the sentence.
    """

    text: str
    language: str
    mentions: tuple[tuple[int, _Fragments], ...]


@dataclass(frozen=True, slots=True)
class Concepts:
    """Know which concept of a space a code means.

    Args:
        codes: The concepts as a list, with all their names.
        parents: What stands right above some of them.
    """

    codes: CodeList
    parents: frozenset[str]
    _coders: dict[tuple[str, ...], Coder] = field(default_factory=dict)

    def coder(self, synonyms: tuple[str, ...]) -> Coder:
        """Return the lexical coder of the concepts with further names, made once.

        Raises:
            ConfigurationError, CorpusError: See `with_synonyms`.
        """
        if synonyms not in self._coders:
            named = with_synonyms(self.codes, synonyms)
            self._coders[synonyms] = load_coder(LEXICAL, named, own_abbreviations())
        return self._coders[synonyms]

    @classmethod
    def of(cls, space: ConceptSpace) -> Concepts:
        """Make a list of a space."""
        codes = space.concepts["code"].to_list()
        names = space.names
        rows = (
            (codes[number], language, text)
            for number, language, text in names.select("concept", "language", "text").iter_rows()
        )
        parents = space.concepts["parent"].to_list()
        given = {code: above for code, above in zip(codes, parents, strict=True) if above}
        return cls(make_list("space", rows, given), frozenset(parents) - {""})

    def number(self, code: str) -> int | None:
        """Return the concept of a code: its own, what it is a part of, or says no more than it."""
        number = self.codes.find(code)
        if number is not None:
            return None if self.codes.codes[number] in self.parents else number
        if (number := self.codes.find(f"{normal_code(code)}.9")) is not None:
            return number
        for above in shorter(normal_code(code)):
            number = self.codes.find(above)
            if number is not None and self.codes.codes[number] not in self.parents:
                return number
        return None


def concept_sentences(
    source: MentionsConfiguration, concepts: Concepts, seed: int
) -> list[ConceptSentence]:
    """Return the sentences of a source in which a mention has a concept, and their renamed copies.

    Raises:
        CorpusError: The source can't be opened, or holds no such sentence.
    """
    read = _from_gold if source.gold is not None else _from_pairs
    sentences = list(read(source, concepts))
    kept = evenly(sentences, source.limit, source.gold or source.pairs)  # type: ignore[arg-type]
    rename = _Renaming.of(concepts, np.random.default_rng(seed))
    copies = [rename(sentence) for _ in range(source.renamed) for sentence in kept]
    mentions = sum(len(sentence.mentions) for sentence in kept)
    _LOG.info("%s: %d sentences, %d mentions", source.gold or source.pairs, len(kept), mentions)
    return kept + copies


def _from_gold(source: MentionsConfiguration, concepts: Concepts) -> Iterator[ConceptSentence]:
    assert source.gold is not None
    skipped: list[Problem] = []
    left_out = documents_of(source.exclude)
    read = read_mentions(
        source.gold, language=source.language, column=source.column, skipped=skipped
    )
    for document in read:
        if document.document is None or not is_taken(document.name, source):
            continue
        if left_out & document.known_by():
            continue
        known = [
            (number, mention.fragments)
            for mention in document.mentions
            if not source.labels or mention.label in source.labels
            for code in mention.codes
            if (number := concepts.number(code)) is not None
        ]
        yield from _cut(document.document.text, document.language, known)
    if skipped:
        told = "%s: %d things can't be read rightly and are passed over; the first: %s"
        _LOG.warning(told, source.gold, len(skipped), skipped[0])


def _from_pairs(source: MentionsConfiguration, concepts: Concepts) -> Iterator[ConceptSentence]:
    """Yield both sides of gold pairs, where the lexical coder is sure of the source's mentions."""
    assert source.pairs is not None
    coder = concepts.coder(source.synonyms)
    left_out = documents_of(source.exclude)
    for gold in read_gold(source.pairs):
        document = gold.pair.source
        if not is_taken(gold.document, source) or left_out & {gold.document, document.text.strip()}:
            continue
        mentions = [
            one for one in document.mentions if not source.labels or one.label in source.labels
        ]
        queries = [Query(one.surface(document.text), document.language) for one in mentions]
        ranking = coder.propose(queries, 1)
        sure: dict[str, int] = {}
        for row, mention in enumerate(mentions):
            best = ranking.row(row)
            if best and best[0][1] >= source.least:
                sure[mention.id] = best[0][0]
        for side in (document, gold.pair.target):
            yield from _cut(side.text, side.language, _known(side, sure))


def _known(document: Document, sure: dict[str, int]) -> list[tuple[int, _Fragments]]:
    return [
        (sure[mention.id], tuple((one.start, one.end) for one in mention.fragments))
        for mention in document.mentions
        if mention.id in sure
    ]


def _cut(
    text: str, language: str, known: Sequence[tuple[int, _Fragments]]
) -> Iterator[ConceptSentence]:
    """Yield a text's sentences with mentions; those that reach over two sentences are left out."""
    for start, end in split_sentences(text).tolist():
        within = tuple(
            (concept, tuple((first - start, last - start) for first, last in fragments))
            for concept, fragments in known
            if all(start <= first and last <= end for first, last in fragments)
        )
        if within:
            yield ConceptSentence(text[start:end], language, within)


@dataclass(frozen=True, slots=True)
class _Renaming:
    """Put other names in the place of a sentence's mentions.

    Args:
        names: By language: each one's concept and text.
        own: By language and concept: its names.
        random: Decides.
    """

    names: dict[str, list[tuple[int, str]]]
    own: dict[tuple[str, int], list[str]]
    random: np.random.Generator

    @classmethod
    def of(cls, concepts: Concepts, random: np.random.Generator) -> _Renaming:
        names: dict[str, list[tuple[int, str]]] = {}
        own: dict[tuple[str, int], list[str]] = {}
        for term in concepts.codes.terms:
            if len(term.text) <= _LONGEST_NAME:
                text = as_mentioned(term.text)
                names.setdefault(term.language, []).append((term.code, text))
                own.setdefault((term.language, term.code), []).append(text)
        return cls(names, own, random)

    def __call__(self, sentence: ConceptSentence) -> ConceptSentence:
        """Return a sentence with other names; mentions in parts or within others stay."""
        pieces: list[str] = []
        mentions: list[tuple[int, _Fragments]] = []
        last = length = 0
        for concept, fragments in sorted(sentence.mentions, key=lambda one: one[1]):
            start, end = fragments[0]
            if len(fragments) > 1 or start < last:
                continue
            before = sentence.text[last:start]
            concept, name = self._drawn(concept, sentence.language, sentence.text[start:end])
            length += len(before)
            mentions.append((concept, ((length, length + len(name)),)))
            pieces += [before, name]
            length += len(name)
            last = end
        pieces.append(sentence.text[last:])
        return ConceptSentence("".join(pieces), sentence.language, tuple(mentions))

    def _drawn(self, concept: int, language: str, text: str) -> tuple[int, str]:
        names = self.own.get((language, concept), [])
        if names and self.random.random() < _SAME:
            return concept, names[self.random.integers(len(names))]
        every = self.names.get(language)
        return every[self.random.integers(len(every))] if every else (concept, text)


def as_mentioned(name: str) -> str:
    """Return a name as it stands within a sentence: its first letter small, unless it is short."""
    second = name[1:2]
    return name if second.isupper() or second.isdigit() else name[:1].lower() + name[1:]
