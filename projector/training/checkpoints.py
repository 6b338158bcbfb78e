"""Keep a training run on disk: its configuration, its curve, its checkpoints, its models.

configuration.json   all that it depends on beside its data
curve.parquet        a row for each step and measurement; curve.png is its picture
checkpoint/          the state to resume from: one whole folder, replaced by the next
best/                the trained weights that measured best
model/               what `projector project -m` takes, once the run is over
result.json          the best measurement; it is there when all is done
"""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import torch
from pydantic import BaseModel, Field, ValidationError
from safetensors.torch import save_file
from torch import Tensor

from projector.errors import ConfigurationError
from projector.models.folder_file import read_contract, read_object
from projector.models.foreign_errors import foreign_reading
from projector.models.weights import read_tensors
from projector.storage.atomic_file import atomic_write
from projector.storage.atomic_folder import new_folder, put_in_place, writing
from schemas.validation import differences

_LOG = logging.getLogger(__name__)
CurveRow = Mapping[str, float]
CHECKPOINT = (
    "a checkpoint as training leaves it. Remove the folder checkpoint to train from the beginning"
)


class _State(BaseModel):
    """What a checkpoint says beside its weights."""

    step: int = Field(ge=0)
    best: tuple[float, int] | None
    rows: list[dict[str, int | float]]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Where a run stands.

    Args:
        step: Steps done.
        weights: The trained weights.
        optimizer: The optimiser's own state.
        best: The best measurement so far and the step it was made at; None before the first.
        rows: The curve up to here.
    """

    step: int
    weights: dict[str, Tensor]
    optimizer: dict[str, Any]
    best: tuple[float, int] | None
    rows: list[CurveRow]


@dataclass(frozen=True, slots=True)
class TrainingFolder:
    """A training run's folder.

    Args:
        path: Where it is.
    """

    path: Path

    @property
    def model(self) -> Path:
        """Return where the finished model is."""
        return self.path / "model"

    def open(self, configuration: BaseModel, *, resume: bool) -> dict[str, float] | None:
        """Make the folder, or find in it what a run with this configuration left.

        Returns:
            The figures of a run that is over, None of one that is not.

        Raises:
            ConfigurationError: There is a run already and `resume` is not asked for; or it was
                made with another configuration, whose differences are told.
        """
        path = self.path / "configuration.json"
        wanted = configuration.model_dump(mode="json")
        if path.exists():
            if not resume:
                raise ConfigurationError(
                    f"{self.path}: holds a training run; go on with --resume, or name a new folder"
                )
            begun = _read_again(path, type(configuration))
            changed = list(differences(begun, wanted, where="then"))
            if changed:
                raise ConfigurationError(
                    f"{self.path}: was begun with another configuration: {'; '.join(changed)}. "
                    "Resume with the same one, or name another folder"
                )
        elif self.path.is_dir() and any(self.path.iterdir()):
            raise ConfigurationError(f"{self.path}: is not empty, and no training run")
        content = json.dumps(wanted, indent=1, sort_keys=True)
        atomic_write(path, content.encode())
        figures = self.result()
        if figures is not None:
            _LOG.info("%s: is finished", self.path)
        return figures

    def save(self, snapshot: Snapshot) -> None:
        """Write a checkpoint in the place of the last."""

        def write(folder: Path) -> None:
            save_file(_plain(snapshot.weights), folder / "weights.safetensors")
            torch.save(snapshot.optimizer, folder / "optimizer.pt")
            state = {"step": snapshot.step, "best": snapshot.best, "rows": snapshot.rows}
            (folder / "state.json").write_text(json.dumps(state), encoding="utf-8")

        _replace(self.path / "checkpoint", write)
        self.write_curve(snapshot.rows)

    def load(self, device: torch.device) -> Snapshot | None:
        """Return the last checkpoint, None where there is none.

        Raises:
            ModelError: It can't be read, or holds more than numbers.
        """
        folder = self.path / "checkpoint"
        if not folder.is_dir():
            return None
        state = read_contract(folder / "state.json", _State, CHECKPOINT)
        with foreign_reading(folder / "optimizer.pt", CHECKPOINT):
            # Nothing but tensors and numbers: whatever else is pickled there is refused.
            optimizer = torch.load(folder / "optimizer.pt", map_location=device, weights_only=True)
        weights = read_tensors(folder / "weights.safetensors", CHECKPOINT)
        return Snapshot(state.step, weights, optimizer, state.best, [*state.rows])

    def save_best(self, weights: Mapping[str, Tensor]) -> None:
        """Keep the weights that measured best so far."""
        _replace(
            self.path / "best",
            lambda folder: save_file(_plain(weights), folder / "weights.safetensors"),
        )

    def load_best(self) -> dict[str, Tensor]:
        """Return the weights that measured best.

        Raises:
            ModelError: They can't be read.
        """
        return read_tensors(self.path / "best" / "weights.safetensors", CHECKPOINT)

    def save_model(self, write: Callable[[Path], None]) -> None:
        """Write the finished model, whole or not at all."""
        _replace(self.model, write)

    def result(self) -> dict[str, float] | None:
        """Return the figures of a run that is over, None of one that is not."""
        path = self.path / "result.json"
        if not path.is_file():
            return None
        figures: dict[str, float] = read_object(path, "the figures of a training run")
        return figures

    def finish(self, figures: CurveRow) -> None:
        """Note that the run is over, and its best measurement."""
        atomic_write(self.path / "result.json", json.dumps(figures, indent=1).encode())

    def write_curve(self, rows: Sequence[CurveRow]) -> None:
        """Write the curve as Parquet; a figure that a step lacks is null."""
        table = io.BytesIO()
        pl.DataFrame(list(rows), infer_schema_length=None).write_parquet(table)
        atomic_write(self.path / "curve.parquet", table.getvalue())


def _read_again(path: Path, kind: type[BaseModel]) -> object:
    """Return a configuration that was written once, its settings under the names of today."""
    content = read_object(path, "the configuration of a training run")
    try:
        return kind.model_validate(content).model_dump(mode="json")
    except ValidationError:
        return content


def _plain(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name: weight.detach().cpu().contiguous() for name, weight in weights.items()}


def _replace(folder: Path, write: Callable[[Path], None]) -> None:
    """Fill a folder under another name and put it in the place of the old one."""
    with writing(folder), new_folder(folder) as temporary:
        write(temporary)
        put_in_place(temporary, folder)
