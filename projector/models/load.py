"""Load any model: a known name, a folder, a hub name."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from projector.errors import ConfigurationError
from projector.models.catalogue import ModelEntry, find_entry
from projector.models.character_ngrams import TinyEncoder
from projector.settings import DEFAULT_MODEL, Granularity, Precision

if TYPE_CHECKING:
    from projector.models.encoder import Encoder

_PRECISIONS = ("fp32", "bf16", "fp16")  # of every model; int8 of few
# What needs torch is imported where it is used: whoever lists models, or reads a run, needs none.


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
        precision: `auto` is int8 of an installed model on an x86 processor; else bf16 where the
            device is fast in it (CUDA, CPUs with AVX512-BF16 or AMX), fp32 elsewhere.
        device: `auto` (CUDA when there is one), `cpu`, `cuda`, `cuda:1`, …

    Raises:
        ModelError: There is no such model, or it can't be verified or loaded.
        ConfigurationError: The model has no such layer, window, precision or device.
    """
    if granularity not in (None, "sentence", "window"):
        raise ConfigurationError(
            f"granularity {granularity!r}; expected 'sentence' or 'window' (--granularity)"
        )
    if window is not None and window < 1:
        raise ConfigurationError(f"a window of {window} tokens; expected at least 1 (--window)")
    entry = find_entry(name_or_path)
    if not entry.has_weights:
        return _without_weights(entry, layer, granularity, window)
    from projector.models.devices import resolve
    from projector.models.memory import keep_few_kernels
    from projector.models.transformer import load_transformer

    keep_few_kernels()
    return load_transformer(
        entry,
        resolve(precision, device, measured=entry.is_measured),
        layer=layer,
        granularity=granularity,
        window=window,
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
    known = fingerprints(name_or_path, layer=layer, granularity=granularity, window=window)
    if precision in known:
        return known[precision]
    if len({*known.values()}) == 1:  # there is nothing to be precise about
        return known["fp32"]
    from projector.models.devices import resolve

    return known[resolve(precision, device, measured="int8" in known).precision]


def fingerprints(
    name_or_path: str | os.PathLike[str] = DEFAULT_MODEL,
    *,
    layer: int | None = None,
    granularity: Granularity | None = None,
    window: int | None = None,
) -> dict[str, str]:
    """Return the fingerprints that an encoder would have, by resolved precision.

    Args:
        name_or_path, layer, granularity, window: As `load` takes them.

    Raises:
        ModelError: There is no such model, or it can't be verified.
        ConfigurationError: The model has no such layer or window.
    """
    entry = find_entry(name_or_path)
    if not entry.has_weights:
        encoder = _without_weights(entry, layer, granularity, window)
        return dict.fromkeys((*_PRECISIONS, "int8"), encoder.fingerprint)
    from projector.models.transformer import read_checkpoint

    reading = read_checkpoint(entry, layer=layer, granularity=granularity, window=window)
    precisions = (*_PRECISIONS, "int8") if entry.is_measured else _PRECISIONS
    return {precision: reading.fingerprint(precision) for precision in precisions}


def _without_weights(
    entry: ModelEntry, layer: int | None, granularity: Granularity | None, window: int | None
) -> TinyEncoder:
    if (layer, granularity, window) != (None, None, None):
        raise ConfigurationError(
            f"{entry.name} has no layers or windows to choose; leave out --layer, "
            "--granularity and --window"
        )
    return TinyEncoder()
