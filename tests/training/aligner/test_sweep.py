import polars as pl
import pytest

from projector.errors import ConfigurationError
from projector.training.aligner.sweep import Axis, changed, sweep


def test_values_are_read_as_toml_or_as_they_stand():
    assert Axis.parse("teacher.bias=0, 0.5").values == (0, 0.5)
    assert Axis.parse("teacher.sharpen=none,softmax").values == ("none", "softmax")
    for wrong in ("teacher.bias", "=1", "a="):
        with pytest.raises(ConfigurationError, match="expected SETTING=VALUE"):
            Axis.parse(wrong)


def test_every_value_gets_a_run_and_a_row(configuration, tmp_path):
    folder = tmp_path / "sweep"
    axes = [Axis("teacher.bias", (0.0, 0.5))]
    table = sweep(configuration(), axes, folder)
    assert table["teacher.bias"].to_list() == [0.0, 0.5]
    assert {"score", "aer wordalign_es-en"} <= set(table.columns)
    assert pl.read_parquet(folder / "sweep.parquet").equals(table)
    for name in ("teacher.bias=0.0", "teacher.bias=0.5"):
        assert (folder / name / "model" / "projector.json").is_file()
    before = (folder / "teacher.bias=0.5" / "checkpoint" / "state.json").stat().st_mtime_ns
    assert sweep(configuration(), axes, folder).equals(table)
    assert (folder / "teacher.bias=0.5" / "checkpoint" / "state.json").stat().st_mtime_ns == before
    pytest.importorskip("matplotlib")
    assert (folder / "sweep.png").read_bytes().startswith(b"\x89PNG")
    assert (folder / "curves.png").is_file()


@pytest.mark.parametrize(
    ("axis", "match"),
    [
        (Axis("teacher.biass", (1,)), "teacher.biass: no such setting"),
        (Axis("teacher.views.weight", (1,)), "no such setting, or not a single value"),
        (Axis("teacher.bias", (-1,)), "teacher.bias: -1; expected at least 0"),
    ],
)
def test_a_setting_that_is_none_is_refused_before_anything_is_trained(
    configuration, tmp_path, axis, match
):
    with pytest.raises(ConfigurationError, match=match):
        sweep(configuration(), [axis], tmp_path / "sweep")
    assert not (tmp_path / "sweep").exists()


def test_a_setting_is_changed_by_its_former_name_too(configuration, tmp_path):
    for name in ("student.wise_ft_alpha", "student.keep"):
        assert changed(configuration(), {name: 0.5}, tmp_path).student.wise_ft_alpha == 0.5
    with pytest.raises(ConfigurationError, match=r"student\.kept: no such setting"):
        changed(configuration(), {"student.kept": 0.5}, tmp_path)
