"""Hold documents of which several can lie in one file: where each lies, and how it is read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Literal, get_args

from projector.corpus.formats.bioc_json import index_bioc_json, read_bioc_json
from projector.corpus.formats.bioc_xml import index_bioc_xml, read_bioc_xml
from projector.corpus.formats.bionlp import read_bionlp
from projector.corpus.formats.conll import index_conll, read_conll
from projector.corpus.formats.doccano import index_doccano, read_doccano
from projector.corpus.formats.label_studio import index_label_studio, read_label_studio
from projector.corpus.formats.pubtator import index_pubtator, read_pubtator
from projector.corpus.formats.stretch import RecordFiles, Stretch, whole_file
from projector.corpus.formats.webanno import read_webanno
from projector.corpus.reading import Reading
from projector.errors import CorpusError, Notice, Problem
from projector.settings import STRICT, ReadingRules

RecordFormat = Literal[
    "bioc-json", "bioc-xml", "bionlp", "conll", "doccano", "label-studio", "pubtator", "webanno"
]
RECORD_FORMATS: tuple[RecordFormat, ...] = get_args(RecordFormat)

_Index = Callable[[Path], Iterator[tuple[str, Stretch]]]
_Read = Callable[[str, RecordFiles, str, Mapping[str, str], ReadingRules], Reading]

_READERS: Mapping[RecordFormat, _Read] = {
    "bioc-json": read_bioc_json,
    "bioc-xml": read_bioc_xml,
    "bionlp": read_bionlp,
    "conll": read_conll,
    "doccano": read_doccano,
    "label-studio": read_label_studio,
    "pubtator": read_pubtator,
    "webanno": read_webanno,
}
# What is found in a file without reading its documents; a file of the others is one document.
_INDEXERS: Mapping[RecordFormat, _Index] = {
    "bioc-json": index_bioc_json,
    "bioc-xml": index_bioc_xml,
    "conll": index_conll,
    "doccano": index_doccano,
    "label-studio": index_label_studio,
    "pubtator": index_pubtator,
}
_WITH_TEXTS: tuple[RecordFormat, ...] = ("conll", "webanno")  # a .txt beside may hold the text


@dataclass(frozen=True, slots=True)
class RecordCorpus:
    """Documents in files that hold one or several each, read one by one; see `Corpus`.

    Args:
        path: What was opened.
        format: What its files are.
        language: As the user wrote it, else as the names have it, else `und`.
        names: The documents', sorted.
        problems: What is wrong beyond single documents.
        notices: What should be known beyond single documents: files that are not read.
        labels: New names for labels.
        files: Where each document lies.
        rules: How stated words are held against the texts.
    """

    path: Path
    format: RecordFormat
    language: str
    names: tuple[str, ...]
    problems: tuple[Problem, ...] = ()
    notices: tuple[Notice, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict, repr=False)
    files: Mapping[str, RecordFiles] = field(default_factory=dict, repr=False)
    rules: ReadingRules = STRICT

    @property
    def text_folders(self) -> tuple[Path, ...]:
        """Return the folders of texts that lie beside its files, sorted."""
        return tuple(sorted({files.text.parent for files in self.files.values() if files.text}))

    def read(self, name: str) -> Reading:
        """Read a document; what is wrong with it is in the reading, nothing is raised.

        Raises:
            KeyError: It isn't one of `names`.
        """
        files = self.files[name]
        try:
            return _READERS[self.format](name, files, self.language, self.labels, self.rules)
        except CorpusError as error:
            return Reading(None, error.problems)

    def text(self, name: str) -> str:
        """Return a document's text, which can't be told from its annotations without reading them.

        Raises:
            KeyError: It isn't one of `names`.
            CorpusError: The document can't be read.
        """
        reading = self.read(name)
        if reading.document is None:
            raise CorpusError(*reading.problems)
        return reading.document.text

    def only(self, names: Collection[str]) -> RecordCorpus:
        """Return a corpus of some of its documents, small enough to send to another process.

        What is wrong beyond documents stays behind.
        """
        kept = {name: self.files[name] for name in sorted(names)}
        return replace(self, names=tuple(kept), problems=(), notices=(), files=kept)

    def in_language(self, language: str) -> RecordCorpus:
        """Return the same documents under another name of their language."""
        return replace(self, language=language)


def list_records(
    paths: Collection[Path], format_: RecordFormat, texts: Path | None = None
) -> dict[str, RecordFiles]:
    """Return where each document of some files lies.

    Args:
        paths: The files, all of one format.
        format_: Which.
        texts: The folder of the `.txt` files where they don't lie beside the files.

    Raises:
        CorpusError: A file is not what it should be, holds no document, or two documents have the
            same name.
    """
    files: dict[str, RecordFiles] = {}
    texts_in = lru_cache(_texts_in)
    for path in sorted(paths):
        stretches = list(_stretches(path, format_))
        if not stretches:
            raise CorpusError(Problem(path, None, f"no document is in it ({format_})"))
        for name, stretch in stretches:
            known = files.get(name)
            if known is None:
                beside = texts_in(texts or path.parent) if format_ in _WITH_TEXTS else {}
                text = beside.get(name)
                files[name] = RecordFiles((stretch,), None if text == path else text)
            elif format_ == "label-studio" and known.parts[0].path == path:
                files[name] = replace(known, parts=(*known.parts, stretch))  # another annotator's
            else:
                raise CorpusError(_twice(name, stretch, known.parts[0]))
    return files


def _twice(name: str, stretch: Stretch, first: Stretch) -> Problem:
    found = f"the document {name!r} is there a second time, after {first.path}:{first.line}"
    expected = "a name of its own for each document"
    hint = "Rename one of them, or open the files one by one"
    return Problem(stretch.path, stretch.line, found, expected, hint)


def _stretches(path: Path, format_: RecordFormat) -> Iterator[tuple[str, Stretch]]:
    index = _INDEXERS.get(format_)
    if index is not None:
        yield from index(path)
    else:
        yield path.stem.removesuffix(".txt"), whole_file(path)


def _texts_in(folder: Path) -> dict[str, Path]:
    """Return a folder's texts by their names: a name of the data is never made a path."""
    return {path.stem: path for path in folder.glob("*.txt") if path.name[0] != "."}


def list_bionlp(texts: Path, annotations: Path) -> tuple[dict[str, RecordFiles], list[Problem]]:
    """Return the documents of a folder of `.txt`, `.a1` and `.a2`, and what is wrong with it."""
    files = {name: RecordFiles((), path) for name, path in sorted(_texts_in(texts).items())}
    problems: list[Problem] = []
    for suffix in (".a1", ".a2"):
        for path in sorted(annotations.glob(f"*{suffix}")):
            if path.name[0] == ".":
                continue
            if path.stem not in files:
                found = f"its text {path.stem}.txt is not in {texts}"
                problems.append(Problem(path, None, found, hint="Say by --texts where it is"))
                continue
            known = files[path.stem]
            files[path.stem] = replace(known, parts=(*known.parts, whole_file(path)))
    return files, problems
