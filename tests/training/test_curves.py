"""Hold that curves are drawn as they are, and that a run does without their pictures."""

import sys

import polars as pl
import pytest

from projector.errors import ConfigurationError, CorpusError
from projector.training.curves import draw_curves, draw_sweep, read_curve

PNG = b"\x89PNG\r\n"
ONE = pl.DataFrame(
    {
        "step": [0, 1, 2, 2],
        "loss": [None, 2.0, 1.0, None],
        "rate": [None, 0.1, 0.1, None],
        "score": [0.1, None, None, 0.5],
    }
)
OTHER = pl.DataFrame({"step": [0, 4], "strict": [0.2, 0.3]})  # measured, and not trained


@pytest.fixture
def panels(monkeypatch):
    """Note what is drawn: the titles of panels, and each line's points by its label."""
    figure = pytest.importorskip("matplotlib.figure")
    noted = []
    kept = figure.Figure.savefig

    def savefig(self, *arguments, **options):
        for axes in self.axes:
            lines = {line.get_label(): line.get_xydata().tolist() for line in axes.get_lines()}
            noted.append((axes.get_title(loc="left"), lines))
        return kept(self, *arguments, **options)

    monkeypatch.setattr(figure.Figure, "savefig", savefig)
    return noted


@pytest.fixture
def no_matplotlib(monkeypatch):
    for name in ("matplotlib", "matplotlib.figure"):
        monkeypatch.setitem(sys.modules, name, None)


def test_a_panel_for_the_loss_and_each_figure_has_a_line_for_each_run(panels, tmp_path):
    assert draw_curves({"a": ONE, "b": OTHER}, tmp_path / "curve.png")
    assert [title for title, _ in panels] == ["loss", "score", "strict"]
    drawn = dict(panels)
    assert drawn["loss"] == {"a": [[1, 2.0], [2, 1.5]]}  # the mean of the last twenty steps
    assert drawn["score"] == {"a": [[0, 0.1], [2, 0.5]]}
    assert drawn["strict"] == {"b": [[0, 0.2], [4, 0.3]]}
    assert (tmp_path / "curve.png").read_bytes().startswith(PNG)


def test_a_loss_is_averaged_over_twenty_steps(panels, tmp_path):
    losses = [float(step % 7) for step in range(60)]
    draw_curves({"a": pl.DataFrame({"step": range(60), "loss": losses})}, tmp_path / "c.png")
    expected = []
    for step in range(60):
        window = losses[max(0, step - 19) : step + 1]
        expected.append([step, pytest.approx(sum(window) / len(window))])
    assert dict(panels)["loss"] == {"a": expected}


def test_a_run_that_is_only_measured_has_an_empty_loss(panels, tmp_path):
    assert draw_curves({"b": OTHER}, tmp_path / "curve.png")
    assert dict(panels) == {"loss": {}, "strict": {"b": [[0, 0.2], [4, 0.3]]}}


def test_the_same_curves_give_the_same_bytes(panels, tmp_path):
    for name in ("a.png", "b.png"):
        draw_curves({"a": ONE, "b": OTHER}, tmp_path / name)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_a_sweep_has_a_panel_for_each_figure(panels, tmp_path):
    assert draw_sweep([0.1, 0.2], {"score": [0.5, 0.6], "aer": [0.3, 0.2]}, tmp_path / "s.png")
    assert [title for title, _ in panels] == ["score", "aer"]
    assert [*dict(panels)["aer"].values()] == [[[0.1, 0.3], [0.2, 0.2]]]
    assert (tmp_path / "s.png").read_bytes().startswith(PNG)


@pytest.mark.usefixtures("no_matplotlib")
def test_without_matplotlib_nothing_is_drawn(tmp_path):
    assert draw_curves({"a": ONE}, tmp_path / "curve.png") is False
    assert draw_sweep([1.0], {"score": [0.5]}, tmp_path / "sweep.png") is False
    assert not list(tmp_path.iterdir())


def test_a_curve_is_read_from_its_runs_folder(tmp_path):
    with pytest.raises(ConfigurationError, match=r"curve\.parquet: no such file; expected the"):
        read_curve(tmp_path)
    ONE.write_parquet(tmp_path / "curve.parquet")
    assert read_curve(tmp_path).equals(ONE)


@pytest.mark.parametrize(
    ("curve", "told"),
    [
        (b"PAR1", "can't be read"),
        (ONE.drop("step"), "there is no column step"),
        (ONE.with_columns(score=pl.lit("x")), "the column score holds no numbers"),
    ],
)
def test_a_curve_that_is_none_is_told(tmp_path, curve, told):
    path = tmp_path / "curve.parquet"
    path.write_bytes(curve) if isinstance(curve, bytes) else curve.write_parquet(path)
    with pytest.raises(CorpusError, match=rf"curve\.parquet: {told}"):
        read_curve(tmp_path)
