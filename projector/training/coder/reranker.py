"""Train a cross-encoder that reorders a short list of codes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from projector.coding.code_list import CodeList
from projector.coding.coder_folder import RERANKER, write_coder
from projector.coding.normalize import plain
from projector.coding.retrieval.cross_encoder import CrossEncoder, save_head
from projector.coding.retrieval.retriever import Retriever
from projector.coding.retrieval.two_stages import RetrieveRerank, reading
from projector.training.coder.examples import CodedText
from projector.training.coder.hard_negatives import Listed, Neighbours, ShortList
from projector.training.coder.metrics import DEPTH, figures_of, measured
from projector.training.trainable_encoder import TrainableEncoder

if TYPE_CHECKING:
    from schemas.coder_training import CoderTraining


@dataclass(frozen=True, slots=True, eq=False)
class Reordering:
    """The task of telling a mention's description from others that look right, side by side.

    The loss is listwise: that of naming the right one of a group (Cao et al. 2007) by what the
    first stage's score and the reranker's come to together, as they rank: what is learned is what
    the first stage gets wrong.

    Args:
        trainable: Reads pairs.
        head: Scores them.
        configuration: How large a group is.
        codes: The list.
        examples: What to learn from.
        short: For each example what the first stage found.
        meanings: By plain wording the codes that none is held against.
        development: What to measure on, by name.
        first: The first stage.
        neighbours: Draws descriptions.
    """

    trainable: TrainableEncoder
    head: torch.nn.Linear
    configuration: CoderTraining
    codes: CodeList
    examples: Sequence[CodedText]
    short: Sequence[ShortList]
    meanings: Mapping[str, Collection[int]]
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
        return CrossEncoder(
            self.trainable.encoder,
            self.head,
            chosen.context,
            chosen.first_weight,
            chosen.short_list,
        )

    def loss(self, examples: Sequence[int]) -> Tensor:
        """Return the mean loss of some examples' groups."""
        groups = [self._group(at) for at in examples]
        cross = self.cross
        sequences = [
            cross.sequence(self.examples[at].text, text, self.examples[at].context)
            for at, group in zip(examples, groups, strict=True)
            for text in group
        ]
        vectors = self.trainable.states(sequences)
        scores = cross.score_pooled(torch.cat([*vectors]), [len(one) for one in sequences])
        firsts = [score for group in groups for score in group.values()]
        scores = scores + cross.first_weight * torch.tensor(firsts).to(scores)
        parts = torch.split(scores, [len(group) for group in groups])
        return torch.stack([-torch.log_softmax(part, 0)[0] for part in parts]).mean()

    def _group(self, number: int) -> dict[str, float]:
        """Draw what an example is read beside, the right one first, each with its first score.

        Half of the others are of its short list: the first stage's mistakes before all. The rest
        are codes next to the right one.
        """
        example, short = self.examples[number], self.short[number]
        count = self.configuration.negatives
        right = short.right
        if right is None or not torch.randint(2, ()):
            right = Listed(self.neighbours.name(example), right.score if right else short.least)
        listed = _some(short.mistakes, count // 2)
        listed += _some(short.others, count // 2 - len(listed))
        besides = self.meanings.get(plain(example.text), ())
        beside = self.neighbours.rivals(example.code, count - len(listed), besides)
        found = {self.codes.terms[one.term].code: one.score for one in _all(short)}
        listed += [Listed(one, found.get(self._code(one), short.least)) for one in beside]
        group = {self._read(right.term): right.score}
        for candidate in listed:
            group.setdefault(self._read(candidate.term), candidate.score)
        return group

    def _code(self, term: int) -> int:
        return self.codes.terms[term].code

    def _read(self, term: int) -> str:
        return reading(self.codes, self._code(term), term)

    def measure(self) -> dict[str, float]:
        """Measure both stages together; `score` is the mean MAP@10."""
        with self.trainable.blended():
            return measured(self._measured, self.development)

    def _measured(self, name: str, examples: Sequence[CodedText]) -> dict[str, float]:
        both = RetrieveRerank(self.codes, self.first, self.cross)
        asked = [(one.text, one.context if self.configuration.context else "") for one in examples]
        distinct = {one: number for number, one in enumerate(dict.fromkeys(asked))}
        texts, contexts = zip(*distinct, strict=True)
        ranking = both.find(texts, DEPTH, contexts).rows([distinct[one] for one in asked])
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
            "short_list": chosen.short_list,
            **metadata,
        }
        write_coder(folder, RERANKER, contents)


def _some(listed: Sequence[Listed], most: int) -> list[Listed]:
    """Draw so many of a list, none twice; all where it has no more."""
    order = torch.randperm(len(listed))[: max(most, 0)].tolist()
    return [listed[at] for at in order]


def _all(short: ShortList) -> list[Listed]:
    return [*short.mistakes, *([short.right] if short.right else []), *short.others]
