"""Find and read what a trained coder's folder says, without its weights."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from projector.errors import ModelError

CODER_FILE = "coder.json"


@dataclass(frozen=True, slots=True)
class CoderFolder:
    """A coder at rest.

    Args:
        path: Its folder, which is that of its encoder.
        prefix: What is put in front of every text.
    """

    path: Path
    prefix: str

    @classmethod
    def read(cls, path: Path) -> CoderFolder:
        """Read a coder by its folder, or that of its training run.

        Raises:
            ModelError: There is no coder in it.
        """
        inner = path / "model"
        folder = inner if (inner / CODER_FILE).is_file() else path
        try:
            said = json.loads((folder / CODER_FILE).read_text(encoding="utf-8"))
            return cls(folder, str(said["prefix"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelError(
                f"{path}: no coder can be read ({error}); expected lexical, or the folder of a "
                "run of `projector train coder`"
            ) from error
