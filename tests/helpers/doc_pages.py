"""Read what the README and the pages of docs show: their blocks of code, by language and title."""

import re
import shlex
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

import click

from projector.cli import cli

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
PAGES = [README, ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
_BLOCK = re.compile(
    r'^```(?P<language>\w+)(?: title="(?P<title>[^"]+)")?\n(?P<text>.*?)^```$',
    re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True)
class Block:
    page: Path
    language: str
    title: str | None
    text: str

    def __str__(self):
        return f"{self.page.relative_to(ROOT)}-{self.title or self.language}"

    @property
    def commands(self) -> list[list[str]]:
        """Return the words of each command that a console block shows."""
        lines = re.sub(r" \\\n\s*", " ", self.text).splitlines()
        return [shlex.split(line[2:]) for line in lines if line.startswith("$ ")]


def not_printed(block, command, printed):
    """Return the lines that a block shows below a command and that aren't among what it printed."""
    after = block.text.partition(f"$ {command}\n")[2].splitlines()
    shown = takewhile(lambda line: not line.startswith("$ "), after)
    there = without_decimals(printed)
    return [line for line in shown if line != "…" and without_decimals(line) not in there]


def without_decimals(text):
    """Return a text without its scores: they differ in their last digits between processors."""
    return re.sub(r"\d+\.\d+…?", "#", text)


def blocks(language, page=None):
    return [
        Block(path, match["language"], match["title"], match["text"])
        for path in ([page] if page else PAGES)
        for match in _BLOCK.finditer(path.read_text(encoding="utf-8"))
        if match["language"] == language
    ]


def resolve(words):
    """Return the command of projector that words call, what calls it, and its arguments."""
    command, name, rest = cli, "projector", list(words)
    while isinstance(command, click.Group) and rest:
        context = click.Context(command, info_name=name)
        try:
            word, inner, left = command.resolve_command(context, list(rest))
        except click.UsageError:
            break  # a group that is a command as well
        command, name, rest = inner, f"{name} {word}", left
    return command, name, rest
