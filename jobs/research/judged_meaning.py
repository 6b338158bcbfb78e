"""List the best spans of gold's mentions with their scores, what they mean, and what gold says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
import polars as pl
import torch
from torch import Tensor

from projector.coding.retrieval.bi_encoder import BiEncoder
from projector.concepts.text_points import TextPoints
from projector.concepts.token_concepts import TokenConcepts
from projector.corpus.formats.gold_jsonl import read_gold
from projector.document import Document, DocumentPair, Fragment
from projector.errors import ConfigurationError
from projector.evaluation.corruption import without_sentences
from projector.models.encoder import Encoder
from projector.models.verdict_model import ABSENT, RIGHT
from projector.pipeline import weigh_pair
from projector.settings import Settings
from projector.tagging.tagger import Tagger

# What gold says of a span: exactly right; of the mention, with other edges; elsewhere; the mention
# is not in the translation.
OUTCOMES = ("right", "edges", "elsewhere", "absent")
SCHEMA = {
    **dict.fromkeys(
        ("set", "document", "mention", "source_text", "span_text", "outcome"), pl.String
    ),
    "given": pl.Boolean,
    **dict.fromkeys(("score", "there"), pl.Float64),
    **dict.fromkeys(("concept", "other_concept"), pl.Float64),
    **dict.fromkeys(("retriever", "other_retriever"), pl.Float64),
}


@dataclass(frozen=True, slots=True, eq=False)
class Judges:
    """What projects, and what says what mentions and spans mean.

    Args:
        encoder: Of the projection; it has an edge model with a verdict.
        tagger: Gives evidence; None: there is none.
        concepts: The encoder whose tokens lie in a concept space.
        retriever: Reads mentions and spans by themselves.
        read: The source texts that were read last, as points.
    """

    encoder: Encoder
    tagger: Tagger | None
    concepts: TokenConcepts
    retriever: BiEncoder
    read: dict[str, TextPoints]

    def points(self, document: Document) -> TextPoints:
        """Return a source text as points; it comes back with each of its translations."""
        if document.text not in self.read:
            points = TextPoints.of(document.text, document.language, self.concepts)
            self.read[document.text] = points
        return self.read[document.text]


def judged_set(path: Path, spoilt: int | None, judges: Judges, limit: int | None) -> pl.DataFrame:
    """Return a row of `SCHEMA` for the best span of each mention of a gold set.

    Args:
        path: The set.
        spoilt: Seed by which sentences are left out, as `jobs.research.benchmark` does; None:
            none are.
        judges: Project and read.
        limit: Documents; None: all.

    Raises:
        ConfigurationError: The encoder's edge model has no verdict.
    """
    rows: list[dict[str, object]] = []
    for number, gold in enumerate(read_gold(path, limit=limit)):
        pair = gold.pair
        if spoilt is not None:
            pair = without_sentences(pair, Random(f"{spoilt} {path.stem} {number}"))
        rows += (
            dict(row, set=path.stem, document=gold.document) for row in judged_pair(pair, judges)
        )
    return pl.DataFrame(rows, SCHEMA)


def judged_pair(pair: DocumentPair, judges: Judges) -> Iterator[dict[str, object]]:
    """Yield the same of one document, without `set` and `document`.

    Raises:
        ConfigurationError: The encoder's edge model has no verdict.
    """
    evidence = judges.tagger.evidence(pair.target.text) if judges.tagger else None
    weighed = weigh_pair(pair, judges.encoder, Settings(), evidence=evidence)
    judged = weighed.judged()
    if judged is None:
        raise ConfigurationError(f"{judges.encoder.name} has no edge model that judges spans")
    spans = judged.spans
    offsets = weighed.target.words.offsets
    starts, ends = offsets[spans.first, 0].tolist(), offsets[spans.last - 1, 1].tolist()
    owners = weighed.fragments.mention[spans.fragment].tolist()
    places = [Fragment(start, end) for start, end in zip(starts, ends, strict=True)]
    near = _nearness(pair, owners, places, judges)
    gold = {mention.id: mention.fragments for mention in pair.target.mentions}
    for row, (owner, place) in enumerate(zip(owners, places, strict=True)):
        mention = pair.source.mentions[owner]
        probabilities = judged.probabilities[row]
        yield {
            "mention": mention.id,
            "source_text": mention.surface(pair.source.text),
            "span_text": pair.target.text[place.start : place.end],
            "outcome": _outcome(place, gold.get(mention.id, ())),
            "given": bool(judged.given[row]),
            "score": float(probabilities[RIGHT]),
            "there": 1 - float(probabilities[ABSENT]),
            **{name: values[row] for name, values in near.items()},
        }


def _outcome(span: Fragment, gold: tuple[Fragment, ...]) -> str:
    if not gold:
        return "absent"
    if (span.start, span.end) == (gold[0].start, gold[-1].end):
        return "right"
    touches = any(span.start < part.end and part.start < span.end for part in gold)
    return "edges" if touches else "elsewhere"


def _nearness(
    pair: DocumentPair, owners: list[int], spans: list[Fragment], judges: Judges
) -> dict[str, list[float | None]]:
    """Return by each judge how near spans lie to their mentions, and to others with other words."""
    mentions, source = pair.source.mentions, judges.points(pair.source)
    target = TextPoints.of(pair.target.text, pair.target.language, judges.concepts)
    texts = [mention.surface(pair.source.text) for mention in mentions]
    words = [pair.target.text[span.start : span.end] for span in spans]
    points = _stacked(source.mention_points([one.fragments for one in mentions]), source)
    placed = _stacked(target.mention_points([[span] for span in spans]), target)
    embedded = [torch.from_numpy(judges.retriever.embed(some)) for some in (texts, words)]
    near: dict[str, list[float | None]] = {}
    for name, similar in (
        ("concept", (placed @ points.T).cpu()),
        ("retriever", embedded[1] @ embedded[0].T),
    ):
        near[name], near[f"other_{name}"] = _against(similar.numpy(), owners, texts)
    return near


def _stacked(points: list[Tensor | None], text: TextPoints) -> Tensor:
    """Return [N, d] points; zeros of what has no token."""
    none = text.points.new_zeros(text.views.concepts.shape[1])
    return torch.stack([none if point is None else point for point in points] or [none])


def _against(
    similar: np.ndarray[tuple[int, int], np.dtype[np.float32]], owners: list[int], texts: list[str]
) -> tuple[list[float | None], list[float | None]]:
    """Return each span's cosine with its own mention, and with the nearest of other words."""
    own: list[float | None] = []
    others: list[float | None] = []
    plain = [text.casefold() for text in texts]
    for row, owner in enumerate(owners):
        own.append(float(similar[row, owner]))
        rest = [column for column, text in enumerate(plain) if text != plain[owner]]
        others.append(float(similar[row, rest].max()) if rest else None)
    return own, others
