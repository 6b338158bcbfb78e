"""Draw training curves: losses and development figures over steps, of one run or of several."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

from projector.errors import ConfigurationError, CorpusError, Problem
from projector.storage.atomic_file import atomic_write
from projector.storage.parquet_frame import read_frame

_NOT_SHOWN = frozenset({"step", "loss", "rate", "norm", "seconds"})
_SMOOTH = 20  # steps that a loss is averaged over


def read_curve(folder: Path) -> pl.DataFrame:
    """Return the curve of a training run's folder.

    Raises:
        ConfigurationError: There is none.
        CorpusError: It can't be read, or holds more than numbers.
    """
    path = folder / "curve.parquet"
    if not path.is_file():
        raise ConfigurationError(f"{path}: no such file; expected the folder of a training run")
    curve = read_frame(path)
    wrong = [name for name in curve.columns if not curve[name].dtype.is_numeric()]
    if "step" not in curve.columns or wrong:
        found = f"the column {wrong[0]} holds no numbers" if wrong else "there is no column step"
        raise CorpusError(Problem(path, None, found, "a curve as training leaves it"))
    return curve


def draw_curves(curves: Mapping[str, pl.DataFrame], path: Path) -> bool:
    """Draw the loss and every development figure of runs, one panel each.

    Args:
        curves: By the name that the legend gives them.
        path: Where the PNG goes.

    Returns:
        Whether it was drawn: False where matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError:
        return False
    figures = list(dict.fromkeys(name for curve in curves.values() for name in _figures(curve)))
    figure = Figure(figsize=(9, 2.2 * (1 + len(figures))), layout="constrained")
    panels = figure.subplots(1 + len(figures), 1, squeeze=False, sharex=True)[:, 0]
    for name, curve in curves.items():
        losses = curve.filter(pl.col("loss").is_not_null()) if "loss" in curve.columns else None
        if losses is not None:
            smooth = losses["loss"].rolling_mean(_SMOOTH, min_samples=1)
            panels[0].plot(losses["step"].to_list(), smooth.to_list(), label=name)
        for panel, shown in zip(panels[1:], figures, strict=True):
            if shown in curve.columns:
                known = curve.filter(pl.col(shown).is_not_null())
                panel.plot(known["step"].to_list(), known[shown].to_list(), marker="o", label=name)
    for panel, title in zip(panels, ["loss", *figures], strict=True):
        panel.set_title(title, fontsize=9, loc="left")
        panel.grid(alpha=0.3)
    if len(curves) > 1:
        panels[0].legend(fontsize=8)
    panels[-1].set_xlabel("step")
    _save(figure, path)
    return True


def draw_sweep(values: Sequence[float], figures: Mapping[str, Sequence[float]], path: Path) -> bool:
    """Draw figures over the values of what was swept; see `draw_curves`."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        return False
    figure = Figure(figsize=(7, 2.2 * len(figures)), layout="constrained")
    panels = figure.subplots(len(figures), 1, squeeze=False, sharex=True)[:, 0]
    for panel, (name, heights) in zip(panels, figures.items(), strict=True):
        panel.plot(list(values), list(heights), marker="o")
        panel.set_title(name, fontsize=9, loc="left")
        panel.grid(alpha=0.3)
    _save(figure, path)
    return True


def _figures(curve: pl.DataFrame) -> list[str]:
    return [name for name in curve.columns if name not in _NOT_SHOWN]


def _save(figure: object, path: Path) -> None:
    data = io.BytesIO()
    figure.savefig(data, format="png", dpi=110, metadata={"Software": None})  # type: ignore[attr-defined]
    atomic_write(path, data.getvalue())
