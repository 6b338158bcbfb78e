"""Write the page of all modules, room by room in the order of imports, from their docstrings."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from markdown_text import code, escaped, table

ROOT = Path(__file__).parents[2]
_RULES = ROOT / "tests" / "test_imports.py"
_HEAD = """# The tree

Every room and every module by what it says of itself, in the order in which imports may go: a
module imports from its own room and from those above it here, never from below, lazily neither.
The order is that of `ROOMS` in `tests/test_imports.py`, which holds it.
"""


def tree_page() -> str:
    """Return the page, a section a room."""
    rooms = _constant("ROOMS")
    without = _constant("WITHOUT")
    sections = [_HEAD]
    for room in rooms:
        modules = sorted(module for module in _modules() if _room(module, rooms) == room)
        sections += [f"## {room}", escaped(_docstring(room))]
        if room in without:
            names = ", ".join(map(code, without[room]))
            sections.append(f"Does without: {names}.")
        rows = [(code(module), escaped(_docstring(module))) for module in modules if module != room]
        sections.append(table(["module", "what it does"], rows) if rows else "")
    return "\n\n".join(section for section in sections if section) + "\n"


def _constant(name: str) -> dict[str, tuple[str, ...]]:
    """Return a constant of the test that holds the rules, without running it."""
    for node in ast.parse(_RULES.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            value: dict[str, tuple[str, ...]] = ast.literal_eval(node.value)
            return value
    raise LookupError(f"{_RULES}: no constant {name}")


def _modules() -> Iterator[str]:
    for package in ("projector", "schemas", "jobs"):
        for path in (ROOT / package).rglob("*.py"):
            parts = path.relative_to(ROOT).with_suffix("").parts
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _room(module: str, rooms: dict[str, tuple[str, ...]]) -> str:
    within = [room for room in rooms if module == room or module.startswith(f"{room}.")]
    return max(within, key=len)


def _docstring(module: str) -> str:
    """Return the first paragraph of what a module says of itself."""
    path = ROOT.joinpath(*module.split("."))
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    text = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return text.split("\n\n")[0]
