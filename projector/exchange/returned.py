"""Hold what came back of a document from another tool."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from projector.document import Fragment

SavedBy = Literal["inception", "webanno", "label-studio", "doccano", "brat"]


@dataclass(frozen=True, slots=True)
class ReturnedMention:
    """A stretch that somebody left marked, or several that the tool says are one.

    Args:
        id: The mention's in the run, as far as the tool kept it; empty where it did not.
        label: As it is now.
        fragments: In code points of the text, in its order.
    """

    id: str
    label: str
    fragments: tuple[Fragment, ...]


@dataclass(frozen=True, slots=True)
class ReturnedDocument:
    """What one person left of a document.

    Args:
        tool: What saved it.
        path: The file it was read from.
        names: What it may be called, best guess first.
        language: Its language, where the tool kept it; else empty.
        text: As the tool has it.
        mentions: What is marked.
        reviewer: Who worked on it; empty where the tool doesn't say.
        line: Where it stands in its file.
        preferred: Whether it goes before the work of others: ground truth, or what was curated.
    """

    tool: SavedBy
    path: Path
    names: tuple[str, ...]
    language: str
    text: str
    mentions: tuple[ReturnedMention, ...]
    reviewer: str = ""
    line: int | None = None
    preferred: bool = False


def gathered(parts: list[tuple[str, str, Fragment]]) -> tuple[ReturnedMention, ...]:
    """Return the mentions that parts are of: those with one id and one label are one.

    Args:
        parts: Each one's mention id, empty where there is none, label and place.
    """
    held: dict[tuple[str, str], list[Fragment]] = {}
    single: list[ReturnedMention] = []
    for id_, label, fragment in parts:
        if id_:
            held.setdefault((id_, label), []).append(fragment)
        else:
            single.append(ReturnedMention("", label, (fragment,)))
    whole = (
        ReturnedMention(id_, label, tuple(sorted({*fragments})))
        for (id_, label), fragments in held.items()
    )
    return (*whole, *single)
