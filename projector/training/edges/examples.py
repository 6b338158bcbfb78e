"""Make of gold what an edge model learns from: mentions, their candidates, the right one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from projector.align.aligner import token_vectors
from projector.decode.candidates import Candidates, Described, best_places, questions_about
from projector.decode.edge_questions import edge_text_of
from projector.evaluation.corruption import without_mentions, without_sentences
from projector.pipeline import weigh_pair
from projector.settings import Settings, SpanWeights
from projector.training.aligner.data import evenly, is_taken
from projector.training.gold import gold_pairs

if TYPE_CHECKING:
    from projector.decode.edge_questions import EdgeText
    from projector.document import DocumentPair
    from projector.models.edge_model import EdgeModel, EdgeQuestions
    from projector.models.encoder import Encoder
    from projector.tagging.tagger import Tagger
    from schemas.edge_training import EdgeSourceConfiguration

# What is fitted beside the network: all but what it says itself.
WEIGHED = tuple(
    field.name for field in fields(SpanWeights) if field.name not in ("nothing", "edges")
)
BEGINS, ENDS = 11, 12  # what a tagger says, among the features of a word
Arrays = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Texts:
    """Vectors of the words of a text and of its translation, in half precision."""

    source: Tensor
    target: Tensor


@dataclass(frozen=True, slots=True)
class Example:
    """A mention, what an edge model is asked about it, and its candidates.

    Args:
        texts: Those it stands in.
        questions: About it alone, a row of W words.
        first, last: [K] the candidates' first and last words, by their place in the row.
        weighed: [K, F] their other features.
        right: Which is gold's; K where gold has none.
        language: The translation's.
    """

    texts: Texts
    questions: EdgeQuestions
    first: Tensor
    last: Tensor
    weighed: Tensor
    right: int
    language: str


def read_examples(
    source: EdgeSourceConfiguration,
    encoder: Encoder,
    tagger: Tagger | None,
    network: EdgeModel,
    *,
    most: int,
    seed: int,
) -> Iterator[Example]:
    """Yield a source's mentions, less those that no candidate is right for.

    Args:
        source: Gold.
        encoder: Gives tokens and vectors; it has no edge model.
        network: What will be asked.
        tagger: Gives evidence; None: there is none.
        most: Candidates of each mention.
        seed: Of what is left out of spoilt translations.
    """
    kept = [gold for gold in gold_pairs(source.gold) if is_taken(gold.document, source)]
    for number, gold in enumerate(evenly(kept, source.limit, source.gold)):
        pair = gold.pair
        random = Random(f"{seed} {number}")
        if source.spoilt == "sentences":
            pair = without_sentences(pair, random)
        elif source.spoilt == "mentions":
            pair = without_mentions(pair, random)
        yield from pair_examples(pair, encoder, tagger, network, most=most)


def pair_examples(
    pair: DocumentPair,
    encoder: Encoder,
    tagger: Tagger | None,
    network: EdgeModel,
    *,
    most: int,
) -> Iterator[Example]:
    """Yield the mentions of one pair, see `read_examples`."""
    evidence = tagger.evidence(pair.target.text) if tagger else None
    gold = {mention.id: (mention.start, mention.end) for mention in pair.target.mentions}
    settings = Settings()
    weighed = weigh_pair(pair, encoder, settings, evidence=evidence)
    source, target = weighed.source, weighed.target
    vectors = token_vectors(source.tokens, target.tokens, encoder, settings.align)
    text = edge_text_of(network, weighed.fragments, weighed.alignment, source, target, vectors)
    texts = Texts(text.source.half(), text.target.half())
    for candidates in weighed.candidates:
        if isinstance(candidates, Candidates):
            mentions = weighed.fragments.mention[candidates.index]
            spans = [gold.get(pair.source.mentions[number].id) for number in mentions.tolist()]
            yield from _examples(candidates, spans, text, texts, pair.target.language, most)


def _examples(
    candidates: Candidates,
    spans: Sequence[tuple[int, int] | None],
    text: EdgeText,
    texts: Texts,
    language: str,
    most: int,
) -> Iterator[Example]:
    question, questions = questions_about(candidates, text)
    rows = _candidates_by_row(candidates, spans, most)
    for place in range(len(questions.origin)):
        own = np.flatnonzero(question == place)
        total, first, last, weighed = (
            np.concatenate(parts) for parts in zip(*(rows[row] for row in own), strict=True)
        )
        order = np.argsort(-total, kind="stable")
        offsets = candidates.target.words.offsets
        stands = np.stack([offsets[first, 0], offsets[last - 1, 1]], 1)
        wanted = spans[own[0]]
        hits = np.zeros(len(order), np.bool_) if wanted is None else (stands == wanted).all(1)
        kept = order[:most]
        if hits.any() and not hits[kept].any():
            kept = np.append(kept, np.flatnonzero(hits)[0])
        if wanted is not None and not hits.any():
            continue
        right = int(np.flatnonzero(hits[kept])[0]) if wanted is not None else len(kept)
        origin = int(questions.origin[place])
        yield Example(
            texts,
            questions.row(place),
            torch.from_numpy(first[kept] - origin),
            torch.from_numpy(last[kept] - 1 - origin),
            torch.from_numpy(weighed[kept]),
            right,
            language,
        )


def _candidates_by_row(
    candidates: Candidates, spans: Sequence[tuple[int, int] | None], most: int
) -> list[tuple[Arrays, ...]]:
    """Return of each row its best candidates, and gold's: sums, first and last words, features."""
    rows: list[list[tuple[Arrays, ...]]] = [[] for _ in candidates.index]
    for some in candidates.described(SpanWeights()):
        total = some.total(SpanWeights())
        for row, parts in enumerate(rows):
            places = best_places(total[row], most)
            gold = _places_of(spans[row], some, row)
            places = np.append(places[0], gold[0]), np.append(places[1], gold[1])
            unique = np.unique(np.stack(places), axis=1)
            first, last = unique[0], unique[1]
            features = some.features_of(row, first, last)
            blank = np.zeros(len(first), np.float32)
            columns = np.stack([features.get(name, blank) for name in WEIGHED], 1)
            parts.append(
                (
                    total[row, first, last],
                    some.first[row, first],
                    some.last[row, last],
                    columns.astype(np.float32),
                )
            )
    return [tuple(map(np.concatenate, zip(*parts, strict=True))) for parts in rows]


def _places_of(
    span: tuple[int, int] | None,
    some: Described,
    row: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the place of a span of characters among the candidates of a row, if it is one."""
    none = np.empty(0, np.int64)
    if span is None:
        return none, none
    offsets = some.words.offsets
    firsts = np.flatnonzero(offsets[some.first[row], 0] == span[0])[-1:]
    lasts = np.flatnonzero(offsets[some.last[row] - 1, 1] == span[1])[:1]
    if len(firsts) and len(lasts) and some.legal[row, firsts[0], lasts[0]]:
        return firsts, lasts
    return none, none
