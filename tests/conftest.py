import json

import pytest
import torch
from transformers import (
    BertConfig,
    BertModel,
    DistilBertConfig,
    DistilBertModel,
    XLMRobertaConfig,
    XLMRobertaModel,
)

from projector.models.embedded.tokenizer import build_tokenizer

PIECES = ["<s>", "<pad>", "</s>", "<unk>", "▁", *"abcdefghijklmnopqrstuvwxyzáéó.,", "▁pa", "ciente"]
SHAPE = {"hidden_size": 32, "num_attention_heads": 4, "intermediate_size": 64}
FAMILIES = {
    "bert": lambda: BertModel(
        BertConfig(vocab_size=40, num_hidden_layers=3, max_position_embeddings=20, **SHAPE)
    ),
    "xlm-roberta": lambda: XLMRobertaModel(
        XLMRobertaConfig(vocab_size=40, num_hidden_layers=3, max_position_embeddings=22, **SHAPE)
    ),
    "distilbert": lambda: DistilBertModel(
        DistilBertConfig(vocab_size=40, n_layers=3, max_position_embeddings=20, dim=32, n_heads=4)
    ),
}


@pytest.fixture(scope="session")
def checkpoints(tmp_path_factory):
    """Folders with small random models of three families, as transformers saves them."""
    root = tmp_path_factory.mktemp("checkpoints")
    for name, build in FAMILIES.items():
        torch.manual_seed(0)
        build().save_pretrained(root / name)
        tokenizer = build_tokenizer(PIECES, [-2.0] * len(PIECES), bos=0, eos=2, unk=3)
        tokenizer.enable_truncation(8)  # as sentence-transformers leaves it: must not cut anything
        tokenizer.enable_padding(length=8)
        tokenizer.save(str(root / name / "tokenizer.json"))
    return root


@pytest.fixture
def edit_config():
    """Change keys of a checkpoint's configuration."""

    def edit(folder, **changes):
        path = folder / "config.json"
        content = json.loads(path.read_text(encoding="utf-8"))
        path.write_text(json.dumps({**content, **changes}), encoding="utf-8")

    return edit
