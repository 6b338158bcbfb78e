"""Score texts for queries by late interaction, by single vectors, and by shared characters."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch

from projector import models
from projector.arrays import Floats, Ints
from projector.coding.normalize import character_grams, words
from projector.coding.retrieval.bi_encoder import BiEncoder, load_bi_encoder, pooled
from projector.concepts.token_concepts import TokenConcepts, has_views
from projector.concepts.views import Views
from projector.errors import ConfigurationError
from projector.models.transformer_encoder import TransformerEncoder
from projector.search.late_interaction import Halves

LATE, BOTH_WAYS = "late interaction", "late, both ways"
RETRIEVER, GRAMS, WORDS = "retriever", "bm25", "words"
_AT_ONCE = 256  # texts that are encoded at once
_TOKENS = 4096  # of queries that are compared at once


@dataclass(frozen=True, slots=True, eq=False)
class Encoded:
    """Texts as vectors: of their tokens, and of each as a whole.

    Args:
        tokens: [T, d] half-precision vectors of length 1.
        starts: [N + 1] the first token of each text, and T; none is empty.
        whole: [N, D] vectors of length 1, by what made them.
    """

    tokens: Halves
    starts: Ints
    whole: Mapping[str, Floats]


class Ranker(Protocol):
    """A model, or a method, that scores texts for queries."""

    def prepare(self, texts: Sequence[str]) -> Any:  # noqa: ANN401
        """Return all that is needed of texts, on either side."""

    def scores(self, queries: Any, texts: Any) -> Iterator[tuple[str, Floats]]:  # noqa: ANN401
        """Yield [Q, N] scores for each of its ways to compare, of what it prepared."""

    def of_names(self, names: Any, texts: Any) -> Iterator[tuple[str, Floats]]:  # noqa: ANN401
        """Yield likewise [Q, N] how much speaks for texts saying what names [Q] say."""


@dataclass(frozen=True, slots=True, eq=False)
class TokenRanker:
    """Compare by an encoder's tokens, and by what it says of texts as a whole.

    Args:
        encoder: Gives the token vectors.
        known: The same, with views on them; None: the vectors are taken as they are.
    """

    encoder: TransformerEncoder
    known: TokenConcepts | None = None

    @property
    def views(self) -> Views | None:
        """Return what turns vectors into points."""
        return None if self.known is None else self.known.views

    @property
    def concepts(self) -> tuple[str, ...] | None:
        """Return the codes of the views' concepts."""
        return None if self.known is None else tuple(self.known.concepts["code"])

    def prepare(self, texts: Sequence[str]) -> Encoded:
        """Encode texts; none is without tokens."""
        bare = BiEncoder(self.encoder, "")
        tokens: list[Halves] = []
        sizes: list[Ints] = []
        whole: list[Mapping[str, Floats]] = []
        for start in range(0, len(texts), _AT_ONCE):
            part = texts[start : start + _AT_ONCE]
            text, owner = bare.tokenize(part)
            read = self.encoder.encode if self.known is None else self.known.vectors_of
            vectors = read([text])[0]
            points = self._points(vectors)
            tokens.append(points.half().numpy(force=True))
            sizes.append(np.bincount(owner.numpy(), minlength=len(part)))
            whole.append(self._whole(vectors, points, owner, len(part)))
        starts = np.cumsum([0, *np.concatenate(sizes).tolist()])
        named = {name: np.concatenate([part[name] for part in whole]) for name in whole[0]}
        return Encoded(np.concatenate(tokens), starts, named)

    def _points(self, vectors: torch.Tensor) -> torch.Tensor:
        if self.views is None:
            return torch.nn.functional.normalize(vectors, dim=1)
        points: torch.Tensor = self.views(vectors)
        return points

    def _whole(
        self, vectors: torch.Tensor, points: torch.Tensor, owner: torch.Tensor, count: int
    ) -> dict[str, Floats]:
        means = pooled(vectors, owner, count)
        said = {"mean vector": means}
        if self.views is not None:
            said["sentence view"] = torch.nn.functional.normalize(self.views.sentence(means), dim=1)
            said["mention view"] = self.views.mentioned(pooled(points, owner, count))
        return {name: vector.numpy(force=True) for name, vector in said.items()}

    def scores(self, queries: Encoded, texts: Encoded) -> Iterator[tuple[str, Floats]]:
        """Yield scores by late interaction, one way and both, and by each single vector."""
        there, back = late_interaction(queries, texts), late_interaction(texts, queries).T
        yield LATE, there
        yield BOTH_WAYS, ((there + back) / 2).astype(np.float32)
        for name in queries.whole:
            yield name, queries.whole[name] @ texts.whole[name].T

    def of_names(self, names: Encoded, texts: Encoded) -> Iterator[tuple[str, Floats]]:
        """Yield how well texts match names, the names being the queries."""
        yield LATE, late_interaction(names, texts)
        for name in names.whole:
            yield name, names.whole[name] @ texts.whole[name].T


