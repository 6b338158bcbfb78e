"""Open files that a user points at: recognise the format, list documents, read them on demand."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, get_args

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
from projector.corpus.nested import list_nested
from projector.corpus.reading import (
    Reading,
    read_text,
)
from projector.corpus.recognition import (
    WAYS,
    looks_like,
)
from projector.corpus.unread import unread_files
from projector.errors import (
    CorpusError,
    Notice,
    Problem,
)
from projector.settings import (
    STRICT,
    ReadingRules,
)

Format = Literal["brat", "tsv", "tree", "text"]
FORMATS: tuple[Format, ...] = get_args(Format)

LOOKED_FOR = (
    "a folder of .txt files (with .ann files beside them for BRAT, or .tsv or .csv files), "
    "a folder of .tsv files, a .tsv file (or .csv), a folder of such folders, "
    "or a tree with txt/ and perhaps ann/ or tsv/ folders in it"
)
TABLES = (".tsv", ".csv")


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
        rules: How they are read.
        notices: What should be known beyond single documents: files that are not read.
    """

    path: Path
    format: Format
    language: str
    names: tuple[str, ...]
    problems: tuple[Problem, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict, repr=False)
    files: Mapping[str, DocumentFiles] = field(default_factory=dict, repr=False)
    rules: ReadingRules = STRICT
    notices: tuple[Notice, ...] = ()

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
        if files.row_ranges:
            return read_tsv(
                files.text,
                files.row_ranges,
                language=self.language,
                labels=self.labels,
                rules=self.rules,
                name=name,
            )
        return read_brat(
            files.text,
            files.annotations,
            language=self.language,
            labels=self.labels,
            rules=self.rules,
            name=name,
        )

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
        return replace(self, names=tuple(kept), problems=(), files=kept, notices=())

    def in_language(self, language: str) -> FileCorpus:
        """Return the same documents under another name of their language."""
        return replace(self, language=language)


def open_files(
    path: Path | str,
    *,
    language: str | None = None,
    texts: Path | str | None = None,
    labels: Mapping[str, str] | None = None,
    rules: ReadingRules = STRICT,
) -> FileCorpus:
    """Recognise a corpus and list its documents; nothing but tables is read yet.

    Args:
        path: A BRAT folder, a folder of texts, a table or a folder of such, a folder of these
            folders, or the published tree or any folder of it.
        language: Its language, and which one to take of a tree that holds several; without it,
            the one in the names.
        texts: The folder of the `.txt` files where they don't lie beside the annotations.
        labels: New names for labels, see `label_map`; None is the built-in names, `{}` none.
        rules: How they are read.

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
    format_, layout = _recognise(path, folder, language, rules)
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
        rules=rules,
        notices=(*layout.notices, *unread_files(path, _read(layout))),
    )


def _read(layout: Layout) -> set[Path]:
    """Return the files that are read, or of which it is told why they are not."""
    told = {problem.path for problem in layout.problems} | {one.path for one in layout.notices}
    every = layout.documents.values()
    tables = {part.path for files in every for part in files.row_ranges}
    annotations = {files.annotations for files in every if files.annotations is not None}
    return {*(files.text for files in every), *tables, *annotations, *told}


def _recognise(
    path: Path, texts: Path | None, language: str | None, rules: ReadingRules
) -> tuple[Format, Layout]:
    if not path.exists():
        raise CorpusError(Problem(path, None, "nothing is there", LOOKED_FOR))
    if path.is_file():
        if path.suffix in (".txt", ".ann", ".a1", ".a2"):
            found = f"a single {path.suffix} file is no corpus"
            raise CorpusError(Problem(path, None, found, LOOKED_FOR, f"Open {path.parent}"))
        if path.suffix not in TABLES and (kind := looks_like(path)):
            raise CorpusError(Problem(path, None, f"it looks like {kind}", LOOKED_FOR, WAYS))
        return "tsv", list_tables([path], texts, rules)
    found_here = _recognise_folder(path, texts, rules)
    if found_here is not None:
        return found_here
    layout = list_tree(path, rules)
    if layout.documents:
        return "tree", layout
    layout = list_nested(
        path, lambda folder: _layout_of(_recognise_folder(folder, texts, rules)), language=language
    )
    if layout.documents:
        annotated = any(files.annotations for files in layout.documents.values())
        tabled = any(files.row_ranges for files in layout.documents.values())
        return ("brat" if annotated else "tsv" if tabled else "text"), layout
    _, strangers = _known_tables(path, rules)
    if strangers:
        raise CorpusError(*strangers)
    raise CorpusError(_no_corpus(path))


def _no_corpus(folder: Path) -> Problem:
    """Return what a folder holds, and what its first file that is known looks like."""
    parts = sorted(folder.iterdir())
    found = f"no corpus: it holds {', '.join(part.name for part in parts[:8]) or 'nothing'}"
    inner = next((part for part in parts if part.is_dir()), None)
    if inner is not None:
        return Problem(folder, None, found, LOOKED_FOR, f"Name one of its folders, like {inner}")
    for part in parts:
        if part.is_file() and (kind := looks_like(part)):
            found += f"; {part.name} looks like {kind}"
            return Problem(folder, None, found, LOOKED_FOR, WAYS)
    return Problem(folder, None, found, LOOKED_FOR)


def _recognise_folder(
    path: Path, texts: Path | None, rules: ReadingRules
) -> tuple[Format, Layout] | None:
    """Return what a folder's own files are, None where no document is among them."""
    kinds = {file.suffix for file in path.iterdir() if file.name[0] != "." and file.is_file()}
    if ".ann" in kinds:
        return "brat", list_folder(texts or _texts_of(path, kinds), path)
    tables, strangers = _known_tables(path, rules)
    problems = tuple(one for one in strangers if one.path.suffix == ".tsv")
    if tables:
        layout = list_tables(tables, texts, rules)
    elif ".txt" in kinds:
        layout = list_folder(path)
    elif problems:
        raise CorpusError(*problems)
    else:
        return None
    # Whatever is a .csv elsewhere need not be annotations.
    notices = [Notice(one.path, f"not read: {one.found}") for one in strangers]
    notices = [notice for notice in notices if notice.path.suffix != ".tsv"]
    filled = {part.path for files in layout.documents.values() for part in files.row_ranges}
    filled |= {problem.path for problem in layout.problems}
    notices += [Notice(table, "the table has no rows") for table in tables if table not in filled]
    whole = Layout(layout.documents, (*problems, *layout.problems), tuple(notices))
    return ("tsv" if tables else "text"), whole


def _layout_of(recognised: tuple[Format, Layout] | None) -> Layout | None:
    return None if recognised is None else recognised[1]


def _texts_of(folder: Path, kinds: Collection[str]) -> Path:
    """Return the folder of the texts of `.ann` files: theirs, or one beside it."""
    if ".txt" in kinds:
        return folder
    annotations = [path for path in sorted(folder.glob("*.ann")) if path.name[0] != "."]
    return find_texts(annotations[:1], {path.stem for path in annotations})


def _known_tables(folder: Path, rules: ReadingRules) -> tuple[list[Path], list[Problem]]:
    """Return a folder's tables, and what is wrong with those that aren't known ones."""
    tables: list[Path] = []
    strangers: list[Problem] = []
    for path in sorted(folder.iterdir()):
        if path.suffix not in TABLES or path.name[0] == "." or not path.is_file():
            continue
        try:
            read_columns(path, rules)
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
