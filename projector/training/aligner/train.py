"""Train an aligner: targets from the teacher, then the student, measured as it learns."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from projector import models
from projector.align.similarity import PRIOR_TOKENS, centered
from projector.models.devices import resolve
from projector.training.aligner.data import read_source
from projector.training.aligner.development import Development
from projector.training.aligner.losses import (
    consistency_loss,
    contrast_loss,
    cosine_loss,
    divergence_loss,
    projection_loss,
    self_training_loss,
)
from projector.training.aligner.targets import SparseTarget, targets_of
from projector.training.aligner.teacher import Teacher
from projector.training.aligner.units import TranslationUnit, mention_tokens, plainer, units_of
from projector.training.checkpoints import TrainingFolder
from projector.training.schedule import Part
from projector.training.trainable_encoder import TrainableEncoder
from projector.training.trainer import fit, schedule_of

if TYPE_CHECKING:
    from schemas.aligner_training import AlignerTraining, DistillationConfiguration

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Distillation:
    """The task of making a student's cosines like the teacher's targets.

    Args:
        student: What is trained.
        units: What there is to learn from.
        targets: Of each unit.
        options: How the student is told.
        development: What it is measured on.
    """

    student: TrainableEncoder
    units: Sequence[TranslationUnit]
    targets: Sequence[SparseTarget]
    options: DistillationConfiguration
    development: Development

    @property
    def trained(self) -> Mapping[str, torch.nn.Parameter]:
        """Return the weights that are trained, by name."""
        return self.student.trained

    @property
    def model(self) -> torch.nn.Module:
        """Return the student's model."""
        return self.student.encoder.model

    def loss(self, examples: Sequence[int]) -> Tensor:
        """Return the mean loss of some units, laid side by side in windows."""
        units = [self.units[number] for number in examples]
        vectors = self.student.vectors([text for one in units for text in (one.source, one.target)])
        sources, targets = vectors[::2], vectors[1::2]
        total = vectors[0].new_zeros(())
        for first, last in _windows(units, self.options.window):
            sides = sources[first:last], targets[first:last]
            similarity = _similarity(*sides)
            wanted = self._target(examples[first:last]).to(similarity)
            part = loss_of(similarity, wanted, self.options)
            if self.options.contrast and last - first > 1:
                part = part + self.options.contrast * contrast_loss(
                    similarity,
                    *(_numbers(side) for side in sides),
                    temperature=self.options.contrast_temperature,
                )
            total = total + part * (last - first) / len(units)
        if self.options.projection:
            total = total + self.options.projection * self._projection(units, sources, targets)
        return total

    def _projection(
        self, units: Sequence[TranslationUnit], sources: Sequence[Tensor], targets: Sequence[Tensor]
    ) -> Tensor:
        """Return the mean over units with gold mentions of how badly these are projected."""
        losses = []
        for unit, source, target in zip(units, sources, targets, strict=True):
            mentions = [side.to(source.device) for side in mention_tokens(unit)]
            if len(mentions[0]):
                similarity = _similarity([source], [target])
                temperature = self.options.temperature
                losses.append(projection_loss(similarity, *mentions, temperature=temperature))
        return torch.stack(losses).mean() if losses else sources[0].new_zeros(())

    def _target(self, examples: Sequence[int]) -> Tensor:
        """Return the targets of units as one matrix: tokens of different units don't match."""
        parts = [
            self.targets[at].dense(len(self.units[at].source), len(self.units[at].target))
            for at in examples
        ]
        whole: Tensor = torch.block_diag(*parts)  # type: ignore[no-untyped-call]
        return whole

    def measure(self) -> dict[str, float]:
        """Measure the student on the development data."""
        with self.student.blended():
            return self.development.measure(self.student.encoder)


def _windows(units: Sequence[TranslationUnit], window: int) -> list[tuple[int, int]]:
    """Group neighbouring units into windows of so many tokens, or of one unit."""
    borders = [0]
    total = 0
    for number, unit in enumerate(units):
        total += len(unit)
        if total > window and number > borders[-1]:
            borders.append(number)
            total = len(unit)
    return list(zip(borders, [*borders[1:], len(units)], strict=True))


