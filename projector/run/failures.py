"""Tell why a document comes to nothing, and whether that ends the run or that document alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from projector.corpus import Reading
from projector.document import Document, Status
from projector.errors import SKIP_ADVICE, CorpusError, ProjectorError

OnError = Literal["stop", "skip"]


class ComesToNothing(Exception):  # noqa: N818  no fault of the program's
    """Nothing can be made of a document; caught where its outcome is made.

    Args:
        status: What became of it: `unpaired` or `failed`.
        reason: Why, in words.
    """

    def __init__(self, status: Status, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


def checked(reading: Reading, on_error: OnError) -> Reading:
    """Return a reading that the run can go on with.

    Raises:
        CorpusError: It has problems, and they are to stop the run.
    """
    if reading.problems and on_error == "stop":
        raise CorpusError(*reading.problems, advice=SKIP_ADVICE)
    return reading


def readable(reading: Reading) -> Document:
    """Return what could be read.

    Raises:
        ComesToNothing: Nothing could.
    """
    if reading.document is None:
        raise ComesToNothing(Status.FAILED, "; ".join(map(str, reading.problems)))
    return reading.document


def check_length(texts: Sequence[str], most: int | None) -> None:
    """Refuse texts of which one has more than `most` characters.

    Raises:
        ComesToNothing: One has.
    """
    check_lengths([len(text) for text in texts], most)


def check_lengths(lengths: Sequence[int], most: int | None) -> None:
    """Refuse texts of such lengths, see `check_length`."""
    longest = max(lengths)
    if most is not None and longest > most:
        reason = f"{longest} characters, more than {most} are not wanted (--max-characters)"
        raise ComesToNothing(Status.FAILED, reason)


def unforeseen(error: Exception, what: str, on_error: OnError) -> Exception:
    """Return what to raise for an error that nobody foresaw.

    Args:
        error: What was raised: one document must not end a run over thirty thousand.
        what: What can't be done with which document, for the message.
        on_error: Whether it is to stop the run.
    """
    reason = _reason(error)
    if on_error == "skip":
        return ComesToNothing(Status.FAILED, reason)
    return ProjectorError(
        f'{what} ({reason}). To go on without such documents: --on-error skip (on_error="skip")'
    )


def _reason(error: Exception) -> str:
    """Return what went wrong, in the same words each time it does."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return "there was not enough memory for it"  # torch tells how much was free just then
    return f"{type(error).__name__}: {error}"
