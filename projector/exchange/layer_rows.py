"""Make annotations of the layer out of mentions: one for each fragment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from projector.document import Fragment
from projector.exchange.layer import IDENTIFIER, MENTION, PART, REMARKS, SCORE, VALUE
from projector.exchange.marked import (
    Losses,
    MarkedDocument,
    annotation_losses,
    codes,
    remarks,
)
from projector.exchange.parts import part_of


@dataclass(frozen=True, slots=True)
class LayerRow:
    """An annotation: where it is, and the values of its features that it has."""

    mention: str
    fragment: Fragment
    values: Mapping[str, str]


def layer_rows(marked: MarkedDocument) -> tuple[list[LayerRow], Losses]:
    """Return a document's annotations of the layer, and what is lost of it."""
    said, left = remarks(marked.document)
    identifiers: dict[str, str] = {}
    for _, mention_id, resource, code in codes(marked.document):
        identifiers.setdefault(mention_id, f"{resource}:{code}" if code else resource)
    rows = list(_rows(marked, said, identifiers))
    return rows, annotation_losses(marked.document, left)


def _rows(
    marked: MarkedDocument, said: Mapping[str, list[str]], identifiers: Mapping[str, str]
) -> Iterator[LayerRow]:
    for mention in marked.document.mentions:
        score = marked.scores.get(mention.id)
        values = {
            VALUE: mention.label,
            MENTION: mention.id,
            IDENTIFIER: identifiers.get(mention.id, ""),
            REMARKS: "; ".join(" ".join(one.split()) for one in said.get(mention.id, ())),
            SCORE: "" if score is None else f"{score:.4f}",
        }
        for number, fragment in enumerate(mention.fragments, start=1):
            named = {**values, PART: part_of(mention, number)}
            yield LayerRow(mention.id, fragment, {key: one for key, one in named.items() if one})
