"""Tell what is wrong with a file that should hold one of the contracts."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError


def faults(error: ValidationError, path: Path, *, within: str = "") -> str:
    """Return what is wrong with a file's values, a line each; `within` is the part they are of."""
    outer = (within,) if within else ()
    return "\n".join(
        f"{path}: {'.'.join(map(str, (*outer, *one['loc']))) or 'the file'}: {one['msg']}"
        for one in error.errors(include_url=False)
    )
