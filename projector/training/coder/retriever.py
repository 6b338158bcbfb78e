"""Train a bi-encoder that retrieves codes: mentions beside the descriptions of their codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from projector.coding.code_list import CodeList
from projector.coding.coder_folder import RETRIEVER, write_coder
from projector.coding.icd10 import category, normal_code
from projector.coding.retrieval.bi_encoder import BiEncoder, DenseIndex, pooled
from projector.training.coder.examples import CodedText
from projector.training.coder.hard_negatives import Neighbours
from projector.training.coder.metrics import DEPTH, figures_of, measured
from projector.training.trainable_encoder import TrainableEncoder

if TYPE_CHECKING:
    from schemas.coder_training import CoderTraining


@dataclass(frozen=True, slots=True, eq=False)
class Retrieval:
    """The task of finding a mention's code among others by cosine.

    The loss is that of naming the right one of a batch (van den Oord et al. 2018), to which
    descriptions of neighbouring codes are added; those of a mention's own code are no rivals.

    Args:
        trainable: Encodes both sides.
        configuration: Temperature, negatives.
        codes: The list.
        examples: What to learn from.
        development: What to measure on, by name.
        neighbours: Draws descriptions.
    """

    trainable: TrainableEncoder
    configuration: CoderTraining
    codes: CodeList
    examples: Sequence[CodedText]
    development: Mapping[str, Sequence[CodedText]]
    neighbours: Neighbours

    @property
    def trained(self) -> Mapping[str, torch.nn.Parameter]:
        """Return the weights that are trained, by name."""
        return self.trainable.trained

    @property
    def model(self) -> torch.nn.Module:
        """Return the module that they are in."""
        return self.trainable.encoder.model

    @property
    def encoder(self) -> BiEncoder:
        """Return the encoder as it is now."""
        return BiEncoder(self.trainable.encoder, self.configuration.encoder.prefix)

    def loss(self, examples: Sequence[int]) -> Tensor:
        """Return the mean loss of some examples.

        Which description and which rivals an example is held against is drawn by torch's seed,
        which the loop sets by the step.
        """
        chosen = [self.examples[at] for at in examples]
        names = [self.neighbours.name(example) for example in chosen]
        for example in chosen:
            names += self.neighbours.rivals(example.code, self.configuration.negatives)
        terms = [self.codes.terms[name] for name in names]
        texts = [example.text for example in chosen] + [term.text for term in terms]
        vectors = self._embed(texts)
        queries, descriptions = vectors[: len(chosen)], vectors[len(chosen) :]
        codes = torch.tensor([term.code for term in terms])
        scores = queries @ descriptions.T / self.configuration.temperature
        same = torch.tensor([example.code for example in chosen])[:, None] == codes
        same &= ~torch.eye(len(chosen), len(codes), dtype=torch.bool)
        scores = scores.masked_fill(same.to(scores.device), -torch.inf)
        return torch.nn.functional.cross_entropy(
            scores, torch.arange(len(chosen), device=scores.device)
        )

    def _embed(self, texts: Sequence[str]) -> Tensor:
        tokens, owner = self.encoder.tokenize(texts)
        return pooled(self.trainable.vectors([tokens])[0], owner, len(texts))

    def measure(self) -> dict[str, float]:
        """Measure first choices and MAP@10 by data; `score` is the mean MAP@10."""
        with self.trainable.blended():
            return measured(self._measured, self.development)

    def _measured(self, name: str, examples: Sequence[CodedText]) -> dict[str, float]:
        """Return the figures of one set, against the codes of its categories."""
        part = _categories_of(self.codes, {example.code for example in examples})
        encoder = self.encoder
        index = DenseIndex(part, encoder, encoder.embed([term.text for term in part.terms]))
        ranking = index.find([example.text for example in examples], DEPTH)
        right = [part.find(self.codes.codes[example.code]) for example in examples]
        return figures_of(name, ranking, right)

    def save(self, folder: Path, metadata: Mapping[str, Any]) -> None:
        """Write the coder to an empty folder: its encoder, and how it is used."""
        self.trainable.save(folder, metadata)
        write_coder(folder, RETRIEVER, {"prefix": self.configuration.encoder.prefix, **metadata})


def _categories_of(codes: CodeList, numbers: set[int]) -> CodeList:
    """Return the part of a list that is in the categories of some codes."""
    wanted = {category(normal_code(codes.codes[number])) for number in numbers}
    return codes.only({code for code in codes.codes if category(normal_code(code)) in wanted})
