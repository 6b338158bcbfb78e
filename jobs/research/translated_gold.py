"""Take coded mentions in languages that no coded gold is in: what Spanish ones were translated to.

A counterpart that people marked has the code that gold gives its Spanish wording everywhere, for
the wording decides the code (98.5% of CodiESP's mentions have their wording's commonest). A mention
of coded gold has its own in a machine translation of its document, where its projection is sure.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import NamedTuple

from jobs.research.benchmark import Projector
from projector.coding.mentions import CodedDocument, CodedMention
from projector.coding.normalize import own_abbreviations, plain
from projector.corpus.formats.gold_jsonl import read_gold
from projector.document import Document, DocumentPair, Fragment, Mention
from projector.training.aligner.data import TextPair, read_table

Row = tuple[str, str, Sequence[str]]  # document, words, codes
_CODED = ("DISEASE", "SYMPTOM")  # what ICD-10 has codes for
_UNANIMOUS = 0.9  # of a wording's mentions that have its commonest code
_SURE = 0.9  # score of a projection that is taken


class TranslatedMention(NamedTuple):
    """A mention in a translation.

    Args:
        document: Of the source.
        language: Of the translation.
        source: The words of the mention that it renders.
        text: Its own.
        codes: What is right; none where nobody knows.
    """

    document: str
    language: str
    source: str
    text: str
    codes: tuple[str, ...]


def wording(text: str) -> str:
    """Return a Spanish mention's words as they are compared: short forms written out, plain."""
    return plain(own_abbreviations().expand(text, "es"))


def wording_codes(golds: Iterable[Sequence[Row]]) -> dict[str, str]:
    """Return the code that gold gives each wording, nine times in ten at least.

    Args:
        golds: Each decides of the wordings that none before it has.
    """
    decided: dict[str, str | None] = {}
    for rows in golds:
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        for _, text, codes in rows:
            counts[wording(text)].update(codes)
        for words, counted in counts.items():
            ((code, most),) = counted.most_common(1)
            unanimous = most >= _UNANIMOUS * counted.total()
            decided.setdefault(words, code if unanimous else None)
    return {words: code for words, code in decided.items() if code is not None}


def counterparts(path: Path, codes: Mapping[str, str]) -> Iterator[TranslatedMention]:
    """Yield the diseases and symptoms of gold pairs as they are marked in the translation.

    Raises:
        CorpusError: A line is no such pair.
    """
    for gold in read_gold(path):
        pair = gold.pair
        marked = {mention.id: mention for mention in pair.target.mentions}
        for mention in pair.source.mentions:
            if mention.label in _CODED and mention.id in marked:
                source = mention.surface(pair.source.text)
                target = marked[mention.id].surface(pair.target.text)
                code = codes.get(wording(source))
                known = () if code is None else (code,)
                language = pair.target.language
                yield TranslatedMention(gold.document, language, source, target, known)


def machine_translated(
    table: Path, documents: Iterable[CodedDocument], project: Projector
) -> Iterator[TranslatedMention]:
    """Yield the coded mentions of documents that a table of sentences has translations of.

    Raises:
        CorpusError: The table can't be read.
    """
    sentences: dict[str, list[TextPair]] = defaultdict(list)
    for pair in read_table(table):
        sentences[pair.document.removeprefix("es-")].append(pair)
    for document in documents:
        if document.name not in sentences:
            continue
        translated, coded = _translated(document, sentences[document.name])
        for id_, (fragments, score) in project(translated).items():
            if fragments and score >= _SURE:
                mention, target = coded[id_], translated.target
                text = " ".join(target.text[one.start : one.end] for one in fragments)
                yield TranslatedMention(
                    document.name, target.language, mention.text, text, tuple(mention.codes)
                )


def _translated(
    document: CodedDocument, sentences: Sequence[TextPair]
) -> tuple[DocumentPair, dict[str, CodedMention]]:
    """Return those sentences of a document that a translation is there of, and their mentions."""
    assert document.document is not None
    text = document.document.text
    mentions: list[Mention] = []
    coded: dict[str, CodedMention] = {}
    kept: list[TextPair] = []
    offset, searched, numbers = 0, 0, count(1)
    for pair in sentences:
        start = text.find(pair.source, searched)
        if start < 0:
            continue
        searched = end = start + len(pair.source)
        kept.append(pair)
        for mention in document.mentions:
            inside = [(first, last) for first, last in mention.fragments if start <= first < end]
            is_code = mention.codes and not mention.label.startswith("PROC")
            if is_code and len(mention.fragments) == len(inside) == 1 and inside[0][1] <= end:
                moved = Fragment(*(offset + edge - start for edge in inside[0]))
                mentions.append(Mention(f"T{next(numbers)}", mention.label, (moved,)))
                coded[mentions[-1].id] = mention
        offset += len(pair.source) + 1
    joined = ("\n".join(pair.source for pair in kept), "\n".join(pair.target for pair in kept))
    language = sentences[0].target_language
    source = Document(document.name, "es", joined[0], tuple(mentions))
    return DocumentPair(source, Document(document.name, language, joined[1])), coded
