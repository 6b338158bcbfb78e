"""Write BRAT standoff, in BRAT's own normal form."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from itertools import count
from pathlib import Path

from projector.corpus.formats.brat_read import ID_PATTERN, LETTERS
from projector.corpus.offsets import flatten
from projector.document import Annotation, Document, Mention
from projector.errors import OutputError
from projector.storage.atomic_file import atomic_write
from projector.storage.file_names import file_name


def write_brat(document: Document, folder: Path) -> None:
    """Write `NAME.txt` and `NAME.ann` into `folder`, made if need be.

    Raises:
        OutputError: They can't be written, the document's name can't be a file's, or it holds
            what BRAT can't (a label with a space in it).
    """
    text, annotations = brat_paths(document, folder)
    standoff = format_ann(document).encode("utf-8")
    atomic_write(text, document.text.encode("utf-8"))
    atomic_write(annotations, standoff)


def brat_paths(document: Document, folder: Path) -> tuple[Path, Path]:
    """Return where a document's text and annotations are to be in a folder.

    Raises:
        OutputError: Its name can't be a file's.
    """
    return (
        folder / file_name(document.name, ".txt", kind="document"),
        folder / file_name(document.name, ".ann", kind="document"),
    )


def format_ann(document: Document) -> str:
    """Return what belongs into the document's `.ann`.

    Lines stand as they did in the file that the document was read from; where they have no
    number, mentions come first. Ids that aren't BRAT's are numbered anew, all of their kind.
    A line end within a mention's text or a value becomes a space, the offsets stay.

    Raises:
        OutputError: A label, or the role of an argument, has white space in it.
    """
    document = _with_brat_ids(document)
    lines: list[str] = []
    for standoff in _merge(document.mentions, document.annotations):
        if not standoff.label or any(character in standoff.label for character in " \t\n\r"):
            raise OutputError(
                f"{document.name}: BRAT can't hold the label {standoff.label!r} "
                f"of {standoff.id}; expected one without white space. Name it anew: --label "
                "OLD=NEW (labels)"
            )
        _refuse_roles(document, standoff)
        if isinstance(standoff, Mention):
            lines.append(_mention_line(standoff, document.text))
        else:
            lines.append(_annotation_line(standoff))
    return "".join(f"{line}\n" for line in lines)


def _refuse_roles(document: Document, standoff: Mention | Annotation) -> None:
    """Refuse roles that would make another line of the annotation than it is."""
    if isinstance(standoff, Mention) or standoff.kind not in ("relation", "event"):
        return
    for role, _ in standoff.arguments:
        if not role or any(character in role for character in " \t\n\r:"):
            raise OutputError(
                f"{document.name}: BRAT can't hold the role {role!r} of {standoff.id}: expected "
                "one without white space and colons; rename it where it comes from, or write "
                "Parquet, which holds it"
            )


def _merge(
    mentions: tuple[Mention, ...], annotations: tuple[Annotation, ...]
) -> Iterator[Mention | Annotation]:
    """Yield all in the order of their lines, without changing that within either kind."""
    waiting = list(reversed(annotations))
    for mention in mentions:
        while waiting and _stands_before(waiting[-1], mention):
            yield waiting.pop()
        yield mention
    yield from reversed(waiting)


def _stands_before(annotation: Annotation, mention: Mention) -> bool:
    if annotation.line is None or mention.line is None:
        return False
    return annotation.line < mention.line


def _mention_line(mention: Mention, text: str) -> str:
    ranges = ";".join(f"{fragment.start} {fragment.end}" for fragment in mention.fragments)
    return f"{mention.id}\t{mention.label} {ranges}\t{flatten(mention.surface(text))}"


def _annotation_line(annotation: Annotation) -> str:
    line = _format_annotation(annotation).replace("\n", " ")
    # A CR at the very end would be read as half of the line end.
    return f"{line[:-1]} " if line.endswith("\r") else line


def _format_annotation(annotation: Annotation) -> str:
    if annotation.kind == "attribute":
        value = annotation.value
        if value is not None and not value.startswith("\t"):
            value = f" {value}"
        return f"{annotation.id}\t{annotation.label} {annotation.targets[0]}{value or ''}"
    if annotation.kind == "normalization":
        return f"{annotation.id}\t{annotation.label} {annotation.targets[0]} {annotation.value}"
    tail = "" if annotation.value is None else f"\t{annotation.value}"
    if annotation.kind in ("note", "equivalence"):
        return f"{annotation.id}\t{' '.join((annotation.label, *annotation.targets))}{tail}"
    arguments = [f"{role}:{target}" for role, target in annotation.arguments]
    if annotation.kind == "relation":
        arguments.insert(0, annotation.label)
    # BRAT puts a space behind the trigger of an event, even where no argument follows.
    lone = " " if len(arguments) == 1 else ""
    return f"{annotation.id}\t{' '.join(arguments)}{lone}{tail}"


def _with_brat_ids(document: Document) -> Document:
    """Return the document itself, or one in which every id is BRAT's."""
    new_ids: dict[str, str] = {}
    if not _are_brat_ids([mention.id for mention in document.mentions], "T"):
        new_ids.update(_sequential_ids([mention.id for mention in document.mentions], "T"))
    for kind, letters in LETTERS.items():
        ids = [one.id for one in document.annotations if one.kind == kind]
        if kind != "equivalence" and not _are_brat_ids(ids, letters):
            new_ids.update(_sequential_ids(ids, letters[0]))
    if not new_ids:
        return document
    mentions = (replace(one, id=new_ids.get(one.id, one.id)) for one in document.mentions)
    annotations = (_renumbered(annotation, new_ids) for annotation in document.annotations)
    return replace(document, mentions=tuple(mentions), annotations=tuple(annotations))


def _renumbered(annotation: Annotation, new_ids: Mapping[str, str]) -> Annotation:
    """Return an annotation with new ids, its own and those of what it is about."""
    id_ = "*" if annotation.kind == "equivalence" else new_ids.get(annotation.id, annotation.id)
    arguments = tuple((role, new_ids.get(target, target)) for role, target in annotation.arguments)
    return replace(annotation, id=id_, arguments=arguments)


def _are_brat_ids(ids: Collection[str], letters: str) -> bool:
    return all(id_[:1] in letters and ID_PATTERN.fullmatch(id_) for id_ in ids)


def _sequential_ids(ids: Collection[str], letter: str) -> dict[str, str]:
    return dict(zip(ids, (f"{letter}{number}" for number in count(1)), strict=False))
