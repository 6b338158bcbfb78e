"""Without an optional package, whoever needs it is told how to install it, and others go on."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from projector.cli import run

ROOT = Path(__file__).parents[2]


@pytest.fixture
def without(monkeypatch):
    def block(package: str) -> None:
        monkeypatch.setitem(sys.modules, package, None)  # importing it fails

    return block


def test_a_collection_needs_ray(corpora, without, capsys):
    without("ray")
    assert run(["jobs", "run", "es", "it", "-o", "run", "-m", "tiny"]) == 1
    error = capsys.readouterr().err
    assert "projector jobs run needs ray" in error and "pip install 'projector[jobs]'" in error


def test_a_collection_that_is_there_is_looked_at_without_ray(corpora, without, capsys):
    without("ray")
    assert run(["jobs", "status", "nowhere"]) == 1
    assert "pip install" not in capsys.readouterr().err


def test_the_embedded_list_needs_its_package(corpora, without, capsys):
    without("simple_icd_10_cm")
    assert run(["code", "es", "-o", "coded"]) == 1
    error = capsys.readouterr().err
    assert "pip install 'projector[coding]'" in error and "--codes" in error
    Path("codes.tsv").write_text("code\tdescription\nR06\tDisnea\n", encoding="utf-8")
    assert run(["code", "es", "-o", "coded", "--codes", "codes.tsv", "--accept-losses"]) == 0


def test_pictures_need_matplotlib(tmp_path, without, capsys, monkeypatch):
    without("matplotlib.figure")
    monkeypatch.setattr("projector.training.curves.read_curve", lambda _: None)
    assert run(["train", "compare", "a", "-o", str(tmp_path / "a.png")]) == 1
    assert "pip install 'projector[train]'" in capsys.readouterr().err


def test_a_report_needs_matplotlib(corpora, without, capsys):
    assert run(["project", "es", "it", "-o", "out", "-m", "tiny"]) == 0
    without("matplotlib")
    assert run(["report", "out", "-o", "report.html"]) == 1
    error = capsys.readouterr().err
    assert "projector report needs matplotlib" in error and "'projector[report]'" in error
    assert not Path("report.html").exists()


def test_a_projection_needs_none_of_them(corpora):
    script = (
        "import sys; none = dict.fromkeys(['ray', 'simple_icd_10_cm', 'peft', 'matplotlib']);"
        "sys.modules.update(none);"
        "from projector.cli import run; sys.exit(run(sys.argv[1:]))"
    )
    arguments = ["project", "es", "it", "-o", "out", "-m", "tiny"]
    assert subprocess.run([sys.executable, "-c", script, *arguments]).returncode == 0


def test_what_is_for_development_has_every_extra():
    stated = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = stated["optional-dependencies"]
    (own,) = [one for one in extras["dev"] if one.startswith("projector[")]
    assert {"jobs", "coding", "report", "train"} <= {*own[len("projector[") : -1].split(",")}
    for package in ("ray", "simple-icd-10-cm"):
        assert not any(one.startswith(package) for one in stated["dependencies"])
