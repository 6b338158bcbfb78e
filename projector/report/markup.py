"""Write a report's parts as HTML; whatever comes from data is text in it, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole, from 0 to 1, written in hundredths; None where there is no whole."""

    value: float | None

    @classmethod
    def of(cls, part: int, whole: int) -> Share:
        """Return the share of a part."""
        return cls(part / whole if whole else None)

    def __str__(self) -> str:
        """Return it with one decimal."""
        return "–" if self.value is None else f"{100 * self.value:.1f}%"


@dataclass(frozen=True, slots=True)
class Html:
    """HTML that is written as it is: made of escaped parts alone."""

    content: str


Cell = str | int | float | Share | Html | None


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a report.

    Args:
        caption: What it shows.
        header: A name for each column.
        rows: Cells, each row's first its heading; numbers stand at the right.
        whole: Which rows are of all others together, and stand out.
    """

    caption: str
    header: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    whole: frozenset[int] = frozenset()


def text(words: str) -> str:
    """Return words as HTML; characters that aren't seen are shown as such."""
    shown = "".join(
        letter if letter.isprintable() or letter in "\n\t" else "\ufffd" for letter in words
    )
    return escape(shown)


def table(shown: Table, *, kind: str = "") -> str:
    """Return a table as HTML, with its caption, in a box that scrolls where it is too wide."""
    numeric = [
        any(isinstance(row[place], (int, float, Share)) for row in shown.rows)
        for place in range(len(shown.header))
    ]
    head = "".join(
        f'<th scope="col"{_kind(right)}>{text(name)}</th>'
        for name, right in zip(shown.header, numeric, strict=True)
    )
    body = "".join(
        _row(row, numeric, whole=number in shown.whole) for number, row in enumerate(shown.rows)
    )
    classed = f' class="{kind}"' if kind else ""
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{text(shown.caption)}">'
        f"<table{classed}><caption>{text(shown.caption)}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _row(row: Sequence[Cell], numeric: Sequence[bool], *, whole: bool) -> str:
    first = f'<th scope="row"{_kind(numeric[0])}>{_cell(row[0])}</th>'
    others = "".join(
        f"<td{_kind(right)}>{_cell(cell)}</td>"
        for cell, right in zip(row[1:], numeric[1:], strict=True)
    )
    kind = ' class="all"' if whole else ""
    return f"<tr{kind}>{first}{others}</tr>\n"


def _kind(right: bool) -> str:
    return ' class="number"' if right else ""


def _cell(cell: Cell) -> str:
    if isinstance(cell, Html):
        return cell.content
    if cell is None:
        return "–"
    if isinstance(cell, float):
        return f"{cell:.4f}"
    if isinstance(cell, Share):
        return str(cell)
    return f"{cell:,}" if isinstance(cell, int) else text(cell)


def figure(svg: str, caption: str) -> str:
    """Return a drawn figure with the words below it."""
    return f"<figure>{svg}<figcaption>{text(caption)}</figcaption></figure>"


def folded(summary: str, content: str) -> str:
    """Return what opens on demand."""
    return f"<details><summary>{text(summary)}</summary>{content}</details>"


def section(name: str, title: str, lead: str, *parts: str) -> str:
    """Return a section with its heading and one sentence on what it shows."""
    return (
        f'<section id="{name}" aria-labelledby="{name}-title"><h2 id="{name}-title">{text(title)}'
        f"</h2><p>{text(lead)}</p>{''.join(parts)}</section>\n"
    )


def link(address: str, words: str) -> Html:
    """Return a link; the address is one that was made here of quoted parts."""
    return Html(f'<a href="{escape(address)}">{text(words)}</a>')


def bullets(lines: Iterable[str]) -> str:
    """Return lines as a list."""
    items = "".join(f"<li>{text(line)}</li>" for line in lines)
    return f'<ul class="notices">{items}</ul>' if items else ""
