"""Keep a teacher's targets on disk, so that it need not be in memory beside the student.

A folder, named by a hash of all that the targets depend on, holds parts of so many units each; a
part is written whole or not at all, and one that is there is not made again.
"""

from __future__ import annotations

import hashlib
import io
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import torch
from numpy.typing import NDArray
from torch import Tensor
from tqdm import tqdm

from projector.storage.atomic_file import atomic_write
from projector.training.aligner.units import TranslationUnit

if TYPE_CHECKING:
    from projector.training.aligner.teacher import Teacher

PART = 2000  # units a file
FORMAT = 1  # raise it when the same inputs give other targets
_SCHEMA = pa.schema(
    [
        pa.field("place", pa.list_(pa.int32()), nullable=False),  # row · T + column
        pa.field("share", pa.list_(pa.float32()), nullable=False),
    ]
)


@dataclass(frozen=True, slots=True)
class SparseTarget:
    """A target's entries that are not 0.

    Args:
        place: [K] row · T + column.
        share: [K] float16 values.
    """

    place: NDArray[np.int32]
    share: NDArray[np.float16]

    @classmethod
    def of(cls, target: Tensor) -> SparseTarget:
        """Keep what is not 0 of [S, T]."""
        flat = target.flatten().cpu().numpy()
        place = np.flatnonzero(flat)
        return cls(place.astype(np.int32), flat[place].astype(np.float16))

    def dense(self, sources: int, targets: int) -> Tensor:
        """Return the [S, T] float32 matrix."""
        flat = torch.zeros(sources * targets)
        flat[torch.from_numpy(self.place).long()] = torch.from_numpy(self.share).float()
        return flat.view(sources, targets)


def targets_of(
    units: Sequence[TranslationUnit], folder: Path, fingerprint: str, teacher: Callable[[], Teacher]
) -> list[SparseTarget]:
    """Return the targets of units, from disk where they are there, else from the teacher.

    Args:
        units: What to align.
        folder: Where targets are kept.
        fingerprint: Hash of the teacher and the student's tokenizer.
        teacher: Loads it; called only when something is missing.
    """
    kept = folder / _name(units, fingerprint)
    loaded: Teacher | None = None
    targets: list[SparseTarget] = []
    bar = tqdm(total=len(units), desc="targets", unit="pair", disable=None)
    for first in range(0, len(units), PART):
        part = units[first : first + PART]
        path = kept / f"{first // PART:05}.parquet"
        known = _read(path, len(part))
        if known is None:
            loaded = loaded or teacher()
            known = [SparseTarget.of(loaded.target(unit)) for unit in part]
            _write(path, known)
        targets += known
        bar.update(len(part))
    bar.close()
    return targets


def _name(units: Sequence[TranslationUnit], fingerprint: str) -> str:
    """Return a name for these units' targets by this teacher."""
    content = hashlib.sha256(f"{FORMAT} {fingerprint}".encode())
    for unit in units:
        for text in (unit.source, unit.target):
            content.update(text.text.encode() + b"\0" + text.ids.tobytes())
        content.update(repr((unit.languages, unit.spans, unit.clean)).encode())
    return content.hexdigest()[:16]


def _read(path: Path, count: int) -> list[SparseTarget] | None:
    """Return a part's targets; None where it isn't there, or is no whole part."""
    if not path.is_file():
        return None
    try:
        table = pq.read_table(path, schema=_SCHEMA)
    except (OSError, pa.ArrowInvalid) as error:
        logging.getLogger(__name__).warning("%s: made again, it can't be read (%s)", path, error)
        return None
    if len(table) != count:
        return None
    columns = (table["place"].combine_chunks(), table["share"].combine_chunks())
    bounds = columns[0].offsets.to_numpy()
    places = columns[0].values.to_numpy().copy()  # Arrow's own memory can't be written to
    shares = columns[1].values.to_numpy().astype(np.float16)
    return [
        SparseTarget(places[start:end], shares[start:end])
        for start, end in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True)
    ]


def _write(path: Path, targets: Sequence[SparseTarget]) -> None:
    bounds = np.cumsum([0, *(len(target.place) for target in targets)]).astype(np.int32)
    places = np.concatenate([target.place for target in targets])
    share = np.concatenate([target.share for target in targets]).astype(np.float32)
    columns = [
        pa.ListArray.from_arrays(bounds, places),
        pa.ListArray.from_arrays(bounds, share),
    ]
    data = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(columns, schema=_SCHEMA), data, compression="zstd")
    atomic_write(path, data.getvalue())
