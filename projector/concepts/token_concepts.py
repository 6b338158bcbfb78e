"""Read a post-trained encoder's tokens as concepts: what each means, and what mentions mean."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
import torch
from torch import Tensor

from projector.arrays import Ints
from projector.concepts.space import read_concept_table
from projector.concepts.views import EXPECTED, VIEWS_FILE, Views, read_views
from projector.errors import ModelError
from projector.models.catalogue import find_entry
from projector.models.folder_file import read_object
from projector.models.load import load
from projector.models.transformer_encoder import TransformerEncoder
from projector.text.tokens import TokenizedText

READING = 2  # raise it when the same weights give other points
_MARKS = frozenset(".!?…:;")  # that end a sentence, or what stands like one


@dataclass(frozen=True, slots=True, eq=False)
class TokenConcepts:
    """An encoder whose tokens are points of a concept space.

    Args:
        encoder: Reads texts at the layer that its views are for.
        views: Turn its vectors into points.
        concepts: A row each: code, name, parent, block, chapter.
    """

    encoder: TransformerEncoder
    views: Views
    concepts: pl.DataFrame

    @classmethod
    def load(cls, name_or_path: str | os.PathLike[str], *, device: str = "auto") -> TokenConcepts:
        """Load a post-trained encoder by its name or folder, or that of its training run.

        Raises:
            ModelError: There is none, or it has no views beside it.
        """
        if not has_views(name_or_path):
            raise ModelError(
                f"{name_or_path}: has no {VIEWS_FILE} beside it, so that nobody knows what its "
                f"tokens mean; expected {EXPECTED}"
            )
        folder = find_entry(name_or_path).folder
        assert folder is not None
        said: Mapping[str, Any] = read_object(folder / VIEWS_FILE, EXPECTED)
        if type(layer := said.get("layer")) is not int:  # a bool is an int, too
            raise ModelError(f"{folder / VIEWS_FILE}: lacks the layer; expected {EXPECTED}")
        encoder = load(name_or_path, layer=layer, precision="fp32", device=device)
        assert isinstance(encoder, TransformerEncoder)
        views, concepts = read_views(folder), read_concept_table(folder)
        if len(views.concepts) != concepts.height:
            raise ModelError(f"{folder}: its views are not of the concepts beside; {EXPECTED}")
        if views.token.in_features != encoder.dimension:
            raise ModelError(f"{folder}: its views are not of the encoder beside; {EXPECTED}")
        return cls(encoder, views.to(encoder.device), concepts)

    def tokenize(self, text: str) -> TokenizedText:
        """Tokenise a text as the encoder does."""
        return self.encoder.tokenize(text)

    def points(self, text: TokenizedText) -> Tensor:
        """Return [T, d] a text's tokens as points of the space, of length 1."""
        return self.points_of([text])[0]

    def points_of(self, texts: Sequence[TokenizedText]) -> list[Tensor]:
        """Return [T, d] each text's tokens as points of the space, of length 1."""
        return [self.views(vectors) for vectors in self.vectors_of(texts)]

    def vectors_of(self, texts: Sequence[TokenizedText]) -> list[Tensor]:
        """Return [T, D] each text's token vectors, which the views turn into points.

        What ends without a mark, a heading or a query, is read as if it had one: by itself it would
        be read as the name of a code, as which the encoder learned to take such words.
        """
        mark = int(self.encoder.tokenize("a.").ids[-1])
        closed = [_closed(text, mark) for text in texts]
        vectors = self.encoder.encode([text for text, _ in closed])
        return [
            one[torch.from_numpy(rows).to(one.device)]
            for one, (_, rows) in zip(vectors, closed, strict=True)
        ]

    def names_points(self, names: Sequence[str]) -> Tensor:
        """Return [N, d] what names mean that nothing stands around; zeros of one without a token.

        They are read as they are, as the encoder learned to read the names of codes.
        """
        distinct = list(dict.fromkeys(names))
        vectors = self.encoder.encode([self.tokenize(name) for name in distinct])
        none = torch.zeros_like(self.views.concepts[0])
        known = {
            name: self.views.mention_point(self.views(one)) if len(one) else none
            for name, one in zip(distinct, vectors, strict=True)
        }
        return torch.stack([known[name] for name in names] or [none])[: len(names)]

    def nearest(self, points: Tensor, most: int) -> tuple[Tensor, Tensor]:
        """Return the numbers [Q, most] of the concepts nearest to points [Q, d], and cosines."""
        best = (points @ self.views.concepts.T).topk(min(most, len(self.views.concepts)), dim=1)
        return best.indices, best.values

    def nearest_to_mention(
        self, points: Tensor, most: int, alone: Tensor | None = None
    ) -> tuple[list[int], list[float]]:
        """Return the concepts nearest to what tokens [K, d] mean together, and their cosines.

        None where there are no tokens. `alone` is as `Views.mention_point` takes it.
        """
        if not len(points):
            return [], []
        order, cosines = self.nearest(self.views.mention_point(points, alone)[None], most)
        return order[0].tolist(), cosines[0].tolist()

    def best_matches(self, query: Tensor, texts: Sequence[Tensor]) -> Tensor:
        """Return [N] how well texts [T_i, d] match a query [K, d]: MaxSim, as a mean."""
        return torch.stack([(query @ text.T).amax(1).mean() for text in texts])


def _closed(text: TokenizedText, mark: int) -> tuple[TokenizedText, Ints]:
    """Return a text whose sentences all end with a mark, and the rows [T] of its own tokens.

    Args:
        text: T tokens.
        mark: A full stop's id.
    """
    own = np.arange(len(text))
    last = np.flatnonzero(np.diff(text.segments, append=-1))
    ends = text.offsets[last, 1] - 1
    bare = last[[text.text[end] not in _MARKS for end in ends]]
    closed = TokenizedText(
        text.text,
        np.insert(text.ids, bare + 1, mark),
        np.insert(text.offsets, bare + 1, text.offsets[bare], axis=0),
        np.insert(text.segments, bare + 1, text.segments[bare]),
    )
    return closed, own + np.searchsorted(bare, own)


def has_views(name_or_path: str | os.PathLike[str]) -> bool:
    """Tell whether a model's tokens are points of a concept space.

    Raises:
        ModelError: There is no such model.
    """
    folder = find_entry(name_or_path).folder
    return folder is not None and (folder / VIEWS_FILE).is_file()
