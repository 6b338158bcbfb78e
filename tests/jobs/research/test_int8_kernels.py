import pytest
import torch
from click.testing import CliRunner

from jobs.research import int8_kernels
from projector.models.devices import can_int8


@pytest.mark.skipif(not can_int8(torch.device("cpu")), reason="this processor has no such kernels")
@pytest.mark.filterwarnings("ignore")  # torch's own announcements
def test_kernels_are_timed_beside_fp32(monkeypatch):
    monkeypatch.setattr(int8_kernels, "_ROUNDS", 1)
    own = int8_kernels.torch_kernels
    monkeypatch.setattr(int8_kernels, "all_kernels", lambda layer, _: own(layer))
    result = CliRunner().invoke(
        int8_kernels.main, ["--tokens", "32", "--width", "64", "--rows", "32"]
    )
    rows = result.output.splitlines()[2:]
    assert result.exit_code == 0 and rows[0].startswith("| torch fp32 |") and len(rows) >= 3
    assert all(float(row.split("|")[4]) < 0.05 for row in rows)
