"""Draw what concepts are called, to hold mentions against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import torch

from projector.training.encoder.data import ConceptText, Example, whole
from projector.training.encoder.mentions import as_mentioned

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from projector.concepts.space import ConceptSpace
    from projector.models.transformer_encoder import TransformerEncoder
    from projector.text.tokens import TokenizedText


@dataclass(frozen=True, slots=True)
class NamesOfConcepts:
    """Draw names of concepts and of their siblings, by torch's seed.

    Args:
        texts: Each name as it stands within a sentence.
        rows: By concept, its names.
        siblings: By concept, the others with the same parent.
    """

    texts: Sequence[str]
    rows: Sequence[NDArray[np.int64]]
    siblings: Sequence[NDArray[np.int64]]

    @classmethod
    def of(cls, space: ConceptSpace) -> NamesOfConcepts:
        """Note what the concepts of a space are called, and what stands beside them."""
        owner = space.names["concept"].to_numpy()
        order = np.argsort(owner, kind="stable")
        rows = np.split(order, np.searchsorted(owner[order], np.arange(1, len(space))))
        numbered = space.concepts.with_row_index("number")
        families = numbered.group_by("parent", maintain_order=True).agg(pl.col("number"))
        together = dict(zip(families["parent"], families["number"], strict=True))
        siblings = [
            np.array([other for other in together[parent] if parent and other != number], np.int64)
            for number, parent in enumerate(space.concepts["parent"])
        ]
        return cls([as_mentioned(text) for text in space.names["text"]], rows, siblings)

    def drawn(
        self,
        chosen: Sequence[Example],
        encoder: TransformerEncoder,
        *,
        compared: int,
        siblings: int,
    ) -> ComparedNames:
        """Draw some mentions in sentences, and names of their concepts and of these' siblings.

        Args:
            chosen: What is learned from.
            encoder: Tokenises the names.
            compared: Mentions, at most.
            siblings: Of each mention's concept, at most.
        """
        places = [
            (place, row)
            for place, example in enumerate(chosen)
            if isinstance(example, ConceptText) and not example.is_name
            for row in range(len(example.mentions))
        ]
        order = torch.randperm(len(places))[:compared].tolist()
        mentions = [places[number] for number in order]
        concepts = [concept_of(chosen[place], row) for place, row in mentions]
        owner = list(concepts)
        for concept in concepts:
            near = self.siblings[concept]
            owner += near[torch.randperm(len(near))[:siblings].numpy()].tolist()
        return ComparedNames(mentions, concepts, owner, [self._name(one, encoder) for one in owner])

    def _name(self, concept: int, encoder: TransformerEncoder) -> TokenizedText:
        rows = self.rows[concept]
        return whole(self.texts[rows[int(torch.randint(len(rows), ()))]], encoder)


@dataclass(frozen=True, slots=True)
class ComparedNames:
    """Mentions that are held against names.

    Args:
        mentions: Each by its example's place and its row in it.
        concepts: Of the mentions.
        owner: The concept of each name, the mentions' own first.
        texts: The names.
    """

    mentions: Sequence[tuple[int, int]] = ()
    concepts: Sequence[int] = ()
    owner: Sequence[int] = ()
    texts: Sequence[TokenizedText] = ()


def concept_of(example: Example, row: int) -> int:
    """Return the concept of a mention of an example that has mentions."""
    assert isinstance(example, ConceptText)
    return example.mentions[row][0]
