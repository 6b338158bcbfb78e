"""Write a corpus in another format and tell what the format can't hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from projector.corpus import (
    Reading,
    columns_for,
    require_document,
    tsv_losses,
    write_brat,
    write_tsv,
)
from projector.corpus.formats.brat_configuration import FILES, BratTypes, brat_settings
from projector.corpus.formats.tsv_write import layout_of
from projector.corpus.references import split_reference
from projector.document import Document
from projector.errors import SKIP_ADVICE, CorpusError, Notice, OutputError
from projector.storage.atomic_file import atomic_write
from projector.storage.atomic_folder import atomic_folder, refuse_existing
from projector.storage.file_names import FileNames, file_name, refuse_unwritable

if TYPE_CHECKING:
    from projector.corpus.corpus import Corpus

Format = Literal["brat", "tsv", "parquet"]
_BRAT = (".ann", ".txt")


def convert_corpus(
    corpus: Corpus,
    output: Path,
    to: Format,
    *,
    on_error: Literal["stop", "skip"] = "stop",
    overwrite: bool = False,
    progress: Callable[[Sequence[str]], Iterator[str]] = iter,
    notices: list[Notice] | None = None,
    labels: set[str] | None = None,
) -> tuple[str, ...]:
    """Write a corpus as a folder in another format; it appears whole or not at all.

    A BRAT folder holds texts and annotations side by side, and BRAT's configuration; a TSV folder
    one table with the folder's name, and the texts in `txt/`; a Parquet folder three tables.

    Args:
        corpus: What to write; documents are read one by one.
        output: The folder.
        to: The format.
        on_error: `stop` at what can't be read rightly, or `skip` it and list it.
        overwrite: Replace an earlier folder of the same format.
        progress: Wraps the documents' names to show how far it is.
        notices: Takes what was understood otherwise than it is stated.
        labels: Takes the labels of the mentions that are written.

    Returns:
        What is lost, in words: what could not be read, and what the format doesn't hold.

    Raises:
        CorpusError: Something can't be read rightly, unless it is to be skipped.
        OutputError: The folder exists or can't be written, or the format can't hold a label or a
            document's name.
    """
    mark = _mark(output, to)
    refuse_existing(output, overwrite=overwrite, mark=mark)
    if on_error == "stop" and corpus.problems:
        raise CorpusError(*corpus.problems, advice=SKIP_ADVICE)
    _refuse_names(corpus, to)
    losses = [str(problem) for problem in corpus.problems]
    told = [] if notices is None else notices
    told += corpus.notices
    documents = readable_documents(corpus, on_error, losses, told, progress)
    if labels is not None:
        documents = _with_labels(documents, labels)
    if to == "parquet":
        from projector.corpus.formats.parquet_write import write_parquet

        write_parquet(documents, output, overwrite=overwrite)
        return tuple(losses)
    with atomic_folder(output, overwrite=overwrite, mark=mark) as folder:
        _refuse_namesakes(corpus, folder)
        if to == "brat":
            _write_brat(documents, folder, losses)
        else:
            columns = _columns(corpus)
            write_tsv(
                folder / mark, _with_texts(documents, folder, columns, losses), columns=columns
            )
    return tuple(losses)


def _refuse_names(corpus: Corpus, to: Format) -> None:
    """Refuse names that the format can't hold, before any document is read."""
    for name in corpus.names:
        if to == "parquet":
            refuse_unwritable(name, kind="document", where=corpus.path)
        else:
            file_name(name, ".txt", kind="document", where=corpus.path)


def _refuse_namesakes(corpus: Corpus, folder: Path) -> None:
    """Refuse names that would be one file's in a new folder, before anything is written to it."""
    names = FileNames(folder, where=corpus.path)
    for name in corpus.names:
        names.take(name, ".txt", kind="document")


def _mark(output: Path, to: Format) -> str:
    """Return the file by which an earlier output of this format is known."""
    if to == "parquet":
        return "documents.parquet"
    if to == "tsv":
        return f"{output.resolve().name}.tsv"
    files = sorted(output.iterdir()) if output.is_dir() else []
    strangers = [file for file in files if file.suffix not in _BRAT and file.name not in FILES]
    if files and strangers:
        raise OutputError(
            f"{output}: holds {strangers[0].name}, which is no BRAT file and would be lost; "
            "choose another place, or remove it yourself"
        )
    return next((file.name for file in files if file.suffix == ".ann"), "any.ann")


