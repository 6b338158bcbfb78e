import json
import shutil

import polars as pl
import pytest
import torch

from projector.errors import ConfigurationError
from projector.models import load
from projector.training.aligner.development import Development
from projector.training.aligner.targets import SparseTarget
from projector.training.aligner.teacher import Teacher
from projector.training.aligner.train import Distillation, train_aligner
from schemas.aligner_training import DistillationConfiguration


def weights_of(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.safetensors")}


@pytest.mark.parametrize("loss", ["self-training", "cosine"])
def test_one_batch_can_be_learned_by_heart(student_of, units, loss):
    student = student_of(rank=0)
    targets = [SparseTarget.of(torch.eye(len(unit.source), len(unit.target))) for unit in units]
    options = DistillationConfiguration(loss=loss, window=1000, temperature=0.05)
    task = Distillation(student, units, targets, options, Development({}, {}))
    optimizer = torch.optim.Adam(student.trained.values(), lr=5e-3)
    student.encoder.model.eval()
    losses = []
    for _ in range(250):
        value = task.loss(range(len(units)))
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        losses.append(value.item())
    assert losses[-1] < (0.02 if loss == "self-training" else 0.2 * losses[0])


def test_a_run_leaves_a_model_a_curve_and_figures(configuration, tmp_path):
    figures = train_aligner(configuration(), tmp_path / "run")
    assert set(figures) == {"step", "score", "aer wordalign_es-en"}
    curve = pl.read_parquet(tmp_path / "run" / "curve.parquet")
    assert curve.filter(pl.col("loss").is_not_null())["step"].to_list() == list(range(1, 9))
    assert curve.filter(pl.col("score").is_not_null())["step"].to_list() == [0, 4, 8]
    encoder = load(tmp_path / "run" / "model", device="cpu")
    assert encoder.view.layer == 2
    said = json.loads((tmp_path / "run" / "model" / "projector.json").read_text(encoding="utf-8"))
    assert said["made"]["configuration"]["optimisation"]["steps"] == 8


def test_a_killed_run_ends_as_one_that_was_not(configuration, tmp_path, monkeypatch):
    train_aligner(configuration(), tmp_path / "whole")
    seen = 0

    def dying(self, examples, loss=Distillation.loss):
        nonlocal seen
        seen += 1
        if seen == 6:  # behind the checkpoint of step 4
            raise KeyboardInterrupt
        return loss(self, examples)

    with monkeypatch.context() as patch:
        patch.setattr(Distillation, "loss", dying)
        with pytest.raises(KeyboardInterrupt):
            train_aligner(configuration(), tmp_path / "killed")
    assert not (tmp_path / "killed" / "model").exists()
    train_aligner(configuration(), tmp_path / "killed", resume=True)
    assert weights_of(tmp_path / "killed") == weights_of(tmp_path / "whole")
    curves = [
        pl.read_parquet(tmp_path / name / "curve.parquet").drop("seconds")
        for name in ("killed", "whole")
    ]
    assert curves[0].equals(curves[1])


def test_the_seed_decides(configuration, tmp_path):
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        train_aligner(configuration(seed=seed), tmp_path / name)
    assert weights_of(tmp_path / "a" / "model") == weights_of(tmp_path / "b" / "model")
    assert weights_of(tmp_path / "a" / "model") != weights_of(tmp_path / "c" / "model")


def test_a_run_is_not_taken_for_another(configuration, tmp_path):
    train_aligner(configuration(), tmp_path / "run")
    with pytest.raises(ConfigurationError, match="holds a training run; go on with --resume"):
        train_aligner(configuration(), tmp_path / "run")
    with pytest.raises(ConfigurationError, match="seed: 0 then, 1 now"):
        train_aligner(configuration(seed=1), tmp_path / "run", resume=True)
    before = weights_of(tmp_path / "run")
    train_aligner(configuration(), tmp_path / "run", resume=True)
    assert weights_of(tmp_path / "run") == before
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="is not empty, and no training run"):
        train_aligner(configuration(), tmp_path / "other")


def test_a_run_that_gets_no_better_ends_early(configuration, tmp_path):
    changed = configuration()
    patient = changed.development.model_copy(update={"patience": 1, "every": 2})
    still = changed.optimisation.model_copy(update={"rate": 1e-12, "steps": 50})
    changed = changed.model_copy(update={"development": patient, "optimisation": still})
    train_aligner(changed, tmp_path / "run")
    curve = pl.read_parquet(tmp_path / "run" / "curve.parquet")
    assert curve["step"].max() == 2


def test_without_development_data_the_last_weights_are_kept(configuration, tmp_path):
    changed = configuration(development={})
    assert train_aligner(changed, tmp_path / "run") == {}
    last, best = (
        (tmp_path / "run" / name / "weights.safetensors").read_bytes()
        for name in ("checkpoint", "best")
    )
    assert last == best


def test_targets_can_be_shared_by_runs(configuration, tmp_path, monkeypatch):
    shared = tmp_path / "targets"
    train_aligner(configuration(targets=str(shared)), tmp_path / "a")
    monkeypatch.setattr(Teacher, "target", None)
    train_aligner(configuration(targets=str(shared), seed=4), tmp_path / "b")
    assert not (tmp_path / "b" / "targets").exists()
    shutil.rmtree(shared)


def test_targets_of_other_weights_under_the_same_name_are_made_anew(
    configuration, checkpoints, tmp_path
):
    model, shared = tmp_path / "teacher", tmp_path / "targets"
    views = {"views": [{"model": str(model), "layer": 1}]}
    for name in ("bert", "xlm-roberta"):
        shutil.rmtree(model, ignore_errors=True)
        shutil.copytree(checkpoints / name, model)
        train_aligner(configuration(targets=str(shared), teacher=views), tmp_path / name)
    assert len(list(shared.iterdir())) == 2


def test_a_teacher_is_loaded_once_for_all_sources(configuration, tmp_path, monkeypatch):
    loaded = []

    def load(chosen, *, load=Teacher.load, **runtime):
        loaded.append(runtime)
        return load(chosen, **runtime)

    monkeypatch.setattr(Teacher, "load", load)
    (source,) = configuration().data
    other = source.model_copy(update={"accent_drop": 1.0, "limit": 2})
    train_aligner(configuration(data=(source, other)), tmp_path / "run")
    assert len(loaded) == 1 and "auto" not in loaded[0].values()
