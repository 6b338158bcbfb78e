"""Keep models that a user has added under names of their own, in the cache folder."""

from __future__ import annotations

import re
import secrets
import shutil
from pathlib import Path

from projector.errors import ConfigurationError, ModelError, OutputError
from projector.models.cache import cache_folder
from projector.models.catalogue import OWN_FILE, known_names, list_models, load

_NAME = re.compile(r"[A-Za-z0-9][\w.-]*")


def model_folder(folder: Path) -> Path:
    """Return where a folder's model is: itself, or `model` where it is a training run's."""
    inner = folder / "model"
    return inner if (inner / OWN_FILE).is_file() else folder


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
        OutputError: The cache can't be written.
    """
    name = name or source.resolve().name
    if not _NAME.fullmatch(name):
        raise ConfigurationError(
            f"{name!r} can't be a model's name; expected letters, digits and . _ -, "
            "beginning with a letter or digit. Give one with --name"
        )
    if name in {entry.name for entry in list_models()}:
        raise ConfigurationError(f"there is a model called {name}; give another name with --name")
    folder = model_folder(source)
    if not folder.is_dir():
        raise ModelError(f"{source}: no such folder; expected a model's or a training run's")
    light = folder / "adapter"
    chosen = light if _stands_alone(light) else folder
    encoder = load(chosen, device="cpu")
    encoder.encode([encoder.tokenize("a")])
    return name, _copied(chosen, added_folder() / name)


def added_models() -> dict[str, Path]:
    """Return the folders of the models that were added, by name."""
    root = added_folder()
    if not root.is_dir():
        return {}
    return {path.name: path for path in sorted(root.iterdir()) if _NAME.fullmatch(path.name)}


def added_folder() -> Path:
    """Return where added models lie."""
    return cache_folder() / "models"


def _stands_alone(adapter: Path) -> bool:
    """Tell whether an adapter's base is known by name, so that it works wherever it lies."""
    from projector.models.lora import base_of, is_adapter

    return is_adapter(adapter) and base_of(adapter) in known_names()


def _copied(source: Path, target: Path) -> Path:
    temporary = target.with_name(f".tmp-{secrets.token_hex(8)}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(source, temporary)
        temporary.rename(target)
    except (OSError, shutil.Error) as error:
        raise OutputError(f"{target}: can't be written: {error}") from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return target