def readable_documents(
    corpus: Corpus,
    on_error: Literal["stop", "skip"],
    losses: list[str],
    notices: list[Notice],
    progress: Callable[[Sequence[str]], Iterator[str]],
) -> Iterator[Document]:
    """Yield a corpus's documents, read one by one.

    Args:
        corpus: Whose.
        on_error: `stop` at what can't be read rightly, or `skip` it.
        losses: Takes what is skipped, in words.
        notices: Takes what was understood otherwise than it is stated.
        progress: Wraps the documents' names.

    Raises:
        CorpusError: Something can't be read rightly, unless it is to be skipped.
    """
    for name in progress(corpus.names):
        reading: Reading = corpus.read(name)
        notices += reading.notices
        if on_error == "stop":
            yield require_document(reading, advice=SKIP_ADVICE)
            continue
        losses += map(str, reading.problems)
        if reading.document is not None:
            yield reading.document


def _with_labels(documents: Iterator[Document], labels: set[str]) -> Iterator[Document]:
    for document in documents:
        labels |= {mention.label for mention in document.mentions}
        yield document


def _write_brat(documents: Iterator[Document], folder: Path, losses: list[str]) -> None:
    types = BratTypes()
    for document in documents:
        write_brat(document, folder)
        types.add(document)
        losses += [
            f"{document.name}: the line ends in the value of {one.id} ({one.kind} {one.label})"
            for one in document.annotations
            if one.value is not None and ("\n" in one.value or one.value.endswith("\r"))
        ]
    for path, content in brat_settings(types, folder).items():
        atomic_write(path, content)


def _columns(corpus: Corpus) -> tuple[str, ...]:
    """Return the columns that hold all that a table can: ids too, if counting doesn't give them."""

    def readable() -> Iterator[Document]:
        for name in corpus.names:
            document = corpus.read(name).document
            if document is not None:
                yield document

    columns = columns_for(readable())
    if "ann_id" in columns or not any(map(_has_own_ids, readable())):
        return columns
    filename, *others = columns
    return (filename, "ann_id", *others)


def _has_own_ids(document: Document) -> bool:
    """Tell whether a reader that numbers the rows would give other ids."""
    rows = sorted(document.mentions, key=lambda one: (one.start, one.end, one.label))
    return any(one.id != f"T{number}" for number, one in enumerate(rows, start=1))


def _with_texts(
    documents: Iterator[Document], folder: Path, columns: Sequence[str], losses: list[str]
) -> Iterator[Document]:
    """Pass documents on to the table once their texts are written."""
    texts = folder / "txt"
    texts.mkdir()
    for document in documents:
        losses += [*tsv_losses(document, columns=columns), *_narrowed(document, columns)]
        text = texts / file_name(document.name, ".txt", kind="document")
        atomic_write(text, document.text.encode("utf-8"))
        yield document


def _narrowed(document: Document, columns: Sequence[str]) -> Iterator[str]:
    """Tell what gets a cell, but not with all that it says."""
    resource = layout_of(columns).resource  # what codes are said to be of when they are read back
    mentions = {mention.id for mention in document.mentions}
    seen: set[tuple[str, str, str]] = set()
    for annotation in document.annotations:
        said = (
            annotation.kind in ("normalization", "note", "attribute")
            and len(annotation.targets) == 1
        )
        if not said or annotation.targets[0] not in mentions:
            continue
        told = f"{document.name}: {annotation.id} ({annotation.kind} {annotation.label})"
        if annotation.kind == "normalization":
            stated, _, words = split_reference(annotation.value)
            if stated != resource or words:
                lost = " ".join(filter(None, (stated, words)))
                yield f"{told} keeps its code only, not {lost!r}"
        cell = (
            annotation.targets[0],
            annotation.kind,
            annotation.label if annotation.kind == "attribute" else "",
        )
        if cell in seen:
            yield f"{told} shares a cell with another one on {annotation.targets[0]}"
        seen.add(cell)
