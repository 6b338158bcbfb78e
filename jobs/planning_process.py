"""Call a function in a process of its own, so that what it held is gone when it ends."""

from __future__ import annotations

import signal
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import get_context
from typing import TYPE_CHECKING, Generic, TypeVar

from jobs.portable_error import portable
from projector.errors import ProjectorError

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

T = TypeVar("T")


class Child(Generic[T]):
    """A call in a process of its own, which ends with the call, whoever else dies before.

    Args:
        function: Importable by its name.
        arguments: Its own; they can be pickled.
        what: What its process does, for messages.
    """

    def __init__(
        self, function: Callable[..., T], *arguments: object, what: str = "plans the run"
    ) -> None:
        self._what = what
        context = get_context("spawn")  # a fork would drag this process's threads along
        self._receiver, sender = context.Pipe(duplex=False)
        self._process = context.Process(
            target=_answer, args=(sender, function, arguments), daemon=True
        )
        self._process.start()
        sender.close()

    def answers(self, *, within: float) -> bool:
        """Tell whether the call is over within so many seconds."""
        return self._receiver.poll(within)

    def result(self) -> T:
        """Wait for what the function returns.

        Raises:
            ProjectorError: The process died.
            Exception: Whatever the function raised.
        """
        try:
            value, error = self._receiver.recv()
        except EOFError as gone:
            raise ProjectorError(
                f"the process that {self._what} died, perhaps for want of memory; see the "
                "system's log"
            ) from gone
        finally:
            self.end()
        if error is not None:
            raise error
        answer: T = value
        return answer

    def end(self) -> None:
        """End the process."""
        self._process.terminate()
        self._process.join()


def _answer(sender: Connection, function: Callable[..., T], arguments: tuple[object, ...]) -> None:
    """Send what a function returns or raises, in a child process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent gets it too, and decides
    answer: tuple[T | None, Exception | None]
    try:
        answer = function(*arguments), None
    except Exception as error:
        answer = None, portable(error)
    with suppress(BrokenPipeError):  # the parent is dead
        sender.send(answer)
