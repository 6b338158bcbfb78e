"""Hold the direction of imports and the size of files."""

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted(
    path for part in ("projector", "schemas", "jobs") for path in (ROOT / part).rglob("*.py")
)
# What a module may not reach, at any depth of its own code.
FORBIDDEN = {
    "projector/document.py": ("projector", "schemas", "jobs", "torch", "numpy"),
    "projector/errors.py": ("projector", "schemas", "jobs", "torch", "numpy"),
    "projector/words.py": ("torch", "transformers", "projector.corpus", "projector.encode"),
    "projector/align.py": ("transformers", "projector.corpus", "projector.encode", "schemas"),
    "projector/path.py": ("transformers", "projector.corpus", "projector.encode", "schemas"),
    "projector/project.py": ("transformers", "projector.corpus", "projector.encode", "schemas"),
    "projector/decode.py": ("transformers", "projector.corpus", "projector.encode", "schemas"),
    "projector/encode.py": ("projector.corpus", "projector.pipeline", "projector.cli", "schemas"),
    "projector/pipeline.py": ("projector.corpus", "projector.cli", "projector.run", "schemas"),
}


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def reaches(path: Path, *targets: str) -> set[str]:
    return {
        name
        for name in imported(path)
        for target in targets
        if name == target or name.startswith(f"{target}.")
    }


@pytest.mark.parametrize("module", FORBIDDEN)
def test_a_stage_knows_nothing_of_what_comes_after_it(module):
    assert not reaches(ROOT / module, *FORBIDDEN[module])


def test_the_library_never_imports_jobs_and_only_the_cli_prints():
    for path in MODULES:
        # The command imports them when it is called, as everything heavy.
        if path.is_relative_to(ROOT / "projector") and path.name != "jobs.py":
            assert not reaches(path, "jobs"), path
        if not path.is_relative_to(ROOT / "projector" / "cli"):
            assert not reaches(path, "projector.cli"), path


def test_formats_know_no_models():
    for path in (ROOT / "projector" / "corpus").rglob("*.py"):
        assert not reaches(path, "torch", "transformers", "projector.models", "projector.pipeline")


def test_a_driver_of_jobs_loads_no_model():
    script = "import sys, jobs.run, jobs.status; print({'torch', 'ray'} & set(sys.modules))"
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
