"""Have transformers read a model's folder: the only place where it does, and nothing is run.

A folder can ask to have code of its own run, in its configuration (`auto_map`, kernels) or in
pickled weights. Nothing of that is ever done, nor asked about.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from transformers import CONFIG_MAPPING
from transformers.utils import logging as transformers_logging

from projector.errors import ModelError
from projector.models.folder_file import CONFIGURATION, read_object
from projector.models.foreign_errors import EXPECTED, foreign_reading

_PICKLED = ("*.bin", "*.pt", "*.pth", "*.pkl", "*.ckpt", "*.h5", "*.msgpack")


def load_pretrained(kind: Any, folder: Path | None, **options: Any) -> Any:  # noqa: ANN401
    """Return what a class of transformers reads from a folder, and nothing from elsewhere.

    Args:
        kind: The class, an automatic one or a model's.
        folder: Where; None where all is handed over in `options`.
        options: Its own; those that would have code run or the network asked are not up to anybody.

    Raises:
        ModelError: It can't be read, or asks for code of its own to be run.
    """
    if folder is not None:
        refuse_code(folder)
    with foreign_reading(folder or "the model in memory"), quiet_loading():
        return kind.from_pretrained(
            folder, **options, local_files_only=True, trust_remote_code=False
        )


def refuse_code(folder: Path, name: str = "") -> None:
    """Refuse a folder that can't be used without running code that lies in it.

    Where transformers itself knows the kind of model, its own code is taken, whatever the folder
    says.

    Args:
        folder: A model's.
        name: What the user calls the model; by default as its folder.

    Raises:
        ModelError: It is such a folder, or its configuration can't be read.
    """
    path = folder / CONFIGURATION
    if not path.is_file():
        return  # what is missing is told by whoever needs it
    where = f"{name or folder}: the configuration in {folder}"
    said = read_object(path, EXPECTED, where=where)
    kind, code = said.get("model_type"), said.get("auto_map")
    if code is not None and not (isinstance(kind, str) and kind in CONFIG_MAPPING):
        raise ModelError(
            f"{path}: auto_map names code in the folder that would have to be run "
            f"({_named(code)}), for transformers knows no model_type {kind!r}; expected a model "
            "that transformers has code for. Nothing from a model's folder is ever run: take "
            "another model, or a version of transformers that knows this one"
        )
    if said.get("quantization_config") is not None:
        raise ModelError(
            f"{path}: quantization_config says that its weights are quantised; expected plain "
            "ones. Take the model that it was made from, and choose --precision instead"
        )


def _named(code: object) -> str:
    names = list(code.values()) if isinstance(code, dict) else [code]
    return ", ".join(str(name) for name in names[:3])[:120]


def weight_files(folder: Path) -> list[Path]:
    """Return the files that hold a model's weights: safetensors, which can't hold code.

    Raises:
        ModelError: There are none, or only such as are pickled; or their index can't be read.
    """
    whole, index = folder / "model.safetensors", folder / "model.safetensors.index.json"
    if whole.is_file():
        return [whole]
    if index.is_file():
        parts = read_object(index, "the index of a model's weights").get("weight_map")
        names = {*parts.values()} if isinstance(parts, dict) and _are_texts(parts.values()) else ()
        if not names:
            raise ModelError(f"{index}: has no weight_map of tensors to files; save it again")
        return [folder / name for name in sorted(names)]
    pickled = sorted(path for pattern in _PICKLED for path in folder.glob(pattern))
    if pickled:
        raise ModelError(
            f"{pickled[0]}: its weights may hold code that runs when they are read; expected "
            f"{whole.name}. If you trust whoever made it, save it anew with transformers, "
            "AutoModel.from_pretrained(FOLDER).save_pretrained(NEW), copy its tokenizer beside, "
            "and name that folder"
        )
    raise ModelError(f"{folder}: holds no weights; expected {whole.name}, as transformers saves it")


def _are_texts(values: Any) -> bool:  # noqa: ANN401
    return all(isinstance(value, str) for value in values)


@contextmanager
def quiet_loading() -> Iterator[None]:
    """Keep transformers from reporting on stderr: layers left out on purpose, loading bars."""
    verbosity = transformers_logging.get_verbosity()
    had_bars = transformers_logging.is_progress_bar_enabled()
    transformers_logging.set_verbosity(logging.ERROR)
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        transformers_logging.set_verbosity(verbosity)
        if had_bars:
            transformers_logging.enable_progress_bar()  # type: ignore[no-untyped-call]
