"""Raise what the command line turns into messages: where, what was found, what to do next."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with an input, told so that a user can find and mend it.

    Args:
        path: The file it was found in.
        line: Its 1-based line, or None when the whole file is meant.
        found: What is there.
        expected: What should have been there; empty when `found` says it all.
        hint: What to do next; empty when that is plain.
        mention_id: The mention that can't be used because of it, if it is one mention.
    """

    path: Path
    line: int | None
    found: str
    expected: str = ""
    hint: str = ""
    mention_id: str | None = None

    def __str__(self) -> str:
        """Return `path:line: found; expected …. hint` on one line."""
        where = str(self.path) if self.line is None else f"{self.path}:{self.line}"
        message = f"{where}: {self.found}"
        if self.expected:
            message += f"; expected {self.expected}"
        if self.hint:
            message += f". {self.hint}"
        return message


@dataclass(frozen=True, slots=True)
class Notice:
    """What was done with an input otherwise than one might think, and is right nonetheless.

    Args:
        path: The file, or the corpus, that it is about.
        told: What was done.
        mentions: How many mentions it is about; 0 where it is about none.
    """

    path: Path
    told: str
    mentions: int = 0


def summaries(notices: Iterable[Notice]) -> list[str]:
    """Return notices in words: those that say the same of several files as one."""
    alike: dict[str, list[Notice]] = {}
    for notice in notices:
        alike.setdefault(notice.told, []).append(notice)
    lines = []
    for told, same in alike.items():
        files = len({notice.path for notice in same}) - 1
        where = f"{same[0].path} and {counted(files, 'more file')}" if files else str(same[0].path)
        mentions = sum(notice.mentions for notice in same)
        lines.append(f"{where}: {told}" + (f", {counted(mentions, 'mention')}" if mentions else ""))
    return lines


# What to do where something can't be read rightly, and the user has not decided otherwise.
SKIP_ADVICE = 'Mend it, or pass over it and have it listed: --on-error skip (on_error="skip")'


def counted(number: int, singular: str, plural: str = "") -> str:
    """Return how many there are of something: `1 document`, `2 documents`."""
    return f"{number} {singular if number == 1 else plural or f'{singular}s'}"


def is_panic(error: BaseException) -> bool:
    """Tell whether an error is a panic of a library in Rust, which no `except Exception` sees."""
    return type(error).__name__ == "PanicException"


class ProjectorError(Exception):
    """A known failure: the command line prints its message and exits with 1."""


class CorpusError(ProjectorError):
    """A corpus can't be read as asked.

    Args:
        problems: What is wrong, in file and line order; never empty.
        advice: What to do about all of it; told behind them.
    """

    def __init__(self, *problems: Problem, advice: str = "") -> None:
        self.problems = problems
        self.advice = advice
        super().__init__("\n".join([*map(str, problems), *([advice] if advice else [])]))

    def __reduce__(self) -> tuple[Callable[..., CorpusError], tuple[object, ...]]:
        """Travel between processes with the problems, not with the message made of them."""
        return partial(type(self), advice=self.advice), self.problems


class ModelError(ProjectorError):
    """A model can't be found, verified or loaded."""


class ConfigurationError(ProjectorError):
    """Options that are each legal don't go together, or a configuration file is wrong."""


def missing_package(package: str, extra: str, needed_by: str, instead: str = "") -> Exception:
    """Return what to raise where an optional package is not installed.

    Args:
        package: What is missing.
        extra: What it is installed by.
        needed_by: The command, or the part of one, that can't do without.
        instead: What can be done without it; empty where nothing can.
    """
    told = f"{needed_by} needs {package}, which is not installed: pip install 'projector[{extra}]'"
    return ConfigurationError(f"{told}, or {instead}" if instead else told)


class OutputError(ProjectorError):
    """An output exists already, or can't be written."""
