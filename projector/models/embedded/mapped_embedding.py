"""Look up the vectors of words in a table that stays in its file."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from projector.models.embedded.weight_file import Rows


class MappedEmbedding(nn.Module):
    """Look ids up in a 4-bit table that stays in its file; only rows that occur are expanded.

    The table is never trained.

    Args:
        rows: The table.
    """

    like: Tensor

    def __init__(self, rows: Rows) -> None:
        super().__init__()
        self.rows = rows
        self.register_buffer("like", torch.empty(0), persistent=False)  # follows dtype and device

    def forward(self, ids: Tensor) -> Tensor:
        """Return [*, d] the vectors of ids [*]."""
        distinct, which = torch.unique(ids, return_inverse=True)
        values = torch.from_numpy(self.rows.take(distinct.cpu().numpy()))
        return values.to(self.like)[which]

    def _save_to_state_dict(
        self, destination: dict[str, Tensor], prefix: str, keep_vars: bool
    ) -> None:
        """Save the whole table, expanded, as an embedding's weight."""
        super()._save_to_state_dict(destination, prefix, keep_vars)
        destination[f"{prefix}weight"] = torch.from_numpy(self.rows.all()).to(self.like)
