import json

import polars as pl
import pytest
import torch

from projector.errors import ConfigurationError, OutputError
from projector.training.checkpoints import Snapshot, TrainingFolder
from schemas.aligner_training import AlignerTraining

CPU = torch.device("cpu")


def training(**changes):
    return AlignerTraining.model_validate({"data": [{"gold": "g.jsonl"}], **changes})


def snapshot(step, best=None):
    weights = {"layer.weight": torch.full((2, 2), float(step))}
    rows = [{"step": number, "loss": 1 / number} for number in range(1, step + 1)]
    return Snapshot(step, weights, {"state": {}, "param_groups": []}, best, rows)


def test_a_run_is_begun_once_and_gone_on_with_when_asked(tmp_path):
    run = TrainingFolder(tmp_path / "run")
    run.open(training(), resume=False)
    with pytest.raises(ConfigurationError, match="holds a training run; go on with --resume"):
        run.open(training(), resume=False)
    assert run.open(training(), resume=True) is None
    with pytest.raises(ConfigurationError, match="seed: 0 then, 3 now") as raised:
        run.open(training(seed=3, student={"rank": 4}), resume=True)
    assert "student.rank: 16 then, 4 now" in str(raised.value)


def test_what_a_finished_run_came_to_is_told_instead(tmp_path, caplog):
    run = TrainingFolder(tmp_path / "run")
    assert run.open(training(), resume=False) is None
    run.finish({"score": 0.5})
    with caplog.at_level("INFO"):
        assert run.open(training(), resume=True) == {"score": 0.5}
    assert f"{run.path}: is finished" in caplog.text


def test_a_run_begun_under_a_settings_former_name_is_gone_on_with(tmp_path):
    run = TrainingFolder(tmp_path / "run")
    run.open(training(student={"keep": 0.5}), resume=False)
    path = tmp_path / "run" / "configuration.json"
    path.write_text(path.read_text().replace("wise_ft_alpha", "keep"))
    run.open(training(student={"wise_ft_alpha": 0.5}), resume=True)
    assert json.loads(path.read_text())["student"]["wise_ft_alpha"] == 0.5
    with pytest.raises(ConfigurationError, match=r"student\.wise_ft_alpha: 0\.5 then, 1\.0 now"):
        run.open(training(), resume=True)


def test_a_folder_of_something_else_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("")
    with pytest.raises(ConfigurationError, match="is not empty, and no training run"):
        TrainingFolder(tmp_path).open(training(), resume=True)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_the_last_checkpoint_comes_back(tmp_path):
    run = TrainingFolder(tmp_path)
    assert run.load(CPU) is None and run.result() is None
    run.save(snapshot(1))
    run.save(snapshot(3, best=(0.5, 2)))
    found = run.load(CPU)
    assert (found.step, found.best, found.rows) == (3, (0.5, 2), snapshot(3).rows)
    assert torch.equal(found.weights["layer.weight"], torch.full((2, 2), 3.0))
    assert pl.read_parquet(tmp_path / "curve.parquet")["step"].to_list() == [1, 2, 3]
    assert {path.name for path in tmp_path.iterdir()} == {"checkpoint", "curve.parquet"}


def test_a_checkpoint_that_cannot_be_written_leaves_the_last(tmp_path, monkeypatch):
    run = TrainingFolder(tmp_path)
    run.save(snapshot(1))

    def full(*_):
        raise OSError("no space left")

    with monkeypatch.context() as patched:
        patched.setattr(torch, "save", full)
        with pytest.raises(OutputError, match="checkpoint: can't be written: no space left"):
            run.save(snapshot(2))
    rename = type(tmp_path).rename

    def refuse(self, target):
        if target.name == "checkpoint" and ".tmp-old" not in self.name:
            raise OSError("refused")
        return rename(self, target)

    with monkeypatch.context() as patched:
        patched.setattr(type(tmp_path), "rename", refuse)
        with pytest.raises(OutputError, match="refused"):
            run.save(snapshot(2))
    assert run.load(CPU).step == 1
    assert {path.name for path in tmp_path.iterdir()} == {"checkpoint", "curve.parquet"}


def test_the_best_weights_the_model_and_the_figures_are_kept(tmp_path):
    run = TrainingFolder(tmp_path)
    run.save_best({"layer.weight": torch.ones(2)})
    assert torch.equal(run.load_best()["layer.weight"], torch.ones(2))
    run.save_model(lambda folder: (folder / "config.json").write_text("{}"))
    assert (run.model / "config.json").is_file()
    run.finish({"score": 0.5})
    assert run.result() == {"score": 0.5}
