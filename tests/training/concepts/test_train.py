"""Hold how a concept space is trained, resumed and kept."""

from pathlib import Path

import polars as pl
import pytest
import torch

from projector.cli import run
from projector.concepts.space import ConceptSpace
from projector.training.concepts.train import Placing


def files_of(folder):
    return {path.name: path.read_bytes() for path in Path(folder, "model").iterdir()}


def test_a_space_is_trained_and_resumed_to_the_same_bytes(sources, monkeypatch):
    assert run(["train", "concepts", "space.toml", "-o", "whole"]) == 0
    space = ConceptSpace.read(Path("whole"))
    assert space.concepts["code"].to_list() == ["E11.0", "E11.9", "I10", "R05"]
    assert space.vectors.shape == (4, 8) and len(space.name_vectors) == space.names.height
    cough = space.names.filter(pl.col("concept") == 3)
    assert set(cough["text"]) >= {"Tos", "kašel", "cough"}
    assert "nan" not in space.names["text"]  # what programs write of nothing
    assert "red skin" not in space.names["text"]  # no code of the list has a name of this thing
    seen = 0

    def dying(self, examples, loss=Placing.loss):
        nonlocal seen
        seen += 1
        if seen == 4:
            raise KeyboardInterrupt
        return loss(self, examples)

    with monkeypatch.context() as patch:
        patch.setattr(Placing, "loss", dying)
        assert run(["train", "concepts", "space.toml", "-o", "killed"]) == 130
    assert run(["train", "concepts", "space.toml", "-o", "killed", "--resume"]) == 0
    assert files_of("killed") == files_of("whole")


def test_names_find_their_concept_and_siblings_lie_near(sources):
    text = Path("space.toml").read_text().replace("steps = 6", "steps = 150\nrate = 0.03")
    Path("space.toml").write_text(text.replace("held_out = 0.2", "held_out = 0"))
    assert run(["train", "concepts", "space.toml", "-o", "space"]) == 0
    space = ConceptSpace.read(Path("space"))
    order, _ = space.nearest(space.name_vectors, 1)
    assert order[:, 0].tolist() == space.names["concept"].to_list()
    cosines = torch.from_numpy(space.vectors) @ torch.from_numpy(space.vectors).T
    assert cosines[0, 1] > 0.3  # E11.0 and E11.9
    assert cosines[0, 1] > max(cosines[0, 2], cosines[0, 3])


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("hierarchy = {siblings = 0.1}", "siblings ≥ block"),
        ("held_out = 0.7", "held_out"),
    ],
)
def test_what_makes_no_space_is_told(sources, capsys, setting, told):
    content = "\n".join(
        line
        for line in Path("space.toml").read_text().splitlines()
        if not line.startswith(setting.split()[0])
    )
    Path("space.toml").write_text(f"{setting}\n{content}")
    assert run(["train", "concepts", "space.toml", "-o", "space"]) == 1
    assert told in capsys.readouterr().err
