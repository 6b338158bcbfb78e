"""Export a corpus, which no run has scored but a tagger may have, as a run is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from projector.corpus.convert import readable_documents
from projector.errors import SKIP_ADVICE, CorpusError, Notice
from projector.exchange.export import export_documents
from projector.exchange.marked import Loss, MarkedDocument
from projector.storage.file_names import file_name
from schemas.tools import Tool

if TYPE_CHECKING:
    from projector.corpus.corpus import Corpus


def export_corpus(
    corpus: Corpus,
    output: Path,
    to: Tool,
    *,
    on_error: Literal["stop", "skip"] = "stop",
    overwrite: bool = False,
    progress: Callable[[Sequence[str]], Iterator[str]] = iter,
    notices: list[Notice] | None = None,
    labels: set[str] | None = None,
) -> tuple[str, ...]:
    """Write a corpus for another tool; see `projector.corpus.convert.convert_corpus`.

    Returns:
        What is lost, in words: what could not be read, and what the format doesn't hold.

    Raises:
        CorpusError: Something can't be read rightly, unless it is to be skipped.
        OutputError: The folder exists or can't be written, or a name can't be a file's.
        ConfigurationError: A library that the format needs is not installed.
    """
    if on_error == "stop" and corpus.problems:
        raise CorpusError(*corpus.problems, advice=SKIP_ADVICE)
    for name in corpus.names:
        file_name(name, ".txt", kind="document", where=corpus.path)
    told = [] if notices is None else notices
    told += corpus.notices
    unread: list[str] = []
    lost: list[Loss] = []
    documents = readable_documents(corpus, on_error, unread, told, progress)

    def marked() -> Iterator[MarkedDocument]:
        for document in documents:
            if labels is not None:
                labels.update(mention.label for mention in document.mentions)
            yield MarkedDocument.of(document)

    export_documents({corpus.language: marked()}, output, to, overwrite=overwrite, losses=lost)
    return (*map(str, corpus.problems), *unread, *map(_words, lost))


def _words(loss: Loss) -> str:
    what = f"{loss.id} ({loss.kind} {loss.label})" if loss.id else "the document"
    return f"{loss.document}: {what}: {loss.why}"
