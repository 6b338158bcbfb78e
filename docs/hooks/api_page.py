"""Write the page of the Python API: every public name of the package, by its docstring."""

from __future__ import annotations

import projector

_HEAD = """# Python API

All that `import projector` promises. What is not here may change with any version. A bare import
loads neither torch nor Ray; a name is loaded when it is first asked for.
"""


def api_page() -> str:
    """Return the page; mkdocstrings fills it."""
    names = [name for name in projector.__all__ if not name.startswith("_")]
    sections = [_HEAD, *(f"::: projector.{name}" for name in names)]
    return "\n\n".join(sections) + "\n"
