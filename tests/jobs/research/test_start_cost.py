import pytest
from click.testing import CliRunner

from jobs.research import start_cost
from jobs.research.whole_command import Cost


def test_each_command_is_printed_with_its_least(monkeypatch, tmp_path):
    costs = iter(Cost(seconds, seconds / 2, 100 * seconds) for seconds in range(1, 100))
    monkeypatch.setattr(start_cost, "command_cost", lambda line: next(costs))
    result = CliRunner().invoke(start_cost.main, ["--repeat", "2", "--from", str(tmp_path)])
    assert result.exit_code == 0, result.output
    header, first, second, *_ = result.output.splitlines()
    assert header.split() == ["seconds", "processor", "MiB", "torches"]
    assert first.split() == ["import", "torch", "1.00", "0.50", "100", "1.0"]
    assert second.split() == ["projector", "-h", "3.00", "1.50", "300", "3.0"]


@pytest.mark.slow
def test_the_samples_are_projected_in_a_few_imports_of_torch(tmp_path, pytestconfig):
    samples = pytestconfig.rootpath / "data_samples" / "brat"
    lines = start_cost.commands(samples, tmp_path / "out")
    torch, project = (
        start_cost.measured(lines[name], repeat=1)
        for name in ("import torch", "project the samples")
    )
    # A guard, and no measurement: what transformers or torch's compiler would add is more.
    assert project.memory < 1000
    assert project.processor < 8 * torch.processor
