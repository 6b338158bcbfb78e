"""Write PubTator's lines: the first line of a text as its title, the rest as its abstract.

A line end within the abstract, or a tab, becomes a blank, so that offsets stay.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from projector.document import Document
from projector.exchange.marked import (
    Add,
    Losses,
    MarkedDocument,
    annotation_losses,
    codes,
    document_loss,
    mention_loss,
)
from projector.storage.atomic_file import atomic_file
from projector.storage.file_names import file_name

_NONE = "-"  # no concept; readers drop a line whose last cell is empty
_BLANKS = str.maketrans("\n\r\t", "   ")


@contextmanager
def pubtator_writer(folder: Path, language: str) -> Iterator[Add]:
    """Give what writes documents to `{language}.pubtator`."""
    with atomic_file(folder / file_name(language, ".pubtator", kind="language")) as file:

        def add(marked: MarkedDocument) -> Losses:
            lines, losses = pubtator_lines(marked.document)
            if lines:
                file.write("".join(f"{line}\n" for line in (*lines, "")).encode("utf-8"))
            return losses

        yield add


def pubtator_lines(document: Document) -> tuple[list[str], Losses]:
    """Return a document's lines, none where its name can't be an id, and what is lost of it."""
    name = document.name
    if any(character in name for character in "|\t\n\r") or name != name.strip() or " " in name:
        return [], [document_loss(document, "its name has a blank or a bar, which no id may have")]
    title, _, abstract = document.text.partition("\n")
    losses: Losses = []
    if (title, abstract) != (title.translate(_BLANKS), abstract.translate(_BLANKS)):
        losses.append(document_loss(document, "line ends and tabs in its text became blanks"))
    lines = [f"{name}|t|{title.translate(_BLANKS)}", f"{name}|a|{abstract.translate(_BLANKS)}"]
    concepts, kept = _concepts(document)
    for mention in document.mentions:
        if len(mention.fragments) > 1 or not mention.label.strip():
            why = "it has several fragments" if mention.label.strip() else "it has no label"
            losses.append(mention_loss(document, mention, why))
            continue
        words = mention.surface(document.text).translate(_BLANKS)
        cells = [name, mention.start, mention.end, words, mention.label.translate(_BLANKS)]
        lines.append("\t".join(map(str, (*cells, concepts.get(mention.id, _NONE)))))
    others = (one for one in document.annotations if id(one) not in kept)
    return lines, [*losses, *annotation_losses(document, others)]


def _concepts(document: Document) -> tuple[dict[str, str], set[int]]:
    """Return the first code of each mention, and which annotations are held by that."""
    concepts: dict[str, str] = {}
    kept: set[int] = set()
    for annotation, mention, resource, code in codes(document):
        if mention not in concepts and code:
            concepts[mention] = f"{resource}:{code}".translate(_BLANKS)
            kept.add(id(annotation))
    return concepts, kept
