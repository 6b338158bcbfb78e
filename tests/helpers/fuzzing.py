"""What a reader may do with a damaged file: read it truly, or say where it is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from projector.corpus.reading import Reading
from projector.document import Document
from projector.errors import ProjectorError

_Result = TypeVar("_Result")


def told_or_read(read: Callable[[], _Result], *names: str) -> _Result | None:
    """Return what reading gives; or None where it raises an error of ours that names a file.

    Whatever else it raises passes, and fails the test.
    """
    try:
        return read()
    except ProjectorError as error:
        assert any(name in str(error) for name in names), f"no file in {str(error)!r}"
        return None


def is_true(document: Document) -> None:
    """Hold that a document can be written as UTF-8, and that its mentions are in its text."""
    document.text.encode("utf-8")
    ids = [mention.id for mention in document.mentions]
    assert len({*ids}) == len(ids), ids
    known = {*ids, *(one.id for one in document.annotations)}
    for mention in document.mentions:
        assert mention.fragments
        for fragment in mention.fragments:
            assert type(fragment.start) is int and type(fragment.end) is int
            assert 0 <= fragment.start < fragment.end <= len(document.text)
        f"{mention.id}{mention.label}".encode()
        starts = [fragment.start for fragment in mention.fragments]
        assert starts == sorted(starts)
    for annotation in document.annotations:
        assert {target for _, target in annotation.arguments} <= known


def is_told(reading: Reading, *names: str) -> int:
    """Hold that a reading is true or told; return how many mentions it accounts for."""
    for problem in reading.problems:
        assert any(name in str(problem) for name in names), str(problem)
    lost = {one.mention_id for one in reading.problems if one.mention_id is not None}
    if reading.document is None:
        assert reading.problems
        assert len({*reading.unread}) == len(reading.unread)
        return len(lost | {*reading.unread})
    is_true(reading.document)
    ids = {mention.id for mention in reading.document.mentions}
    assert not ids & lost
    return len(ids | lost)


def seeds(count: int, start: int = 0) -> Iterable[int]:
    """Return as many seeds of mutations."""
    return range(start, start + count)
