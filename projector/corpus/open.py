"""Open a corpus in any format, our own Parquet tables among them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from projector.corpus.corpus import Corpus, open_corpus

if TYPE_CHECKING:  # Arrow takes longer to load than most corpora
    from projector.corpus.formats.parquet_read import ParquetCorpus

    AnyCorpus = Corpus | ParquetCorpus


def open_any(
    path: Path | str,
    *,
    language: str | None = None,
    texts: Path | str | None = None,
    labels: Mapping[str, str] | None = None,
) -> AnyCorpus:
    """Open a folder of Parquet tables as such, and all else as `open_corpus` does.

    Raises:
        CorpusError: As `open_corpus` and `open_parquet` do.
    """
    if (Path(path) / "documents.parquet").is_file():
        from projector.corpus.formats.parquet_read import open_parquet

        return open_parquet(Path(path), language=language, labels=labels)
    return open_corpus(path, language=language, texts=texts, labels=labels)
