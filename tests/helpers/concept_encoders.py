"""Small random encoders whose tokens are points of a concept space, and texts placed by hand."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl
import torch
from torch import Tensor

from projector.concepts.named_concepts import NamedConcepts
from projector.concepts.text_points import TextPoints
from projector.concepts.views import Views, write_views
from projector.text.token_words import TextUnits
from projector.text.tokens import Pieces, tokenize_stretches
from projector.text.words import find_words

# Two pains in one block, a fever in another of the same chapter, an infarction in another chapter.
ROWS = [
    ("R07.4", "dolor torácico", "R07", "R00-R09", "XVIII"),
    ("R07.1", "dolor al respirar", "R07", "R00-R09", "XVIII"),
    ("R50.9", "fiebre", "R50", "R50-R69", "XVIII"),
    ("I21.9", "infarto <agudo>", "I21", "I20-I25", "IX"),
]
TABLE = pl.DataFrame(ROWS, ["code", "name", "parent", "block", "chapter"], orient="row")
POINTS = torch.eye(6)[:4]


def named_concepts() -> NamedConcepts:
    """Return the concepts, each on an axis of its own; two axes are nobody's."""
    return NamedConcepts(TABLE, POINTS)


def placed(text: str, words: Mapping[str, Tensor], language: str = "es") -> TextPoints:
    """Return a text each of whose words is one token, at the point that `words` says of it.

    Other words lie on the last axis.
    """
    known = find_words(text, language)

    def pieces(part: str) -> Pieces:
        offsets = [(start, end) for start, end in find_words(part, language).offsets.tolist()]
        return Pieces([0] * len(offsets), offsets, [part[a:b] for a, b in offsets])

    tokens = tokenize_stretches(text, torch.tensor([[0, len(text)]]).numpy(), pieces)
    rows = [
        words.get(text[start:end].casefold(), torch.eye(6)[5])
        for start, end in tokens.offsets.tolist()
    ]
    points = torch.nn.functional.normalize(torch.stack([*rows, torch.zeros(6)])[: len(rows)], dim=1)
    views = Views(8, POINTS).requires_grad_(False)

    def names_points(names: Sequence[str]) -> Tensor:
        spoken = [
            [words.get(word.casefold(), torch.eye(6)[5]) for word in n.split()] for n in names
        ]
        sums = [torch.stack([torch.zeros(6), *some]).sum(0) for some in spoken]
        return torch.nn.functional.normalize(torch.stack([*sums, torch.zeros(6)])[:-1], dim=1)

    return TextPoints(TextUnits(tokens, known), points, views, names_points)


def write_encoder(checkpoint: Path, folder: Path) -> Path:
    """Write a copy of a checkpoint with random views beside it; return its folder."""
    shutil.copytree(checkpoint, folder)
    torch.manual_seed(0)
    concepts = torch.nn.functional.normalize(torch.randn(len(ROWS), 6), dim=1)
    write_views(folder, Views(32, concepts), TABLE, {"layer": 2})
    return folder
