"""Decide which codes each mention gets: those that it has, or what a coder proposes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from projector.coding.assertions import document_assertions
from projector.coding.codable_labels import coded_labels
from projector.coding.coder import Coder, Query
from projector.coding.context import contexts
from projector.coding.mentions import CodedDocument, CodedMention, refuse_unknown
from projector.coding.proposal_marks import PROPOSED
from projector.coding.score_calibration import Floor
from projector.errors import OutputError
from projector.text.negation import Assertion
from schemas.coding import CodingConfiguration, CodingCount

GIVEN = "given"
UNSURE, UNCODED, LEFT_ALONE = "unsure", "uncoded", "left_alone"
_MentionKey = tuple[str, str, str]  # language, document, id


class AssignedCode(NamedTuple):
    """A code of a mention.

    Args:
        code: As the list or the mention's source writes it.
        score: Of the coder; 1 where the code was given.
        description: What the code is called, if possible in the mention's language.
        origin: `given` or `proposed`.
        name: Of the code, by which it was found; empty where it was given.
    """

    code: str
    score: float
    description: str
    origin: str
    name: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Assignments:
    """The codes of all mentions of some documents.

    Args:
        documents: In their order.
        ranked: By mention its codes, best first; none where it gets none.
        guesses: The best code of those that get none because it is not sure enough.
        said: Which mentions are negated, hypothetical, …; not of those whose text nobody has.
        labels: Of the mentions that are coded.
    """

    documents: Sequence[CodedDocument]
    ranked: Mapping[_MentionKey, Sequence[AssignedCode]]
    guesses: Mapping[_MentionKey, AssignedCode] = field(default_factory=dict)
    said: Mapping[_MentionKey, Assertion] = field(default_factory=dict)
    labels: frozenset[str] = frozenset()

    def mentions(self) -> Iterator[CodedMention]:
        """Yield the mentions of all documents."""
        for document in self.documents:
            yield from document.mentions

    def codes(self, mention: CodedMention) -> Sequence[AssignedCode]:
        """Return a mention's codes, best first."""
        return self.ranked[_key(mention)]

    def final_codes(self, mention: CodedMention) -> list[str]:
        """Return what a mention is coded with: all codes given, or the first proposed."""
        codes = self.codes(mention)
        given = [code.code for code in codes if code.origin == GIVEN]
        return given or [code.code for code in codes[:1]]

    def guess(self, mention: CodedMention) -> AssignedCode | None:
        """Return the best code of a mention that gets none because it is not sure enough."""
        return self.guesses.get(_key(mention))

    def assertion(self, mention: CodedMention) -> Assertion | None:
        """Return whether a mention is negated, hypothetical, …; None where nobody knows."""
        return self.said.get(_key(mention))

    def outcome(self, mention: CodedMention) -> str:
        """Return how a mention was coded: what `CodingCount` counts."""
        if codes := self.codes(mention):
            return codes[0].origin
        if mention.label not in self.labels:
            return LEFT_ALONE
        return UNCODED if self.guess(mention) is None else UNSURE

    def counts(self) -> list[CodingCount]:
        """Count how mentions were coded, by language and label."""
        mentions: Counter[tuple[str, str, str]] = Counter()
        for mention in self.mentions():
            mentions[mention.language, mention.label, self.outcome(mention)] += 1
        return [
            CodingCount(
                language=language,
                label=label,
                given=mentions[language, label, GIVEN],
                proposed=mentions[language, label, PROPOSED],
                unsure=mentions[language, label, UNSURE],
                uncoded=mentions[language, label, UNCODED],
                left_alone=mentions[language, label, LEFT_ALONE],
            )
            for language, label in sorted({key[:2] for key in mentions})
        ]


def assign_codes(
    documents: Iterable[CodedDocument], coder: Coder, chosen: CodingConfiguration
) -> Assignments:
    """Code the mentions of documents, all at once: each distinct mention is looked up once.

    Codes of the list that a mention has already stay, and nothing is proposed for it, unless all
    are to be recoded. Mentions whose label the list has no codes for are left alone.

    Raises:
        ConfigurationError: No mention has a label that is to be coded; or no score of the coder is
            as sure as asked for.
        OutputError: A mention comes twice.
    """
    listed = list(documents)
    floors = floors_of(listed, coder, chosen.min_precision)
    there = {mention.label for one in listed for mention in one.mentions}
    refuse_unknown(chosen.labels, there)
    labels = coded_labels(coder.codes, chosen.labels, there)
    ranked: dict[_MentionKey, Sequence[AssignedCode]] = {}
    uncoded: list[CodedMention] = []
    queries: list[Query] = []
    for mention, context in _in_context(listed, coder):
        if _key(mention) in ranked:
            where = f"{mention.id} of {mention.document} in {mention.language}"
            raise OutputError(f"{where} comes twice")
        given = [] if chosen.recode else _given_codes(mention, coder)
        ranked[_key(mention)] = given
        if not given and mention.label in labels:
            uncoded.append(mention)
            queries.append(Query(mention.text, mention.language, context))
    guesses: dict[_MentionKey, AssignedCode] = {}
    for mention, codes in zip(uncoded, _proposals(queries, coder, chosen), strict=True):
        floor = floors[mention.language]
        least = max(chosen.min_score, 0.0 if floor is None else floor.score)
        if codes and codes[0].score < least:
            guesses[_key(mention)] = codes[0]
        else:
            ranked[_key(mention)] = [code for code in codes if code.score >= chosen.min_score]
    return Assignments(listed, ranked, guesses, _assertions(listed), labels)


def floors_of(
    documents: Iterable[CodedDocument], coder: Coder, precision: float | None
) -> dict[str, Floor | None]:
    """Return the least score to answer with in each language of some documents.

    Raises:
        ConfigurationError: See `Coder.floor`.
    """
    languages = sorted({document.language for document in documents})
    return {language: coder.floor(precision, language) for language in languages}


def _assertions(documents: Iterable[CodedDocument]) -> dict[_MentionKey, Assertion]:
    """Return which mentions are negated, hypothetical, …, as far as that is known."""
    return {
        (document.language, document.name, id_): assertion
        for document in documents
        for id_, assertion in document_assertions(document).items()
    }


def _key(mention: CodedMention) -> _MentionKey:
    return mention.language, mention.document, mention.id


def _in_context(
    documents: Sequence[CodedDocument], coder: Coder
) -> Iterator[tuple[CodedMention, str]]:
    for document in documents:
        sentences = contexts(document) if coder.reads_context else [""] * len(document.mentions)
        yield from zip(document.mentions, sentences, strict=True)


def _given_codes(mention: CodedMention, coder: Coder) -> list[AssignedCode]:
    """Return the codes that a mention has; those that the list knows nothing of are of others."""
    codes = coder.codes
    known = [code for code in mention.codes if codes.find(code) is not None or codes.covers(code)]
    return [
        AssignedCode(code, 1.0, _description(code, mention.language, coder), GIVEN)
        for code in known
    ]


def _description(code: str, language: str, coder: Coder) -> str:
    number = coder.codes.find(code)
    return "" if number is None else coder.codes.description(number, language)


def _proposals(
    queries: Sequence[Query], coder: Coder, chosen: CodingConfiguration
) -> Iterator[list[AssignedCode]]:
    """Yield the codes that are proposed for each mention, best first."""
    for codes in coder.proposals(queries, chosen.top_k, min_score=-1.0):
        yield [
            AssignedCode(code.code, code.score, code.description, PROPOSED, code.found_by)
            for code in codes
        ]
