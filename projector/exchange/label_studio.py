"""Write Label Studio's tasks, mentions as predictions with scores, and the labelling they need.

Offsets count code points, as its front end does (its tests call it so), a CRLF as two.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from projector.document import Mention
from projector.exchange.colours import COLOURS
from projector.exchange.json_array import json_array
from projector.exchange.marked import Add, Losses, MarkedDocument, annotation_losses, remarks
from projector.exchange.marked import relations as binary_relations
from projector.exchange.parts import parts
from projector.storage.atomic_file import atomic_write
from projector.storage.file_names import file_name

CONFIGURATION = "labeling_config.xml"
MODEL = "projector"


@contextmanager
def label_studio_writer(folder: Path, language: str) -> Iterator[Add]:
    """Give what writes documents to `{language}.json`."""
    with json_array(folder / file_name(language, ".json", kind="language")) as append:

        def add(marked: MarkedDocument) -> Losses:
            task, losses = task_of(marked)
            append(task)
            return losses

        yield add


def write_labelling(folder: Path, labels: Sequence[str], kinds: Sequence[str]) -> None:
    """Write the labelling configuration for some labels, and kinds of relations."""
    atomic_write(folder / CONFIGURATION, labelling(labels, kinds).encode("utf-8"))


def task_of(marked: MarkedDocument) -> tuple[dict[str, Any], Losses]:
    """Return a document as a task, and what is lost of it."""
    document = marked.document
    said, left = remarks(document)
    binary, _ = binary_relations(document)
    kept = {id(relation) for relation, _, _ in binary}
    losses = annotation_losses(document, (one for one in left if id(one) not in kept))
    result: list[dict[str, Any]] = []
    first: dict[str, str] = {}
    for mention in document.mentions:
        regions = list(_regions(marked, mention, said.get(mention.id, [])))
        first[mention.id] = regions[0]["id"]
        result += regions
    result += [_relation(first[one], first[other], each.label) for each, one, other in binary]
    prediction: dict[str, Any] = {"model_version": MODEL, "result": result}
    if scores := [marked.scores[one.id] for one in document.mentions if one.id in marked.scores]:
        prediction["score"] = min(scores)  # by which tasks are sorted: doubts first
    data = {"text": document.text, "document": document.name, "language": document.language}
    if marked.source:
        data["source"] = marked.source
    return {"data": data, "predictions": [prediction]}, losses


def _regions(marked: MarkedDocument, mention: Mention, said: list[str]) -> Iterator[dict[str, Any]]:
    for part, fragment in parts(mention):
        region: dict[str, Any] = {
            "id": part,
            "from_name": "label",
            "to_name": "text",
            "type": "labels",
            "value": {
                "start": fragment.start,
                "end": fragment.end,
                "text": marked.document.text[fragment.start : fragment.end],
                "labels": [mention.label],
            },
        }
        if mention.id in marked.scores:
            region["score"] = marked.scores[mention.id]
        if said:
            region["meta"] = {"text": said}
        yield region


def _relation(origin: str, target: str, label: str) -> dict[str, Any]:
    ends = {"from_id": origin, "to_id": target}
    return {**ends, "type": "relation", "direction": "right", "labels": [label]}


def labelling(labels: Sequence[str], kinds: Sequence[str]) -> str:
    """Return the labelling configuration for some labels, and kinds of relations."""
    rows = [
        f"    <Label value={quoteattr(label)} background={quoteattr(colour)}/>"
        for label, colour in zip(labels, cycle(COLOURS), strict=False)
    ]
    related = [f"    <Relation value={quoteattr(kind)}/>" for kind in kinds]
    relating = ["  <Relations>", *related, "  </Relations>"] if related else []
    return "\n".join(
        [
            "<View>",
            "  <Style>.htx-text{ white-space: pre-wrap; }</Style>",
            '  <Labels name="label" toName="text">',
            *rows,
            "  </Labels>",
            *relating,
            '  <Text name="text" value="$text" granularity="symbol"/>',
            "</View>\n",
        ]
    )
