"""Hold the direction of imports and the size of files."""

import ast
import subprocess
import sys
import tomllib
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted(
    path for part in ("projector", "schemas", "jobs") for path in (ROOT / part).rglob("*.py")
)
# Every room, from what knows nothing of the others up to what knows them all: a module imports
# from its own room and from those before it, lazily or not. A room named twice is the nearest.
ROOMS = (
    "projector.errors",
    "projector.html",
    "projector.document",
    "projector.settings",
    "projector.arrays",
    "schemas",
    "projector.storage",
    "projector.text",
    "projector.models",
    "projector.concepts",
    "projector.align",
    "projector.decode",
    "projector.pipeline",
    "projector.explain",
    "projector.search",
    "projector.corpus",
    "projector.tagging",
    "projector.coding",
    "projector.audit",
    "projector.run",
    "projector.evaluation",
    "projector.training",
    "projector.corrections",
    "projector.exchange",
    "projector.report",
    "projector.diagnosis",
    "projector.review",
    "projector.api",
    "projector",
    "jobs",
    "projector.cli",
    "jobs.research",
)
# What a room may not reach at all, wherever it comes from.
WITHOUT = {
    "projector.document": ("torch", "numpy", "schemas", "projector.errors"),
    "projector.errors": ("torch", "numpy", "projector", "schemas"),
    "projector.html": ("torch", "numpy", "projector", "schemas"),
    "schemas": ("torch", "ray", "projector.storage"),
    "projector.align": ("transformers", "schemas", "projector.storage"),
    "projector.decode": ("transformers", "schemas", "projector.storage"),
    "projector.text": ("torch", "transformers"),
    "projector.corpus": ("torch", "transformers", "projector.models", "projector.pipeline"),
}


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


NAMES = {name_of(path): path for path in MODULES}


def imported(path: Path) -> set[str]:
    """Return all that a file imports, at the top or within, but for what only types need."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            node.body = []
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            names |= {one for one in inner if one in NAMES} or {node.module}
    return names


def is_in(name: str, room: str) -> bool:
    return name == room or name.startswith(f"{room}.")


def room_of(name: str) -> str:
    return max((room for room in ROOMS if is_in(name, room)), key=len)


def test_imports_go_one_way_from_room_to_room():
    upward = [
        f"{module} imports {name}"
        for module, path in NAMES.items()
        for name in sorted(imported(path))
        if name in NAMES and ROOMS.index(room_of(name)) > ROOMS.index(room_of(module))
    ]
    assert not upward, "\n".join(upward)


def test_no_modules_import_each_other_in_a_circle():
    arrows = defaultdict(set)
    for module, path in NAMES.items():
        arrows[module] = {name for name in imported(path) if name in NAMES and name != module}
    left = dict(arrows)
    while bottom := {module for module, names in left.items() if not names & left.keys()}:
        left = {module: names for module, names in left.items() if module not in bottom}
    assert not left, sorted(left)


@pytest.mark.parametrize("room", WITHOUT)
def test_a_room_knows_nothing_of_what_it_can_do_without(room):
    for module, path in NAMES.items():
        if room_of(module) == room:
            reached = {
                name
                for name in imported(path)
                for target in WITHOUT[room]
                if is_in(name, target) and not is_in(name, room)
            }
            assert not reached, module


def test_a_driver_of_jobs_loads_no_model():
    script = "import sys, jobs.collection, jobs.status; print({'torch', 'ray'} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize("module", ["projector", "projector.cli", "projector.corpus"])
def test_a_bare_import_loads_nothing_heavy(module):
    heavy = "{'torch', 'transformers', 'ray', 'polars'}"
    script = f"import sys, {module}; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_no_file_has_more_than_400_lines():
    for path in MODULES:
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 400, path


def test_every_package_is_installed():
    stated = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    folders = {str(path.parent.relative_to(ROOT)).replace("/", ".") for path in MODULES}
    assert set(stated["tool"]["setuptools"]["packages"]) == folders


def test_every_room_says_what_belongs_there():
    for folder in {path.parent for path in MODULES}:
        assert ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8")))
