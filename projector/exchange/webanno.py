"""Write WebAnno TSV 3.3, as INCEpTION does.

Offsets count UTF-16 units. Tokens are cut where mentions begin and end, so that no sub-token is
needed. What is escaped, and where, is as INCEpTION's own writer has it: reserved characters in
values, controls in sentences, nothing in tokens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from projector.document import Document
from projector.exchange.layer import FEATURES, LAYER
from projector.exchange.layer_rows import LayerRow, layer_rows
from projector.exchange.marked import Add, Losses, MarkedDocument, document_loss, mention_loss
from projector.exchange.segments import Segment, Span, segments, token_range, token_spans, trimmed
from projector.exchange.units import unit_counter
from projector.storage.file_names import file_name

_HEAD = f"#FORMAT=WebAnno TSV 3.3\n#T_SP={LAYER}|{'|'.join(FEATURES)}\n\n"
_VALUES = {one: f"\\{one}" for one in ("\\", "[", "]", "|", "_", ";", "*")} | {
    "\t": "\\t",
    "\n": "\\n",
    "\r": " ",
}
_CONTROLS = {chr(number): f"\\{chr(number)}" for number in range(32) if not 7 < number < 14}
_TEXT = str.maketrans(
    {**_CONTROLS, "\t": "\\t", "\f": "\\f", "\r": "\\r", "\b": "\\b", "\\": "\\\\"}
)


@contextmanager
def webanno_writer(folder: Path, language: str) -> Iterator[Add]:
    """Give what writes documents to `{language}/NAME.tsv`, each text beside."""
    inner = folder / file_name(language, kind="language")
    inner.mkdir()

    def add(marked: MarkedDocument) -> Losses:
        document = marked.document
        content, losses = webanno_tsv(marked)
        path = inner / file_name(document.name, ".tsv", kind="document")
        if content:
            path.write_bytes(content.encode("utf-8"))
            path.with_suffix(".txt").write_bytes(document.text.encode("utf-8"))
        return losses

    yield add


def webanno_tsv(marked: MarkedDocument) -> tuple[str, Losses]:
    """Return a document's file, empty where it has no token, and what is lost of it."""
    document = marked.document
    stated, losses = layer_rows(marked)
    rows: list[tuple[LayerRow, Span]] = []
    for row in stated:
        span = trimmed(document.text, row.fragment.start, row.fragment.end)
        if span[0] < span[1]:
            rows.append((row, span))
    losses += _edge_losses(document)
    spans = [span for _, span in rows]
    tokens = token_spans(document.text, (edge for span in spans for edge in span))
    if not tokens:
        return "", [*losses, document_loss(document, "it has no token")]
    cells = _cells(rows, tokens)
    count = unit_counter(document.text)
    parts = [_HEAD]
    for number, segment in enumerate(segments(document.text, tokens, spans), start=1):
        parts += ["\n", *_sentence(document.text, number, segment, cells, count)]
    return "".join(parts), losses


def _edge_losses(document: Document) -> Losses:
    """Return which mentions lose white space at their edges, or have nothing else."""
    losses: Losses = []
    for mention in document.mentions:
        places = [(one.start, one.end) for one in mention.fragments]
        kept = [trimmed(document.text, *place) for place in places]
        if all(start == end for start, end in kept):
            losses.append(mention_loss(document, mention, "it is white space alone"))
        elif kept != places:
            losses.append(mention_loss(document, mention, "the white space at its edges"))
    return losses


def _cells(rows: Sequence[tuple[LayerRow, Span]], tokens: list[Span]) -> dict[int, list[str]]:
    """Return the cells of each token that is in an annotation, one for each feature."""
    stacks: dict[int, list[int]] = {}
    ranges = [range(*token_range(tokens, *span)) for _, span in rows]
    for index, covered in enumerate(ranges):
        for token in covered:
            stacks.setdefault(token, []).append(index)
    # A number tells an annotation from others where it goes over tokens, or lies upon another.
    numbered = {
        index
        for stack in stacks.values()
        for index in stack
        if len(stack) > 1 or len(ranges[index]) > 1
    }
    ids = {index: f"[{number}]" for number, index in enumerate(sorted(numbered), start=1)}
    return {
        token: [
            "|".join(
                _value(rows[index][0].values.get(feature, "")) + ids.get(index, "")
                for index in stack
            )
            for feature in FEATURES
        ]
        for token, stack in stacks.items()
    }


def _value(value: str) -> str:
    """Return a feature's value, escaped; a star where it has none."""
    if not value:
        return "*"
    escaped = "".join(_VALUES.get(character, character) for character in value)
    return escaped.replace("->", "\\->")


def _sentence(
    text: str,
    number: int,
    segment: Segment,
    cells: dict[int, list[str]],
    count: Callable[[int], int],
) -> Iterator[str]:
    for line in text[segment.start : segment.end].split("\n"):
        yield f"#Text={line.translate(_TEXT)}\n"
    empty = ["_"] * len(FEATURES)
    for position, (start, end) in enumerate(segment.tokens, start=1):
        row = cells.get(segment.first + position - 1, empty)
        offsets = f"{count(start)}-{count(end)}"
        yield "\t".join((f"{number}-{position}", offsets, text[start:end], *row, "\n"))
