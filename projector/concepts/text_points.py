"""Read a text as points of a concept space: of its tokens, its words, and stretches of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from projector.concepts.token_concepts import TokenConcepts
from projector.concepts.views import Views
from projector.document import Fragment, surface
from projector.text.token_words import TextUnits, inside_of
from projector.text.words import find_words


@dataclass(frozen=True, slots=True, eq=False)
class TextPoints:
    """A text whose tokens are points of a concept space.

    Args:
        units: Its tokens and words.
        points: [T, d] of its tokens, of length 1.
        views: Say what several tokens mean together.
        names_points: Gives [N, d] what N names mean by themselves.
    """

    units: TextUnits
    points: Tensor
    views: Views
    names_points: Callable[[Sequence[str]], Tensor]

    @classmethod
    def of(cls, text: str, language: str, encoder: TokenConcepts) -> TextPoints:
        """Encode a text; `language`, a plain code, chooses the function words."""
        tokens = encoder.tokenize(text)
        units = TextUnits(tokens, find_words(text, language))
        return cls(units, encoder.points(tokens), encoder.views, encoder.names_points)

    @property
    def text(self) -> str:
        """Return the untouched text."""
        return self.units.text

    def word_points(self) -> Tensor:
        """Return [N, d] what its words' tokens mean, of length 1; zeros of a word without any."""
        known = self.units.word_map()
        shares = torch.from_numpy(known.share).to(self.points)
        parts = self.points[torch.from_numpy(known.token)] * shares[:, None]
        sums = self.points.new_zeros(len(self.units.words), self.points.shape[1])
        sums.index_add_(0, torch.from_numpy(known.word).to(sums.device), parts)
        return torch.nn.functional.normalize(sums, dim=1)

    def point_of(self, fragments: Sequence[Fragment]) -> Tensor | None:
        """Return [d] what the tokens of some fragments mean together; None where there are none."""
        inside = self._inside(fragments)
        return self.views.mention_point(self.points[inside]) if len(inside) else None

    def mention_points(self, mentions: Sequence[Sequence[Fragment]]) -> list[Tensor | None]:
        """Return [d] what mentions mean; None where one has no tokens.

        Half is said by their tokens in the text, half by their words alone: where a mention stands
        tells what is meant, but colours it with what stands around.
        """
        alone = self.names_points([surface(fragments, self.text) for fragments in mentions])
        return [
            self.views.mention_point(self.points[inside], name) if len(inside) else None
            for inside, name in zip(map(self._inside, mentions), alone, strict=True)
        ]

    def _inside(self, fragments: Sequence[Fragment]) -> Tensor:
        if not fragments:
            return torch.zeros(0, dtype=torch.int64)
        inside = inside_of(self.units.tokens, [(part.start, part.end) for part in fragments])
        return torch.from_numpy(inside)

    def words_of(self, fragments: Sequence[Fragment]) -> list[int]:
        """Return the numbers of the words that some fragments touch, in text order."""
        spans = np.array([(part.start, part.end) for part in fragments], np.int64).reshape(-1, 2)
        ranges = zip(*self.units.words.range_of(spans), strict=True)
        return sorted({word for first, last in ranges for word in range(first, last)})
