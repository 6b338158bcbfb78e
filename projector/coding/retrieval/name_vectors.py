"""Keep the vectors of a list's names: encoded once, in parts that an interruption leaves."""

from __future__ import annotations

import hashlib
import logging
import shutil
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from projector.arrays import Floats
from projector.coding.code_list import EMBEDDED, CodeList
from projector.coding.retrieval.bi_encoder import AT_ONCE, BiEncoder, distinct_names
from projector.coding.retrieval.quantized_names import QuantizedNames
from projector.coding.retrieval.retriever import Progress
from projector.models.cache import cache_folder, cached
from projector.storage.atomic_file import atomic_write

INSTALLED = "icd10cm_names.safetensors"
_LOG = logging.getLogger(__name__)
_Halves = NDArray[np.float16]


def name_vectors(
    codes: CodeList, encoder: BiEncoder, folder: Path, *, progress: Progress = iter
) -> Floats:
    """Return the vectors [N, d] of a list's distinct names, see `distinct_names`.

    Those of the embedded list come with the installed retriever, nearly as it encodes them. Others
    are encoded, and kept in the user's cache.

    Args:
        codes: The list.
        encoder: Makes them.
        folder: The encoder's.
        progress: Wraps the parts that are encoded, where they are not in the cache.
    """
    names = distinct_names(codes)
    installed = folder / INSTALLED
    if codes.name != EMBEDDED or not installed.is_file():
        return encoded(names, encoder, codes.name, progress=progress)
    known = QuantizedNames.read(installed)
    if known.encoder != encoder.fingerprint:
        return encoded(names, encoder, codes.name, progress=progress)
    rows = known.rows_of(names)
    vectors = known.vectors(rows)
    if others := [name for name, row in zip(names, rows.tolist(), strict=True) if row < 0]:
        vectors[rows < 0] = encoded(others, encoder, codes.name, progress=progress)
    return vectors


def encoded(
    names: Sequence[str], encoder: BiEncoder, what: str, *, progress: Progress = iter
) -> Floats:
    """Return the vectors [N, d] of names, from the user's cache or for it.

    Where the cache can't be written, that is told, and they are made again the next time.

    Args:
        names: Each once.
        encoder: Makes their vectors.
        what: The names are of, for messages.
        progress: Wraps the parts that are encoded.
    """
    told = hashlib.sha256("\n".join(names).encode()).hexdigest()
    key = f"names-{told[:16]}-{encoder.fingerprint[:16]}"
    parts = cache_folder() / f"{key}.parts"

    def build(folder: Path) -> None:
        np.save(folder / "vectors.npy", _in_parts(names, encoder, parts, progress))

    try:
        kept = np.load(cached(key, build) / "vectors.npy")
        shutil.rmtree(parts, ignore_errors=True)
    except OSError as error:
        kept = encoder.embed(names, progress=progress).astype(np.float16)
        _LOG.warning(
            "%s: the vectors of %s can't be kept there (%s); they are made anew each time. Set "
            "PROJECTOR_CACHE to a folder that can be written.",
            cache_folder(),
            what,
            error,
        )
    vectors: Floats = kept.astype(np.float32)
    return vectors


def _in_parts(
    names: Sequence[str], encoder: BiEncoder, folder: Path, progress: Progress
) -> _Halves:
    """Encode names part by part, each kept at once; those that are there already are taken."""
    starts = range(0, len(names), AT_ONCE)
    shape = encoder.dimension
    first = next(
        (start for start in starts if _kept(_part(folder, start), names[start:], shape) is None),
        len(names),
    )
    if 0 < first < len(names):
        _LOG.warning("%d of %d names are encoded already; going on", first, len(names))
    for start in progress(range(first, len(names), AT_ONCE)) if first < len(names) else ():
        if _kept(_part(folder, start), names[start:], shape) is None:
            part = encoder.embed(names[start : start + AT_ONCE]).astype(np.float16)
            content = BytesIO()
            np.save(content, part)
            atomic_write(_part(folder, start), content.getvalue())
    parts = [_kept(_part(folder, start), names[start:], shape) for start in starts]
    whole = [part for part in parts if part is not None]
    if len(whole) < len(parts):
        raise OSError(f"{folder}: parts went while others were made")
    return np.concatenate(whole) if whole else np.zeros((0, shape), np.float16)


def _part(folder: Path, start: int) -> Path:
    return folder / f"{start:08}.npy"


def _kept(path: Path, names: Sequence[str], dimension: int) -> _Halves | None:
    """Return an earlier part; None where there is none that is whole."""
    try:
        part: _Halves = np.load(path)
    except (OSError, ValueError, EOFError):
        return None
    shape = (min(AT_ONCE, len(names)), dimension)
    return part if part.shape == shape and part.dtype == np.float16 else None
