"""Find and read what a trained coder's folder says, without its weights."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from projector.errors import ModelError

CODER_FILE = "coder.json"
RETRIEVER: Literal["retriever"] = "retriever"
RERANKER: Literal["reranker"] = "reranker"


@dataclass(frozen=True, slots=True)
class CoderFolder:
    """A coder at rest.

    Args:
        path: Its folder, which is that of its encoder.
        prefix: What is put in front of every text.
        context: Whether it reads the sentence around a mention.
    """

    path: Path
    prefix: str
    context: bool = False

    @classmethod
    def read(cls, path: Path, kind: Literal["retriever", "reranker"]) -> CoderFolder:
        """Read a coder of a kind by its folder, or that of its training run.

        Raises:
            ModelError: There is no such coder in it.
        """
        inner = path / "model"
        folder = inner if (inner / CODER_FILE).is_file() else path
        wanted = f'a run of `projector train coder` with stage = "{kind}"'
        try:
            said = json.loads((folder / CODER_FILE).read_text(encoding="utf-8"))
            found = cls(folder, str(said["prefix"]), bool(said.get("context")))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelError(
                f"{path}: no {kind} can be read ({error}); expected the folder of {wanted}"
            ) from error
        if said.get("kind") != kind:
            raise ModelError(f"{path}: it is a {said.get('kind')}; expected the folder of {wanted}")
        return found
