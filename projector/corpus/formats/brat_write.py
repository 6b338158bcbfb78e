"""Write BRAT standoff, in BRAT's own normal form."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

from projector.corpus.formats.brat_read import ID_PATTERN, LETTERS
from projector.corpus.offsets import flatten
from projector.document import Annotation, Document, Mention
from projector.errors import OutputError
from projector.storage.atomic_file import atomic_write


def write_brat(document: Document, folder: Path) -> None:
    """Write `NAME.txt` and `NAME.ann` into `folder`, made if need be.

    Raises:
        OutputError: They can't be written, or the document holds what BRAT can't (a label with
            a space in it).
    """
    if not document.name or document.name[0] == "." or any(c in document.name for c in "/\\\0"):
        raise OutputError(f"{document.name!r} can't be a file's name: documents need plain names")
    annotations = format_ann(document).encode("utf-8")
    atomic_write(folder / f"{document.name}.txt", document.text.encode("utf-8"))
    atomic_write(folder / f"{document.name}.ann", annotations)


def format_ann(document: Document) -> str:
    """Return what belongs into the document's `.ann`.

    Lines stand as they did in the file that the document was read from; where they have no
    number, mentions come first. Ids that aren't BRAT's are numbered anew, all of their kind.
    A line end within a mention's text or a value becomes a space, the offsets stay.

    Raises:
        OutputError: A label has white space in it.
    """
    document = _with_brat_ids(document)
    lines: list[str] = []
    for one in _merge(document.mentions, document.annotations):
        if not one.label or any(character in one.label for character in " \t\n\r"):
            raise OutputError(
                f"{document.name}: BRAT can't hold the label {one.label!r} of {one.id}: "
                "map it to one without white space"
            )
        line = _mention_line(one, document.text) if isinstance(one, Mention) else _line(one)
        lines.append(f"{line}\n")
    return "".join(lines)


def _merge(
    mentions: tuple[Mention, ...], annotations: tuple[Annotation, ...]
) -> Iterator[Mention | Annotation]:
    """Yield all in the order of their lines, without changing that within either kind."""
    waiting = list(reversed(annotations))
    for mention in mentions:
        while waiting and _before(waiting[-1], mention):
            yield waiting.pop()
        yield mention
    yield from reversed(waiting)


def _before(annotation: Annotation, mention: Mention) -> bool:
    if annotation.line is None or mention.line is None:
        return False
    return annotation.line < mention.line


def _mention_line(mention: Mention, text: str) -> str:
    ranges = ";".join(f"{fragment.start} {fragment.end}" for fragment in mention.fragments)
    return f"{mention.id}\t{mention.label} {ranges}\t{flatten(mention.surface(text))}"


def _line(one: Annotation) -> str:
    line = _annotation_line(one).replace("\n", " ")
    # A CR at the very end would be read as half of the line end.
    return f"{line[:-1]} " if line.endswith("\r") else line


def _annotation_line(one: Annotation) -> str:
    if one.kind == "attribute":
        value = one.value
        if value is not None and not value.startswith("\t"):
            value = f" {value}"
        return f"{one.id}\t{one.label} {one.targets[0]}{value or ''}"
    if one.kind == "normalization":
        return f"{one.id}\t{one.label} {one.targets[0]} {one.value}"
    tail = "" if one.value is None else f"\t{one.value}"
    if one.kind in ("note", "equivalence"):
        return f"{one.id}\t{one.label} {' '.join(one.targets)}{tail}"
    arguments = [f"{role}:{target}" for role, target in one.arguments]
    if one.kind == "relation":
        arguments.insert(0, one.label)
    # BRAT puts a space behind the trigger of an event, even where no argument follows.
    lone = " " if len(arguments) == 1 else ""
    return f"{one.id}\t{' '.join(arguments)}{lone}{tail}"


def _with_brat_ids(document: Document) -> Document:
    """Return the document itself, or one in which every id is BRAT's."""
    new: dict[str, str] = {}
    if not _legal([mention.id for mention in document.mentions], "T"):
        new.update(_numbered([mention.id for mention in document.mentions], "T"))
    for kind, letters in LETTERS.items():
        ids = [one.id for one in document.annotations if one.kind == kind]
        if kind != "equivalence" and not _legal(ids, letters):
            new.update(_numbered(ids, letters[0]))
    if not new:
        return document
    mentions = (replace(one, id=new.get(one.id, one.id)) for one in document.mentions)
    annotations = (
        replace(
            one,
            id="*" if one.kind == "equivalence" else new.get(one.id, one.id),
            arguments=tuple((role, new.get(target, target)) for role, target in one.arguments),
        )
        for one in document.annotations
    )
    return replace(document, mentions=tuple(mentions), annotations=tuple(annotations))


def _legal(ids: Collection[str], letters: str) -> bool:
    return all(id_[:1] in letters and ID_PATTERN.fullmatch(id_) for id_ in ids)


def _numbered(ids: Collection[str], letter: str) -> dict[str, str]:
    return dict(zip(ids, (f"{letter}{number}" for number in count(1)), strict=False))
