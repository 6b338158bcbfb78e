"""Turn what reading a damaged or foreign Parquet file raises into a message with its name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa

from projector.errors import CorpusError, Problem

# What Arrow raises of pages, footers, codecs, keys and types that it can't cope with. Text that is
# not UTF-8 is a ValueError, a size beyond all sense an OverflowError.
_DAMAGED = (OSError, pa.ArrowException, ValueError, OverflowError, KeyError, TypeError, IndexError)


@contextmanager
def reading_parquet(path: Path, *, within: str = "") -> Iterator[None]:
    """Read from a Parquet file in the block.

    Args:
        path: The file, for messages.
        within: What of it is read; empty where it is the whole.

    Raises:
        CorpusError: It is damaged, none, encrypted, or packed in a way that isn't known here.
    """
    try:
        yield
    except _DAMAGED as error:
        told = f"{within} can't be read" if within else "can't be read"
        problem = Problem(path, None, f"{told}: {told_of(error)}", hint=_hint(error))
        raise CorpusError(problem) from error


def told_of(error: Exception) -> str:
    """Return the first line of what was raised, with its kind where that alone says little."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    first = next(iter(str(error).splitlines()), "")
    known = isinstance(error, (OSError, pa.ArrowException))
    return first if known and first else f"{type(error).__name__}: {first}"


def _hint(error: Exception) -> str:
    told = str(error).lower()
    if "encrypt" in told or "decrypt" in told:
        return "Write it without encryption"
    if isinstance(error, pa.ArrowNotImplementedError):
        return "Write it anew without special types, encodings or codecs (zstd or snappy)"
    return ""
