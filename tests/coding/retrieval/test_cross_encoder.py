"""Hold how a pair of a mention and a description is read and scored."""

import shutil

import numpy as np
import pytest
import torch

from projector.coding.coder_folder import CODER_FILE, RERANKER, write_coder
from projector.coding.retrieval.cross_encoder import (
    HEAD_FILE,
    CrossEncoder,
    load_cross_encoder,
    save_head,
)
from projector.errors import ModelError
from projector.models import load


def test_a_pair_is_scored_alike_in_any_company(checkpoints):
    encoder = load(str(checkpoints / "bert"), granularity="window", device="cpu")
    torch.manual_seed(0)
    cross = CrossEncoder(encoder, torch.nn.Linear(encoder.dimension, 1))
    pairs = [("tos", "tos seca"), ("dolor", "tos"), ("a" * 80, "b" * 80)]
    together = cross.predict(pairs)
    assert np.allclose(together, [cross.predict([pair])[0] for pair in pairs], atol=1e-5)
    assert len({*together.tolist()}) == 3
    assert len(cross.sequence("a" * 80, "b" * 80)) <= encoder.view.window
    assert cross.predict([]).shape == (0,)


def test_the_sentence_around_is_read_where_it_is_asked_for(checkpoints):
    encoder = load(str(checkpoints / "bert"), granularity="window", device="cpu")
    torch.manual_seed(0)
    head = torch.nn.Linear(encoder.dimension, 1)
    alone, around = (CrossEncoder(encoder, head, context=context) for context in (False, True))
    pairs = [("tos", "tos seca", "tiene tos"), ("tos", "tos seca", "no tiene tos")]
    # Some processors add up the last rows of a product in another order than the first.
    assert np.ptp(alone.predict(pairs)) < 1e-6 < 1e-4 < np.ptp(around.predict(pairs))
    plain_pair = ("tos", "tos seca", "")
    assert around.predict([plain_pair]) == alone.predict([plain_pair])
    assert len(around.sequence("a" * 80, "b" * 80, "c" * 80)) <= encoder.view.window


def test_a_head_is_read_with_the_encoder_beside_it_and_both_tell(checkpoints, tmp_path):
    shutil.copytree(checkpoints / "bert", tmp_path / "r")
    write_coder(tmp_path / "r", RERANKER, {"prefix": "", "context": True, "first_weight": 3})
    with pytest.raises(ModelError, match="its head can't be read"):
        load_cross_encoder(tmp_path / "r", device="cpu")
    torch.manual_seed(0)
    save_head(tmp_path / "r", torch.nn.Linear(32, 1))
    modes = {(tmp_path / "r" / name).stat().st_mode for name in (HEAD_FILE, CODER_FILE)}
    assert len(modes) == 1  # whoever may read the one may read the other
    cross, fingerprint = load_cross_encoder(tmp_path / "r", device="cpu")
    assert cross.context and cross.first_weight == 3 and cross.encoder.precision == "fp32"
    save_head(tmp_path / "r", torch.nn.Linear(32, 1))
    other, changed = load_cross_encoder(tmp_path / "r", device="cpu")
    pairs = [("tos", "tos seca")]
    assert changed != fingerprint and other.predict(pairs) != cross.predict(pairs)
