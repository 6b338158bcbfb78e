"""Open a corpus in any format, our own Parquet tables among them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from projector.corpus.files import open_files
from projector.corpus.open_records import open_records, refuse_passed_over
from projector.settings import STRICT, ReadingRules

if TYPE_CHECKING:
    from projector.corpus.corpus import Corpus


def open_corpus(
    path: Path | str,
    *,
    language: str | None = None,
    texts: Path | str | None = None,
    labels: Mapping[str, str] | None = None,
    rules: ReadingRules = STRICT,
) -> Corpus:
    """Open Parquet tables and other tools' formats as such, and all else as `open_files` does.

    Args:
        path: A folder of tables, or whatever `open_records` and `open_files` know.
        language: Its language, and which one to take where it holds several.
        texts: The folder of the `.txt` files where they don't lie beside the annotations.
        labels: New names for labels, see `label_map`; None is the built-in names, or none where
            tables have them already; `{}` none.
        rules: How the files are read; projector's own tables need none.

    Raises:
        CorpusError: As `open_files`, `open_records` and `open_parquet` do; or the tables are a
            run's, and not as it wrote them.
    """
    from projector.storage.run_files import check_tables

    check_tables(Path(path))
    return open_checked(path, language=language, texts=texts, labels=labels, rules=rules)


def open_checked(
    path: Path | str,
    *,
    language: str | None = None,
    texts: Path | str | None = None,
    labels: Mapping[str, str] | None = None,
    rules: ReadingRules = STRICT,
) -> Corpus:
    """Open a corpus as `open_corpus` does, where a run's tables were held against it before."""
    if (Path(path) / "documents.parquet").is_file():
        # Arrow takes longer to load than most corpora.
        from projector.corpus.formats.parquet_read import open_parquet

        return open_parquet(Path(path), language=language, labels=labels)
    folder = None if texts is None else Path(texts)
    records = open_records(Path(path), language=language, texts=folder, labels=labels, rules=rules)
    if records is not None:
        return records
    corpus = open_files(path, language=language, texts=texts, labels=labels, rules=rules)
    refuse_passed_over(corpus)
    return corpus
