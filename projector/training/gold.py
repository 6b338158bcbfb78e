"""Read gold that is learned from: files of pairs, and runs that people corrected."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

import polars as pl

from projector.corpus import require_document
from projector.corpus.formats.gold_jsonl import GoldPair, read_gold
from projector.corpus.formats.parquet_read import ParquetCorpus
from projector.document import Document, DocumentPair, Fragment, Mention, Status
from projector.errors import CorpusError, Problem
from projector.run.reader import FinishedRun, is_run, read_run
from schemas.manifest import MANIFEST

_JUDGED = [status.value for status in (Status.CONFIRMED, Status.CORRECTED, Status.ABSENT)]


def gold_pairs(path: Path, *, limit: int | None = None) -> Iterator[GoldPair]:
    """Yield documents with their translations and gold mentions on both sides.

    Args:
        path: A file of JSON Lines, or the folder of a run that people corrected.
        limit: Lines of the file at most.

    Raises:
        CorpusError: It can't be read, or nobody corrected the run.
    """
    if is_run(path):
        yield from judged_pairs(read_run(path))
    else:
        yield from read_gold(path, limit=limit)


def judged_pairs(run: FinishedRun) -> Iterator[GoldPair]:
    """Yield the documents of a run in which people judged mentions, with these mentions alone.

    A mention that is absent stands in the source only. A pair is annotated with those labels of
    which every mention was judged: of others nobody knows whether all are there.

    Args:
        run: One that `projector accept` wrote.

    Raises:
        CorpusError: Nobody corrected it, or it can't be read.
    """
    if not run.manifest.accepted:
        found = "it is a run that nobody corrected: what it says is no gold"
        hint = "Review it, and make the corrections part of it: projector accept"
        raise CorpusError(Problem(run.path / MANIFEST, None, found, "a corrected run", hint))
    source = run.source_corpus()
    for language in run.languages:
        rows = run.projections([language])
        if not rows["status"].is_in(_JUDGED).any():
            continue
        translations = run.corpus(language)
        labels = set(rows["label"].unique().to_list()) - {""}
        for (name,), of_document in rows.group_by("source_document", maintain_order=True):
            judged = of_document.filter(pl.col("status").is_in(_JUDGED))
            if judged.height:
                open_labels = _open_labels(of_document, labels)
                annotated = tuple(sorted(labels - open_labels))
                yield GoldPair(str(name), _pair(source, translations, judged), annotated)


def _open_labels(rows: pl.DataFrame, labels: Collection[str]) -> set[str]:
    """Return the labels of a document of which not every mention was judged."""
    unjudged = set(rows.filter(~pl.col("status").is_in(_JUDGED))["label"].to_list())
    return {*labels} if "" in unjudged else unjudged  # nobody knows an invalid one's


def _pair(
    sources: ParquetCorpus, translations: ParquetCorpus, judged: pl.DataFrame
) -> DocumentPair:
    """Return a document and its translation with the mentions that were judged."""
    fragments = {
        row["mention_id"]: tuple(Fragment(part["start"], part["end"]) for part in row["fragments"])
        for row in judged.iter_rows(named=True)
    }
    source = require_document(sources.read(judged["source_document"][0]))
    target = judged["target_document"][0]
    mentions = [mention for mention in source.mentions if mention.id in fragments]
    found = tuple(
        Mention(mention.id, mention.label, fragments[mention.id])
        for mention in mentions
        if fragments[mention.id]
    )
    return DocumentPair(
        Document(source.name, source.language, source.text, tuple(mentions)),
        Document(target, translations.language, translations.text(target), found),
    )
