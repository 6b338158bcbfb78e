"""Write CoNLL-2002's columns: a token and its BIO tag a line, the texts beside.

Tokens are cut where mentions begin and end. Of mentions that overlap the longest is kept; one of
several fragments has no tags.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from projector.document import Document, Mention
from projector.exchange.marked import (
    Add,
    Losses,
    MarkedDocument,
    annotation_losses,
    document_loss,
    mention_loss,
)
from projector.exchange.segments import Segment, segments, token_range, token_spans, trimmed
from projector.storage.atomic_file import atomic_file
from projector.storage.file_names import file_name


@contextmanager
def conll_writer(folder: Path, language: str) -> Iterator[Add]:
    """Give what writes documents to `{language}/{language}.conll`, and each text beside it."""
    inner = folder / file_name(language, kind="language")
    inner.mkdir()
    with atomic_file(inner / file_name(language, ".conll", kind="language")) as file:

        def add(marked: MarkedDocument) -> Losses:
            document = marked.document
            path = inner / file_name(document.name, ".txt", kind="document")
            path.write_bytes(document.text.encode("utf-8"))
            lines, losses = conll_lines(document)
            file.write("".join(f"{line}\n" for line in lines).encode("utf-8"))
            return losses

        yield add


def conll_lines(document: Document) -> tuple[list[str], Losses]:
    """Return a document's lines, the first its name, and what is lost of it."""
    kept, losses = _flat(document)
    losses += annotation_losses(document, document.annotations)
    if any(character.isspace() for character in document.name):
        losses.append(document_loss(document, "its name has a blank, which is written as _"))
    spans = [trimmed(document.text, one.start, one.end) for one in kept]
    tokens = token_spans(document.text, (edge for span in spans for edge in span))
    if not tokens:
        return [], [*losses, document_loss(document, "it has no token")]
    tags = ["O"] * len(tokens)
    for mention, span in zip(kept, spans, strict=True):
        first, behind = token_range(tokens, *span)
        tags[first:behind] = [f"I-{mention.label}"] * (behind - first)
        tags[first] = f"B-{mention.label}"
    lines = ["-DOCSTART- -X- O", "", f"# id = {'_'.join(document.name.split())}"]
    for segment in segments(document.text, tokens, spans):
        lines += _sentence(document.text, segment, tags)
    return lines, losses


def _sentence(text: str, segment: Segment, tags: list[str]) -> Iterator[str]:
    words = text[segment.start : segment.end]
    if "\n" not in words and "\r" not in words:
        yield f"# text = {words}"
    for number, (start, end) in enumerate(segment.tokens, start=segment.first):
        yield f"{text[start:end]} {tags[number]}"
    yield ""


def _flat(document: Document) -> tuple[list[Mention], Losses]:
    """Return mentions of which no two overlap, longer ones first, and those that are lost."""
    kept: list[Mention] = []
    losses: Losses = []
    for mention in sorted(document.mentions, key=lambda one: (one.start - one.end, one.start)):
        start, end = trimmed(document.text, mention.start, mention.end)
        over = next(
            (one for one in kept if one.start < mention.end and mention.start < one.end), None
        )
        if len(mention.fragments) > 1:
            why = "it has several fragments"
        elif any(character.isspace() for character in mention.label) or not mention.label:
            why = "its label has a blank"
        elif over is not None:
            why = f"it overlaps {over.id}"
        elif start == end:
            why = "it is white space alone"
        else:
            kept.append(mention)
            if (start, end) == (mention.start, mention.end):
                continue
            why = "the white space at its edges"
        losses.append(mention_loss(document, mention, why))
    return kept, losses
