"""Make mentions and annotations of rows of tables, and tell which rows are none."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

from projector.corpus.labels import rename_event
from projector.corpus.offsets import RawMention
from projector.document import Annotation, AnnotationKind
from projector.errors import Problem

Row = Mapping[str, Any]
_KINDS: frozenset[str] = frozenset(get_args(AnnotationKind))
_PAIRS = {"relation", "equivalence"}  # are about two things at least, others about one


def raw_mentions(
    rows: Sequence[Row], path: Path, first_row: int, labels: Mapping[str, str]
) -> tuple[list[RawMention], list[Problem]]:
    """Return the mentions that rows state, and a problem for each row that states none.

    Args:
        rows: Of one document.
        path: The table.
        first_row: The number of the first.
        labels: New names for labels.
    """
    mentions: list[RawMention] = []
    problems: list[Problem] = []
    row_of_id: dict[str, int] = {}
    for number, row in enumerate(rows, start=first_row):
        found = _mention_fault(row) or _taken(row["id"], row_of_id)
        id_ = row["id"]
        if found:
            known = id_ is not None and id_ not in row_of_id
            mention_id = id_ if known else f"row {number}"
            row_of_id.setdefault(mention_id, number)
            subject = "" if id_ is None else f"{id_}: "
            problems.append(Problem(path, number, f"{subject}{found}", mention_id=mention_id))
            continue
        row_of_id[id_] = number
        label = labels.get(row["label"], row["label"])
        ranges = tuple((part["start"], part["end"]) for part in row["fragments"])
        mentions.append(RawMention(id_, label, ranges, row["text"], path, number))
    return mentions, problems


def annotations_of(
    rows: Sequence[Row],
    path: Path,
    first_row: int,
    labels: Mapping[str, str],
    taken: Collection[str],
) -> tuple[list[Annotation], list[Problem]]:
    """Return the annotations that rows state, and a problem for each row that states none.

    Args:
        rows, path, first_row, labels: As of mentions.
        taken: The mentions' ids.
    """
    annotations: list[Annotation] = []
    problems: list[Problem] = []
    row_of_id: dict[str, int] = {}
    for number, row in enumerate(rows, start=first_row):
        found = _annotation_fault(row)
        if not found and row["kind"] != "equivalence":  # which have no id of their own
            found = _taken(row["id"], row_of_id) or _of_mention(row["id"], taken)
            row_of_id.setdefault(row["id"], number)
        if found:
            subject = "" if row["id"] is None else f"{row['id']}: "
            problems.append(Problem(path, number, f"{subject}{found}"))
        else:
            annotations.append(_annotation(row, labels))
    return annotations, problems


def _annotation(row: Row, labels: Mapping[str, str]) -> Annotation:
    arguments = tuple((part["role"], part["target"]) for part in row["arguments"])
    value, line = row.get("value"), row.get("line")
    annotation = Annotation(row["id"], row["kind"], row["label"], arguments, value, line)
    return rename_event(annotation, labels)


def _mention_fault(row: Row) -> str:
    """Return why a row is no mention, as far as no text is needed to tell; empty if it may be."""
    absent = next(_nulls(row, ("id", "label", "text", "fragments")), "")
    if absent:
        return absent
    return "" if row["fragments"] else "it has no fragments; expected one at least"


def _annotation_fault(row: Row) -> str:
    absent = next(_nulls(row, ("id", "kind", "label", "arguments")), "")
    if absent:
        return absent
    kind = row["kind"]
    if kind not in _KINDS:
        return f"its kind is {kind!r}; expected one of {', '.join(sorted(_KINDS))}"
    least = 2 if kind in _PAIRS else 1
    number = len(row["arguments"])
    return f"it is about {number}; expected at least {least} in {kind}s" if number < least else ""


def _nulls(row: Row, columns: Sequence[str]) -> Iterator[str]:
    """Yield which of some columns hold a null, or have one inside, where none may be."""
    for column in columns:
        value = row[column]
        inner = value if isinstance(value, list) else ()
        if value is None or any(part is None or None in part.values() for part in inner):
            yield f"the column {column} is null; expected a value"


def _taken(id_: str, row_of_id: Mapping[str, int]) -> str:
    """Return that an id is one of an earlier row, or nothing."""
    if id_ not in row_of_id:
        return ""
    return f"the id is taken by row {row_of_id[id_]}; expected an id of its own"


def _of_mention(id_: str, taken: Collection[str]) -> str:
    return "the id is a mention's; expected an id of its own" if id_ in taken else ""
