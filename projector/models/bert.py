"""Compute BERT's token states (Devlin et al. 2019) by torch alone, its parts named as elsewhere.

Parameters have the names that transformers gives them, and states are the same bits as from its
BertModel with the same attention: importing transformers takes longer than projecting a document.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from projector.models.packing import Layout, attend

_DROPOUT = 0.1  # while it is trained, as transformers' default


@dataclass(frozen=True, slots=True)
class BertConfiguration:
    """The shape of a BERT, by transformers' names."""

    hidden_size: int
    num_hidden_layers: int
    num_attention_heads: int
    intermediate_size: int
    vocab_size: int
    max_position_embeddings: int
    type_vocab_size: int
    layer_norm_eps: float
    pad_token_id: int
    bos_token_id: int
    eos_token_id: int
    model_type: str = "bert"
    hidden_act: str = "gelu"
    architectures: tuple[str, ...] = ("BertModel",)

    def to_dict(self) -> dict[str, object]:
        """Return it as plain values."""
        return asdict(self)

    def save_pretrained(self, folder: Path) -> None:
        """Write `config.json` as transformers reads it."""
        content = json.dumps({**self.to_dict(), "dtype": "float32"}, indent=2, sort_keys=True)
        (folder / "config.json").write_text(f"{content}\n", encoding="utf-8", newline="")


@dataclass(frozen=True, slots=True)
class States:
    """What a pass gives, as transformers calls it: [1, T, d]."""

    last_hidden_state: Tensor


class Bert(nn.Module):
    """Give the states of packed sequences; see `projector.models.packing`.

    Args:
        config: Its shape.
        words: The embeddings of its vocabulary.
    """

    def __init__(self, config: BertConfiguration, words: nn.Module) -> None:
        super().__init__()
        self.config = config
        self.embeddings = _Embeddings(config, words)
        self.encoder = _Layers(config)

    @property
    def device(self) -> torch.device:
        """Return where it computes."""
        return self.embeddings.LayerNorm.weight.device

    @property
    def dtype(self) -> torch.dtype:
        """Return what it computes in."""
        return self.embeddings.LayerNorm.weight.dtype

    def forward(
        self, *, input_ids: Tensor, position_ids: Tensor, token_type_ids: Tensor, layout: Layout
    ) -> States:
        """Return the states [1, T, d] of ids [1, T], laid out as `layout` says."""
        states: Tensor = self.embeddings(input_ids, position_ids, token_type_ids)
        for layer in self.encoder.layer:
            states = layer(states, layout)
        return States(states)


class _Embeddings(nn.Module):
    def __init__(self, config: BertConfiguration, words: nn.Module) -> None:
        super().__init__()
        size = config.hidden_size
        self.word_embeddings = words
        self.position_embeddings = nn.Embedding(config.max_position_embeddings, size)
        self.token_type_embeddings = nn.Embedding(config.type_vocab_size, size)
        self.LayerNorm = nn.LayerNorm(size, eps=config.layer_norm_eps)
        self.dropout = nn.Dropout(_DROPOUT)

    def forward(self, ids: Tensor, positions: Tensor, types: Tensor) -> Tensor:
        # In this order: another rounds otherwise.
        vectors = self.word_embeddings(ids) + self.token_type_embeddings(types)
        vectors = vectors + self.position_embeddings(positions)
        states: Tensor = self.dropout(self.LayerNorm(vectors))
        return states


class _Layers(nn.Module):
    def __init__(self, config: BertConfiguration) -> None:
        super().__init__()
        self.layer = nn.ModuleList(Layer(config) for _ in range(config.num_hidden_layers))


class Layer(nn.Module):
    """One of its layers: attention, then a feed-forward layer."""

    def __init__(self, config: BertConfiguration) -> None:
        super().__init__()
        self.attention = _Attention(config)
        self.intermediate = _Intermediate(config)
        self.output = _Output(config.intermediate_size, config)

    def forward(self, states: Tensor, layout: Layout) -> Tensor:
        """Return the next states [1, T, d]."""
        attended = self.attention(states, layout)
        added: Tensor = self.output(self.intermediate(attended), attended)
        return added


class _Attention(nn.Module):
    def __init__(self, config: BertConfiguration) -> None:
        super().__init__()
        self.self = SelfAttention(config)
        self.output = _Output(config.hidden_size, config)

    def forward(self, states: Tensor, layout: Layout) -> Tensor:
        added: Tensor = self.output(self.self(states, layout), states)
        return added


class SelfAttention(nn.Module):
    """The part of attention that mixes tokens."""

    def __init__(self, config: BertConfiguration) -> None:
        super().__init__()
        size = config.hidden_size
        self.width = size // config.num_attention_heads
        self.query = nn.Linear(size, size)
        self.key = nn.Linear(size, size)
        self.value = nn.Linear(size, size)

    def forward(self, states: Tensor, layout: Layout) -> Tensor:
        """Return [1, T, d] what each token attends to."""
        shape = (*states.shape[:-1], -1, self.width)
        query, key, value = (
            part(states).view(shape).transpose(1, 2) for part in (self.query, self.key, self.value)
        )
        attended, _ = attend(self, query, key, value, None, layout=layout, scaling=self.width**-0.5)
        return attended.reshape(states.shape).contiguous()


class _Intermediate(nn.Module):
    def __init__(self, config: BertConfiguration) -> None:
        super().__init__()
        self.dense = nn.Linear(config.hidden_size, config.intermediate_size)

    def forward(self, states: Tensor) -> Tensor:
        return nn.functional.gelu(self.dense(states))


class _Output(nn.Module):
    """Bring states back to the model's width, and add them to what they came from."""

    def __init__(self, width: int, config: BertConfiguration) -> None:
        super().__init__()
        self.dense = nn.Linear(width, config.hidden_size)
        self.LayerNorm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.dropout = nn.Dropout(_DROPOUT)

    def forward(self, states: Tensor, residual: Tensor) -> Tensor:
        added: Tensor = self.LayerNorm(self.dropout(self.dense(states)) + residual)
        return added
