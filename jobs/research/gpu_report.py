"""Write what was measured of a GPU as JSON, and as Markdown for people."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from projector.storage.atomic_file import atomic_file


def write_report(folder: Path, told: Mapping[str, Any], seconds: Mapping[str, float]) -> None:
    """Write `gpu.json` and `gpu.md`, each whole or not at all.

    Args:
        folder: Where.
        told: What was measured, by part.
        seconds: What each part took.

    Raises:
        OutputError: They can't be written.
    """
    content = json.dumps({"parts": told, "seconds": seconds}, indent=1, ensure_ascii=False)
    parts = {
        "gpu.json": f"{content}\n",
        "gpu.md": "\n".join(markdown(told, seconds)) + "\n",
    }
    for name, text in parts.items():
        with atomic_file(folder / name) as file:
            file.write(text.encode())


def markdown(told: Mapping[str, Any], seconds: Mapping[str, float]) -> Iterator[str]:
    """Yield the lines of a report: a heading and a table for each part."""
    for name, measured in told.items():
        yield f"## {name} ({seconds[name]:.0f} s)"
        yield ""
        if isinstance(measured, str):
            yield from (measured, "")
            continue
        plain = {key: value for key, value in measured.items() if not _is_table(value)}
        if plain:
            yield from _table([{"what": key, "figure": plain[key]} for key in plain])
        for value in measured.values():
            if _is_table(value):
                yield from _table(value)


def _is_table(value: object) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _table(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    names = list(rows[0])
    yield f"| {' | '.join(names)} |"
    yield f"|{'---|' * len(names)}"
    for row in rows:
        yield f"| {' | '.join(_cell(row.get(name, '')) for name in names)} |"
    yield ""


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.4g}" if abs(value) < 1000 else f"{value:,.0f}"
    if isinstance(value, dict):
        return ", ".join(f"{name} {_cell(inner)}" for name, inner in value.items())
    return str(value) if value != [] else "none"
