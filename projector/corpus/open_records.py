"""Open a file, or the files of a folder, that hold whole documents in formats of other tools."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from projector.corpus.files import TABLES, FileCorpus
from projector.corpus.formats.stretch import RecordFiles
from projector.corpus.formats.tsv_dialects import read_columns
from projector.corpus.labels import label_map
from projector.corpus.language_names import guess_language
from projector.corpus.layout import find_texts
from projector.corpus.recognition import record_format
from projector.corpus.records import RecordCorpus, RecordFormat, list_bionlp, list_records
from projector.corpus.unread import unread_files
from projector.errors import CorpusError, Problem
from projector.settings import STRICT, ReadingRules

# By what a file in a folder may be one of these formats; the content decides. A file that is
# opened by its own name may be called anything.
_SUFFIXES = {
    *(".json", ".jsonl", ".ndjson", ".xml", ".bioc", ".tsv", ".tab", ".webanno", ".pubtator"),
    *(".conll", ".conll03", ".conll2003", ".iob", ".iob2", ".bio", ".bioes", ".iobes", ".bilou"),
}
_BIONLP = {".a1", ".a2"}


def open_records(
    path: Path,
    *,
    language: str | None = None,
    texts: Path | None = None,
    labels: Mapping[str, str] | None = None,
    rules: ReadingRules = STRICT,
) -> RecordCorpus | None:
    """Recognise a corpus in a format of another tool; None where it is none.

    Args:
        path: A file, or a folder of files.
        language: Its language; None: the one in the names.
        texts: The folder of the `.txt` files where they don't lie beside the annotations.
        labels: New names for labels; None is the built-in names.
        rules: How stated words are held against the texts.

    Raises:
        CorpusError: It is one, and can't be read; or it holds several formats.
    """
    found = _found(path, texts, rules)
    if found is None:
        return None
    format_, files, problems = found
    names = tuple(sorted(files))
    return RecordCorpus(
        path=path,
        format=format_,
        language=language or guess_language(path, names),
        names=names,
        problems=tuple(problems),
        notices=unread_files(path, {*_read(files), *(one.path for one in problems)}),
        labels=label_map() if labels is None else labels,
        files=files,
        rules=rules,
    )


_Found = tuple[RecordFormat, dict[str, RecordFiles], list[Problem]]


def _found(path: Path, texts: Path | None, rules: ReadingRules) -> _Found | None:
    """Return a corpus's format, where its documents lie, and what is wrong with it."""
    if path.is_file():
        format_ = None if path.suffix == ".ann" else record_format(path)
        return None if format_ is None else (format_, list_records([path], format_, texts), [])
    inside = _files(path)
    format_, paths = _format_inside(path, inside, rules)
    if format_ is None:
        return None
    if format_ == "bionlp":
        return format_, *list_bionlp(texts or _texts_of(path, inside), path)
    return format_, list_records(paths, format_, texts), []


def _files(folder: Path) -> list[Path]:
    """Return the files of a folder; none where it is none."""
    if not folder.is_dir():
        return []
    return [path for path in sorted(folder.iterdir()) if path.name[0] != "." and path.is_file()]


def refuse_passed_over(corpus: FileCorpus) -> None:
    """Refuse a folder of folders of which one is in a format of another tool, so that none is lost.

    Raises:
        CorpusError: There is such a one, and no document of the corpus lies in it.
    """
    if corpus.format == "tree" or not corpus.path.is_dir():
        return
    read = {folder.resolve() for folder in corpus.text_folders}
    for folder in sorted(corpus.path.iterdir()):
        whole = folder.resolve()
        if folder.name[0] == "." or any(one.is_relative_to(whole) for one in read):
            continue
        format_, _ = _format_inside(folder, _files(folder), corpus.rules)
        if format_ is not None:
            found = f"its folder {folder.name} is {format_}, others of its folders are not"
            hint = f"Open them one by one, like {folder}"
            raise CorpusError(Problem(corpus.path, None, found, "one corpus", hint))


def _format_inside(
    folder: Path, inside: list[Path], rules: ReadingRules
) -> tuple[RecordFormat | None, list[Path]]:
    """Return the one format of the files in a folder, and those that are in it."""
    suffixes = {path.suffix for path in inside}
    if ".ann" in suffixes:
        return None, []
    if suffixes & _BIONLP:
        return "bionlp", []
    paths_of: dict[RecordFormat, list[Path]] = {}
    for path in inside:
        format_ = record_format(path) if path.suffix in _SUFFIXES else None
        if format_ is not None:
            paths_of.setdefault(format_, []).append(path)
        elif path.suffix in TABLES and _is_table(path, rules):
            return None, []
    if not paths_of:
        _add_texts(inside, paths_of)
    if len(paths_of) > 1:
        kinds = "; ".join(f"{paths[0].name} is {kind}" for kind, paths in paths_of.items())
        hint = f"Open one of the files by itself, like {paths_of[min(paths_of)][0]}"
        raise CorpusError(Problem(folder, None, f"several formats: {kinds}", "one", hint))
    return next(iter(paths_of.items()), (None, []))


def _add_texts(inside: Iterable[Path], paths_of: dict[RecordFormat, list[Path]]) -> None:
    """Add `.txt` files that are no plain texts; where the first is one, all are."""
    for number, path in enumerate(path for path in inside if path.suffix == ".txt"):
        format_ = record_format(path)
        if format_ in ("pubtator", "conll"):
            paths_of.setdefault(format_, []).append(path)
        elif number == 0:
            return


def _is_table(path: Path, rules: ReadingRules) -> bool:
    try:
        read_columns(path, rules)
    except CorpusError:
        return False
    return True


def _texts_of(folder: Path, inside: Iterable[Path]) -> Path:
    """Return the folder of the texts of `.a1` files: theirs, or one beside it."""
    inside = list(inside)
    if any(path.suffix == ".txt" for path in inside):
        return folder
    annotations = [path for path in inside if path.suffix in _BIONLP]
    return find_texts(annotations[:1], {path.stem for path in annotations})


def _read(files: Mapping[str, RecordFiles]) -> set[Path]:
    """Return the files that documents lie in."""
    read = {part.path for one in files.values() for part in one.parts}
    return read | {one.text for one in files.values() if one.text is not None}
