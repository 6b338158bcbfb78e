"""Hold the small heads on an encoder that say what its vectors mean, and keep them beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from projector.concepts.space import CONCEPTS_FILE
from projector.errors import ModelError
from projector.models.foreign_errors import foreign_reading
from projector.models.weights import read_tensors

VIEWS_FILE = "views.json"
WEIGHTS_FILE = "views.safetensors"
EXPECTED = "the views of an encoder as `projector train encoder` leaves them"


class Views(nn.Module):
    """Turn token vectors into points of a concept space, and into what sentences and mentions say.

    Args:
        width: D of the encoder's vectors.
        concepts: [N, d] the concepts' points, of length 1; they are never trained.
    """

    concepts: Tensor

    def __init__(self, width: int, concepts: Tensor) -> None:
        super().__init__()
        dimension = concepts.shape[1]
        self.token = nn.Linear(width, dimension)
        self.mention = nn.Linear(dimension, dimension, bias=False)
        self.sentence = nn.Linear(width, width, bias=False)
        nn.init.eye_(self.mention.weight)
        nn.init.eye_(self.sentence.weight)
        self.register_buffer("concepts", concepts, persistent=False)

    def forward(self, vectors: Tensor) -> Tensor:
        """Return [T, d] tokens as points of the space, of length 1."""
        return nn.functional.normalize(self.token(vectors), dim=-1)

    def mention_point(self, points: Tensor, alone: Tensor | None = None) -> Tensor:
        """Return [d] what the tokens [K, d] of a mention mean together.

        Args:
            points: Of the tokens, in their text.
            alone: [d] what the mention's words mean by themselves, to be heard as much.
        """
        point = self.mentioned(points.mean(0))
        return point if alone is None else nn.functional.normalize(point + alone, dim=-1)

    def mentioned(self, means: Tensor) -> Tensor:
        """Return [..., d] what mentions mean whose tokens have some means, or multiples of them."""
        return nn.functional.normalize(self.mention(means), dim=-1)

    def sentence_vector(self, vectors: Tensor) -> Tensor:
        """Return [D] what a text's token vectors [T, D] say of it as a whole."""
        return nn.functional.normalize(self.sentence(vectors.mean(0)), dim=-1)


def write_views(
    folder: Path, views: Views, concepts: pl.DataFrame, said: Mapping[str, Any]
) -> None:
    """Write views, and the concepts that they speak of, to the folder of their encoder.

    Args:
        folder: The encoder's.
        views: The heads.
        concepts: The table of the space's concepts.
        said: The layer that they read, and how they were made.
    """
    weights = {name: weight.detach().half().cpu() for name, weight in views.state_dict().items()}
    weights["concepts"] = views.concepts.half().cpu()
    save_file({name: one.contiguous() for name, one in weights.items()}, folder / WEIGHTS_FILE)
    concepts.write_parquet(folder / CONCEPTS_FILE)
    content = json.dumps(dict(said), indent=1, default=str)
    (folder / VIEWS_FILE).write_text(content, encoding="utf-8")
    (folder / WEIGHTS_FILE).chmod((folder / VIEWS_FILE).stat().st_mode)


def read_views(folder: Path) -> Views:
    """Read the views that lie in an encoder's folder.

    Raises:
        ModelError: There are none, or they can't be read.
    """
    path = folder / WEIGHTS_FILE
    tensors = read_tensors(path, EXPECTED)
    shapes = [tensors[name].shape for name in ("concepts", "sentence.weight") if name in tensors]
    if [len(shape) for shape in shapes] != [2, 2]:
        raise ModelError(f"{path}: lacks tensors of two dimensions; expected {EXPECTED}")
    concepts = nn.functional.normalize(tensors.pop("concepts").float(), dim=1)
    views = Views(shapes[1][-1], concepts)
    with foreign_reading(path, EXPECTED):
        views.load_state_dict({name: one.float() for name, one in tensors.items()})
    return views.eval().requires_grad_(False)


def fitted(views: Views, vectors: Tensor, points: Tensor, *, ridge: float = 1e-3) -> None:
    """Let token vectors begin where a ridge regression puts them, in place.

    Args:
        views: New ones.
        vectors: [M, D] of some texts.
        points: [M, d] where they should lie.
        ridge: Of the mean variance of a vector's parts.
    """
    mean = vectors.mean(0)
    centred = (vectors - mean).double()
    square = centred.T @ centred
    square += torch.eye(len(square)) * ridge * square.diagonal().mean()
    weight = torch.linalg.solve(square, centred.T @ (points - points.mean(0)).double()).T
    with torch.no_grad():
        views.token.weight.copy_(weight)
        views.token.bias.copy_(points.mean(0) - weight.float() @ mean)
