"""Say what a run tells of itself while it is at work, and to whom."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from projector.run.plan import Plan


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is; a document counts once for each language.

    Args:
        done: Documents that are finished.
        total: How many there are.
        running: Documents that are done in shards that are not.
        failed: Finished documents that could not be processed.
        shards_done, shards: The same of shards; none where a run has none.
        rate: Documents a second; None where it is not known yet.
        seconds_left: At that rate.
    """

    done: int
    total: int
    running: int = 0
    failed: int = 0
    shards_done: int = 0
    shards: int = 0
    rate: float | None = None
    seconds_left: float | None = None


class Reporter(Protocol):
    """Is told what happens in a run."""

    def planned(self, plan: Plan) -> None:
        """Take the plan, before a model is loaded."""

    def told(self, text: str) -> None:
        """Take what happens, in words."""

    def progressed(self, progress: Progress) -> None:
        """Take how far the run is: after each document, or about every second."""


class SilentReporter:
    """Tell nobody."""

    def planned(self, plan: Plan) -> None:
        """See `Reporter`."""

    def told(self, text: str) -> None:
        """See `Reporter`."""

    def progressed(self, progress: Progress) -> None:
        """See `Reporter`."""


SILENT = SilentReporter()


@contextmanager
def loading(reporter: Reporter, name: str) -> Iterator[None]:
    """Tell that something, like `model aligner`, is being loaded, and how long it took."""
    reporter.told(f"loading the {name}")
    started = time.monotonic()
    yield
    reporter.told(f"loaded in {time.monotonic() - started:.1f} s")
