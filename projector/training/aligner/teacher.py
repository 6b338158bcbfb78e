"""Fuse frozen views into one similarity and sharpen it: what the student is to reproduce."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from projector import models
from projector.align.band import Band
from projector.align.weights import sinkhorn
from projector.training.aligner.positional_prior import anchored_prior, diagonal_prior
from projector.training.aligner.units import TranslationUnit, mention_tokens
from projector.training.aligner.views import TeacherView

if TYPE_CHECKING:
    from projector.models.encoder import Encoder
    from projector.settings import Precision
    from schemas.aligner_training import TeacherConfiguration

_TINY = 1e-30
_LEAST_SHARE = 1e-3  # of a target; less is nothing


@dataclass(frozen=True, slots=True)
class Teacher:
    """Frozen views and how their sum is sharpened; see `TeacherConfiguration`.

    Args:
        configuration: As the user wrote it.
        views: In its order.
    """

    configuration: TeacherConfiguration
    views: tuple[TeacherView, ...]

    @classmethod
    def load(
        cls,
        configuration: TeacherConfiguration,
        *,
        precision: Precision = "auto",
        device: str = "auto",
    ) -> Teacher:
        """Load the encoders of the views, each model and layer once.

        Args:
            configuration: Names them.
            precision, device: Of all of them, see `projector.models.load`.

        Raises:
            ModelError, ConfigurationError: See `projector.models.load`.
        """
        encoders: dict[tuple[str, int | None], Encoder] = {}
        views = []
        for view in configuration.views:
            key = (view.model, view.layer)
            if key not in encoders:
                encoders[key] = models.load(
                    view.model, layer=view.layer, precision=precision, device=device
                )
            views.append(TeacherView(view, encoders[key]))
        return cls(configuration, tuple(views))

    @torch.no_grad()
    def target(self, unit: TranslationUnit) -> Tensor:
        """Return [S, T] in [0, 1]: how much of each other's mass two tokens give each other."""
        similarity = self.similarity(unit)
        prior = self.prior(unit)
        if self.configuration.bias:
            similarity = similarity + self.configuration.bias * matching(unit).to(similarity)
        similarity = similarity + self.configuration.prior_weight * prior
        plan = sharpened(similarity, prior, self.configuration)
        shares = mutual_shares(plan)
        return shares.masked_fill(shares < _LEAST_SHARE, 0)

    def similarity(self, unit: TranslationUnit) -> Tensor:
        """Return [S, T], the weighted mean of the views' cosines."""
        total = sum(view.configuration.weight for view in self.views)
        parts = []
        for view in self.views:
            left, right = _both(view, unit)
            parts.append((left @ right.T) * (view.configuration.weight / total))
        return torch.stack(parts).sum(0)

    def prior(self, unit: TranslationUnit) -> Tensor:
        """Return [S, T] in [0, 1], 0 where a match is disallowed."""
        chosen = self.configuration
        sources, targets = len(unit.source), len(unit.target)
        device = getattr(self.views[0].encoder, "device", torch.device("cpu"))
        match chosen.prior:
            case "none":
                return torch.ones(sources, targets, device=device)
            case "diagonal":
                prior = diagonal_prior(sources, targets, full=chosen.full, fade=chosen.fade)
            case "anchored":
                prior = anchored_prior(
                    *_both(self.views[0], unit), full=chosen.full, fade=chosen.fade
                )
        return prior.to(device)


def _both(view: TeacherView, unit: TranslationUnit) -> tuple[Tensor, Tensor]:
    """Return a view's vectors of both sides."""
    clean = unit.clean or (None, None)
    return (
        view.vectors(unit.source, unit.languages[0], clean=clean[0]),
        view.vectors(unit.target, unit.languages[1], clean=clean[1]),
    )


def matching(unit: TranslationUnit) -> Tensor:
    """Return [S, T] bool: pairs of tokens of which both stand in spans that match."""
    sources, targets = mention_tokens(unit)
    return (sources.float().T @ targets.float()) > 0


def sharpened(similarity: Tensor, prior: Tensor, chosen: TeacherConfiguration) -> Tensor:
    """Sharpen similarities into a plan of how mass moves between tokens.

    Args:
        similarity: [S, T].
        prior: [S, T] in [0, 1]; multiplied into the kernel.
        chosen: `sharpen` is `transport`: the aligner's own few rounds; `sinkhorn`: POT's in the
            log domain, to uniform marginals (Cuturi 2013); `unbalanced`: marginals that may be
            missed at a price (Chizat et al. 2018; iterations of Séjourné et al. 2022); `softmax`:
            both directions' softmax multiplied; `none`: the kernel itself.

    Returns:
        [S, T], at least 0.
    """
    temperature = chosen.temperature
    if chosen.sharpen == "transport":
        band = Band(prior.new_zeros(len(prior)).long(), prior, prior.shape[1])
        return sinkhorn(similarity, band, epsilon=temperature, iterations=chosen.iterations)
    cost = 1 - similarity - temperature * torch.log(prior.clamp_min(_TINY))
    if chosen.sharpen == "sinkhorn":
        return _solved(cost, chosen)
    if chosen.sharpen == "unbalanced":
        return _unbalanced(cost, chosen)
    kernel = torch.exp(-cost / temperature)
    if chosen.sharpen == "none":
        return kernel
    rows = kernel.sum(1, keepdim=True).clamp_min(_TINY)
    return kernel / rows * kernel / kernel.sum(0, keepdim=True).clamp_min(_TINY)


def _solved(cost: Tensor, chosen: TeacherConfiguration) -> Tensor:
    import ot

    plan: Tensor = ot.sinkhorn(
        cost.new_empty(0),
        cost.new_empty(0),
        cost,
        chosen.temperature,
        method="sinkhorn_log",
        numItermax=chosen.iterations,
        stopThr=0,
        warn=False,
    )
    return plan


def _unbalanced(cost: Tensor, chosen: TeacherConfiguration) -> Tensor:
    import ot

    plan: Tensor = ot.unbalanced.sinkhorn_unbalanced(
        cost.new_empty(0),
        cost.new_empty(0),
        cost,
        chosen.temperature,
        chosen.marginal,
        method="sinkhorn_translation_invariant",
        numItermax=chosen.iterations,
        stopThr=0,
    )
    return plan


def mutual_shares(plan: Tensor) -> Tensor:
    """Return the geometric mean of the shares of mass that two tokens give each other.

    Args:
        plan: [S, T], at least 0.

    Returns:
        [S, T] in [0, 1]; with marginals that are met it is the plan times the root of S · T.
    """
    given = plan / plan.sum(1, keepdim=True).clamp_min(_TINY)
    received = plan / plan.sum(0, keepdim=True).clamp_min(_TINY)
    return (given * received).sqrt()
