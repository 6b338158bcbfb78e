"""Open files that a user points at: recognise the format, list documents, read them on demand."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from projector.corpus.formats.brat_read import read_brat
from projector.corpus.formats.tsv_dialects import read_columns
from projector.corpus.formats.tsv_read import read_tsv
from projector.corpus.labels import label_map
from projector.corpus.language_names import guess_language, nearest_language, same_language
from projector.corpus.layout import (
    DocumentFiles,
    Layout,
    find_texts,
    list_folder,
    list_tables,
    list_tree,
)
from projector.corpus.reading import Reading, read_text
from projector.errors import CorpusError, Problem

Format = Literal["brat", "tsv", "tree", "text"]

LOOKED_FOR = (
    "a folder of .txt files (with .ann files beside them for BRAT, or .tsv files), "
    "a folder of .tsv files, a .tsv file, "
    "or a tree with txt/ and perhaps ann/ or tsv/ folders in it"
)


@dataclass(frozen=True, slots=True)
class FileCorpus:
    """Documents in files, read one by one; see `Corpus`.

    Args:
        path: What was opened.
        format: What it is.
        language: As the user wrote it, else as the names have it, else `und`.
        names: The documents', sorted.
        problems: What is wrong beyond single documents: annotations whose text is missing.
        labels: New names for labels.
        files: Where each document lies.
    """

    path: Path
    format: Format
    language: str
    names: tuple[str, ...]
    problems: tuple[Problem, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict, repr=False)
    files: Mapping[str, DocumentFiles] = field(default_factory=dict, repr=False)

    @property
    def text_folders(self) -> tuple[Path, ...]:
        """Return the folders that its texts lie in, sorted."""
        return tuple(sorted({files.text.parent for files in self.files.values()}))

    def read(self, name: str) -> Reading:
        """Read a document; what is wrong with it is in the reading, nothing is raised.

        Raises:
            KeyError: It isn't one of `names`.
        """
        files = self.files[name]
        language, labels = self.language, self.labels
        if files.row_ranges:
            return read_tsv(files.text, files.row_ranges, language=language, labels=labels)
        return read_brat(files.text, files.annotations, language=language, labels=labels)

    def text(self, name: str) -> str:
        """Return a document's text; its annotations are not looked at.

        Raises:
            KeyError: It isn't one of `names`.
            CorpusError: The text can't be read.
        """
        return read_text(self.files[name].text)

    def only(self, names: Collection[str]) -> FileCorpus:
        """Return a corpus of some of its documents, small enough to send to another process.

        What is wrong beyond documents stays behind.
        """
        kept = {name: self.files[name] for name in sorted(names)}
        return replace(self, names=tuple(kept), problems=(), files=kept)

    def in_language(self, language: str) -> FileCorpus:
        """Return the same documents under another name of their language."""
        return replace(self, language=language)


def open_files(
    path: Path | str,
    *,
    language: str | None = None,
    texts: Path | str | None = None,
    labels: Mapping[str, str] | None = None,
) -> FileCorpus:
    """Recognise a corpus and list its documents; nothing but tables is read yet.

    Args:
        path: A BRAT folder, a folder of texts, a TSV file or a folder of such, or the published
            tree or any folder of it.
        language: Its language, and which one to take of a tree that holds several; without it,
            the one in the names.
        texts: The folder of the `.txt` files where they don't lie beside the annotations.
        labels: New names for labels, see `label_map`; None is the built-in names, `{}` none.

    Raises:
        CorpusError: Nothing known is there; texts are missing altogether; two documents have the
            same name; or several languages are there and none was asked for.
    """
    path = Path(path)
    folder = None if texts is None else Path(texts)
    if folder is not None and not folder.is_dir():
        found = "there is no such folder"
        raise CorpusError(
            Problem(folder, None, found, "the folder of the corpus's .txt files (--texts)")
        )
    format_, layout = _recognise(path, folder)
    layout, found_language = _of_language(path, layout, language)
    names = tuple(sorted(layout.documents))
    return FileCorpus(
        path=path,
        format=format_,
        language=language or found_language or guess_language(path, names),
        names=names,
        problems=layout.problems,
        labels=label_map() if labels is None else labels,
        files=layout.documents,
    )


def _recognise(path: Path, texts: Path | None) -> tuple[Format, Layout]:
    if not path.exists():
        raise CorpusError(Problem(path, None, "nothing is there", LOOKED_FOR))
    if path.is_file():
        if path.suffix in (".txt", ".ann"):
            found = f"a single {path.suffix} file is no corpus"
            raise CorpusError(Problem(path, None, found, LOOKED_FOR, f"Open {path.parent}"))
        return "tsv", list_tables([path], texts)
    kinds = {file.suffix for file in path.iterdir() if file.name[0] != "." and file.is_file()}
    if ".ann" in kinds:
        return "brat", list_folder(texts or _texts_of(path, kinds), path)
    if ".tsv" in kinds:
        tables, strangers = _known_tables(path)
        if not tables and ".txt" not in kinds:
            raise CorpusError(*strangers)
        layout = list_tables(tables, texts) if tables else list_folder(path)
        layout = Layout(layout.documents, (*strangers, *layout.problems))
        return ("tsv" if tables else "text"), layout
    if ".txt" in kinds:
        return "text", list_folder(path)
    layout = list_tree(path)
    if layout.documents:
        return "tree", layout
    inside = ", ".join(sorted(part.name for part in path.iterdir())[:8]) or "nothing"
    folder = min((part for part in path.iterdir() if part.is_dir()), default=None)
    hint = f"Name one of its folders, like {folder}" if folder else ""
    raise CorpusError(Problem(path, None, f"no corpus: it holds {inside}", LOOKED_FOR, hint))


def _texts_of(folder: Path, kinds: Collection[str]) -> Path:
    """Return the folder of the texts of `.ann` files: theirs, or one beside it."""
    if ".txt" in kinds:
        return folder
    annotations = [path for path in sorted(folder.glob("*.ann")) if path.name[0] != "."]
    return find_texts(annotations[:1], {path.stem for path in annotations})


def _known_tables(folder: Path) -> tuple[list[Path], list[Problem]]:
    """Return a folder's tables, and what is wrong with those that aren't known ones."""
    tables: list[Path] = []
    strangers: list[Problem] = []
    for path in sorted(folder.glob("*.tsv")):
        if path.name[0] == ".":
            continue
        try:
            read_columns(path)
            tables.append(path)
        except CorpusError as error:
            strangers += error.problems
    return tables, strangers


def _of_language(path: Path, layout: Layout, language: str | None) -> tuple[Layout, str | None]:
    """Keep one language of a tree, told by its folders; return it as they name it."""
    of_part = {part: nearest_language(Path(part).parts) for part in layout.parts}
    codes = sorted({code for code in of_part.values() if code})
    if language is None:
        if len(codes) > 1:
            found = f"documents in {len(codes)} languages: {', '.join(codes)}"
            hint = (
                "Choose one by --language (a run's: --source-language, "
                "--target-language), or open its folder"
            )
            raise CorpusError(Problem(path, None, found, "one language", hint))
        return layout, codes[0] if codes else None
    if not codes:
        return layout, None
    if not any(same_language(code, language) for code in codes):
        found = f"documents in {', '.join(codes)}"
        raise CorpusError(
            Problem(path, None, found, f"documents in {language}, as --language asks")
        )
    kept = {part for part, code in of_part.items() if code and same_language(code, language)}
    return layout.of_parts(kept), None
