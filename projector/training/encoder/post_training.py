"""Ask five views of an encoder's tokens, each told by its own teacher."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from projector.coding.coder_folder import RETRIEVER, write_coder
from projector.concepts.space import ConceptSpace
from projector.concepts.views import Views, write_views
from projector.models.edge_model import EDGES_FILE
from projector.training.aligner.units import TranslationUnit
from projector.training.encoder.data import ConceptText, Example
from projector.training.encoder.losses import (
    concept_loss,
    distance_loss,
    names_loss,
    translation_loss,
)
from projector.training.encoder.names import ComparedNames, NamesOfConcepts
from projector.training.trainable_encoder import TrainableEncoder

if TYPE_CHECKING:
    from projector.models.encoder import Encoder, View
    from projector.text.tokens import TokenizedText
    from schemas.encoder_training import EncoderTraining, ViewsConfiguration

_DEPTH = 10


@dataclass(frozen=True, slots=True, eq=False)
class PostTraining:
    """The task of having an encoder's tokens say what its teachers say.

    Args:
        trainable: The encoder.
        views: The heads on it.
        read_as: How the encoder is read where the views are not.
        edges: The edge model that stays right, since what it reads isn't trained; None: none does.
        space: The concepts.
        names: Draws what they are called.
        configuration: What each view weighs.
        examples: What to learn from.
        teacher: The untrained model, for sentences; None where none is asked.
        development: What to measure on, by name.
    """

    trainable: TrainableEncoder
    views: Views
    read_as: View
    edges: Path | None
    space: ConceptSpace
    names: NamesOfConcepts
    configuration: EncoderTraining
    examples: Sequence[Example]
    teacher: Encoder | None
    development: Mapping[str, Sequence[ConceptText]]
    _taught: dict[str, Tensor] = field(default_factory=dict)

    @property
    def trained(self) -> Mapping[str, nn.Parameter]:
        """Return the weights that are trained, by name."""
        heads = {f"views.{name}": weight for name, weight in self.views.named_parameters()}
        encoder = {f"encoder.{name}": weight for name, weight in self.trainable.trained.items()}
        return {**heads, **encoder}

    @property
    def model(self) -> nn.Module:
        """Return the encoder and its heads."""
        return nn.ModuleList([self.trainable.encoder.model, self.views])

    @property
    def _chosen(self) -> ViewsConfiguration:
        return self.configuration.views

    def loss(self, examples: Sequence[int]) -> Tensor:
        """Return the weighted sum of the views' losses on some examples."""
        chosen = [self.examples[number] for number in examples]
        texts = [text for one in chosen for text in _texts(one)]
        named = self._drawn_names(chosen)
        vectors = self.trainable.vectors([*texts, *named.texts])
        points = self.views(torch.cat(vectors)).split([len(one) for one in vectors])
        sides = iter(zip(vectors, points, strict=False))
        read = [[next(sides) for _ in _texts(one)] for one in chosen]
        weights = self._chosen.weights
        parts = [
            (weights.mention, self._mention_loss(chosen, read)),
            (weights.token, self._token_loss(chosen, read)),
            (weights.sentence, self._sentence_loss(chosen, read)),
            (weights.translation, self._translation_loss(chosen, read)),
            (weights.names, self._names_loss(named, chosen, read, points[len(texts) :])),
        ]
        total = vectors[0].new_zeros(())
        for weight, part in parts:
            if part is not None:
                total = total + weight * part
        return total

    def _mention_loss(self, chosen: Sequence[Example], read: _Read) -> Tensor | None:
        found = [
            (concept, self.views.mention_point(points[inside]))
            for concept, inside, points in _mentions(chosen, read)
        ]
        if not found or not self._chosen.weights.mention:
            return None
        right = torch.tensor([concept for concept, _ in found])
        stacked = torch.stack([point for _, point in found])
        return concept_loss(
            stacked,
            self.views.concepts,
            right.to(stacked.device),
            temperature=self.space.temperature,
        )

    def _token_loss(self, chosen: Sequence[Example], read: _Read) -> Tensor | None:
        inside = [
            (points[tokens], self.views.concepts[concept].expand(len(tokens), -1))
            for concept, tokens, points in _mentions(chosen, read)
        ]
        if not inside or not self._chosen.weights.token:
            return None
        return distance_loss(
            torch.cat([points for points, _ in inside]), torch.cat([wanted for _, wanted in inside])
        )

    def _sentence_loss(self, chosen: Sequence[Example], read: _Read) -> Tensor | None:
        if self.teacher is None:
            return None
        found = [
            (self.views.sentence_vector(vectors), self._said(text.text))
            for example, sides in zip(chosen, read, strict=True)
            if isinstance(example, TranslationUnit)
            for text, (vectors, _) in zip(_texts(example), sides, strict=True)
        ]
        if not found:
            return None
        stacked = torch.stack([vector for vector, _ in found])
        return distance_loss(stacked, torch.stack([wanted for _, wanted in found]).to(stacked))

    def _said(self, text: str) -> Tensor:
        """Return what the untrained model says of a text; kept in half precision."""
        if text not in self._taught:
            assert self.teacher is not None
            tokens = self.teacher.tokenize(self._chosen.prefix + text)
            (vectors,) = self.teacher.encode([tokens])
            self._taught[text] = nn.functional.normalize(vectors.mean(0), dim=0).half()
        return self._taught[text].float()

    def _translation_loss(self, chosen: Sequence[Example], read: _Read) -> Tensor | None:
        pairs = [
            (sides[0][1], sides[1][1])
            for example, sides in zip(chosen, read, strict=True)
            if isinstance(example, TranslationUnit)
        ]
        if len(pairs) < 2 or not self._chosen.weights.translation:
            return None
        sources, targets = ([pair[side] for pair in pairs] for side in (0, 1))
        return translation_loss(sources, targets, temperature=self._chosen.temperature)

    def _drawn_names(self, chosen: Sequence[Example]) -> ComparedNames:
        if not self._chosen.weights.names:
            return ComparedNames()
        return self.names.drawn(
            chosen,
            self.trainable.encoder,
            compared=self._chosen.compared,
            siblings=self._chosen.siblings,
        )

    def _names_loss(
        self,
        named: ComparedNames,
        chosen: Sequence[Example],
        read: _Read,
        points: Sequence[Tensor],
    ) -> Tensor | None:
        if len(named.mentions) < 2:
            return None
        queries = [read[place][0][1][_inside(chosen[place], row)] for place, row in named.mentions]
        return names_loss(
            queries,
            points,
            torch.tensor(named.concepts),
            torch.tensor(named.owner),
            temperature=self._chosen.temperature,
        )

    def measure(self) -> dict[str, float]:
        """Measure how often mentions find their concept; `score` is the mean share at first."""
        figures: dict[str, float] = {}
        with self.trainable.blended():
            for name, texts in self.development.items():
                figures |= self._measured(name, texts)
        first = [value for name, value in figures.items() if name.startswith("first ")]
        return {"score": fmean(first), **figures} if first else {}

    def _measured(self, name: str, texts: Sequence[ConceptText]) -> dict[str, float]:
        ranks: list[int] = []
        for text in texts:
            (vectors,) = self.trainable.encoder.encode([text.text])
            points = self.views(vectors)
            for concept, inside in text.mentions:
                scores = self.views.concepts @ self.views.mention_point(points[inside])
                ranks.append(int((scores > scores[concept]).sum()))
        return {
            f"first {name}": fmean(rank < 1 for rank in ranks),
            f"among {_DEPTH} {name}": fmean(rank < _DEPTH for rank in ranks),
        }

    def save(self, folder: Path, metadata: Mapping[str, Any]) -> None:
        """Write the encoder to an empty folder, read as it was, with its views beside it."""
        view = self.read_as
        read = {"layer": view.layer, "granularity": view.granularity, "window": view.window}
        self.trainable.save(folder, {**read, **metadata})
        write_coder(folder, RETRIEVER, {"prefix": "", "views": True, **metadata})
        said = {"layer": self.trainable.encoder.view.layer, **metadata}
        for holder in (folder, folder / "adapter"):
            if holder.is_dir():
                write_views(holder, self.views, self.space.concepts, said)
                if self.edges is not None:
                    (holder / EDGES_FILE).write_bytes(self.edges.read_bytes())


_Read = Sequence[Sequence[tuple[Tensor, Tensor]]]


def _texts(example: Example) -> tuple[TokenizedText, ...]:
    if isinstance(example, ConceptText):
        return (example.text,)
    return example.source, example.target


def _inside(example: Example, row: int) -> Tensor:
    """Return which tokens a mention of an example consists of."""
    assert isinstance(example, ConceptText)
    return torch.from_numpy(example.mentions[row][1])


def _mentions(chosen: Sequence[Example], read: _Read) -> Iterator[tuple[int, Tensor, Tensor]]:
    """Yield each mention's concept, its tokens, and the points of all tokens of its text."""
    for example, sides in zip(chosen, read, strict=True):
        if isinstance(example, ConceptText):
            for concept, inside in example.mentions:
                yield concept, torch.from_numpy(inside), sides[0][1]
