"""Hold how a run goes from its first step to a folder with a finished model."""

import json
import sys

import pytest
import torch

from projector.errors import ConfigurationError, OutputError
from projector.training.checkpoints import TrainingFolder
from projector.training.schedule import Part
from projector.training.trainer import fit, schedule_of


class Slope:
    """Learn a slope; each measurement is what `scores` says next, if anything."""

    def __init__(self, *scores):
        torch.manual_seed(0)
        self.model = torch.nn.Linear(1, 1, bias=False)
        self.scores = [*scores]
        self.measured = []

    @property
    def trained(self):
        return dict(self.model.named_parameters())

    def loss(self, examples):
        inputs = torch.tensor([[float(number)] for number in examples])
        return (self.model(inputs) - 2 * inputs).square().mean()

    def measure(self):
        self.measured.append(self.model.weight.item())
        return {"score": self.scores.pop(0)} if self.scores else {}


@pytest.fixture
def trained(configuration, tmp_path):
    """Train in a folder, and return the figures with what was saved, and how it was made."""

    def run(task, *, folder="run", **optimisation):
        chosen = configuration()
        changed = chosen.optimisation.model_copy(update={"precision": "fp32", **optimisation})
        chosen = chosen.model_copy(update={"optimisation": changed})
        opened = TrainingFolder(tmp_path / folder)
        opened.open(chosen, resume=True)
        schedule = schedule_of([10] * 12, [Part(range(12))], chosen)

        def save(model, metadata):
            saved = {"weight": task.model.weight.item(), "training": task.model.training}
            (model / "weight.json").write_text(json.dumps({**saved, **metadata}))

        figures = fit(task, schedule, chosen, opened, save)
        said = json.loads((tmp_path / folder / "model" / "weight.json").read_text())
        return figures, said

    return run


def test_the_weights_that_measured_best_are_saved(trained, tmp_path):
    task = Slope(0.1, 0.9, 0.5)  # of steps 0, 4 and 8
    figures, said = trained(task, rate=0.1)
    assert figures == {"step": 4, "score": 0.9}
    assert said["weight"] == pytest.approx(task.measured[1]) != pytest.approx(task.measured[2])
    assert not said["training"]  # as it is used
    assert said["made"]["step"] == 4
    assert said["made"]["configuration"]["optimisation"]["rate"] == 0.1
    assert TrainingFolder(tmp_path / "run").result() == figures


def test_without_a_measurement_the_last_weights_are(trained, tmp_path):
    task = Slope()
    figures, said = trained(task)
    assert figures == {} == TrainingFolder(tmp_path / "run").result()
    assert said["made"]["step"] == 8 and said["weight"] == pytest.approx(task.measured[-1])


@pytest.mark.parametrize(("epochs", "accumulate"), [(1.0, 1), (2.5, 1), (1.0, 3), (0.01, 1)])
def test_without_a_number_of_steps_the_data_are_gone_through(
    trained, configuration, epochs, accumulate
):
    chosen = {"steps": None, "epochs": epochs, "accumulate": accumulate, "tokens": 40}
    whole = schedule_of([10] * 12, [Part(range(12))], configuration(optimisation=chosen))
    expected = max(round(epochs * whole.steps_per_epoch()), 1)
    assert trained(Slope(), **chosen)[1]["made"]["step"] == expected


def test_a_curve_is_drawn_where_matplotlib_is_there(trained, tmp_path):
    pytest.importorskip("matplotlib")
    trained(Slope())
    assert (tmp_path / "run" / "curve.png").is_file()


def test_without_matplotlib_it_is_told_how_to_get_one(trained, tmp_path, monkeypatch, caplog):
    for name in ("matplotlib", "matplotlib.figure"):
        monkeypatch.setitem(sys.modules, name, None)
    with caplog.at_level("INFO", "projector"):
        trained(Slope())
    assert "no curve.png: matplotlib is not installed (pip install" in caplog.text
    assert (tmp_path / "run" / "curve.parquet").is_file()


def test_a_model_that_cannot_be_saved_leaves_a_run_to_go_on_with(configuration, tmp_path):
    run = TrainingFolder(tmp_path / "run")
    run.open(configuration(), resume=True)
    schedule = schedule_of([10] * 12, [Part(range(12))], configuration())

    def full(model, metadata):
        raise OSError("no space left")

    with pytest.raises(OutputError, match="model: can't be written: no space left"):
        fit(Slope(), schedule, configuration(), run, full)
    assert run.result() is None and not run.model.exists()
    saved = []
    fit(Slope(), schedule, configuration(), run, lambda model, _: saved.append(model))
    assert saved and run.result() == {}


def test_a_schedule_is_what_the_configuration_says(configuration):
    sizes, parts = [7, 30, 5], [Part([0, 1]), Part([2], 0.5)]
    chosen = configuration(optimisation={"tokens": 99, "accumulate": 4}, seed=3)
    schedule = schedule_of(sizes, parts, chosen)
    assert (schedule.sizes, schedule.parts) == (sizes, parts)
    assert (schedule.tokens, schedule.accumulate, schedule.seed) == (99, 4, 3)


@pytest.mark.parametrize("part", [Part(range(4), 0.1), Part(range(4), 1e-320), Part(range(0))])
def test_epochs_that_see_nothing_are_refused(configuration, part):
    """They were gone through without end."""
    with pytest.raises(ConfigurationError, match=r"none of the [04] examples .*`repeat`"):
        schedule_of([10] * 4, [part], configuration())
    assert schedule_of([10] * 4, [part, Part(range(2, 4), 0.25 + 0.25)], configuration()).epoch(0)
