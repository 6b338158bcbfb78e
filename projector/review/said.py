"""List what a document's annotations say of each of its mentions, in words that a page can show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from projector.document import Annotation

_DEEPEST = 3  # a note on an attribute of a relation


def said_of_mentions(annotations: Iterable[Annotation]) -> dict[str, list[dict[str, Any]]]:
    """Return by id what is said of a mention, or of what is said of it, in the file's order.

    Each has its `kind`, `label` and `value` (null where there is none), and the `arguments` that
    it has beside: (role, id).
    """
    about: dict[str, list[Annotation]] = defaultdict(list)
    for annotation in annotations:
        for target in dict.fromkeys(annotation.targets):
            about[target].append(annotation)
    ids = {annotation.id for some in about.values() for annotation in some}
    return {target: _told(target, about, _DEEPEST) for target in about if target not in ids}


def _told(target: str, about: dict[str, list[Annotation]], depth: int) -> list[dict[str, Any]]:
    """Return what is said of a target, each with what is said of that behind it."""
    told = []
    for annotation in about.get(target, ()):
        others = [[role, other] for role, other in annotation.arguments if other != target]
        told.append(
            {
                "id": annotation.id,
                "kind": annotation.kind,
                "label": annotation.label,
                "value": annotation.value,
                "arguments": others,
            }
        )
        if depth > 1 and annotation.id != "*":
            told += _told(annotation.id, about, depth - 1)
    return told
