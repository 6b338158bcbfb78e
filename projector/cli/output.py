"""Print tables and JSON."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from schemas.coding import CodingFacts

# Controls, separators of lines, marks that turn the direction of reading, halves of characters.
_ORDERS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)

format_option = click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How results are printed; the names in JSON stay as they are.",
)


def say(words: str = "", *, err: bool = False, nl: bool = True) -> None:
    """Print words as `harmless` makes them: whatever comes from files, a terminal obeys nothing.

    Args:
        words: To print.
        err: On stderr, in place of stdout.
        nl: Whether a line ends with them.
    """
    click.echo(harmless(words), err=err, nl=nl)  # noqa: TID251


def put(content: str) -> None:
    """Print a file's content on stdout: as it is for what reads it, harmless on a terminal."""
    said = harmless(content) if sys.stdout.isatty() else content
    click.echo(said, nl=not content.endswith("\n"))  # noqa: TID251


def echo_json(value: object) -> None:
    """Print a value as JSON on stdout."""
    say(json_text(value))


def json_text(value: object) -> str:
    """Return a value as JSON, with what a terminal takes for orders escaped as JSON does."""
    told = json.dumps(value, ensure_ascii=False, indent=2, default=str)
    return _ORDERS.sub(lambda match: f"\\u{ord(match[0]):04x}", told)


def harmless(words: str) -> str:
    """Return words from data with what a terminal takes for orders escaped; lines stay lines."""
    return _ORDERS.sub(lambda match: match[0].encode("unicode_escape").decode(), words)


def echo_table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows in aligned columns on stdout; numbers to the right."""
    for line in table_lines(header, rows):
        say(line)


def table_lines(header: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    """Return rows in aligned columns; numbers to the right."""
    cells = [[_cell(value) for value in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(header, *cells, strict=True)]
    numeric = [
        bool(rows) and all(isinstance(row[place], (int, float)) for row in rows)
        for place in range(len(header))
    ]
    return [
        "  ".join(
            text.rjust(width) if right else text.ljust(width)
            for text, width, right in zip(line, widths, numeric, strict=True)
        ).rstrip()
        for line in (list(header), *cells)
    ]


def _cell(value: object) -> str:
    if value is None:
        return "-"
    return f"{value:.4f}" if isinstance(value, float) else harmless(str(value)).replace("\n", r"\n")


def echo_rows(form: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Print records of equal keys as a table or as JSON."""
    if form == "json":
        echo_json(list(rows))
    elif rows:
        echo_table(list(rows[0]), [list(row.values()) for row in rows])


LOSSES = 3  # the exit code of what ended with losses that were not accepted


def exit_code(lossy: bool, *, accepted: bool) -> int:
    """Return a command's exit code, telling how a loss can be accepted."""
    if accepted or not lossy:
        return 0
    say("losses were not accepted: exit code 3; --accept-losses accepts them", err=True)
    return LOSSES


def hint(command: str) -> None:
    """Say on stderr what can be done next."""
    say(f"next: {command}", err=True)


def echo_coded(facts: CodingFacts) -> None:
    """Print how many mentions of which label were coded, and how."""
    echo_table(
        ["language", "label", "given", "proposed", "unsure", "uncoded", "left alone"],
        [
            [
                *(one.language, one.label, one.given, one.proposed),
                *(one.unsure, one.uncoded, one.left_alone),
            ]
            for one in facts.counts
        ],
    )


def listed(names: Sequence[str], *, most: int = 20) -> str:
    """Return names in a row, the first ones only when they are many."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
