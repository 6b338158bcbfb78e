"""Write spaCy's DocBin: mentions, nested and overlapping ones too, as spans under `sc`.

Tokens are spaCy's own, cut where mentions begin and end; training aligns them with a pipeline's.
The fragments of a mention of several, which no span can be, are spans under `fragments`. A span's
id is its mention's; the scores are where spaCy's own span categorizer puts them.
"""

from __future__ import annotations

import itertools
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from projector.errors import missing_package
from projector.exchange.marked import Add, Losses, MarkedDocument, annotation_losses, codes
from projector.storage.file_names import file_name

SPANS, FRAGMENTS = "sc", "fragments"
_DOCUMENTS = 500  # in a file: what is held at once
_UNLIKE = {"cz": "cs"}  # what spaCy calls otherwise


@contextmanager
def spacy_writer(folder: Path, language: str) -> Iterator[Add]:
    """Give what writes documents to `{language}/00001.spacy` and so on, some in a file."""
    spacy = _spacy()
    inner = folder / file_name(language, kind="language")
    inner.mkdir()
    # With each file a new one: a vocabulary keeps every word that it has ever seen.
    pipeline, waiting = _blank(spacy, language), _docs(spacy)
    files = 0

    def flush() -> None:
        nonlocal files, pipeline, waiting
        files += 1
        waiting.to_disk(inner / f"{files:05}.spacy")
        pipeline, waiting = _blank(spacy, language), _docs(spacy)

    def add(marked: MarkedDocument) -> Losses:
        doc, losses = doc_of(marked, pipeline)
        waiting.add(doc)
        if len(waiting) == _DOCUMENTS:
            flush()
        return losses

    yield add
    if len(waiting):
        flush()


def _docs(spacy: Any) -> Any:  # noqa: ANN401
    return spacy.tokens.DocBin(store_user_data=True)


def _spacy() -> Any:  # noqa: ANN401
    try:
        import spacy
        import spacy.tokens
    except ImportError as error:
        raise missing_package("spacy", "spacy", "spaCy's DocBin") from error
    return spacy


def _blank(spacy: Any, language: str) -> Any:  # noqa: ANN401
    """Return a language's tokenizer; that of many languages where it has none, or none here."""
    try:
        return spacy.blank(_UNLIKE.get(language.lower(), language.lower()))
    except (ImportError, ValueError, OSError):  # some need a package of their own
        return spacy.blank("xx")


def doc_of(marked: MarkedDocument, pipeline: Any) -> tuple[Any, Losses]:  # noqa: ANN401
    """Return a document as a spaCy Doc, and what is lost of it."""
    from spacy.tokens import Doc, SpanGroup

    document = marked.document
    fragments = [one for mention in document.mentions for one in mention.fragments]
    pieces = _pieces(document.text, pipeline, [(one.start, one.end) for one in fragments])
    words = [document.text[start:end] for start, end, _ in pieces]
    doc = Doc(pipeline.vocab, words=words, spaces=[space for *_, space in pieces])
    doc.user_data.update(document=document.name, language=document.language, source=marked.source)
    concepts, kept = _concepts(marked)
    groups: dict[str, list[Any]] = {SPANS: [], FRAGMENTS: []}
    scores: dict[str, list[float]] = {SPANS: [], FRAGMENTS: []}
    for mention in document.mentions:
        name = SPANS if len(mention.fragments) == 1 else FRAGMENTS
        for fragment in mention.fragments:
            concept = concepts.get(mention.id, "")
            offsets = (fragment.start, fragment.end)
            span = doc.char_span(*offsets, label=mention.label, kb_id=concept, span_id=mention.id)
            groups[name].append(span)
            scores[name].append(marked.scores.get(mention.id, float("nan")))
    for name, spans in groups.items():
        attributes = {"scores": np.array(scores[name], dtype=np.float32)} if marked.scores else {}
        doc.spans[name] = SpanGroup(doc, name=name, spans=spans, attrs=attributes)
    others = (one for one in document.annotations if id(one) not in kept)
    return doc, annotation_losses(document, others)


def _concepts(marked: MarkedDocument) -> tuple[dict[str, str], set[int]]:
    concepts: dict[str, str] = {}
    kept: set[int] = set()
    for annotation, mention, resource, code in codes(marked.document):
        if mention not in concepts:
            concepts[mention] = f"{resource}:{code}" if code else resource
            kept.add(id(annotation))
    return concepts, kept


def _pieces(
    text: str,
    pipeline: Any,  # noqa: ANN401
    spans: Sequence[tuple[int, int]],
) -> list[tuple[int, int, bool]]:
    """Return tokens as start, end, and whether a blank follows that is no token itself.

    Every span begins where a token does and ends where one ends.
    """
    starts, ends = {start for start, _ in spans}, {end for _, end in spans}
    edges = sorted(starts | ends)
    pieces: list[tuple[int, int, bool]] = []
    for token in pipeline.make_doc(text) if text else ():
        start, end = token.idx, token.idx + len(token)
        inner = edges[bisect_right(edges, start) : bisect_left(edges, end)]
        borders = [start, *inner, end]
        pieces += [(*pair, False) for pair in itertools.pairwise(borders)]
        if token.whitespace_ and (end in starts or end + 1 in ends):
            pieces.append((end, end + 1, False))  # the blank is in a span: a token by itself
        elif token.whitespace_:
            pieces[-1] = (*pieces[-1][:2], True)
    return pieces
