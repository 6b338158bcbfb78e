"""Seal a shard's file: its footer holds the hash of the whole file, itself taken as zeros.

So the file stays one that appears by one rename, and needs no other beside it to be held against.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import BinaryIO

from projector.errors import CorpusError, Problem

SEAL = b"projector.sha256"
OPEN = b"0" * 64
_STATED = re.compile(re.escape(SEAL) + rb".{1,4}?([0-9a-f]{64})", re.DOTALL)  # a length between
_HINT = "`projector jobs run` does this shard again"


def seal_file(file: BinaryIO, sha256: str) -> None:
    """Put the hash of a Parquet file, whose footer states an open seal, in its place.

    Args:
        file: At its end; it is left there.
        sha256: Of all that was written to it.
    """
    size = file.seek(-8, 2) + 8
    footer = size - 8 - int.from_bytes(file.read(4), "little")
    file.seek(footer)
    stated = _last_stated(file.read())
    if stated is None:
        raise ValueError("the footer states no open seal")
    file.seek(footer + stated.start(1))
    file.write(sha256.encode())
    file.seek(0, 2)


def sealed_content(path: Path) -> bytes:
    """Read a sealed file whole, once it is found to be as it was written.

    Raises:
        CorpusError: It can't be read, or was cut or changed.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise CorpusError(Problem(path, None, f"can't be read: {error.strerror}")) from error
    stated = _last_stated(content)
    if stated is None:
        found = f"it was cut or changed: its {len(content)} bytes state no SHA-256"
        raise CorpusError(Problem(path, None, found, hint=_HINT))
    view = memoryview(content)
    whole = hashlib.sha256(view[: stated.start(1)])
    whole.update(OPEN)
    whole.update(view[stated.end(1) :])
    expected = stated[1].decode()
    if whole.hexdigest() != expected:
        found = f"it was cut or changed: its {len(content)} bytes have SHA-256 {whole.hexdigest()}"
        raise CorpusError(Problem(path, None, found, f"{expected}, as it says itself", _HINT))
    return content


def _last_stated(content: bytes) -> re.Match[bytes] | None:
    """Return where the footer, the last to name it, states the hash."""
    place = content.rfind(SEAL)
    return None if place < 0 else _STATED.match(content, place)
