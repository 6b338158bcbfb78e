"""Tell the two kinds of small things that make a model another: low-rank factors, and changes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from torch import Tensor

from projector.models import delta, lora


class Adapter(Protocol):
    """What a model's weights become another's by."""

    def add_to(self, weights: Mapping[str, Tensor], *, layers: int | None = None) -> None:
        """Add it to a model's weights, in place.

        Args:
            weights: By name, in float32.
            layers: How many layers the model was built with; what is for later ones is left out.

        Raises:
            ModelError: It is another model's.
        """


def is_adapter(folder: Path) -> bool:
    """Tell whether a folder holds an adapter rather than a whole model."""
    return lora.is_adapter(folder) or delta.is_delta(folder)


def base_of(folder: Path) -> str:
    """Return the name or path of the model that an adapter adapts.

    Raises:
        ModelError: Its configuration can't be read, or it is no adapter that can be merged.
    """
    return delta.base_of(folder) if delta.is_delta(folder) else lora.base_of(folder)


def read_adapter(folder: Path) -> Adapter:
    """Read an adapter.

    Raises:
        ModelError: It can't be read, or can't simply be merged.
    """
    return delta.read_delta(folder) if delta.is_delta(folder) else lora.read_adapter(folder)


def adapter_files(folder: Path) -> tuple[Path, ...]:
    """Return the files of an adapter that decide what a model becomes by it."""
    names = delta.FILES if delta.is_delta(folder) else lora.FILES
    return tuple(folder / name for name in names)