def _similarity(sources: Sequence[Tensor], targets: Sequence[Tensor]) -> Tensor:
    """Return [S, T] plain cosines of units' vectors, each side less its mean as at inference."""
    left = centered(torch.cat(list(sources)), prior_tokens=PRIOR_TOKENS)
    right = centered(torch.cat(list(targets)), prior_tokens=PRIOR_TOKENS)
    return left.float() @ right.float().T


def _numbers(texts: Sequence[Tensor]) -> Tensor:
    """Return the number of the text that each token of all is in."""
    numbers = torch.arange(len(texts)).repeat_interleave(torch.tensor([len(one) for one in texts]))
    return numbers.to(texts[0].device)


def loss_of(similarity: Tensor, target: Tensor, options: DistillationConfiguration) -> Tensor:
    """Return the loss that a configuration names, of one [S, T] window."""
    temperature = options.temperature
    if options.target_threshold:
        target = (target >= options.target_threshold).to(target)
    match options.loss:
        case "cosine":
            loss = cosine_loss(similarity, target)
        case "kl":
            loss = divergence_loss(similarity, target, temperature=temperature)
        case "self-training":
            loss = self_training_loss(similarity, target, temperature=temperature)
    if options.consistency:
        loss = loss + options.consistency * consistency_loss(similarity, temperature=temperature)
    return loss


def train_aligner(
    configuration: AlignerTraining, folder: Path, *, resume: bool = False
) -> dict[str, float]:
    """Train an aligner into a run's folder; `folder/model` is what it comes to.

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
    development = Development.read(configuration.development)
    torch.manual_seed(configuration.seed)
    student = TrainableEncoder.load(configuration.student, device=configuration.device)
    units, parts = read_units(configuration, student)
    targets = _targets(configuration, folder, student, units, parts)
    schedule = schedule_of([len(unit) for unit in units], parts, configuration)
    task = Distillation(student, units, targets, configuration.distillation, development)
    return fit(task, schedule, configuration, run, student.save)


def _targets(
    configuration: AlignerTraining,
    folder: Path,
    student: TrainableEncoder,
    units: Sequence[TranslationUnit],
    parts: Sequence[Part],
) -> list[SparseTarget]:
    """Return all units' targets; each source's are kept by themselves, for other runs to share."""
    chosen = configuration.teacher
    # Not by name alone: a folder can come to hold other weights.
    runtime = resolve("auto", configuration.device)
    weights = [
        models.fingerprint(view.model, layer=view.layer, precision=runtime.precision)
        for view in chosen.views
    ]
    known_by = json.dumps([chosen.model_dump(mode="json"), weights, student.encoder.fingerprint])
    teacher = cache(
        lambda: Teacher.load(chosen, precision=runtime.precision, device=runtime.device)
    )
    kept = configuration.targets or folder / "targets"
    targets: list[SparseTarget] = []
    for part in parts:
        targets += targets_of([units[number] for number in part.examples], kept, known_by, teacher)
    return targets


def read_units(
    configuration: AlignerTraining, student: TrainableEncoder
) -> tuple[list[TranslationUnit], list[Part]]:
    """Read all sources and cut them into units; a unit's number tells its source."""
    units: list[TranslationUnit] = []
    parts = []
    random = np.random.default_rng(configuration.seed)
    for source in configuration.data:
        first = len(units)
        pairs = read_source(source)
        for pair in tqdm(pairs, desc="reading", unit="pair", disable=None):
            cut = units_of(pair, student.encoder)
            units += (plainer(unit, student.encoder, source.accent_drop, random) for unit in cut)
        parts.append(Part(range(first, len(units)), source.repeat))
        _LOG.info(
            "%s: %d pairs in %d units, %d of %d gold spans within one",
            source.sentences or source.gold or source.source,
            len(pairs),
            len(units) - first,
            sum(len(unit.spans) for unit in units[first:]),
            sum(len(pair.spans) for pair in pairs),
        )
    return units, parts