def late_interaction(queries: Encoded, texts: Encoded) -> Floats:
    """Return [Q, N]: what `projector.search.late_interaction.scores_of` says, of many queries."""
    vectors = texts.tokens.astype(np.float32)
    scores = np.empty((len(queries.starts) - 1, len(texts.starts) - 1), np.float32)
    first = 0
    while first < len(scores):
        limit = queries.starts[first] + _TOKENS
        last = max(first + 1, int(np.searchsorted(queries.starts, limit, side="right")) - 1)
        starts = queries.starts[first : last + 1]
        part = queries.tokens[starts[0] : starts[-1]].astype(np.float32)
        best = _best_in(part, vectors, texts.starts)
        sums = np.add.reduceat(best, starts[:-1] - starts[0], axis=0)
        scores[first:last] = sums / np.diff(starts)[:, None]
        first = last
    return scores


def _best_in(queries: Floats, vectors: Floats, starts: Ints) -> Floats:
    """Return [K, N] each query token's best cosine in each text, some texts at a time."""
    best = np.empty((len(queries), len(starts) - 1), np.float32)
    first = 0
    while first < len(starts) - 1:
        limit = starts[first] + _TOKENS
        last = max(first + 1, int(np.searchsorted(starts, limit, side="right")) - 1)
        similar = queries @ vectors[starts[first] : starts[last]].T
        inner = starts[first:last] - starts[first]
        best[:, first:last] = np.maximum.reduceat(similar, inner, axis=1)
        first = last
    return best


@dataclass(frozen=True, slots=True, eq=False)
class SingleVectors:
    """Compare by a trained bi-encoder's single vectors."""

    encoder: BiEncoder

    def prepare(self, texts: Sequence[str]) -> Floats:
        """Encode texts."""
        return self.encoder.embed(texts)

    def scores(self, queries: Floats, texts: Floats) -> Iterator[tuple[str, Floats]]:
        """Yield their cosines."""
        yield "bi-encoder", queries @ texts.T

    def of_names(self, names: Floats, texts: Floats) -> Iterator[tuple[str, Floats]]:
        """Yield their cosines."""
        yield from self.scores(names, texts)


@dataclass(frozen=True, slots=True, eq=False)
class Bm25:
    """Compare by rare parts that texts share (Robertson et al. 1994), computed by bm25s.

    Args:
        parts: What a text is cut into.
    """

    parts: Callable[[str], list[str]]

    def prepare(self, texts: Sequence[str]) -> list[list[str]]:
        """Cut texts."""
        return [self.parts(text) for text in texts]

    def scores(
        self, queries: list[list[str]], texts: list[list[str]]
    ) -> Iterator[tuple[str, Floats]]:
        """Yield BM25's scores; 0 where nothing is shared."""
        import bm25s

        index = bm25s.BM25()
        index.index(texts, show_progress=False)
        rows = np.zeros((len(queries), len(texts)), np.float32)
        for row, query in enumerate(queries):
            known = [part for part in query if part in index.vocab_dict]
            if known:
                rows[row] = index.get_scores(known)
        yield "BM25", rows

    def of_names(
        self, names: list[list[str]], texts: list[list[str]]
    ) -> Iterator[tuple[str, Floats]]:
        """Yield BM25's scores, the texts being the queries: what is rare is so among names."""
        for way, rows in self.scores(texts, names):
            yield way, rows.T


def ranker_of(name: str) -> Ranker:
    """Return what a name stands for, see the benchmark.

    Raises:
        ModelError, ConfigurationError: There is no such model.
    """
    if name in (GRAMS, WORDS):
        return Bm25(character_grams if name == GRAMS else words)
    if name == RETRIEVER:
        return SingleVectors(load_bi_encoder(Path(name)))
    path, _, layer = name.partition("@")
    if has_views(path) and not layer:
        known = TokenConcepts.load(path)
        return TokenRanker(known.encoder, known)
    encoder = models.load(path, layer=int(layer) if layer else None, precision="fp32")
    if not isinstance(encoder, TransformerEncoder):
        raise ConfigurationError(f"{path} has no weights; expected an encoder that has")
    return TokenRanker(encoder)
