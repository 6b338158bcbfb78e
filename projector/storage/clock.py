"""Time the stages of a run, one after the other."""

from __future__ import annotations

import time


class Clock:
    """Take the seconds of one stage after the other."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.monotonic()

    def stop(self, stage: str) -> None:
        """End a stage, begin the next."""
        now = time.monotonic()
        self.seconds[stage] = now - self._last
        self._last = now
