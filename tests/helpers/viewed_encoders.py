"""Small random encoders with views beside them, as `projector train encoder` leaves them."""

from pathlib import Path
from shutil import copytree

import polars as pl
import torch

from projector.concepts.views import Views, write_views

COLUMNS = ("code", "name", "parent", "block", "chapter")


def write_viewed_encoder(checkpoint: Path, folder: Path, *, seed: int = 0) -> Path:
    """Copy a checkpoint whose vectors have the width 32, and put random views of it beside."""
    copytree(checkpoint, folder)
    torch.manual_seed(seed)
    concepts = torch.nn.functional.normalize(torch.randn(5, 8), dim=1)
    table = pl.DataFrame({name: [f"{name} {row}" for row in range(5)] for name in COLUMNS})
    write_views(folder, Views(32, concepts), table, {"layer": 2})
    return folder
