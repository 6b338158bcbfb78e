"""Mark spans in a text as HTML; it knows texts and offsets, nothing of documents.

Everything is inline, with no style sheet, script or font from elsewhere: a notebook, a mail or a
saved page shows it alike. Letters keep the colour of what is around them, and the marks' colours
stand out on white and on black, so that light and dark themes both do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

# Each has a contrast of at least 3 with white and with #1e1e1e (WCAG 2.2, 1.4.11); neighbours
# differ in hue and, for eyes that see fewer of them, in what is written beside them.
PALETTE = (
    "#3b82d0",
    "#c77700",
    "#2a9d62",
    "#d1495b",
    "#9a67cc",
    "#00909e",
    "#cc5fa6",
    "#8a8a8a",
)
_BAR = 3  # pixels, with one more between bars
_TINT = "33"  # alpha of what lies behind a marked word: a fifth


@dataclass(frozen=True, slots=True)
class Mark:
    """What is marked in a text: one span, or several that belong together.

    Args:
        id: Written at each of its spans, so that they can be told to be of one mark.
        label: Written beside it.
        spans: Half-open (start, end) in characters, in text order.
        color: Number of its colour; equal numbers look alike, here and in other texts.
        note: Further words that are shown when a pointer rests on it.
    """

    id: str
    label: str
    spans: tuple[tuple[int, int], ...]
    color: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class _Span:
    """One span of a mark, and where it is drawn.

    Args:
        start, end: Within the text.
        part: Which span of its mark it is, from 1.
        lane: How far below the text its bar is drawn; no two that overlap share one.
    """

    mark: Mark
    start: int
    end: int
    part: int
    lane: int = 0


def marked_text(text: str, marks: Iterable[Mark], *, heading: str = "", language: str = "") -> str:
    """Return a text as HTML, each mark's spans underlined and headed by its id and label.

    Spans may nest and overlap: each has a bar of its own, below those of the spans that it
    overlaps. White space and line ends stay.

    Args:
        text: Any; what it holds of HTML is shown, not obeyed.
        marks: In any order; what lies outside the text is not drawn.
        heading: Stands above the text.
        language: A plain code, for hyphenation and for who has the page read aloud.

    Example:
        >>> html = marked_text("a <b> c", [Mark("T1", "LETTER", ((2, 5),))])
        >>> "&lt;b&gt;" in html and "T1 LETTER" in html
        True
    """
    spans = _in_lanes(_clipped(marks, len(text)))
    lanes = max((span.lane for span in spans), default=-1) + 1
    style = (
        "white-space:pre-wrap;overflow-wrap:anywhere;"
        f"line-height:calc(2em + {lanes * (_BAR + 1)}px)"
    )
    lang = f' lang="{escape(language)}"' if language else ""
    body = "".join(_stretches(text, spans, lanes))
    return f'<div>{_heading(heading)}<div dir="auto"{lang} style="{style}">{body}</div></div>'


def side_by_side(panels: Iterable[str]) -> str:
    """Return pieces of HTML beside each other, or below where there is no room.

    Example:
        >>> side_by_side(["<p>a</p>", "<p>b</p>"]).count("flex:1 1 20em")
        2
    """
    cells = "".join(f'<div style="flex:1 1 20em;min-width:0">{panel}</div>' for panel in panels)
    return f'<div style="display:flex;flex-wrap:wrap;gap:1.5em">{cells}</div>'


def _heading(words: str) -> str:
    return f'<div style="font-weight:bold">{escape(words)}</div>' if words else ""


def _clipped(marks: Iterable[Mark], length: int) -> list[_Span]:
    """Return the spans that lie in a text, the earlier first, of those the longer."""
    spans = [
        _Span(mark, max(start, 0), min(end, length), part)
        for mark in marks
        for part, (start, end) in enumerate(mark.spans, start=1)
    ]
    return sorted(
        (span for span in spans if span.start < span.end), key=lambda span: (span.start, -span.end)
    )


def _in_lanes(spans: Sequence[_Span]) -> list[_Span]:
    """Give each span the first lane that is free from its start on."""
    free_from: list[int] = []
    placed = []
    for span in spans:
        free = (lane for lane, end in enumerate(free_from) if end <= span.start)
        lane = next(free, len(free_from))
        free_from[lane : lane + 1] = [span.end]
        placed.append(_Span(span.mark, span.start, span.end, span.part, lane))
    return placed


def _stretches(text: str, spans: Sequence[_Span], lanes: int) -> Iterator[str]:
    """Yield the text cut wherever a span begins or ends, and a tag wherever one begins."""
    beginning: dict[int, list[_Span]] = defaultdict(list)
    for span in spans:
        beginning[span.start].append(span)
    edges = {edge for span in spans for edge in (span.start, span.end)}
    covering: list[_Span] = []
    for start, end in pairwise(sorted({0, len(text), *edges})):
        covering = [span for span in covering if span.end > start] + beginning[start]
        yield from map(_tag, beginning[start])
        words = escape(text[start:end])
        yield _marked(words, covering, lanes) if covering else words


def _tag(span: _Span) -> str:
    """Return what is written where a span begins; it is not copied with the text."""
    mark, color = span.mark, _color(span)
    part = f" {span.part}/{len(mark.spans)}" if len(mark.spans) > 1 else ""
    style = (
        f"border:1px solid {color};border-radius:3px;padding:0 .3em;margin-right:.2em;"
        "font-size:.7em;white-space:nowrap;user-select:none"
    )
    words = escape(f"{mark.id} {mark.label}{part}")
    return f'<span class="projector-tag" title="{_title([span])}" style="{style}">{words}</span>'


def _marked(words: str, covering: Sequence[_Span], lanes: int) -> str:
    """Return escaped words with a bar for each span that covers them, tinted as the innermost."""
    innermost = min(covering, key=lambda span: span.end - span.start)
    tint = f"{_color(innermost)}{_TINT}"
    layers = [
        f"linear-gradient({color},{color}) 0 calc(100% - {(lanes - 1 - span.lane) * (_BAR + 1)}px)"
        f"/100% {_BAR}px no-repeat"
        for span in covering
        for color in [_color(span)]
    ]
    layers.append(f"linear-gradient({tint},{tint})")
    style = (
        f"background:{','.join(layers)};padding-bottom:{lanes * (_BAR + 1)}px;"
        "-webkit-box-decoration-break:clone;box-decoration-break:clone"
    )
    return f'<span title="{_title(covering)}" style="{style}">{words}</span>'


def _title(spans: Sequence[_Span]) -> str:
    """Return what a pointer is told of some spans, a line each."""
    lines = (": ".join(filter(None, (f"{s.mark.id} {s.mark.label}", s.mark.note))) for s in spans)
    return escape("\n".join(lines)).replace("\n", "&#10;")


def _color(span: _Span) -> str:
    return PALETTE[span.mark.color % len(PALETTE)]
