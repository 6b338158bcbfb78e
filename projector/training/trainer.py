"""Take a training run from its first step to a folder with a finished model."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from projector.errors import ConfigurationError, counted
from projector.models.foreign_errors import foreign_reading
from projector.training.checkpoints import CHECKPOINT, TrainingFolder
from projector.training.curves import draw_curves, read_curve
from projector.training.loop import Pace, TrainingTask, put_back, train
from projector.training.schedule import Part, Schedule

if TYPE_CHECKING:
    from schemas.aligner_training import AlignerTraining
    from schemas.coder_training import CoderTraining
    from schemas.concept_training import ConceptTraining
    from schemas.edge_training import EdgeTraining
    from schemas.encoder_training import EncoderTraining
    from schemas.tagger_training import TaggerTraining

    Training = (
        AlignerTraining
        | TaggerTraining
        | CoderTraining
        | EdgeTraining
        | ConceptTraining
        | EncoderTraining
    )

_LOG = logging.getLogger(__name__)
Save = Callable[[Path, Mapping[str, Any]], None]


def schedule_of(sizes: Sequence[int], parts: Sequence[Part], configuration: Training) -> Schedule:
    """Return what each step sees.

    Args:
        sizes: Tokens of each example.
        parts: Where they come from.
        configuration: Tells the batches and the seed.

    Raises:
        ConfigurationError: An epoch would see nothing.
    """
    chosen = configuration.optimisation
    if not any(part.examples and any(part.turns) for part in parts):
        number = counted(sum(len(part.examples) for part in parts), "example")
        raise ConfigurationError(
            f"an epoch sees none of the {number} that there are: expected more of them, or a "
            "larger share of them in each epoch (`repeat`; an encoder's `names`)"
        )
    return Schedule(sizes, parts, chosen.tokens, chosen.accumulate, configuration.seed)


def fit(
    task: TrainingTask,
    schedule: Schedule,
    configuration: Training,
    run: TrainingFolder,
    save: Save,
    *,
    scales: Mapping[str, float] | None = None,
) -> dict[str, float]:
    """Train to the end, and leave the model that measured best in the run's folder.

    Args:
        task: What is trained.
        schedule: On what.
        configuration: How.
        run: Opened; a checkpoint in it is gone on from.
        save: Writes the model to an empty folder, with how it was made.
        scales: What the rate of some weights is multiplied by, by name; of others by 1.

    Returns:
        The figures of the best measurement; empty where nothing was measured.
    """
    chosen, development = configuration.optimisation, configuration.development
    steps = chosen.steps or max(round(chosen.epochs * schedule.steps_per_epoch()), 1)
    pace = Pace(steps, development.every, configuration.checkpoint_every, development.patience)
    end = train(task, schedule, chosen, pace, run, scales=scales, log=_LOG.info)
    with foreign_reading(run.path / "best", CHECKPOINT):
        put_back(run.load_best(), task.trained)
    task.model.train(False)
    step = end.best[1] if end.best else end.step
    made = {
        "step": step,
        "projector": version("projector"),
        "configuration": configuration.model_dump(mode="json"),
    }
    run.save_model(lambda folder: save(folder, {"made": made}))
    name = run.path.name
    if not draw_curves({name: read_curve(run.path)}, run.path / "curve.png"):
        _LOG.info("no curve.png: matplotlib is not installed (pip install 'projector[train]')")
    measured = (row for row in end.rows if "score" in row and row["step"] == step)
    figures = dict(next(measured, {}))
    run.finish(figures)
    return figures
