"""Find and read what a trained coder's folder says, without its weights."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from projector.errors import ModelError
from projector.models.folder_file import read_contract
from projector.storage.trained_folder import find_trained
from schemas.model_folder import CoderSaid

CODER_FILE = "coder.json"
# The stages; also what those that are installed with the project are called.
RETRIEVER: Literal["retriever"] = "retriever"
RERANKER: Literal["reranker"] = "reranker"
Stage = Literal["retriever", "reranker"]


@dataclass(frozen=True, slots=True)
class CoderFolder:
    """A coder at rest.

    Args:
        path: Its folder, which is that of its encoder.
        prefix: What is put in front of every text.
        context: Whether it reads the sentence around a mention.
        first_weight: What the first stage's score counts beside a reranker's.
        short_list: How many of what the first stage finds a reranker reads; None: as many as it
            does where nobody says.
        views: Whether it compares points of a concept space, by the views beside its encoder.
    """

    path: Path
    prefix: str
    context: bool = False
    first_weight: float = 0.0
    short_list: int | None = None
    views: bool = False

    @classmethod
    def read(cls, path: Path, kind: Stage) -> CoderFolder:
        """Read a coder of a kind by its folder, that of its training run, or as installed.

        Raises:
            ModelError: There is no such coder in it.
        """
        shipped = Path(__file__).parent / kind
        folder = find_trained(path, CODER_FILE, installed={str(kind): shipped})
        wanted = f'the folder of a run of `projector train coder` with stage = "{kind}"'
        try:
            said = read_contract(folder / CODER_FILE, CoderSaid, "what stage it is, and its prefix")
        except ModelError as error:
            raise ModelError(
                f"{path}: no {kind} can be read ({error}); expected {wanted}"
            ) from error
        if said.kind != kind:
            raise ModelError(f"{path}: it is a {said.kind}; expected {wanted}")
        weight = said.first_weight or 0.0
        context, views = bool(said.context), bool(said.views)
        return cls(folder, said.prefix, context, weight, said.short_list, views)


def write_coder(folder: Path, kind: Stage, said: Mapping[str, object]) -> None:
    """Say in the folder of a coder's encoder what it is, and in its adapter's, which will do alone.

    Args:
        folder: Holds the encoder.
        kind: Of the coder.
        said: How it is used and was made.
    """
    content = json.dumps({"kind": kind, **said}, indent=1, default=str)
    for holder in (folder, folder / "adapter"):
        if holder.is_dir():
            (holder / CODER_FILE).write_text(content, encoding="utf-8")


def coder_path(directory: Path, name: str, kind: Stage) -> Path:
    """Return where a coder lies: its name is relative to a directory, or an installed one's."""
    relative = directory / name
    return Path(name) if name == kind and not relative.exists() else relative
