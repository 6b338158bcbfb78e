"""Add the results of a Label Studio task: regions, what is said of them, their relations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from projector.corpus.formats.json_elements import array, identifier, objects, whole_number
from projector.corpus.formats.stated import StatedDocument
from projector.storage.strict_json import WrongFieldError, brief, string

_LABELS = ("labels", "hypertextlabels")
_SAID = ("choices", "text", "rating", "number", "taxonomy", "datetime")  # of a region, or the text
_EXPECTED = "value.start and value.end, whole numbers, and value.labels, an array of strings"


def add_results(stated: StatedDocument, results: object, name: str, line: int) -> None:
    """Add all that one annotator, or a model, marked.

    Args:
        stated: Takes it.
        results: The array.
        name: Its place in the task.
        line: The task's.
    """
    try:
        found = list(objects(results, name))
    except WrongFieldError as error:
        stated.problem(line, str(error))
        return
    mentions: dict[str, list[str]] = {}
    for where, result in found:
        if result.get("type") in _LABELS:
            _add_region(stated, result, where, line, mentions)
    for where, result in found:
        if result.get("type") == "relation":
            _add_relation(stated, result, where, line, mentions)
        elif result.get("type") not in _LABELS:
            _add_said(stated, result, where, line, mentions)


def _add_region(
    stated: StatedDocument,
    result: Mapping[str, Any],
    where: str,
    line: int,
    mentions: dict[str, list[str]],
) -> None:
    """Add the mention of a region, one for each of its labels."""
    id_ = identifier(result.get("id"))
    value = result.get("value")
    try:
        region = _region(value if isinstance(value, dict) else {}, where)
    except WrongFieldError as error:
        stated.problem(line, str(error), _EXPECTED, mention=id_ or where)
        return
    added = _add_mentions(stated, id_, region, line)
    mentions.setdefault(id_, []).extend(added)
    meta = result.get("meta")
    notes = meta.get("text") if isinstance(meta, dict) else None
    for note in notes if isinstance(notes, list) else [notes] if notes else []:
        for mention in added:
            stated.about("note", "AnnotatorNotes", mention, str(note), line)
    if isinstance(result.get("score"), (int, float)):
        for mention in added:
            stated.about("attribute", "score", mention, brief(result["score"]), line)


_Region = tuple[int, int, str | None, list[str]]


def _region(value: Mapping[str, Any], where: str) -> _Region:
    """Return a region's start, end, text and labels."""
    offsets = value.get("globalOffsets")
    if not isinstance(offsets, dict):
        offsets = value
    names = value.get("labels", value.get("hypertextlabels"))
    labels = [string(label, f"{where}: a label") for label in array(names, f"{where}: labels")]
    if not labels or not all(labels):
        raise WrongFieldError(f"{where} has no label")
    text = value.get("text")
    return (
        whole_number(offsets.get("start"), f"{where}: the start"),
        whole_number(offsets.get("end"), f"{where}: the end"),
        None if text is None else string(text, f"{where}: the text").replace("\\n", "\n"),
        labels,
    )


def _add_mentions(stated: StatedDocument, id_: str, region: _Region, line: int) -> list[str]:
    start, end, text, labels = region
    return [stated.add_mention(id_, label, [(start, end)], text, line) for label in labels]


def _add_relation(
    stated: StatedDocument,
    result: Mapping[str, Any],
    where: str,
    line: int,
    mentions: Mapping[str, list[str]],
) -> None:
    ends = [identifier(result.get(key)) for key in ("from_id", "to_id")]
    if result.get("direction") == "left":
        ends.reverse()
    if not all(end in mentions for end in ends):
        stated.problem(
            line, f"{where}: a relation of {ends[0]!r} and {ends[1]!r}", "ids of regions"
        )
        return
    names = result.get("labels")
    labels = [str(name) for name in names] if isinstance(names, list) and names else ["relation"]
    both = "bi" if result.get("direction") == "bi" else None
    arguments = [("Arg1", mentions[ends[0]][0]), ("Arg2", mentions[ends[1]][0])]
    for label in labels:
        stated.add("relation", label, arguments, both, line)


def _add_said(
    stated: StatedDocument,
    result: Mapping[str, Any],
    where: str,
    line: int,
    mentions: Mapping[str, list[str]],
) -> None:
    """Keep what is said of a region as its attribute; tell what is said of the whole text."""
    value = result.get("value")
    kind = identifier(result.get("type")) or "no type"
    keys = [key for key in _SAID if isinstance(value, dict) and value.get(key) is not None]
    said = value[keys[0]] if isinstance(value, dict) and keys else None
    added = mentions.get(identifier(result.get("id")), [])
    if said is None or not added:
        stated.lose(line, f"{where} ({kind}) marks no stretch of the text")
        return
    label = identifier(result.get("from_name")) or kind
    for item in said if isinstance(said, list) else [said]:
        text = item if isinstance(item, str) else brief(item)
        for mention in added:
            stated.about("attribute", label, mention, text, line)


def shortened_regions(value: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the regions of a task in the short form, with their names."""
    for key, items in value.items():
        for index, item in enumerate(items if isinstance(items, list) else ()):
            if isinstance(item, dict) and "start" in item and "end" in item and "labels" in item:
                yield f"{key}[{index}]", item


_OF_TASK = {"id", "annotator", "annotation_id", "created_at", "updated_at", "lead_time"}


def add_shortened(stated: StatedDocument, task: Mapping[str, Any], line: int) -> None:
    """Add the regions of a task in the short form; tell what else it says."""
    for where, region in shortened_regions(task):
        result = {"id": identifier(region.get("id")), "value": region}
        _add_region(stated, result, where, line, {})
    held = {where.partition("[")[0] for where, _ in shortened_regions(task)}
    for key, value in task.items():
        if key not in held | _OF_TASK and isinstance(value, (list, dict)) and value:
            stated.lose(line, f"{key} {brief(value)} marks no stretch of the text")
