"""Train a cross-encoder that reorders a short list of codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from projector.coding.code_list import CodeList
from projector.coding.coder_folder import RERANKER, write_coder
from projector.coding.retrieval.cross_encoder import CrossEncoder, save_head
from projector.coding.retrieval.retriever import Retriever
from projector.coding.retrieval.two_stages import RetrieveRerank, reading
from projector.training.coder.examples import CodedText
from projector.training.coder.hard_negatives import Neighbours, drawn
from projector.training.coder.metrics import DEPTH, figures_of, measured
from projector.training.trainable_encoder import TrainableEncoder

if TYPE_CHECKING:
    from schemas.coder_training import CoderTraining


@dataclass(frozen=True, slots=True, eq=False)
class Reordering:
    """The task of telling a mention's description from others that look right, side by side.

    The loss is listwise: that of naming the right one of a group (Cao et al. 2007).

    Args:
        trainable: Reads pairs.
        head: Scores them.
        configuration: How large a group is.
        codes: The list.
        examples: What to learn from.
        mined: For each example the terms that a first stage found, none of its own code.
        development: What to measure on, by name.
        first: The first stage.
        neighbours: Draws descriptions.
    """

    trainable: TrainableEncoder
    head: torch.nn.Linear
    configuration: CoderTraining
    codes: CodeList
    examples: Sequence[CodedText]
    mined: Sequence[Sequence[int]]
    development: Mapping[str, Sequence[CodedText]]
    first: Retriever
    neighbours: Neighbours

    @property
    def trained(self) -> Mapping[str, torch.nn.Parameter]:
        """Return the weights that are trained, by name."""
        head = {f"head.{name}": weight for name, weight in self.head.named_parameters()}
        encoder = {f"encoder.{name}": weight for name, weight in self.trainable.trained.items()}
        return {**head, **encoder}

    @property
    def model(self) -> torch.nn.Module:
        """Return the module that they are in."""
        return torch.nn.ModuleList([self.trainable.encoder.model, self.head])

    @property
    def cross(self) -> CrossEncoder:
        """Return the cross-encoder as it is now."""
        chosen = self.configuration
        return CrossEncoder(self.trainable.encoder, self.head, chosen.context, chosen.first_weight)

    def loss(self, examples: Sequence[int]) -> Tensor:
        """Return the mean loss of some examples' groups."""
        groups = [self._group(at) for at in examples]
        cross = self.cross
        sequences = [cross.sequence(*pair) for group in groups for pair in group]
        vectors = self.trainable.states(sequences)
        scores = cross.score_pooled(torch.cat([*vectors]), [len(one) for one in sequences])
        parts = torch.split(scores, [len(group) for group in groups])
        return torch.stack([-torch.log_softmax(part, 0)[0] for part in parts]).mean()

    def _group(self, number: int) -> list[tuple[str, str, str]]:
        """Draw an example's pairs, the right one first: half of the others are mined."""
        example, mined = self.examples[number], self.mined[number]
        count = self.configuration.negatives
        terms = [drawn(mined) for _ in range(count // 2 if mined else 0)]
        terms += self.neighbours.rivals(example.code, count - len(terms))
        right = self._read(self.neighbours.name(example))
        texts = dict.fromkeys(self._read(term) for term in terms)
        read = (right, *(one for one in texts if one != right))
        return [(example.text, text, example.context) for text in read]

    def _read(self, term: int) -> str:
        return reading(self.codes, self.codes.terms[term].code, term)

    def measure(self) -> dict[str, float]:
        """Measure first choices and MAP@10 of both stages; `score` is the mean MAP@10."""
        with self.trainable.blended():
            return measured(self._measured, self.development)

    def _measured(self, name: str, examples: Sequence[CodedText]) -> dict[str, float]:
        both = RetrieveRerank(self.codes, self.first, self.cross)
        texts = [example.text for example in examples]
        contexts = [example.context for example in examples]
        ranking = both.find(texts, DEPTH, contexts)
        return figures_of(name, ranking, [example.code for example in examples])

    def save(self, folder: Path, metadata: Mapping[str, Any]) -> None:
        """Write the reranker to an empty folder: its encoder, its head, and how it is used."""
        self.trainable.save(folder, metadata)
        save_head(folder, self.head)
        chosen = self.configuration
        contents = {
            "prefix": "",
            "context": chosen.context,
            "first_weight": chosen.first_weight,
            **metadata,
        }
        write_coder(folder, RERANKER, contents)
