"""Hold what a worker computes in to what the plan says, without Ray."""

from pathlib import Path

import pytest
import torch

from jobs.folder import RunFolder
from jobs.plan import read_plan
from jobs.planning import Planning
from jobs.shard_file import read_outcomes
from jobs.worker import ShardWorker
from projector.errors import ConfigurationError, ModelError
from projector.run.configure import configure
from projector.run.project_corpus import run_configuration
from schemas.collection import Collection
from schemas.manifest import read_manifest
from schemas.seal import sealed_json

pytestmark = pytest.mark.usefixtures("planning_here")


@pytest.fixture(autouse=True)
def brat(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for language in ("es", "en"):
        (tmp_path / language).mkdir()
        (tmp_path / language / "a.txt").write_text("paciente", encoding="utf-8")
    return tmp_path


@pytest.fixture
def threads():
    before = torch.get_num_threads()
    yield 1
    torch.set_num_threads(before)


def planned(brat: Path, model: object, device: str, **options) -> RunFolder:
    folder = RunFolder(brat / "run")
    folder.prepare()
    run = configure("es", ["en"], model=str(model), on_error="skip", **options)
    Planning(folder, Collection(run=run), brat, device).result()
    return folder


def test_what_was_left_open_is_told_by_plan_and_manifest_alike(brat, checkpoints):
    folder = planned(brat, checkpoints / "bert", "cpu")
    model = read_plan(folder).model
    assert (model.layer, model.granularity, model.window, model.device) == (
        2,
        "sentence",
        18,
        "cpu",
    )
    assert model.precision in ("fp32", "bf16")
    run = configure("es", ["en"], model=str(checkpoints / "bert"))
    run_configuration(run, "out")
    ran = read_manifest(brat / "out").model
    # A collection's machines may differ in their kernels: no plan names one.
    assert ran.kernel and ran.model_copy(update={"kernel": None}) == model


def test_a_model_without_weights_has_no_layers_and_computes_anywhere(brat, threads):
    folder = planned(brat, "tiny", "cuda")
    model = read_plan(folder).model
    assert (model.layer, model.precision, model.device) == (None, "fp32", "cpu")
    ShardWorker(str(folder.path), threads).load()


def test_a_worker_computes_as_the_plan_says_whatever_it_would_choose_itself(
    brat, checkpoints, threads
):
    folder = planned(brat, checkpoints / "bert", "cpu", precision="bf16", layer=1)
    worker = ShardWorker(str(folder.path), threads)
    worker.load()
    assert (worker._encoder.precision, worker._encoder.view.layer) == ("bf16", 1)
    worker.run(0, 1, {})
    (outcome,) = read_outcomes(folder.shard(0))
    assert outcome.source == "a"


@pytest.mark.skipif(torch.cuda.is_available(), reason="needs a machine without a GPU")
def test_a_machine_without_the_plans_device_is_refused(brat, checkpoints, threads):
    folder = planned(brat, checkpoints / "bert", "cuda")
    assert read_plan(folder).model.device == "cuda"
    with pytest.raises(ConfigurationError) as raised:
        ShardWorker(str(folder.path), threads).load()
    told = str(raised.value)
    assert "there is no device 'cuda' here" in told
    assert "expected cuda and bf16, as the plan says" in told and "--gpus-per-worker 0" in told


def test_a_machine_that_would_emulate_the_plans_precision_is_refused(
    brat, checkpoints, threads, monkeypatch
):
    folder = planned(brat, checkpoints / "bert", "cuda", precision="bf16")
    monkeypatch.setattr("projector.models.devices.resolve_device", lambda name: torch.device(name))
    monkeypatch.setattr("torch.cuda.is_bf16_supported", lambda **_: False)
    monkeypatch.setattr("torch.cuda.get_device_name", lambda: "Old GPU")
    with pytest.raises(ConfigurationError, match="Old GPU computes in fp32, and could only"):
        ShardWorker(str(folder.path), threads).load()


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("fingerprint", "other", 'fingerprint: "other" in the plan'),
        ("layer", 1, "layer: 1 in the plan, 2 now"),
        ("device", "tpu", 'device: "tpu" in the plan, "cpu" now'),
    ],
)
def test_another_model_than_the_plans_is_refused(brat, checkpoints, threads, name, value, told):
    folder = planned(brat, checkpoints / "bert", "cpu")
    plan = read_plan(folder)
    other = plan.model_copy(update={"model": plan.model.model_copy(update={name: value})})
    (folder.plan / "plan.json").write_text(sealed_json(other), encoding="utf-8")
    with pytest.raises(ModelError, match="another model than the plan's") as raised:
        ShardWorker(str(folder.path), threads).load()
    assert told in str(raised.value)
