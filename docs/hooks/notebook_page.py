"""Show a notebook as a page: its text as it is, its code as code."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def notebook_page(path: Path) -> str:
    """Return a notebook's cells as Markdown, with a link to the file itself."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    link = f"\n*This page is the notebook [{path.name}]({path.name}).*\n"
    return "\n".join([*(block for cell in cells for block in _blocks(cell)), link])


def _blocks(cell: dict[str, Any]) -> Iterator[str]:
    text = "".join(cell["source"])
    if cell["cell_type"] == "markdown":
        yield f"{text}\n"
        return
    yield f"```python\n{text}\n```\n"
    for output in cell["outputs"]:
        yield f"```text\n{''.join(output['text']).rstrip()}\n```\n"
