"""Train: the one loop that the aligner and the tagger share, to be read from top to bottom."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import torch
from torch import Tensor
from tqdm import tqdm

from projector.models.foreign_errors import foreign_reading
from projector.training.checkpoints import CHECKPOINT, CurveRow, Snapshot, TrainingFolder
from projector.training.schedule import Schedule

if TYPE_CHECKING:
    from schemas.aligner_training import OptimisationConfiguration

_LEAST_RATE = 0.1  # of the rate, at the end


class TrainingTask(Protocol):
    """What is trained, on what, and how well it does."""

    @property
    def trained(self) -> Mapping[str, torch.nn.Parameter]:
        """Return the weights that are trained, by name."""

    @property
    def model(self) -> torch.nn.Module:
        """Return the module that they are in."""

    def loss(self, examples: Sequence[int]) -> Tensor:
        """Return the mean loss of some examples, a scalar with gradients."""

    def measure(self) -> dict[str, float]:
        """Measure the model as it is; `score` is what shall grow. Empty: nothing to measure on."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How long a run goes and how often it looks up.

    Args:
        steps: In all.
        measure_every, checkpoint_every: Steps.
        patience: Measurements without a better one after which the run ends; None: never.
    """

    steps: int
    measure_every: int
    checkpoint_every: int
    patience: int | None = None


def train(
    task: TrainingTask,
    schedule: Schedule,
    options: OptimisationConfiguration,
    pace: Pace,
    folder: TrainingFolder,
    *,
    scales: Mapping[str, float] | None = None,
    log: Callable[[str], None] = lambda _: None,
) -> Snapshot:
    """Train to the end, from the folder's checkpoint where there is one.

    Randomness comes from the seed and the step alone, so that a run that was killed ends as one
    that was not.

    Returns:
        The last state; the folder holds the best weights as well.
    """
    weights = list(task.trained.values())
    device = weights[0].device
    optimizer = torch.optim.AdamW(
        _groups(task.trained, scales or {}), lr=options.rate, weight_decay=options.decay
    )
    step, best, rows = 0, None, []
    if (resumed := folder.load(device)) is not None:
        step, best, rows = resumed.step, resumed.best, list(resumed.rows)
        with foreign_reading(folder.path / "checkpoint", CHECKPOINT):
            put_back(resumed.weights, task.trained)
            optimizer.load_state_dict(resumed.optimizer)
            _check_moments(optimizer)
        log(f"resumed at step {step}")
    precision = _autocast(options.precision, device)
    batches = _Batches(schedule)
    bar = tqdm(total=pace.steps, initial=step, desc="training", unit="step", disable=None)

    while True:
        if step % pace.measure_every == 0 or step == pace.steps:
            best = _measure(task, folder, rows, step, best, log)
        if step and (step % pace.checkpoint_every == 0 or step == pace.steps):
            folder.save(Snapshot(step, _state(task), optimizer.state_dict(), best, rows))
        if step == pace.steps or _is_stuck(best, step, pace):
            break
        started = time.perf_counter()
        torch.manual_seed(hash((schedule.seed, step)) % 2**63)
        rate = rate_at(step, pace.steps, options)
        for group in optimizer.param_groups:
            group["lr"] = rate * group.get("scale", 1.0)  # one of an older run says none
        task.model.train()
        loss = 0.0
        micro_batches = batches.at(step)
        for examples in micro_batches:
            with precision:
                part = task.loss(examples) / len(micro_batches)
            part.backward()  # type: ignore[no-untyped-call]
            loss += part.item()
        norm = torch.nn.utils.clip_grad_norm_(weights, options.clip)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        step += 1
        rows.append({"step": step, "loss": loss, "rate": rate, "norm": float(norm)})
        rows[-1] = {**rows[-1], "seconds": round(time.perf_counter() - started, 4)}
        bar.update()
        bar.set_postfix(loss=f"{loss:.4f}", refresh=False)
    bar.close()
    return Snapshot(step, _state(task), optimizer.state_dict(), best, rows)


def _groups(
    trained: Mapping[str, torch.nn.Parameter], scales: Mapping[str, float]
) -> list[dict[str, Any]]:
    """Group weights by what their rate is multiplied by."""
    groups: dict[float, list[torch.nn.Parameter]] = {}
    for name, weight in trained.items():
        groups.setdefault(scales.get(name, 1.0), []).append(weight)
    return [{"params": weights, "scale": scale} for scale, weights in groups.items()]


def put_back(kept: Mapping[str, torch.Tensor], trained: Mapping[str, torch.nn.Parameter]) -> None:
    """Put weights that were kept in the place of those that are trained.

    Raises:
        ValueError: They are another model's.
    """
    for name, weight in trained.items():
        shape = kept[name].shape if name in kept else None
        if shape != weight.shape:
            had = "is not there" if shape is None else f"has the shape {list(shape)}"
            raise ValueError(f"{name} {had}, should have {list(weight.shape)}")
        weight.data.copy_(kept[name])


def _check_moments(optimizer: torch.optim.Optimizer) -> None:
    """Refuse an optimiser's state that is not of its weights.

    Raises:
        ValueError: It isn't.
    """
    for weight, state in optimizer.state.items():
        shapes = [list(state[key].shape) for key in ("exp_avg", "exp_avg_sq")]
        if shapes != [list(weight.shape)] * 2 or not state["step"].isfinite():
            raise ValueError(f"the optimiser's state has the shapes {shapes}")


def rate_at(step: int, steps: int, options: OptimisationConfiguration) -> float:
    """Return the learning rate of a step: a linear warm-up, a linear fall to a tenth."""
    up = min(1.0, (step + 1) / (options.warmup + 1))
    return options.rate * up * (1 - (1 - _LEAST_RATE) * step / max(steps, 1))


def _measure(
    task: TrainingTask,
    folder: TrainingFolder,
    rows: list[CurveRow],
    step: int,
    best: tuple[float, int] | None,
    log: Callable[[str], None],
) -> tuple[float, int] | None:
    """Measure once a step, note it in the curve and keep the weights if they are the best."""
    if any("score" in row and row["step"] == step for row in rows):
        return best  # a resumed run's checkpoint was made behind the measurement
    task.model.eval()
    with torch.no_grad():
        figures = task.measure()
    if not figures:
        folder.save_best(_state(task))
        return best
    rows.append({"step": step, **figures})
    log(f"step {step}: " + ", ".join(f"{name} {value:.4f}" for name, value in figures.items()))
    if best is None or figures["score"] > best[0]:
        best = (figures["score"], step)
        folder.save_best(_state(task))
    return best


def _is_stuck(best: tuple[float, int] | None, step: int, pace: Pace) -> bool:
    if pace.patience is None or best is None:
        return False
    return step - best[1] >= pace.patience * pace.measure_every


def _state(task: TrainingTask) -> dict[str, Tensor]:
    return {name: weight.detach() for name, weight in task.trained.items()}


def _autocast(precision: str, device: torch.device) -> torch.autocast:
    """Return the context of a forward pass: bfloat16 where that is asked for or fast."""
    if precision == "auto":
        precision = "bf16" if device.type == "cuda" else "fp32"
    return torch.autocast(device.type, torch.bfloat16, enabled=precision == "bf16")


class _Batches:
    """Find a step's micro-batches; an epoch's are kept as long as it lasts."""

    def __init__(self, schedule: Schedule) -> None:
        self._schedule = schedule
        self._epochs: list[int] = []
        self._number = -1
        self._steps: list[list[list[int]]] = []

    def at(self, step: int) -> list[list[int]]:
        """Return a step's micro-batches."""
        number = 0
        while True:
            if number == len(self._epochs):
                self._load(number)
                self._epochs.append(len(self._steps))
            if step < self._epochs[number]:
                break
            step -= self._epochs[number]
            number += 1
        self._load(number)
        return self._steps[step]

    def _load(self, number: int) -> None:
        if number != self._number:
            self._number, self._steps = number, self._schedule.epoch(number)
