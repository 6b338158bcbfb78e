"""Tell on stderr what happens and how far it is."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from projector.cli.output import harmless, listed, say
from projector.errors import counted, summaries
from projector.run.reporter import Progress

if TYPE_CHECKING:
    from tqdm import tqdm

    from projector.run.plan import Plan

T = TypeVar("T")

_FIRST, _EVERY = 1.0, 30.0  # seconds until a bar is drawn, and between plain lines


class TerminalReporter:
    """Tell on stderr: by a bar on a terminal; in a log, which can redraw none, by lines.

    Args:
        description: What is counted.
    """

    def __init__(self, description: str = "documents") -> None:
        self.plan: Plan | None = None
        self._description = description
        self._bar: tqdm[None] | None = None
        self._started = self._due = 0.0

    def __enter__(self) -> Self:
        """Begin to tell."""
        return self

    def __exit__(
        self,
        type_: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Leave the bar as it is."""
        if self._bar is not None:
            self._bar.close()

    def planned(self, plan: Plan) -> None:
        """Tell what will be missing, before the long work begins, and keep the plan."""
        self.plan = plan
        for line in summaries(plan.notices):
            self.told(f"note: {line}")
        for problem in plan.problems:
            self.told(f"skipped: {problem}")
        for number, target in enumerate(plan.targets):
            if names := plan.unpaired(number):
                without = counted(len(names), "document has", "documents have")
                self.told(f"{without} no translation in {target.path}: {listed(names)}")
            if names := plan.unused[number]:
                idle = (
                    f"document of {target.path} translates",
                    f"documents of {target.path} translate",
                )
                told = counted(len(names), *idle)
                self.told(f"{told} nothing in {plan.source.path}: {listed(names)}")

    def told(self, text: str) -> None:
        """Print a line, above the bar if there is one."""
        if self._bar is None:
            say(text, err=True)
        else:
            self._bar.write(harmless(text), file=sys.stderr)

    def progressed(self, progress: Progress) -> None:
        """Draw the bar, or print a line every half minute."""
        if sys.stderr.isatty():
            self._draw(progress)
            return
        now = time.monotonic()
        if not self._started:
            self._started, self._due = now, now + _EVERY
        if now >= self._due:
            self._due = now + _EVERY
            say(self._line(progress, now - self._started), err=True)

    def _draw(self, progress: Progress) -> None:
        done = progress.done + progress.running
        if self._bar is None:
            self._bar = _new_bar(self._description, done, progress)
        if not progress.shards:
            self._bar.update(done - self._bar.n)
            return
        self._bar.n = done
        shards = f"{progress.shards_done}/{progress.shards}"
        self._bar.set_postfix(shards=shards, failed=progress.failed)

    def _line(self, progress: Progress, seconds: float) -> str:
        if not progress.shards:
            rate = progress.done / seconds
            told = f"{self._description}: {progress.done} of {progress.total}, {rate:.2f}/s"
            rest = progress.total - progress.done
            return f"{told}, {duration(rest / rate)} left" if rest and rate else told
        rate_told = "" if progress.rate is None else f", {progress.rate:.2f}/s"
        left = progress.seconds_left
        return (
            f"{progress.done} of {progress.total} documents, {progress.failed} failed, "
            f"{progress.shards_done} of {progress.shards} shards{rate_told}"
            + ("" if left is None else f", {duration(left)} left")
        )


def _new_bar(description: str, done: int, progress: Progress) -> tqdm[None]:
    from tqdm import tqdm

    if not progress.shards:
        return tqdm(total=progress.total, desc=description, delay=_FIRST, file=sys.stderr)
    # What was done before is none of this bar's speed.
    return tqdm(total=progress.total, initial=done, unit="", desc=description, file=sys.stderr)


def duration(seconds: float) -> str:
    """Return a duration as people say it."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s"


def with_progress(description: str) -> Callable[[Sequence[T]], Iterator[T]]:
    """Return what tells how far a sequence is gone through, once it takes a second.

    A range with steps is of lots: what is counted is what is in them.
    """

    def iterate(items: Sequence[T]) -> Iterator[T]:
        lot = items.step if isinstance(items, range) else 1
        total = items.stop - items.start if isinstance(items, range) else len(items)
        with TerminalReporter(description) as reporter:
            for number, item in enumerate(items):
                reporter.progressed(Progress(number * lot, total))
                yield item
            reporter.progressed(Progress(total, total))

    return iterate
