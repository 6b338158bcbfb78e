"""Tell by their content what files a tool saved, and read them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from projector.corpus.files import open_files
from projector.corpus.formats.stretch import RecordFiles, whole_file
from projector.corpus.formats.webanno import read_webanno
from projector.document import Document, Fragment
from projector.errors import CorpusError, Problem
from projector.exchange.cas import TYPE_SYSTEM
from projector.exchange.doccano import LABELS, RELATIONS
from projector.exchange.layer import MENTION
from projector.exchange.read_cas import read_cas
from projector.exchange.read_tasks import read_tasks
from projector.exchange.returned import ReturnedDocument, gathered
from projector.settings import STRICT

_SUFFIXES = (".txt", ".xmi", ".json", ".tsv", ".xml", ".ann")
_NOBODY = "INITIAL_CAS"  # INCEpTION's own: the document as it was imported
_PROJECT = "exportedproject"  # what a project's settings are in
_SETTINGS = (TYPE_SYSTEM, LABELS, RELATIONS)
_GIVEN = "source"  # a project's documents as they were imported
_CURATOR = "CURATION_USER"
# Finds the run's text that has the same words as a text, to put beside what has no white space.
FindText = Callable[[str, tuple[str, ...]], str | None]


@dataclass(frozen=True, slots=True)
class _Saved:
    """A folder that a tool saved to, and where texts can be put."""

    root: Path
    beside: Path
    find_text: FindText


def read_saved(
    root: Path, beside: Path, find_text: FindText
) -> Iterator[ReturnedDocument | Problem]:
    """Yield what people left of each document, or what is wrong with a file.

    Args:
        root: A folder, or one file.
        beside: An empty folder, to put texts in.
        find_text: Returns the run's text that has the words of a text, by them and by names.
    """
    saved = _Saved(root, beside, find_text)
    folders: set[Path] = set()
    for path in _files(root):
        try:
            if path.suffix == ".ann":
                if path.parent not in folders:
                    folders.add(path.parent)
                    yield from _brat(path.parent)
            else:
                yield from _file(path, saved)
        except CorpusError as error:
            yield from error.problems


def _files(root: Path) -> list[Path]:
    """Return the files that may be of use, without hidden ones and what a project was given."""
    if root.is_file():
        return [root]
    files = sorted(one for one in root.rglob("*") if one.is_file())
    given = {one.parent / _GIVEN for one in files if one.name.startswith(_PROJECT)}
    return [
        one
        for one in files
        if not any(part.startswith(".") for part in one.relative_to(root).parts)
        and given.isdisjoint(one.parents)
    ]


def _file(path: Path, saved: _Saved) -> Iterator[ReturnedDocument | Problem]:
    """Yield the documents of a file; a file that is none of a tool's is passed over."""
    if path.name in _SETTINGS or path.name.startswith(_PROJECT) or path.stem == _NOBODY:
        return
    suffix = path.suffix.lower()
    if suffix == ".xmi":
        yield _cas(path, saved.root)
    elif suffix == ".tsv" and _head(path).startswith("#FORMAT=WebAnno TSV 3"):
        yield from _webanno(path, saved)
    elif suffix in (".json", ".jsonl"):
        head = _head(path)
        if "%FEATURE_STRUCTURES" in head or "%TYPES" in head:
            yield _cas(path, saved.root)
        elif head.strip().startswith(("{", "[")):
            yield from read_tasks(path)


def _cas(path: Path, root: Path) -> ReturnedDocument:
    reviewer = _reviewer(path, root)
    returned = read_cas(path, root, _names(path, root), reviewer)
    return replace(returned, preferred=reviewer == _CURATOR)


def _head(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(4096).decode("utf-8", "replace").removeprefix("\ufeff")


def _names(path: Path, root: Path) -> tuple[str, ...]:
    """Return what a document may be called: as its file, or as the folders that it lies in.

    A project of INCEpTION has a folder for each document and in it a file for each annotator,
    each in a folder more where it was an archive.
    """
    inner = [] if root.is_file() else path.relative_to(root).parts[:-1]
    return tuple(dict.fromkeys(_plain(part) for part in (path.name, *reversed([*inner]))))


def _plain(name: str) -> str:
    while any(name.lower().endswith(suffix) for suffix in _SUFFIXES):
        name = name[: name.rindex(".")]
    return name


def _reviewer(path: Path, root: Path) -> str:
    """Return the annotator in a project of INCEpTION, empty where the file is a document's."""
    inner = () if root.is_file() else path.relative_to(root).parts[:-1]
    return _plain(path.name) if {"annotation", "curation"} & {*inner} else ""


def _webanno(path: Path, saved: _Saved) -> Iterator[ReturnedDocument | Problem]:
    names = _names(path, saved.root)
    files = RecordFiles((whole_file(path),))
    reading = read_webanno(names[0], files, "", {}, STRICT)
    if reading.document is not None and not reading.problems:
        text = saved.find_text(reading.document.text, names)
        if text is not None and text != reading.document.text:
            beside = saved.beside / "text.txt"
            beside.write_bytes(text.encode("utf-8"))
            with_text = read_webanno(
                names[0], RecordFiles((whole_file(path),), beside), "", {}, STRICT
            )
            reading = with_text if not with_text.problems else reading
    if reading.document is None or reading.problems:
        yield from reading.problems
        return
    document = reading.document
    yield ReturnedDocument(
        tool="webanno",
        path=path,
        names=names,
        language="",
        text=document.text,
        mentions=gathered(list(_layer_parts(document))),
        reviewer=_reviewer(path, saved.root),
        preferred=_reviewer(path, saved.root) == _CURATOR,
    )


def _layer_parts(document: Document) -> Iterator[tuple[str, str, Fragment]]:
    """Yield the parts of mentions: the id is the feature of that name."""
    said = {
        one.targets[0]: one.value or ""
        for one in document.annotations
        if one.kind == "attribute" and one.label == MENTION and len(one.targets) == 1
    }
    for mention in document.mentions:
        for fragment in mention.fragments:
            yield said.get(mention.id, ""), mention.label, fragment


def _brat(folder: Path) -> Iterator[ReturnedDocument | Problem]:
    corpus = open_files(folder, language="und", labels={})
    yield from corpus.problems
    for name in corpus.names:
        if not (folder / f"{name}.ann").is_file():
            continue
        reading = corpus.read(name)
        if reading.document is None or reading.problems:
            yield from reading.problems
            continue
        parts = [
            (mention.id, mention.label, fragment)
            for mention in reading.document.mentions
            for fragment in mention.fragments
        ]
        yield ReturnedDocument(
            tool="brat",
            path=folder / f"{name}.ann",
            names=(name,),
            language=folder.name,
            text=reading.document.text,
            mentions=gathered(parts),
        )
