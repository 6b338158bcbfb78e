"""Hold how an encoder is post-trained, resumed, kept and used."""

import json
from pathlib import Path

import polars as pl
import pytest
import torch

from projector.cli import run
from projector.concepts.views import read_views
from projector.models import load
from projector.training.encoder.post_training import PostTraining

pytest.importorskip("peft")


@pytest.fixture
def space(sources):
    assert run(["train", "concepts", "space.toml", "-o", "space"]) == 0
    return Path("space")


def weights_of(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in Path(folder, "model").rglob("*.safetensors")
    }


def test_an_encoder_is_trained_and_resumed_to_the_same_bytes(space, monkeypatch, capsys):
    assert run(["train", "encoder", "encoder.toml", "-o", "whole", "--format", "json"]) == 0
    assert "first mentions 1" in json.loads(capsys.readouterr().out)
    seen = 0

    def dying(self, examples, loss=PostTraining.loss):
        nonlocal seen
        seen += 1
        if seen == 4:
            raise KeyboardInterrupt
        return loss(self, examples)

    with monkeypatch.context() as patch:
        patch.setattr(PostTraining, "loss", dying)
        assert run(["train", "encoder", "encoder.toml", "-o", "killed"]) == 130
    assert run(["train", "encoder", "encoder.toml", "-o", "killed", "--resume"]) == 0
    assert weights_of("killed") == weights_of("whole")


def without_development():
    text = Path("encoder.toml").read_text()
    Path("encoder.toml").write_text(text[: text.index("[development]")])


def test_kept_layers_stay_what_they_were_and_the_views_read_deeper(space, checkpoints):
    without_development()  # else the weights that measured best can be the first
    assert run(["train", "encoder", "encoder.toml", "-o", "run"]) == 0
    before, after = load(checkpoints / "bert", device="cpu"), load("run", device="cpu")
    text = before.tokenize("tos y dolor")
    assert after.view == before.view
    assert torch.equal(after.encode([text])[0], before.encode([text])[0])
    adapter = load("run/model/adapter", device="cpu")
    assert torch.equal(adapter.encode([text])[0], before.encode([text])[0])
    last = [load(one, layer=3, device="cpu") for one in (checkpoints / "bert", "run")]
    vectors = [encoder.encode([text])[0] for encoder in last]
    assert not torch.allclose(vectors[0], vectors[1])
    views = read_views(Path("run/model"))
    points = views(vectors[1])
    assert points.shape == (len(text), 8)
    assert torch.allclose(points.norm(dim=1), torch.ones(len(text)), atol=1e-5)
    said = json.loads(Path("run/model/views.json").read_text(encoding="utf-8"))
    assert said["layer"] == 3


def test_the_encoder_codes_by_its_views(space, capsys):
    without_development()
    assert run(["train", "encoder", "encoder.toml", "-o", "run"]) == 0
    Path("m.tsv").write_text(
        "filename\tlabel\tstart_span\tend_span\ttext\nd\tX\t0\t3\ttos\n", encoding="utf-8"
    )
    arguments = ["code", "m.tsv", "--codes", "codes.tsv", "--language", "es", "--only", "X"]
    for name in ("run", "run/model/adapter"):
        output = name.replace("/", "-") + "-coded"
        assert run([*arguments, "-m", name, "-o", output, "--top-k", "2"]) == 0
        codes = pl.read_parquet(f"{output}/codes.parquet")
        assert codes["code"][0] == "R05" and codes["score"].is_between(-1, 1).all()


def test_all_layers_are_trained_where_none_is_kept(space, checkpoints):
    without_development()
    text = Path("encoder.toml").read_text().replace("rank = 2", "rank = 2\nkept_layers = 0")
    Path("encoder.toml").write_text(text)
    assert run(["train", "encoder", "encoder.toml", "-o", "run"]) == 0
    one, other = (load(name, layer=1, device="cpu") for name in (checkpoints / "bert", "run"))
    tokens = one.tokenize("tos")
    assert not torch.allclose(one.encode([tokens])[0], other.encode([tokens])[0])


def test_mentions_are_learned_by_heart(space):
    text = (
        Path("encoder.toml")
        .read_text()
        .replace("steps = 6", "steps = 80")
        .replace("rank = 2", "rank = 0")
    )
    Path("encoder.toml").write_text(text.replace("every = 3", "every = 80"))
    assert run(["train", "encoder", "encoder.toml", "-o", "run"]) == 0
    figures = json.loads(Path("run/result.json").read_text(encoding="utf-8"))
    assert figures["first mentions 1"] == 1


def test_nothing_left_to_train_is_told(space, capsys):
    text = Path("encoder.toml").read_text().replace("rank = 2", "rank = 2\nlayer = 2")
    Path("encoder.toml").write_text(text)
    assert run(["train", "encoder", "encoder.toml", "-o", "run"]) == 1
    assert "nothing is left to train" in capsys.readouterr().err


def test_a_teacher_without_layers_is_told(space, checkpoints, capsys):
    text, teacher = Path("encoder.toml").read_text(), f'teacher = "{checkpoints / "bert"}"'
    Path("encoder.toml").write_text(text.replace(teacher, 'teacher = "tiny"'))
    assert run(["train", "encoder", "encoder.toml", "-o", "run"]) == 1
    assert "tiny has no layers; expected a transformer (views.teacher)" in capsys.readouterr().err
