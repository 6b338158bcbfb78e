"""Say of all spans of a finished run how near each lies to what its mention means."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from projector.concepts.compared_meaning import compared_meaning
from projector.concepts.named_concepts import NamedConcepts, NearConcept
from projector.concepts.text_points import TextPoints
from projector.concepts.token_concepts import TokenConcepts
from projector.corpus.reading import require_document
from projector.diagnosis.in_run import asked_languages
from projector.diagnosis.mention import SourcePoints, nearer_claim
from projector.document import Fragment
from projector.run.reader import FinishedRun


@dataclass(frozen=True, slots=True)
class SpanMeaning:
    """A mention, its span, and whether both mean the same.

    Args:
        language: Of the translation.
        document: The source document's name.
        mention: The mention's id.
        label: Its type.
        source: Its words.
        span: The words that it became.
        score: Of the projection.
        cosine: Of what both mean, from -1 to 1; None where one of them has no token, so that nobody
            knows what it means.
        source_concept, span_concept: The nearest to each, its code and name.
        nearer: The mention, of other words, that the span lies nearer to; its id and words; empty
            where there is none.
    """

    language: str
    document: str
    mention: str
    label: str
    source: str
    span: str
    score: float
    cosine: float | None
    source_concept: str
    span_concept: str
    nearer: str


def run_spans(
    run: FinishedRun,
    encoder: TokenConcepts,
    concepts: NamedConcepts,
    language: str | None = None,
    *,
    progress: Callable[[Sequence[pl.DataFrame]], Iterable[pl.DataFrame]] = iter,
) -> list[SpanMeaning]:
    """Return all spans of a run, those first that lie farthest from what their mentions mean.

    Of which nobody knows what they mean, they come last.

    Args:
        run: Its folder holds its source.
        encoder: Reads the texts.
        concepts: What all is looked up among.
        language: Of the translations; None: all of the run.
        progress: Goes through the rows of one source document after the other.

    Raises:
        ConfigurationError: There is no such language, or nothing was projected.
        CorpusError: The run has no source, or can't be read.
    """
    languages = asked_languages(run, language)
    corpus, targets = run.source_corpus(), {one: run.corpus(one) for one in languages}
    projected = run.projections(languages).filter(pl.col("fragments").list.len() > 0)
    found: list[SpanMeaning] = []
    for rows in progress(projected.partition_by("source_document", maintain_order=True)):
        document = require_document(corpus.read(rows["source_document"][0]))
        points = TextPoints.of(document.text, document.language, encoder)
        source = SourcePoints(document, points)
        for some in rows.partition_by("language", "target_document", maintain_order=True):
            language, name = some["language"][0], some["target_document"][0]
            target = TextPoints.of(targets[language].text(name), language, encoder)
            found += _spans_of_target(source, target, some, concepts)
    return sorted(found, key=lambda one: (one.cosine is None, one.cosine))


def _spans_of_target(
    source: SourcePoints, target: TextPoints, rows: pl.DataFrame, concepts: NamedConcepts
) -> Iterator[SpanMeaning]:
    told = rows.to_dicts()
    spans = target.mention_points([_fragments(row) for row in told])
    for row, span in zip(told, spans, strict=True):
        own = source.mentions.get(row["mention_id"])
        found = compared_meaning(concepts, own, span, 1)
        claim = None if span is None else nearer_claim(source.claims(span), row["mention_id"])
        yield SpanMeaning(
            row["language"],
            row["source_document"],
            row["mention_id"],
            row["label"],
            row["source_text"],
            row["target_text"],
            row["score"],
            found.cosine,
            _named(found.mention),
            _named(found.span),
            "" if claim is None else f"{claim.mention} {claim.text}",
        )


def _fragments(row: Mapping[str, Any]) -> list[Fragment]:
    return [Fragment(part["start"], part["end"]) for part in row["fragments"]]


def _named(concepts: tuple[NearConcept, ...]) -> str:
    return f"{concepts[0].code} {concepts[0].name}" if concepts else ""
