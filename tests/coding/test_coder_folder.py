"""Hold what a trained coder's folder says, and where one is found."""

import json
from pathlib import Path

import pytest

from projector.coding.coder_folder import (
    CODER_FILE,
    RERANKER,
    RETRIEVER,
    CoderFolder,
    coder_path,
    write_coder,
)
from projector.errors import ModelError


def test_a_coder_says_how_it_is_used(tmp_path):
    write_coder(tmp_path, RERANKER, {"prefix": "", "context": True, "first_weight": 2})
    folder = CoderFolder.read(tmp_path, RERANKER)
    assert folder == CoderFolder(tmp_path, "", context=True, first_weight=2.0)


def test_what_a_coder_does_not_say_is_no_context_and_no_weight(tmp_path):
    write_coder(tmp_path, RETRIEVER, {"prefix": "query: "})
    assert CoderFolder.read(tmp_path, RETRIEVER) == CoderFolder(tmp_path, "query: ", False, 0.0)


def test_a_stage_of_another_kind_is_told(tmp_path):
    write_coder(tmp_path, RERANKER, {"prefix": ""})
    told = 'it is a reranker; expected the folder of .* with stage = "retriever"'
    with pytest.raises(ModelError, match=told):
        CoderFolder.read(tmp_path, RETRIEVER)


@pytest.mark.parametrize(
    "content",
    [
        None,
        "",
        "no json",
        "{}",
        '{"kind": "retriever"}',
        '{"kind": "retriever", "prefix": "", "first_weight": "much"}',
        "\udcff",
    ],
)
def test_a_folder_that_is_no_coders_is_told(tmp_path, content):
    if content is not None:
        (tmp_path / CODER_FILE).write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(ModelError, match=r"no retriever can be read \(.*\); expected the folder"):
        CoderFolder.read(tmp_path, RETRIEVER)


def test_a_stage_is_found_in_its_runs_folder_or_as_installed(tmp_path, monkeypatch):
    (tmp_path / "run" / "model").mkdir(parents=True)
    write_coder(tmp_path / "run" / "model", RETRIEVER, {"prefix": "p: "})
    folder = CoderFolder.read(tmp_path / "run", RETRIEVER)
    assert folder.path == tmp_path / "run" / "model" and folder.prefix == "p: "
    monkeypatch.chdir(tmp_path)
    assert CoderFolder.read(Path(RETRIEVER), RETRIEVER).path.parent.name == "coding"


def test_a_users_folder_goes_before_the_installed_one_of_its_name(tmp_path, monkeypatch):
    (tmp_path / RETRIEVER).mkdir()
    write_coder(tmp_path / RETRIEVER, RETRIEVER, {"prefix": "mine: "})
    monkeypatch.chdir(tmp_path)
    assert CoderFolder.read(Path(RETRIEVER), RETRIEVER).prefix == "mine: "


def test_what_a_coder_is_stands_in_its_adapters_folder_too(tmp_path):
    (tmp_path / "adapter").mkdir()
    write_coder(tmp_path, RETRIEVER, {"prefix": "p", "made": Path("of/a/path")})
    assert CoderFolder.read(tmp_path / "adapter", RETRIEVER).prefix == "p"
    said = json.loads((tmp_path / CODER_FILE).read_text(encoding="utf-8"))
    assert said == {"kind": "retriever", "prefix": "p", "made": str(Path("of/a/path"))}


def test_a_name_is_relative_to_a_directory_unless_it_is_the_installed_ones(tmp_path):
    assert coder_path(tmp_path, "runs/one", RETRIEVER) == tmp_path / "runs" / "one"
    assert coder_path(tmp_path, RETRIEVER, RETRIEVER) == Path(RETRIEVER)
    assert coder_path(tmp_path, RETRIEVER, RERANKER) == tmp_path / RETRIEVER
    (tmp_path / RETRIEVER).mkdir()
    assert coder_path(tmp_path, RETRIEVER, RETRIEVER) == tmp_path / RETRIEVER
    elsewhere = tmp_path / "elsewhere"
    assert coder_path(tmp_path, str(elsewhere), RETRIEVER) == elsewhere
