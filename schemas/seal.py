"""Seal a record: its last field is the hash of the rest, so that what was cut or flipped shows."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Protocol

from projector.errors import CorpusError, Problem

_OPEN = b'"sha256": null\n}\n'
_SEAL = re.compile(rb'"sha256": "([0-9a-f]{64})"\n\}\n\Z')


class Sealable(Protocol):
    """A record whose last field is `sha256`, null while it is open."""

    def to_json(self) -> str:
        """Return it as a file's content."""


def sealed_json(record: Sealable) -> str:
    """Return a record as a file's content, its `sha256` that of the content with null there."""
    content = record.to_json().encode()
    if not content.endswith(_OPEN):
        raise ValueError(f"{type(record).__name__} does not end with an open seal")
    seal = hashlib.sha256(content).hexdigest()
    return content.removesuffix(_OPEN).decode() + f'"sha256": "{seal}"\n}}\n'


def is_sealed(content: bytes) -> bool:
    """Tell whether a record's file ends with a seal, whether or not that holds."""
    return b'"sha256": "' in content[-len(_OPEN) - 64 :]


def check_seal(content: bytes, path: Path, *, hint: str) -> None:
    """Refuse the content of a sealed record's file that is not as it was written.

    Args:
        content: The file's.
        path: The file, for messages.
        hint: What to do about it.

    Raises:
        CorpusError: It was cut or changed.
    """
    seal = _SEAL.search(content)
    if seal is None:
        found = f"it was cut or changed: its {len(content)} bytes don't end with its own SHA-256"
        raise CorpusError(Problem(path, None, found, hint=hint))
    stated = seal[1].decode()
    computed = hashlib.sha256(content[: seal.start()] + _OPEN).hexdigest()
    if computed != stated:
        found = f"it was changed: its content has the SHA-256 {computed}"
        raise CorpusError(Problem(path, None, found, f"{stated}, as it says itself", hint))
