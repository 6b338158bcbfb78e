"""Train one aligner for each value of some settings, and lay their figures side by side."""

from __future__ import annotations

import io
import itertools
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
from pydantic import AliasChoices, ValidationError
from pydantic.fields import FieldInfo

from projector.errors import ConfigurationError
from projector.storage.atomic_file import atomic_write
from projector.storage.file_names import file_name
from projector.training.aligner.train import train_aligner
from projector.training.curves import draw_curves, draw_sweep, read_curve
from schemas.aligner_training import AlignerTraining
from schemas.validation import faults


@dataclass(frozen=True, slots=True)
class Axis:
    """One setting and the values that are tried.

    Args:
        name: Its place in the configuration, such as `teacher.bias`.
        values: What it is set to.
    """

    name: str
    values: tuple[Any, ...]

    @classmethod
    def parse(cls, text: str) -> Axis:
        """Read `teacher.bias=0,0.1,0.2`; a value is TOML, or else a plain string.

        Raises:
            ConfigurationError: It isn't of that form.
        """
        name, equals, values = text.partition("=")
        if not equals or not name.strip() or not values.strip():
            raise ConfigurationError(
                f"{text!r}: expected SETTING=VALUE,VALUE, like teacher.bias=0,0.2"
            )
        return cls(name.strip(), tuple(_value(value.strip()) for value in values.split(",")))


def _value(text: str) -> Any:  # noqa: ANN401
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def sweep(base: AlignerTraining, axes: Sequence[Axis], folder: Path) -> pl.DataFrame:
    """Train an aligner for every combination of values, each in a folder named after it.

    What a run has finished already is not done again, and what it has begun is gone on with; all
    share their targets where the teacher is the same.

    Args:
        base: What the settings are changed in.
        axes: What is changed.
        folder: Holds the runs, `sweep.parquet` with their figures, and pictures.

    Returns:
        A row for each combination: its values, and the best measurement.

    Raises:
        ConfigurationError: There is no such setting, or it can't have such a value.
        OutputError: A combination's name can't be a folder's: it is too long, for example.
    """
    plans = {}
    for values in itertools.product(*(axis.values for axis in axes)):
        chosen = {axis.name: value for axis, value in zip(axes, values, strict=True)}
        name = ",".join(f"{key}={value}" for key, value in chosen.items()).replace("/", "_")
        name = file_name(name, kind="run of the sweep")
        plans[name] = (chosen, changed(base, chosen, folder))
    rows = []
    for name, (chosen, configuration) in plans.items():
        run = folder / name
        figures = train_aligner(configuration, run, resume=(run / "configuration.json").exists())
        rows.append({**chosen, **figures})
    table = pl.DataFrame(rows, infer_schema_length=None)
    data = io.BytesIO()
    table.write_parquet(data)
    atomic_write(folder / "sweep.parquet", data.getvalue())
    draw_curves({name: read_curve(folder / name) for name in plans}, folder / "curves.png")
    values = axes[0].values
    if len(axes) == 1 and all(isinstance(value, (int, float)) for value in values):
        columns = [name for name in table.columns if name not in ("step", axes[0].name)]
        if columns:
            heights = {name: table[name].to_list() for name in columns}
            draw_sweep(values, heights, folder / "sweep.png")
    return table


def changed(base: AlignerTraining, chosen: Mapping[str, Any], folder: Path) -> AlignerTraining:
    """Return a configuration with some settings changed and targets to be shared in a folder.

    Raises:
        ConfigurationError: There is no such setting, or it can't have such a value.
    """
    content = base.model_dump(mode="json")
    content["targets"] = content["targets"] or str(folder / "targets")
    for name, value in chosen.items():
        *path, last = _current_names(name.split("."))
        table: Any = content
        for step in path:
            table = table.get(step) if isinstance(table, dict) else None
        if not isinstance(table, dict) or last not in table:
            raise ConfigurationError(f"{name}: no such setting, or not a single value")
        table[last] = value
    try:
        return AlignerTraining.model_validate(content)
    except ValidationError as error:
        raise ConfigurationError(faults(error, Path("sweep"))) from error


def _current_names(path: Sequence[str]) -> list[str]:
    """Return a setting's place under the names of today: some had others."""
    names: list[str] = []
    contract: Any = AlignerTraining
    for step in path:
        fields = contract.model_fields if hasattr(contract, "model_fields") else {}
        name = next((name for name, field in fields.items() if _is_called(field, step)), step)
        contract = fields[name].annotation if name in fields else None
        names.append(name)
    return names


def _is_called(field: FieldInfo, name: str) -> bool:
    alias = field.validation_alias
    return isinstance(alias, AliasChoices) and name in alias.choices
