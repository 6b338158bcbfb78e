"""Print tables and JSON, and show progress."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from schemas.coding import CodingFacts

T = TypeVar("T")

format_option = click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How results are printed; the names in JSON stay as they are.",
)


def echo_json(value: object) -> None:
    """Print a value as JSON on stdout."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def echo_table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows in aligned columns on stdout; numbers to the right."""
    cells = [[_cell(value) for value in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(header, *cells, strict=True)]
    numeric = [
        bool(rows) and all(isinstance(row[place], (int, float)) for row in rows)
        for place in range(len(header))
    ]
    for line in (list(header), *cells):
        click.echo(
            "  ".join(
                text.rjust(width) if right else text.ljust(width)
                for text, width, right in zip(line, widths, numeric, strict=True)
            ).rstrip()
        )


def _cell(value: object) -> str:
    if value is None:
        return "-"
    return f"{value:.4f}" if isinstance(value, float) else str(value)


def echo_rows(form: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Print records of equal keys as a table or as JSON."""
    if form == "json":
        echo_json(list(rows))
    elif rows:
        echo_table(list(rows[0]), [list(row.values()) for row in rows])


def exit_code(lossy: bool, *, accepted: bool) -> int:
    """Return a command's exit code, telling how a loss can be accepted."""
    if accepted or not lossy:
        return 0
    click.echo("losses were not accepted: exit code 3; --accept-losses accepts them", err=True)
    return 3


def echo_coded(facts: CodingFacts) -> None:
    """Print how many mentions of which label were coded, and how."""
    echo_table(
        ["language", "label", "given", "proposed", "uncoded"],
        [[one.language, one.label, one.given, one.proposed, one.uncoded] for one in facts.counts],
    )


def listed(names: Sequence[str], *, most: int = 20) -> str:
    """Return names in a row, the first ones only when they are many."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


_FIRST, _EVERY = 1.0, 30.0  # seconds until progress is shown, and between plain lines


def with_progress(description: str) -> Callable[[Sequence[T]], Iterator[T]]:
    """Return what shows on stderr how far a sequence is gone through, once it takes a second.

    A bar on a terminal; in a log, where no line can be redrawn, a line every half minute.
    """

    def iterate(items: Sequence[T]) -> Iterator[T]:
        if sys.stderr.isatty():
            from tqdm import tqdm

            yield from tqdm(items, desc=description, delay=_FIRST, file=sys.stderr)
            return
        started = time.monotonic()
        due = started + _EVERY
        for number, item in enumerate(items):
            now = time.monotonic()
            if now >= due:
                rate = number / (now - started)
                click.echo(f"{description}: {number} of {len(items)}, {rate:.2f}/s", err=True)
                due = now + _EVERY
            yield item

    return iterate
