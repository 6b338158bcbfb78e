"""Write BioC's XML: a passage for each document, a location for each fragment of a mention."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from projector.document import Annotation, Document, Mention
from projector.exchange.marked import (
    Add,
    Losses,
    MarkedDocument,
    annotation_losses,
    document_loss,
    relations,
    remarks,
)
from projector.storage.atomic_file import atomic_file
from projector.storage.file_names import file_name

# What XML 1.0 has no way to write.
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE collection SYSTEM "BioC.dtd">
<collection><source>projector</source><date></date><key>projector.key</key>
"""


def unwritable(*texts: str) -> str:
    """Return, in words, the first character of texts that XML 1.0 can't hold; empty for none."""
    for text in texts:
        if match := _NO_XML.search(text):
            return f"XML can't hold its character U+{ord(match[0]):04X}"
    return ""


@contextmanager
def bioc_writer(folder: Path, language: str) -> Iterator[Add]:
    """Give what writes documents to `{language}.xml`."""
    with atomic_file(folder / file_name(language, ".xml", kind="language")) as file:
        file.write(_HEAD.encode())

        def add(marked: MarkedDocument) -> Losses:
            element, losses = document_element(marked)
            file.write(element.encode("utf-8"))
            return losses

        yield add
        file.write(b"</collection>\n")


def document_element(marked: MarkedDocument) -> tuple[str, Losses]:
    """Return a document's element, empty where XML can't hold it, and what is lost of it."""
    document = marked.document
    said, left = remarks(document)
    binary, _ = relations(document)
    kept = {id(relation) for relation, _, _ in binary}
    words = (one for remarked in said.values() for one in remarked)
    labels = [one.label for one in document.mentions]
    labels += [one.label for one in document.annotations]
    if fault := unwritable(document.text, document.name, *words, *labels):
        return "", [document_loss(document, fault)]
    losses = annotation_losses(document, (one for one in left if id(one) not in kept))
    infons = _infons(document, losses)
    mentions = "".join(
        _annotation(marked, one, infons.get(one.id, {})) for one in document.mentions
    )
    related = "".join(_relation(relation) for relation, _, _ in binary)
    return (
        f"<document><id>{_text(document.name)}</id>"
        f"{_infon('language', document.language)}"
        f"<passage><offset>0</offset><text>{_text(document.text)}</text>\n"
        f"{mentions}{related}</passage></document>\n"
    ), losses


def _infons(document: Document, losses: Losses) -> dict[str, dict[str, str]]:
    """Return what is said of each mention by name; a second one of a name is lost."""
    infons: dict[str, dict[str, str]] = {}
    ids = {mention.id for mention in document.mentions}
    for annotation in document.annotations:
        about = annotation.targets[0] if len(annotation.targets) == 1 else ""
        if annotation.kind not in ("attribute", "note", "normalization") or about not in ids:
            continue
        named = infons.setdefault(about, {})
        key, value = _named(annotation)
        if key in named or key in ("type", "score"):
            losses += annotation_losses(document, [annotation], f"a second infon {key!r}")
        else:
            named[key] = value
    return infons


def _named(annotation: Annotation) -> tuple[str, str]:
    value = (annotation.value or "").strip()
    if annotation.kind == "normalization":
        return "identifier", value.partition("\t")[0]
    return annotation.label, value or "true"


def _annotation(marked: MarkedDocument, mention: Mention, infons: dict[str, str]) -> str:
    named = {"type": mention.label, **infons}
    if mention.id in marked.scores:
        named["score"] = repr(marked.scores[mention.id])
    places = "".join(
        f'<location offset="{one.start}" length="{one.end - one.start}"/>'
        for one in mention.fragments
    )
    return (
        f"<annotation id={_attribute(mention.id)}>"
        + "".join(_infon(key, value) for key, value in named.items())
        + f"{places}<text>{_text(mention.surface(marked.document.text))}</text></annotation>\n"
    )


def _relation(relation: Annotation) -> str:
    nodes = "".join(
        f"<node refid={_attribute(target)} role={_attribute(role)}/>"
        for role, target in relation.arguments
    )
    return (
        f"<relation id={_attribute(relation.id)}>{_infon('type', relation.label)}{nodes}"
        "</relation>\n"
    )


def _infon(key: str, value: str) -> str:
    return f"<infon key={_attribute(key)}>{_text(value)}</infon>"


def _text(text: str) -> str:
    """Return a text as XML; a CR, which parsers make a line feed, by its number."""
    return escape(text, {"\r": "&#13;"})


def _attribute(value: str) -> str:
    return quoteattr(value, {"\r": "&#13;", "\n": "&#10;", "\t": "&#9;"})
