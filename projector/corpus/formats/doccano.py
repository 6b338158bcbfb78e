"""Read doccano's exports, and what is written like them: texts with spans, as JSON or JSON Lines.

A span is `[start, end, label]`, perhaps with an id behind, or an object with `start_offset`,
`end_offset` and `label` (also `start` and `end`); spans lie under `label`, `labels`, `entities` or
`spans`, the text under `text` or `data`. Offsets count code points; mostly no text of a span is
stated that could show otherwise. A document that says `"offsets": "utf-16"`, as exports for doccano
do, counts as doccano itself does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from projector.corpus.formats.json_elements import (
    array,
    elements,
    identifier,
    named,
    objects,
    read_element,
    whole_number,
)
from projector.corpus.formats.stated import StatedDocument
from projector.corpus.formats.stretch import RecordFiles, Stretch
from projector.corpus.formats.utf16 import unit_positions
from projector.corpus.reading import Reading
from projector.errors import CorpusError, Problem
from projector.settings import ReadingRules
from projector.storage.strict_json import WrongFieldError, brief, string

TEXT_KEYS = ("text", "data")
SPAN_KEYS = ("entities", "spans", "labels", "label")
_NAME_KEYS = ("filename", "file_name", "name", "document", "document_id", "doc_id", "id")
_STARTS, _ENDS = ("start_offset", "start"), ("end_offset", "end")
_SPAN_PARTS = {*_STARTS, *_ENDS, "label", "labels", "id", "text", "user", "user_id"}
_OFFSETS, _UTF16 = "offsets", "utf-16"
# `mentions` are the ids that spans had before doccano gave them its own.
_READ = {*TEXT_KEYS, *SPAN_KEYS, *_NAME_KEYS, "relations", _OFFSETS, "mentions", "language"}
_READ |= {"source"}
_EXPECTED = "[start, end, label], or an object with start_offset, end_offset and label"


def is_doccano(value: Mapping[str, Any]) -> bool:
    """Tell whether an object is a text with spans."""
    has_text = any(isinstance(value.get(key), str) for key in TEXT_KEYS)
    return has_text and any(isinstance(value.get(key), list) for key in SPAN_KEYS)


def index_doccano(path: Path) -> Iterator[tuple[str, Stretch]]:
    """Yield the names of a file's documents and where they lie: by their file's name, or id.

    Raises:
        CorpusError: It is no JSON.
    """
    namers = [
        *(lambda value, key=key: value.get(key) for key in _NAME_KEYS),
        lambda value: (
            (value.get("meta") or {}).get("id") if isinstance(value.get("meta"), dict) else ""
        ),
    ]
    yield from named(elements(path), namers, path.stem)


def read_doccano(
    name: str, files: RecordFiles, language: str, labels: Mapping[str, str], rules: ReadingRules
) -> Reading:
    """Read a document; see `Reading`.

    Raises:
        CorpusError: It can't be read, or has no text.
    """
    (stretch,) = files.parts
    value = read_element(stretch)
    text = next((value[key] for key in TEXT_KEYS if isinstance(value.get(key), str)), None)
    if text is None:
        found = f"{name}: no text; there are {', '.join(value)[:100]}"
        raise CorpusError(Problem(stretch.path, stretch.line, found, "a string 'text'"))
    stated = StatedDocument(name, stretch.path, labels, rules)
    ids: dict[str, str] = {}
    for key in SPAN_KEYS:
        _add_spans(stated, value.get(key), key, stretch.line, ids)
    if _counts_units(value):
        _convert(stated, text)
    _add_relations(stated, value, stretch.line, ids)
    left = [key for key in value if key not in _READ and value[key] not in (None, [], {}, "")]
    if left:
        stated.notice(f"{', '.join(left)[:100]} of documents can't be kept")
    return stated.reading(language, text)


def _counts_units(value: Mapping[str, Any]) -> bool:
    """Tell whether a document says that its offsets count UTF-16 units, itself or in its meta."""
    meta = value.get("meta")
    said = value.get(_OFFSETS, meta.get(_OFFSETS) if isinstance(meta, dict) else None)
    return bool(said == _UTF16)


def _convert(stated: StatedDocument, text: str) -> None:
    """Make offsets in UTF-16 units those in code points; -1 where there are none."""
    positions = unit_positions(text)
    stated.mentions = [
        replace(
            mention,
            ranges=tuple(
                (positions.get(start, -1), positions.get(end, -1)) for start, end in mention.ranges
            ),
        )
        for mention in stated.mentions
    ]


def _add_spans(
    stated: StatedDocument, spans: object, key: str, line: int, ids: dict[str, str]
) -> None:
    """Add the spans under a key; `ids` are the mentions' by the spans'."""
    if spans is not None and not isinstance(spans, list):
        stated.lose(line, f"{key} {brief(spans)} is about the whole text")
        return
    for index, span in enumerate(spans or ()):
        name = f"{key}[{index}]"
        if isinstance(span, str):
            stated.lose(line, f"{name} {brief(span)} is about the whole text")
            continue
        try:
            id_, start, end, label, text = _span(span, name)
        except WrongFieldError as error:
            stated.problem(line, str(error), _EXPECTED, mention=f"{name}")
            continue
        mention = stated.add_mention(id_, label, [(start, end)], text, line)
        if id_:
            ids[id_] = mention
        if isinstance(span, dict):
            _add_attributes(stated, span, mention, line)


def _span(span: object, name: str) -> tuple[str, int, int, str, str | None]:
    """Return a span's id, start, end, label, and its text if it is stated."""
    if isinstance(span, dict):
        start = next((span[key] for key in _STARTS if key in span), None)
        end = next((span[key] for key in _ENDS if key in span), None)
        label, id_, text = span.get("label"), identifier(span.get("id")), span.get("text")
        if label is None and isinstance(span.get("labels"), list) and len(span["labels"]) == 1:
            label = span["labels"][0]
    else:
        items = array(span, name)
        if len(items) not in (3, 4):
            raise WrongFieldError(f"{name} is {brief(span)}")
        start, end, label = items[:3]
        id_, text = identifier(items[3]) if len(items) > 3 else "", None
    return (
        f"T{id_}" if id_.isdigit() else id_,
        whole_number(start, f"{name}: the start"),
        whole_number(end, f"{name}: the end"),
        identifier(label) or string(label, f"{name}: the label"),
        text if isinstance(text, str) else None,
    )


def _add_attributes(
    stated: StatedDocument, span: Mapping[str, Any], mention: str, line: int
) -> None:
    """Keep what else a span says."""
    for key, value in span.items():
        if key not in _SPAN_PARTS and value not in (None, "", [], {}):
            text = value if isinstance(value, str) else brief(value)
            stated.about("attribute", key, mention, text, line)


def _add_relations(
    stated: StatedDocument, value: Mapping[str, Any], line: int, ids: Mapping[str, str]
) -> None:
    try:
        relations = list(objects(value.get("relations"), "relations"))
    except WrongFieldError as error:
        stated.problem(line, str(error))
        return
    for name, relation in relations:
        ends = [identifier(relation.get(key)) for key in ("from_id", "to_id")]
        ends = [f"T{end}" if end.isdigit() else end for end in ends]
        label = identifier(relation.get("type")) or identifier(relation.get("label"))
        if not label or not all(end in ids for end in ends):
            found = f"{name} is {brief(relation)}"
            stated.problem(line, found, "a type, and from_id and to_id that are ids of spans")
            continue
        arguments = [("Arg1", ids[ends[0]]), ("Arg2", ids[ends[1]])]
        stated.add("relation", label, arguments, None, line)
