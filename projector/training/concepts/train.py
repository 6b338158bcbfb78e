"""Train a concept space: names find their concept, and the list's hierarchy keeps its distances."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import torch
from torch import Tensor, nn
from tqdm import tqdm

from projector.coding.code_list import CodeList
from projector.coding.coder_folder import RETRIEVER, CoderFolder
from projector.coding.normalize import without_encounter
from projector.coding.retrieval.bi_encoder import distinct_names, load_bi_encoder
from projector.coding.retrieval.name_vectors import INSTALLED, encoded
from projector.coding.retrieval.quantized_names import QuantizedNames
from projector.concepts.space import ConceptSpace
from projector.training.checkpoints import TrainingFolder
from projector.training.concepts.hierarchy import Hierarchy, Standing, standings
from projector.training.concepts.names import read_concepts
from projector.training.schedule import Part
from projector.training.trainer import fit, schedule_of

if TYPE_CHECKING:
    from schemas.concept_training import ConceptTraining

_LOG = logging.getLogger(__name__)
_LEAST_NAMES = 3  # of a concept one of whose names may be held out
_DEPTH = 10


class Placement(nn.Module):
    """Put names into the space by a linear map, and concepts where they are trained to be.

    Args:
        names: [M, D] the vectors of names that the map starts from: their principal directions.
        owner: [M] the concept of each.
        concepts: How many there are; each begins as the mean of its names.
        dimension: Of the space, at most D.
    """

    def __init__(self, names: Tensor, owner: Tensor, concepts: int, dimension: int) -> None:
        super().__init__()
        width = names.shape[1]
        self.place = nn.Linear(width, min(dimension, width))
        mean = names.mean(0)
        directions = torch.linalg.eigh((names - mean).T @ (names - mean)).eigenvectors
        with torch.no_grad():
            self.place.weight.copy_(directions.flip(1).T[: self.place.out_features])
            self.place.bias.copy_(-self.place.weight @ mean)
            start = torch.zeros(concepts, self.place.out_features)
            start.index_add_(0, owner, self(names))
        self.concepts = nn.Parameter(nn.functional.normalize(start, dim=1))

    def forward(self, names: Tensor) -> Tensor:
        """Return [B, d] names as points of the space."""
        return nn.functional.normalize(self.place(names), dim=1)

    def points(self) -> Tensor:
        """Return [N, d] the concepts as points of the space."""
        return nn.functional.normalize(self.concepts, dim=1)


@dataclass(frozen=True, slots=True, eq=False)
class Placing:
    """The task of placing concepts where their names and their hierarchy want them.

    Args:
        model: Holds them.
        names: [M, D] vectors of all names.
        owner: [M] the concept of each.
        held_out: Names that teach nothing.
        hierarchy: Of the concepts.
        configuration: Temperature, cosines wanted.
    """

    model: Placement
    names: Tensor
    owner: Tensor
    held_out: Tensor
    hierarchy: Hierarchy
    configuration: ConceptTraining

    @property
    def trained(self) -> Mapping[str, nn.Parameter]:
        """Return the weights that are trained, by name."""
        return dict(self.model.named_parameters())

    def loss(self, examples: Sequence[int]) -> Tensor:
        """Return the mean loss of some names: of finding their concept among all, of distances."""
        rows = torch.tensor(examples)
        points = self.model.points()
        scores = self.model(self.names[rows]) @ points.T / self.configuration.temperature
        owner = self.owner[rows]
        loss = nn.functional.cross_entropy(scores, owner.to(scores.device))
        if not self.configuration.hierarchy.weight:
            return loss
        return loss + self.configuration.hierarchy.weight * self._distances(points, owner)

    def _distances(self, points: Tensor, concepts: Tensor) -> Tensor:
        left, right = self.hierarchy.drawn(concepts)
        if not len(left):
            return points.new_zeros(())
        near = self.configuration.hierarchy
        levels = (near.others, near.chapter, near.block, near.siblings)
        wanted = torch.tensor(levels)[self.hierarchy.nearness(left, right)]
        cosines = (points[left] * points[right]).sum(1)
        return nn.functional.mse_loss(cosines, wanted.to(cosines))

    def measure(self) -> dict[str, float]:
        """Measure how often names that taught nothing find their concept; `score` is at 1."""
        if not len(self.held_out):
            return {}
        points = self.model.points()
        ranks = []
        for rows in torch.split(self.held_out, 1024):
            scores = self.model(self.names[rows]) @ points.T
            right = scores.gather(1, self.owner[rows, None].to(scores.device))
            ranks.append((scores > right).sum(1))
        rank = torch.cat(ranks)
        first, ten = ((rank < depth).float().mean().item() for depth in (1, _DEPTH))
        left, right = self.hierarchy.drawn(self.owner[self.held_out])
        nearness = self.hierarchy.nearness(left, right)
        cosines = (points[left] * points[right]).sum(1)
        means = {
            f"cosine {name}": cosines[nearness == level].mean().item()
            for level, name in enumerate(("others", "chapter", "block", "siblings"))
            if (nearness == level).any()
        }
        return {"score": first, "first": first, f"among {_DEPTH}": ten, **means}


def train_concepts(
    configuration: ConceptTraining, folder: Path, *, resume: bool = False
) -> dict[str, float]:
    """Make a concept space in a run's folder; `folder/model` is what it comes to.

    Args:
        configuration: All that it depends on beside the files it names.
        folder: New, or with `resume` that of a run with the same configuration.
        resume: Go on from the last checkpoint.

    Returns:
        The figures of the best measurement; empty where nothing was measured.

    Raises:
        ConfigurationError, CorpusError, ModelError: What is asked for can't be done.
    """
    run = TrainingFolder(folder)
    if (known := run.open(configuration, resume=resume)) is not None:
        return known
    codes, listed = read_concepts(configuration)
    _LOG.info("%d concepts, %d names", len(codes), len(codes.terms))
    vectors = _first_vectors(codes, configuration)
    owner = torch.tensor([term.code for term in codes.terms])
    held_out = _held_out(owner, configuration)
    known_rows = torch.ones(len(owner), dtype=torch.bool)
    known_rows[held_out] = False
    torch.manual_seed(configuration.seed)
    model = Placement(vectors[known_rows], owner[known_rows], len(codes), configuration.dimension)
    above = standings(codes.codes, listed)
    task = Placing(model, vectors, owner, held_out, Hierarchy.of(above), configuration)
    rows = known_rows.nonzero()[:, 0].tolist()
    schedule = schedule_of([1] * len(owner), [Part(rows)], configuration)

    def save(target: Path, metadata: Mapping[str, Any]) -> None:
        space = _space(codes, above, task)
        space.write(target, {"encoder": configuration.encoder, **metadata})

    return fit(task, schedule, configuration, run, save)


def _first_vectors(codes: CodeList, configuration: ConceptTraining) -> Tensor:
    """Return [M, D] what the configuration's retriever makes of the names."""
    path = Path(configuration.encoder)
    encoder = load_bi_encoder(path, device=configuration.device)
    folder = CoderFolder.read(path, RETRIEVER).path

    def shown(parts: Any) -> Any:  # noqa: ANN401
        return tqdm(parts, desc="names", unit="part", disable=None)

    names = distinct_names(codes)
    vectors = np.zeros((len(names), encoder.encoder.dimension), np.float32)
    unknown = np.ones(len(names), bool)
    if (folder / INSTALLED).is_file():
        known = QuantizedNames.read(folder / INSTALLED)
        if known.encoder == encoder.fingerprint:  # where they begin needn't be exact
            rows = known.rows_of(names)
            unknown = rows < 0
            vectors[~unknown] = known.vectors(rows[~unknown])
    others = [name for name, missing in zip(names, unknown, strict=True) if missing]
    vectors[unknown] = encoded(others, encoder, codes.name, progress=shown)
    row_of = {name: row for row, name in enumerate(names)}
    rows_of_terms = [row_of[without_encounter(term.text)] for term in codes.terms]
    return torch.from_numpy(vectors)[rows_of_terms]


