"""Tell what is wrong with a file that should hold one of the contracts."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError


def faults(error: ValidationError, path: Path) -> str:
    """Return what is wrong with a file's values, a line each."""
    return "\n".join(
        f"{path}: {'.'.join(map(str, one['loc'])) or 'the file'}: {one['msg']}"
        for one in error.errors(include_url=False)
    )
