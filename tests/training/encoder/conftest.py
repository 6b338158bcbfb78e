import pytest
from concept_runs import write_sources

from projector.cli import run


@pytest.fixture
def sources(checkpoints, tmp_path, monkeypatch):
    """Write what a space is made of to the working folder, and train the retriever it starts by."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PROJECTOR_CACHE", str(tmp_path / "cache"))
    write_sources(checkpoints / "bert")
    assert run(["train", "coder", "retriever.toml", "-o", "bi-encoder"]) == 0
    return tmp_path
