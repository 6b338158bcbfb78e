"""What stands at the door: its names, its types, and what they cost."""

import ast
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

import projector as door

ROOT = Path(__file__).parents[1]


def test_the_door_lists_all_that_it_offers_and_has_it():
    assert dir(door) == sorted(door.__all__)
    for name in door.__all__:
        assert getattr(door, name) is not None
    with pytest.raises(AttributeError, match="'projector' has no attribute 'Nonsense'"):
        _ = door.Nonsense


def test_what_is_loaded_when_asked_for_is_what_type_checkers_see():
    tree = ast.parse((ROOT / "projector" / "__init__.py").read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    seen = {
        node.module: tuple(alias.name for alias in node.names)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
    }
    assert seen == door._MODULES
    names = [name for of_module in seen.values() for name in of_module]
    assert sorted([*names, "__version__"]) == sorted(door.__all__)


def test_documents_and_settings_load_nothing_heavy():
    heavy = "{'torch', 'transformers', 'ray', 'polars', 'numpy', 'pydantic', 'importlib.metadata'}"
    script = (
        "import sys, projector; from projector import Document, Settings; "
        "Document.from_spans('tos', [(0, 3, 'X')], language='es')._repr_html_(); dir(projector); "
        f"print(sorted({heavy} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_the_version_is_that_of_the_project(monkeypatch):
    def nothing(name):
        raise PackageNotFoundError(name)

    stated = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    monkeypatch.setattr("importlib.metadata.version", nothing)
    monkeypatch.setattr(door, "__file__", str(ROOT / "projector" / "__init__.py"))  # a checkout
    assert door._version() == stated["version"]
    monkeypatch.setattr("importlib.metadata.version", lambda name: f"{name} 9")
    assert door._version() == "projector 9"


@pytest.mark.slow
def test_a_users_code_is_type_checked(tmp_path):
    good = (
        "from projector import Document, Projector, Tagger, Coder, evaluate, __version__\n"
        "es = Document.from_spans('tos', [(0, 3, 'X')], language='es')\n"
        "result = Projector.from_pretrained().project(es, 'tosse', language='it')\n"
        "labels: list[str] = [mention.label for mention in result.mentions]\n"
        "codes: list[str] = [one.code for one in Coder.from_pretrained().code(['tos'])[0]]\n"
        "f1: float = evaluate([es], [result.document]).total.strict.f1\n"
        "version: str = __version__\n"
    )
    bad = "from projector import Nonsense, Projector\nProjector.from_pretrained().project(1, 'a')\n"
    for name, code in {"good": good, "bad": bad}.items():
        (tmp_path / f"{name}.py").write_text(code, encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(ROOT / ".mypy_cache")]
    files = [str(tmp_path / name) for name in ("good.py", "bad.py")]
    done = subprocess.run([*command, *files], capture_output=True, text=True, check=False, cwd=ROOT)
    assert "good.py" not in done.stdout
    assert 'has no attribute "Nonsense"' in done.stdout
    assert '"project" of "Projector" has incompatible type "int"' in done.stdout
