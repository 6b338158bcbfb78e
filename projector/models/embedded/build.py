"""Build the embedded model as a torch module, from the file that its package carries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from projector.models import int8
from projector.models.adapters import Adapter
from projector.models.bert import Bert, BertConfiguration
from projector.models.embedded.mapped_embedding import MappedEmbedding
from projector.models.embedded.package import RANGES
from projector.models.embedded.weight_file import WeightFile
from projector.models.int8_ranges import read_ranges
from projector.models.unfilled import unfilled

if TYPE_CHECKING:
    from projector.models.devices import Runtime

_LAYER_PARTS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_WORDS = "emb.word"
_EMBEDDING_PARTS = {
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}


def configuration(weights: WeightFile) -> BertConfiguration:
    """Return the model's shape, at full depth."""
    header = weights.header
    return BertConfiguration(
        hidden_size=header.hidden,
        num_hidden_layers=header.layers,
        num_attention_heads=header.heads,
        intermediate_size=header.feed_forward,
        vocab_size=header.vocabulary,
        max_position_embeddings=header.positions,
        type_vocab_size=header.token_types,
        layer_norm_eps=header.epsilon,
        pad_token_id=weights.pad,
        bos_token_id=weights.bos,
        eos_token_id=weights.eos,
    )


def build_embedded(
    weights: WeightFile, layer: int, runtime: Runtime, *, adapter: Adapter | None = None
) -> Bert:
    """Build the model with its first `layer` layers only, for inference.

    Args:
        weights: Where its tensors lie.
        layer: The one that is read.
        runtime: On a processor the words' vectors stay in their file; elsewhere all are expanded.
        adapter: What is merged into its weights.
    """
    config = replace(configuration(weights), num_hidden_layers=layer)
    rows = weights.rows(_WORDS, config.hidden_size)
    words = MappedEmbedding(rows)
    with unfilled():
        model = Bert(config, words)
    state = dict(_state(weights, config))
    if adapter is not None:
        adapter.add_to(state, layers=config.num_hidden_layers)
    model.load_state_dict(state, assign=True)
    if torch.device(runtime.device).type != "cpu":
        whole = torch.from_numpy(rows.all()).to(runtime.device, runtime.dtype)
        model.embeddings.word_embeddings = nn.Embedding(len(rows), rows.width, _weight=whole)
    model.to(runtime.device, runtime.dtype).eval().requires_grad_(False)
    if runtime.precision == "int8":
        int8.quantise(model, read_ranges(RANGES))
    return model


def _state(weights: WeightFile, config: BertConfiguration) -> Iterator[tuple[str, Tensor]]:
    """Yield the float32 tensors of the first layers by transformers' names, words left out."""
    for ours, theirs in _EMBEDDING_PARTS.items():
        values = torch.from_numpy(weights.tensor(ours))
        yield theirs, values if "LayerNorm" in theirs else values.view(-1, config.hidden_size)
    for layer in range(config.num_hidden_layers):
        for ours, theirs in _LAYER_PARTS.items():
            stem = f"encoder.layer.{layer}.{theirs}"
            weight = torch.from_numpy(weights.tensor(f"l{layer}.{ours}.w"))
            bias = torch.from_numpy(weights.tensor(f"l{layer}.{ours}.b"))
            is_norm = weight.shape == bias.shape
            yield f"{stem}.weight", weight if is_norm else weight.view(len(bias), -1)
            yield f"{stem}.bias", bias