def _held_out(owner: Tensor, configuration: ConceptTraining) -> Tensor:
    """Draw the names that teach nothing, at most one of a concept, by the seed."""
    enough = torch.bincount(owner)[owner] >= _LEAST_NAMES
    random = np.random.default_rng(configuration.seed)
    order = random.permutation(len(owner))
    kept: dict[int, int] = {}
    for row in order.tolist():
        if enough[row] and len(kept) < configuration.held_out * len(owner):
            kept.setdefault(int(owner[row]), row)
    return torch.tensor(sorted(kept.values()), dtype=torch.long)


def _space(codes: CodeList, above: Sequence[Standing], task: Placing) -> ConceptSpace:
    concepts = pl.DataFrame(
        {
            "code": list(codes.codes),
            "name": [codes.description(number) for number in range(len(codes))],
            "parent": [one.parent for one in above],
            "block": [one.block for one in above],
            "chapter": [one.chapter for one in above],
        }
    )
    names = pl.DataFrame(
        {
            "concept": [term.code for term in codes.terms],
            "language": [term.language for term in codes.terms],
            "text": [term.text for term in codes.terms],
        },
        schema={"concept": pl.Int32, "language": pl.String, "text": pl.String},
    )
    with torch.no_grad():
        points = task.model.points().cpu().numpy()
        places = (
            torch.cat([task.model(part) for part in torch.split(task.names, 4096)]).cpu().numpy()
        )
    return ConceptSpace(concepts, points, names, places, task.configuration.temperature)
