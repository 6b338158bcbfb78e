import torch

from projector.training.aligner.targets import SparseTarget, targets_of


class Counting:
    def __init__(self):
        self.asked = 0

    def target(self, unit):
        self.asked += 1
        random = torch.Generator().manual_seed(len(unit))
        values = torch.rand(len(unit.source), len(unit.target), generator=random)
        return values.masked_fill(values < 0.7, 0)


def test_a_target_comes_back_as_it_was_but_for_half_precision():
    values = torch.rand(5, 7)
    values[values < 0.5] = 0
    again = SparseTarget.of(values).dense(5, 7)
    torch.testing.assert_close(again, values, atol=5e-4, rtol=0)
    assert ((again == 0) == (values == 0)).all()
    assert SparseTarget.of(torch.zeros(2, 3)).dense(2, 3).sum() == 0


def test_targets_are_made_once_and_read_back(units, tmp_path, monkeypatch):
    monkeypatch.setattr("projector.training.aligner.targets.PART", 2)
    teacher = Counting()
    first = targets_of(units, tmp_path, "teacher", lambda: teacher)
    assert teacher.asked == len(units) == 3

    def nobody():
        raise AssertionError("everything is there")

    again = targets_of(units, tmp_path, "teacher", nobody)
    for unit, one, other in zip(units, first, again, strict=True):
        shape = len(unit.source), len(unit.target)
        assert torch.equal(one.dense(*shape), other.dense(*shape))
    targets_of(units, tmp_path, "another teacher", lambda: teacher)
    targets_of(units[1:], tmp_path, "teacher", lambda: teacher)
    assert teacher.asked == 3 + 3 + 2


def test_a_part_that_is_missing_or_damaged_is_made_again_alone(units, tmp_path, monkeypatch):
    monkeypatch.setattr("projector.training.aligner.targets.PART", 2)
    teacher = Counting()
    first = targets_of(units, tmp_path, "teacher", lambda: teacher)
    parts = sorted(tmp_path.rglob("*.parquet"))
    assert len(parts) == 2
    parts[1].write_bytes(b"no parquet")
    again = targets_of(units, tmp_path, "teacher", lambda: teacher)
    assert teacher.asked == 3 + 1
    shape = len(units[2].source), len(units[2].target)
    assert torch.equal(first[2].dense(*shape), again[2].dense(*shape))
