"""Keep each reviewer's corrections in a review's folder, whole or not at all."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from projector.errors import OutputError
from projector.storage.atomic_file import atomic_write
from projector.storage.file_names import file_name
from projector.storage.strict_json import STRICT, fault
from schemas.corrections import Corrections
from schemas.validation import faults


class WrongCorrectionsError(ValueError):
    """What is sent are no corrections of this run."""


@dataclass(frozen=True, slots=True)
class SavedCorrections:
    """The corrections in a folder, a file for each reviewer.

    Args:
        folder: The review's.
        run: The hash of the run that they must be of.
    """

    folder: Path
    run: str

    def read(self, reviewer: str) -> bytes | None:
        """Return what a reviewer has saved, None if nothing.

        Raises:
            WrongCorrectionsError: No file can have the reviewer's name.
        """
        path = self._path(reviewer)
        return path.read_bytes() if path.is_file() else None

    def write(self, content: bytes) -> Path:
        """Write corrections in the place of the same reviewer's earlier ones.

        Args:
            content: A corrections.json; it is written as it is.

        Returns:
            The file.

        Raises:
            WrongCorrectionsError: They are none, or of another run.
            OutputError: The file can't be written.
        """
        corrections = self._checked(content)
        path = self._path(corrections.reviewer)
        atomic_write(path, content)
        return path

    def _checked(self, content: bytes) -> Corrections:
        try:
            json.loads(content.decode(), **STRICT)
            corrections = Corrections.model_validate_json(content)
        except ValidationError as error:  # a ValueError, too
            raise WrongCorrectionsError("; ".join(faults(error).splitlines())) from error
        except (ValueError, RecursionError) as error:
            raise WrongCorrectionsError(f"it is no JSON: {fault(error)}") from error
        if corrections.run != self.run:
            raise WrongCorrectionsError("the corrections are of another run")
        return corrections

    def _path(self, reviewer: str) -> Path:
        name = f"corrections-{reviewer}" if reviewer else "corrections"
        try:
            return self.folder / file_name(name, ".json", kind="reviewer")
        except OutputError as error:
            raise WrongCorrectionsError(str(error)) from error
