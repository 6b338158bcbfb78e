"""Decide what becomes of a mention that one or several people speak of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from projector.corrections.given import Given, Key
from projector.document import Fragment, Status


@dataclass(frozen=True, slots=True)
class Decided:
    """What becomes of a mention.

    Args:
        fragments: Where it is in the translation; none where it is absent.
        reviewers: Who says so; empty where nobody tells.
        time: When it was said last.
        comment: What there is to say of it.
    """

    fragments: tuple[Fragment, ...]
    reviewers: str
    time: datetime
    comment: str

    def status(self, old: Sequence[Fragment]) -> Status:
        """Return what the mention is then, that the run has at `old`."""
        if not self.fragments:
            return Status.ABSENT
        return Status.CONFIRMED if self.fragments == tuple(old) else Status.CORRECTED


@dataclass(frozen=True, slots=True)
class Conflict:
    """What different people say differently of a mention."""

    given: tuple[Given, ...]


def decide(
    given: Mapping[Key, Sequence[Given]], *, prefer: Sequence[str] = ()
) -> dict[Key, Decided | Conflict]:
    """Decide every mention that somebody speaks of.

    Args:
        given: What is said of each, by each reviewer once.
        prefer: Whose word counts where they differ, the first of these who speaks.
    """
    return {key: _decided(said, prefer) for key, said in given.items() if said}


def _decided(said: Sequence[Given], prefer: Sequence[str]) -> Decided | Conflict:
    if len({given.fragments for given in said}) > 1:
        preferred = [given for name in prefer for given in said if given.voice == name][:1]
        if not preferred:
            return Conflict(tuple(said))
        said = preferred
    names = dict.fromkeys(given.reviewer for given in said if given.reviewer)
    comments = dict.fromkeys(given.correction.comment for given in said if given.correction.comment)
    return Decided(
        said[0].fragments,
        ", ".join(names),
        max(given.correction.time for given in said),
        "; ".join(comments),
    )
