"""Decide which codes each mention gets: those that it has, or what a coder proposes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from projector.coding.coder import Coder, Query
from projector.coding.context import contexts
from projector.coding.mentions import CodedDocument, CodedMention, refuse_unknown
from projector.errors import OutputError
from schemas.coding import CodingConfiguration, CodingCount

GIVEN, PROPOSED = "given", "proposed"
_UNCODED = "uncoded"
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
    """

    documents: Sequence[CodedDocument]
    ranked: Mapping[_MentionKey, Sequence[AssignedCode]]

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

    def counts(self) -> list[CodingCount]:
        """Count how mentions were coded, by language and label."""
        mentions: Counter[tuple[str, str, str]] = Counter()
        for mention in self.mentions():
            codes = self.codes(mention)
            origin = codes[0].origin if codes else _UNCODED
            mentions[mention.language, mention.label, origin] += 1
        return [
            CodingCount(
                language=language,
                label=label,
                given=mentions[language, label, GIVEN],
                proposed=mentions[language, label, PROPOSED],
                uncoded=mentions[language, label, _UNCODED],
            )
            for language, label in sorted({key[:2] for key in mentions})
        ]


def assign_codes(
    documents: Iterable[CodedDocument], coder: Coder, chosen: CodingConfiguration
) -> Assignments:
    """Code the mentions of documents, all at once: each distinct mention is looked up once.

    Codes of the list that a mention has already stay, and nothing is proposed for it, unless all
    are to be recoded.

    Raises:
        ConfigurationError: No mention has a label that is to be coded.
        OutputError: A mention comes twice.
    """
    listed = list(documents)
    refuse_unknown(chosen.labels, (mention.label for one in listed for mention in one.mentions))
    ranked: dict[_MentionKey, Sequence[AssignedCode]] = {}
    uncoded: list[CodedMention] = []
    queries: list[Query] = []
    for mention, context in _in_context(listed, coder):
        if _key(mention) in ranked:
            where = f"{mention.id} of {mention.document} in {mention.language}"
            raise OutputError(f"{where} comes twice")
        given = [] if chosen.recode else _given_codes(mention, coder)
        ranked[_key(mention)] = given
        if not given and is_to_be_coded(mention, chosen):
            uncoded.append(mention)
            queries.append(Query(mention.text, mention.language, context))
    for mention, codes in zip(uncoded, _proposals(queries, coder, chosen), strict=True):
        ranked[_key(mention)] = codes
    return Assignments(listed, ranked)


def is_to_be_coded(mention: CodedMention, chosen: CodingConfiguration) -> bool:
    """Tell whether codes are proposed for mentions of this label."""
    return not chosen.labels or mention.label in chosen.labels


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
    for codes in coder.proposals(queries, chosen.top_k, min_score=chosen.min_score):
        yield [
            AssignedCode(code.code, code.score, code.description, PROPOSED, code.found_by)
            for code in codes
        ]
