"""Open the corpora in a folder that holds one for each language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from projector.corpus.language_names import nearest_language, same_language
from projector.corpus.open import open_checked, open_corpus
from projector.errors import CorpusError, Problem
from projector.settings import (
    STRICT,
    ReadingRules,
)
from projector.storage.run_files import check_tables

if TYPE_CHECKING:
    from projector.corpus.corpus import Corpus


def open_languages(
    path: Path | str,
    *,
    language: str | None = None,
    texts: Path | str | None = None,
    labels: Mapping[str, str] | None = None,
    rules: ReadingRules = STRICT,
) -> list[Corpus]:
    """Open a corpus, or the corpora in a folder that holds one for each language.

    Args:
        path: The corpus, or a folder of corpora whose folders' names tell their languages, or of
            tables with several languages, as a run's.
        language: Which one to take.
        texts: The folder of the texts, if they lie elsewhere.
        labels: New names for labels, see `open_corpus`.
        rules: How the files are read.

    Returns:
        At least one; no two in the same language.

    Raises:
        CorpusError: Neither is there; or one of the corpora can't be opened; or two are in one
            language; or tables are a run's, and not as it wrote them.
    """
    check_tables(Path(path))
    several = _in_tables(Path(path)) if language is None else []
    if len(several) > 1:
        return [open_checked(path, language=code, labels=labels) for code in several]
    try:
        return [open_checked(path, language=language, texts=texts, labels=labels, rules=rules)]
    except CorpusError as error:
        folders = _named_after_languages(Path(path), language)
        if not folders:
            codes = [code for _, code in _folders(Path(path))]
            raise (_none_in(Path(path), codes, language) if codes else error) from None
    corpora = [open_corpus(folder, texts=texts, labels=labels, rules=rules) for folder in folders]
    for number, corpus in enumerate(corpora):
        for other in corpora[:number]:
            if same_language(corpus.language, other.language):
                both = f"{other.path.name} and {corpus.path.name} are both in {corpus.language}"
                raise CorpusError(Problem(Path(path), None, both, "one corpus for each language"))
    return corpora if language is None else [one.in_language(language) for one in corpora]


def _none_in(path: Path, codes: list[str], language: str | None) -> CorpusError:
    found, expected = f"corpora in {', '.join(codes)}", f"one in {language}, as --language asks"
    return CorpusError(Problem(path, None, found, expected))


def _in_tables(path: Path) -> list[str]:
    """Return the languages of a folder of tables; none of any other."""
    from projector.corpus.formats.parquet_read import holds_parquet, parquet_languages

    return parquet_languages(path) if holds_parquet(path) else []


def _named_after_languages(path: Path, language: str | None) -> list[Path]:
    """Return the folders in a folder whose names tell a language, or the one asked for."""
    return [
        folder
        for folder, code in _folders(path)
        if language is None or same_language(code, language)
    ]


def _folders(path: Path) -> Iterator[tuple[Path, str]]:
    for folder in sorted(path.iterdir()) if path.is_dir() else ():
        code = nearest_language([folder.name])
        if code is not None and folder.is_dir() and folder.name[0] != ".":
            yield folder, code
