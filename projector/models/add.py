"""Keep models that a user has added under names of their own, in the cache folder."""

from __future__ import annotations

import shutil
from pathlib import Path

from projector.errors import ConfigurationError, ModelError
from projector.models.adapters import base_of, is_adapter
from projector.models.catalogue import (
    OWN_FILE,
    added_folder,
    is_name,
    known_names,
    list_models,
    model_folder,
)
from projector.models.load import load
from projector.storage.atomic_folder import atomic_folder, writing
from projector.storage.file_names import file_name


def add_model(source: Path, name: str | None = None) -> tuple[str, Path]:
    """Copy a model into the cache, to be called by a name from then on.

    Of an adapted model only the adapter is copied, where its base is a known one.

    Args:
        source: A folder with a transformers model or an adapter, or a training run's.
        name: What it shall be called; None: the folder's name.

    Returns:
        The name, and where the copy lies.

    Raises:
        ConfigurationError: The name is taken, or can't be one.
        ModelError: There is no model in the folder, or it can't be loaded.
        OutputError: The cache can't be written, or the name can't be a folder's.
    """
    name = name or source.resolve().name
    if not is_name(name):
        raise ConfigurationError(
            f"{name!r} can't be a model's name; expected letters, digits and . _ -, "
            "beginning with a letter or digit. Give one with --name"
        )
    copy = added_folder() / file_name(name, kind="model")
    if name in {entry.name for entry in list_models()}:
        raise ConfigurationError(f"there is a model called {name}; give another name with --name")
    folder = model_folder(source)
    if not folder.is_dir():
        raise ModelError(f"{source}: no such folder; expected a model's or a training run's")
    adapter = folder / "adapter"
    smallest = adapter if _stands_alone(adapter) else folder
    encoder = load(smallest, device="cpu")
    encoder.encode([encoder.tokenize("a")])  # what can't be run is not kept
    return name, _copied(smallest, copy)


def _stands_alone(adapter: Path) -> bool:
    """Tell whether an adapter's base is known by name, so that it works wherever it lies."""
    return is_adapter(adapter) and base_of(adapter) in known_names()


def _copied(source: Path, target: Path) -> Path:
    with atomic_folder(target, mark=OWN_FILE) as folder, writing(target):
        shutil.copytree(source, folder, dirs_exist_ok=True)
    return target
