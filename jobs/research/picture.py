"""Draw one projected document as an SVG: both texts, the mentions, and who became whom."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path

import click

from projector.document import Document

_WIDTH = 92  # characters a line
_ADVANCE = 8.4  # pixels a character of the monospaced font
_LINE = 30  # pixels a line
_MARGIN = 16
_COLORS = ("#c6dbef", "#fdd0a2", "#c7e9c0", "#dadaeb", "#fcbba1", "#d9d9d9", "#fee391", "#b3e2cd")


def lines_of(text: str) -> Iterator[tuple[int, int]]:
    """Yield the half-open stretches of text that make up lines, broken at white space."""
    start = 0
    while start < len(text):
        end = text.find("\n", start, start + _WIDTH + 1)
        if end < 0 and len(text) - start > _WIDTH:
            end = text.rfind(" ", start, start + _WIDTH + 1)
        if end <= start:
            end = min(start + _WIDTH, len(text))
        yield start, end
        start = end + 1 if end < len(text) and text[end].isspace() else end


def draw(source: Document, target: Document) -> str:
    """Return the SVG of a document above its translation; equal ids get equal colours."""
    ids = [mention.id for mention in source.mentions]
    colors = {one: _COLORS[number % len(_COLORS)] for number, one in enumerate(ids)}
    body: list[str] = []
    top = _MARGIN
    for document in (source, target):
        body.append(_text(_MARGIN, top + 16, document.language, weight="bold"))
        top += 24
        for start, end in lines_of(document.text):
            body += _line(document, start, end, top, colors)
            top += _LINE
        top += 10
    width = 2 * _MARGIN + _WIDTH * _ADVANCE
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{top}" '
        f'viewBox="0 0 {width:.0f} {top}" font-family="monospace" font-size="14">\n'
        f'<rect width="100%" height="100%" fill="white"/>\n' + "\n".join(body) + "\n</svg>\n"
    )


def _line(
    document: Document, start: int, end: int, top: float, colors: dict[str, str]
) -> Iterator[str]:
    for mention in document.mentions:
        for fragment in mention.fragments:
            first, last = max(fragment.start, start), min(fragment.end, end)
            if first < last:
                left = _MARGIN + (first - start) * _ADVANCE
                width = (last - first) * _ADVANCE
                yield (
                    f'<rect x="{left:.1f}" y="{top}" width="{width:.1f}" height="20" rx="3" '
                    f'fill="{colors[mention.id]}" fill-opacity="0.8"/>'
                )
                yield _text(left, top - 1, mention.id, size=8)
    length = (end - start) * _ADVANCE
    yield _text(_MARGIN, top + 15, document.text[start:end], length=length)


def _text(
    left: float, base: float, words: str, *, size: int = 14, weight: str = "", length: float = 0
) -> str:
    # textLength keeps every character where the marks expect it, whatever font is at hand.
    extra = f' font-weight="{weight}"' if weight else ""
    extra += f' textLength="{length:.1f}"' if length else ""
    return (
        f'<text x="{left:.1f}" y="{base:.1f}" font-size="{size}"{extra} '
        f'xml:space="preserve">{escape(words)}</text>'
    )


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("source", type=click.Path(exists=True, path_type=Path))
@click.argument("projected", type=click.Path(exists=True, path_type=Path))
@click.argument("name")
@click.argument("output", type=click.Path(dir_okay=False, path_type=Path))
def main(source: Path, projected: Path, name: str, output: Path) -> None:
    """Draw document NAME of the corpus SOURCE above its translation in the corpus PROJECTED.

    OUTPUT is one SVG, its units pixels: each mention is marked in both texts in the same colour,
    under its id. Nothing is measured.

    \b
    Example:
      python -m jobs.research.picture data_samples/brat/es out/brat/nl case-01 case.svg
    """
    from projector.corpus import open_corpus, require_document
    from projector.storage.atomic_file import atomic_write

    documents = [require_document(open_corpus(path).read(name)) for path in (source, projected)]
    atomic_write(output, draw(documents[0], documents[1]).encode())


if __name__ == "__main__":
    main()
