"""Hold how a run is driven: its pace, what it keeps, and that it resumes as if never stopped."""

import pytest
import torch

from projector.training.checkpoints import TrainingFolder
from projector.training.loop import Pace, rate_at, train
from projector.training.schedule import Part, Schedule
from schemas.aligner_training import OptimisationConfiguration

OPTIONS = OptimisationConfiguration(rate=0.1, warmup=0, precision="fp32")


class Line:
    """Learn the slope of a line; each measurement is what `scores` says next, if anything."""

    def __init__(self, scores=None):
        torch.manual_seed(0)
        self.model = torch.nn.Linear(1, 1, bias=False)
        self.scores = scores
        self.seen = []
        self.measured = []

    @property
    def trained(self):
        return dict(self.model.named_parameters())

    def loss(self, examples):
        self.seen.append(tuple(examples))
        inputs = torch.tensor([[float(number)] for number in examples])
        return (self.model(inputs) - 2 * inputs).square().mean()

    def measure(self):
        self.measured.append(self.model.weight.detach().clone())
        return {} if self.scores is None else {"score": self.scores.pop(0)}


def run(task, folder, steps, **pace):
    schedule = Schedule([1] * 4, [Part(range(4))], tokens=2, accumulate=1, seed=0)
    chosen = {"measure_every": 2, "checkpoint_every": 2, **pace}
    return train(task, schedule, OPTIONS, Pace(steps, **chosen), TrainingFolder(folder))


def test_it_learns_and_its_curve_has_a_row_a_step(tmp_path):
    end = run(Line(), tmp_path, 40)
    losses = [row["loss"] for row in end.rows]
    assert end.step == len(losses) == 40 and losses[-1] < losses[0] / 10
    assert end.best is None and torch.equal(
        TrainingFolder(tmp_path).load_best()["weight"], end.weights["weight"]
    )


def test_the_weights_that_measured_best_are_kept(tmp_path):
    task = Line([0.1, 0.9, 0.5, 0.6])
    end = run(task, tmp_path, 6)
    assert end.best == (0.9, 2)
    best = TrainingFolder(tmp_path).load_best()["weight"]
    assert torch.equal(best, task.measured[1]) and not torch.equal(best, end.weights["weight"])


def test_a_run_ends_when_nothing_better_comes(tmp_path):
    assert run(Line([0.5] * 9), tmp_path / "a", 16, patience=2).step == 4
    assert run(Line([0.5] * 9), tmp_path / "b", 16).step == 16


@pytest.mark.parametrize("killed_at", [1, 3, 4])
def test_a_run_that_was_stopped_ends_as_one_that_was_not(tmp_path, killed_at):
    whole = run(Line([0.1, 0.2, 0.3, 0.4]), tmp_path / "whole", 6)
    task = Line([0.1, 0.2, 0.3, 0.4])
    kept = task.loss

    def dying(examples):
        if len(task.seen) == killed_at:
            raise KeyboardInterrupt
        return kept(examples)

    task.loss = dying
    with pytest.raises(KeyboardInterrupt):
        run(task, tmp_path / "killed", 6)
    checkpoint = TrainingFolder(tmp_path / "killed").load(torch.device("cpu"))
    measured = 0 if checkpoint is None else checkpoint.step // 2 + 1
    again = Line([0.1, 0.2, 0.3, 0.4][measured:])
    end = run(again, tmp_path / "killed", 6)
    assert torch.equal(end.weights["weight"], whole.weights["weight"])
    assert end.best == whole.best == (0.4, 6)
    assert [row["step"] for row in end.rows] == [row["step"] for row in whole.rows]


def test_the_rate_rises_to_its_height_and_falls_to_a_tenth():
    options = OptimisationConfiguration(rate=1.0, warmup=3)
    assert [rate_at(step, 100, options) for step in (0, 1)] == pytest.approx(
        [0.25, 0.5 * (1 - 0.009)]
    )
    assert rate_at(100, 100, options) == pytest.approx(0.1)


def test_the_rate_of_some_weights_is_scaled(tmp_path):
    task = Line()
    task.model = torch.nn.Sequential(task.model, torch.nn.Linear(1, 1, bias=False))
    task.measure = dict
    before = {name: weight.detach().clone() for name, weight in task.trained.items()}
    schedule = Schedule([1] * 4, [Part(range(4))], tokens=2, accumulate=1, seed=0)
    folder = TrainingFolder(tmp_path)
    end = train(task, schedule, OPTIONS, Pace(1, 2, 2), folder, scales={"1.weight": 0.01})
    moved = {name: (end.weights[name] - weight).abs().item() for name, weight in before.items()}
    # Adam's first step is the rate itself, whatever the gradient.
    assert moved == pytest.approx({"0.weight": 0.1, "1.weight": 0.001}, rel=1e-3)


def test_a_checkpoint_from_before_there_were_scales_is_gone_on_from(tmp_path):
    run(Line(), tmp_path, 4)
    folder = TrainingFolder(tmp_path)
    snapshot = folder.load(torch.device("cpu"))
    for group in snapshot.optimizer["param_groups"]:
        del group["scale"]
    folder.save(snapshot)
    assert run(Line(), tmp_path, 6).step == 6
