"""Run a transformer over many short sequences without computing a single padding position.

Sequences are laid end to end in one row, so that every linear layer sees one matrix of real
tokens; only the attention looks at each sequence by itself. Measured on 40 sentences, one CPU
thread, against the matrix-multiply peak: one by one 44%, padded batches sorted by length 63–67%,
one block-diagonal mask 47–68%, this 77–81%.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.functional import scaled_dot_product_attention
from torch.nn.utils.rnn import pad_sequence

from projector.models.varlen import attend_ragged, has_ragged

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from projector.models.bert import Bert

# Tokens a forward pass: constants, so that they never change a result. On CPU activations stay in
# the cache; on a GPU a pass is long enough to hide its launches.
_PACK_CPU = 1024
_PACK_GPU = 16_384


def forward(
    model: PreTrainedModel | Bert,
    sequences: Sequence[NDArray[np.int64]],
    kept: NDArray[np.int64],
    *,
    first_position: int,
    packed: bool,
) -> torch.Tensor:
    """Return the last hidden states of the kept part of each sequence, end to end.

    Args:
        model: A transformer in evaluation mode.
        sequences: Token ids with special tokens, at least one each.
        kept: [S, 2] what to keep of each, half-open.
        first_position: Position id of a sequence's first token.
        packed: Lay sequences end to end (the model attends by this module's `attend`);
            otherwise pad them in batches of similar length.

    Returns:
        [kept tokens, d] float32, on the model's device.

    Raises:
        torch.OutOfMemoryError: A pass of one sequence alone doesn't fit.
    """
    hidden: list[torch.Tensor] = [torch.empty(0)] * len(sequences)
    budget, fills = pass_tokens(model), packed and model.device.type != "cpu"
    with torch.inference_mode():
        for pack in _packs([len(sequence) for sequence in sequences], budget, packed):
            ids = [torch.from_numpy(sequences[number]) for number in pack]
            filler = _filler(ids, budget) if fills else []
            states_of_all = _halving(model, [*ids, *filler], first_position, packed)
            for number, state in zip(pack, states_of_all[: len(pack)], strict=True):
                start, end = kept[number].tolist()
                hidden[number] = state[start:end]
        if hidden:
            return torch.cat(hidden).float()
        return torch.empty((0, model.config.hidden_size), device=model.device)


def states(
    model: PreTrainedModel | Bert, ids: list[torch.Tensor], *, first_position: int, packed: bool
) -> Sequence[torch.Tensor]:
    """Run sequences in one pass, with gradients where they are on; see `forward`.

    Returns:
        Each sequence's [length, d] states, special tokens included.
    """
    return _packed(model, ids, first_position) if packed else _padded(model, ids)


def _halving(
    model: PreTrainedModel | Bert, ids: list[torch.Tensor], first_position: int, packed: bool
) -> Sequence[torch.Tensor]:
    """Run sequences in one pass, or in two halves where memory doesn't suffice, and so on.

    On a GPU the halves' vectors can differ from the whole's in their last bits.
    """
    try:
        return states(model, ids, first_position=first_position, packed=packed)
    except torch.OutOfMemoryError:
        if len(ids) == 1:
            raise
    torch.cuda.empty_cache()  # outside `except`, whose traceback would keep the pass alive
    middle = len(ids) // 2
    halves = (ids[:middle], ids[middle:])
    return [state for half in halves for state in _halving(model, half, first_position, packed)]


def pass_tokens(model: PreTrainedModel | Bert) -> int:
    """Return how many tokens a model's device takes at once, special tokens among them."""
    return _PACK_CPU if model.device.type == "cpu" else _PACK_GPU


def _filler(ids: Sequence[torch.Tensor], budget: int) -> list[torch.Tensor]:
    """Return sequences of no meaning that make a pass one of `budget` tokens.

    A GPU's products are summed in an order that goes by the number of rows: passes that are all of
    one size give a text the same vectors whatever else is in them.
    """
    longest, missing = max(map(len, ids)), budget - sum(map(len, ids))
    lengths = [min(longest, missing - start) for start in range(0, missing, longest)]
    return [torch.zeros(length, dtype=ids[0].dtype) for length in lengths]


def _packs(lengths: Sequence[int], budget: int, packed: bool) -> list[list[int]]:
    """Group sequences into passes of at most `budget` tokens (or one sequence), shortest first."""
    packs: list[list[int]] = []
    total = 0
    for number in sorted(range(len(lengths)), key=lambda number: lengths[number]):
        # Padded, each costs as much as the longest, which is the newest.
        total = (
            total + lengths[number]
            if packed or not packs
            else lengths[number] * (len(packs[-1]) + 1)
        )
        if not packs or total > budget:
            packs.append([])
            total = lengths[number]
        packs[-1].append(number)
    return packs


def _packed(
    model: PreTrainedModel | Bert, ids: list[torch.Tensor], first_position: int
) -> tuple[torch.Tensor, ...]:
    """Run sequences laid end to end; return each one's [length, d] states."""
    lengths = [len(one) for one in ids]
    row = torch.cat(ids).to(model.device)[None]
    positions = torch.cat([torch.arange(length) for length in lengths]) + first_position
    output = model(
        input_ids=row,
        position_ids=positions.to(model.device)[None],
        token_type_ids=torch.zeros_like(row),
        layout=_layout(model, lengths),
    )
    states: tuple[torch.Tensor, ...] = torch.split(output.last_hidden_state[0], lengths)
    return states


def _layout(model: PreTrainedModel | Bert, lengths: list[int]) -> Layout:
    """Lay out a pack for the attention that a model's device is quickest in."""
    device = model.device
    # What is trained keeps the padded call, whose gradients don't depend on the device's kernels.
    head = model.config.hidden_size // model.config.num_attention_heads
    if not torch.is_grad_enabled() and has_ragged(model.dtype, device, head):
        return Layout.ragged(lengths, device=device)
    return Layout.of(lengths, together=device.type != "cpu", device=device)


def _padded(model: PreTrainedModel | Bert, ids: list[torch.Tensor]) -> list[torch.Tensor]:
    """Run sequences as a padded batch; return each one's [length, d] states."""
    batch = pad_sequence(ids, batch_first=True, padding_value=model.config.pad_token_id or 0)
    mask = pad_sequence([torch.ones_like(one) for one in ids], batch_first=True)
    output = model(input_ids=batch.to(model.device), attention_mask=mask.to(model.device))
    return [state[: len(one)] for state, one in zip(output.last_hidden_state, ids, strict=True)]


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the sequences of a pack lie.

    Args:
        lengths: Tokens of each sequence, in order.
        places: [S, longest] place in the pack of each sequence's tokens, any place behind its
            end; None where no padding is needed.
        real: [S, longest] whether a place is within its sequence; None likewise.
        bounds: [S + 1] int32 the place of each sequence's first token, and the end; None unless
            one kernel attends to sequences of all lengths.
    """

    lengths: list[int]
    places: torch.Tensor | None = None
    real: torch.Tensor | None = None
    bounds: torch.Tensor | None = None

    @classmethod
    def of(cls, lengths: list[int], *, together: bool, device: torch.device) -> Layout:
        """Lay out sequences, for one attention call each or for one `together`."""
        if not together:
            return cls(lengths)
        sizes = torch.tensor(lengths, device=device)
        steps = torch.arange(max(lengths), device=device)[None]
        real = steps < sizes[:, None]
        return cls(lengths, ((sizes.cumsum(0) - sizes)[:, None] + steps) * real, real)

    @classmethod
    def ragged(cls, lengths: list[int], *, device: torch.device) -> Layout:
        """Lay out sequences for one call of a kernel that takes all lengths."""
        bounds = np.cumsum([0, *lengths], dtype=np.int32)
        return cls(lengths, bounds=torch.from_numpy(bounds).to(device))


def _attend_alone(
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, scaling: float | None
) -> torch.Tensor:
    """Attend within one sequence on a CPU; where it is trained in half precision, in single.

    Backwards, torch's kernel takes three times as long in bf16 as in fp32 (2.13, AVX512-BF16).
    """
    if not query.requires_grad or query.dtype == torch.float32:
        return scaled_dot_product_attention(query, key, value, scale=scaling)
    with torch.autocast(query.device.type, enabled=False):
        attended = scaled_dot_product_attention(
            query.float(), key.float(), value.float(), scale=scaling
        )
    return attended.to(query.dtype)


def attend(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    *,
    layout: Layout,
    scaling: float | None = None,
    **_: object,
) -> tuple[torch.Tensor, None]:
    """Attend within each sequence of a pack; the signature is transformers'.

    On CPU one call a sequence wastes nothing; elsewhere one call for all, because many small
    launches would leave a GPU idle: of a kernel that takes all lengths where there is one, else
    padded for the attention alone.

    Args:
        query, key, value: [1, heads, tokens, head size].

    Returns:
        [1, tokens, heads, head size], and no weights.
    """
    if layout.bounds is not None:
        return attend_ragged(query, key, value, layout.bounds, max(layout.lengths), scaling), None
    if layout.places is None or layout.real is None:
        parts = (torch.split(tensor, layout.lengths, dim=2) for tensor in (query, key, value))
        attended = [_attend_alone(q, k, v, scaling) for q, k, v in zip(*parts, strict=True)]
        return torch.cat(attended, dim=2).transpose(1, 2), None
    q, k, v = (tensor[0][:, layout.places].transpose(0, 1) for tensor in (query, key, value))
    mask = layout.real[:, None, None, :]
    together = scaled_dot_product_attention(q, k, v, attn_mask=mask, scale=scaling)
    return together.transpose(1, 2)[layout.real][None], None
