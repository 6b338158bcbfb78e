"""List the documents of a folder, of tables or of a tree, without reading them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from projector.corpus.formats.tsv_read import RowRange, index_rows
from projector.errors import CorpusError, Notice, Problem
from projector.settings import STRICT, ReadingRules

TEXT_FOLDERS = ("txt", "text_files", "texts", "text", "brat")
_ANNOTATION_FOLDERS = ("ann", "brat")
_TABLE_FOLDERS = ("tsv",)
_TEXTS = "Say by --texts where the texts are"
_DEEPEST = 5  # levels of the published tree: corpus, language, split, entity, txt


@dataclass(frozen=True, slots=True)
class DocumentFiles:
    """The files that a document lies in.

    Args:
        text: Its `.txt`.
        annotations: Its `.ann`, if it has one.
        row_ranges: Its rows in tables, if they are its annotations.
        part: The folder of a tree that it belongs to.
    """

    text: Path
    annotations: Path | None = None
    row_ranges: tuple[RowRange, ...] = ()
    part: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """Documents by name, and what is wrong, or should be known, beyond them."""

    documents: Mapping[str, DocumentFiles]
    problems: tuple[Problem, ...] = ()
    notices: tuple[Notice, ...] = ()

    @property
    def parts(self) -> set[str]:
        """Return the folders of a tree that documents belong to."""
        return {files.part for files in self.documents.values()}

    def of_parts(self, parts: Collection[str]) -> Layout:
        """Return the documents of some parts only."""
        kept = {name: files for name, files in self.documents.items() if files.part in parts}
        return replace(self, documents=kept)


def list_folder(texts: Path, annotations: Path | None = None) -> Layout:
    """List `.txt` files, and the `.ann` files in `annotations`, if given, that go with them."""
    documents = {name: DocumentFiles(path) for name, path in _files(texts, ".txt")}
    problems = []
    for name, path in _files(annotations, ".ann") if annotations else ():
        if name in documents:
            documents[name] = replace(documents[name], annotations=path)
        else:
            problems.append(
                Problem(path, None, f"its text {name}.txt is not in {texts}", hint=_TEXTS)
            )
    return Layout(documents, tuple(problems))


def list_tables(
    tables: Sequence[Path], texts: Path | None = None, rules: ReadingRules = STRICT
) -> Layout:
    """List the texts that go with tables; a text that no row names has no mentions.

    Raises:
        CorpusError: A table is none of the known ones; or no text that they name is found.
    """
    ranges: dict[str, list[RowRange]] = {}
    for table in tables:
        for name, ranges_of_name in index_rows(table, rules).items():
            ranges.setdefault(name, []).extend(ranges_of_name)
    folder = texts or find_texts(tables, ranges)
    documents = {
        name: DocumentFiles(path, row_ranges=tuple(ranges.get(name, ())))
        for name, path in _files(folder, ".txt")
    }
    problems = [
        Problem(ranges_of_name[0].path, ranges_of_name[0].line, _missing(name, folder))
        for name, ranges_of_name in ranges.items()
        if name not in documents
    ]
    return Layout(documents, tuple(problems))


def list_tree(root: Path, rules: ReadingRules = STRICT) -> Layout:
    """List the documents of every folder in `root` that has a folder of texts in it.

    Annotations are those of an `ann/` beside, else of the tables in a `tsv/` beside.

    Raises:
        CorpusError: Two documents have the same name.
    """
    documents: dict[str, DocumentFiles] = {}
    problems: list[Problem] = []
    for folder in _parts(root):
        layout = _list_part(folder, rules)
        problems += layout.problems
        for name, files in layout.documents.items():
            if name in documents:
                found = f"the name {name} is taken by {documents[name].text}"
                hint = "Open one of the two folders"
                raise CorpusError(Problem(files.text, None, found, "a name of its own", hint))
            documents[name] = replace(files, part=_relative(folder, root))
    return Layout(documents, tuple(problems))


def _list_part(folder: Path, rules: ReadingRules) -> Layout:
    texts = _first(folder, TEXT_FOLDERS, ".txt")
    if texts is None:
        return Layout({})
    annotations = _first(folder, _ANNOTATION_FOLDERS, ".ann")
    tables = _first(folder, _TABLE_FOLDERS, ".tsv")
    if annotations is None and tables is not None:
        return list_tables([path for _, path in _files(tables, ".tsv")], texts, rules)
    return list_folder(texts, annotations)


def _parts(folder: Path, depth: int = _DEEPEST) -> Iterator[Path]:
    """Yield the folders with texts in a folder of their own, in order."""
    if _first(folder, TEXT_FOLDERS, ".txt"):
        yield folder
    elif depth:
        for inner in sorted(folder.iterdir()):
            if inner.is_dir() and inner.name[0] != ".":
                yield from _parts(inner, depth - 1)


def _first(folder: Path, names: Iterable[str], suffix: str) -> Path | None:
    """Return the first folder of these names that holds such a file."""
    for name in names:
        if next(_files(folder / name, suffix), None):
            return folder / name
    return None


def find_texts(annotations: Sequence[Path], names: Collection[str]) -> Path:
    """Return the folder beside annotations with a text that they name, or any if they name none.

    Raises:
        CorpusError: There is none; where it was looked for is told.
    """
    looked_in = []
    for path in annotations:
        here = path.parent
        for base in (here, here.parent):
            for folder in (base, *(base / name for name in TEXT_FOLDERS)):
                stems = {name for name, _ in _files(folder, ".txt")}
                if stems and (not names or not stems.isdisjoint(names)):
                    return folder
                looked_in.append(str(folder))
    example = next((f"{name}.txt" for name in names if name), "any .txt")
    found = f"the texts are not found: no {example} in {', '.join(dict.fromkeys(looked_in))}"
    hint = "Give their folder by --texts"
    raise CorpusError(Problem(annotations[0], None, found, "a .txt file for each name", hint))


def _files(folder: Path, suffix: str) -> Iterator[tuple[str, Path]]:
    """Yield the names and paths of a folder's files of a kind; hidden ones are passed over."""
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        if path.name.endswith(suffix) and path.name[0] != "." and path.is_file():
            yield path.name.removesuffix(suffix), path


def _missing(name: str, folder: Path) -> str:
    if not name:
        return "a row names no document"
    return f"rows of {name!r}, whose text {name}.txt is not in {folder}"


def _relative(folder: Path, root: Path) -> str:
    """Return a part's path, with the root's name so that a language in it counts."""
    return str(Path(root.resolve().name, folder.relative_to(root)))
