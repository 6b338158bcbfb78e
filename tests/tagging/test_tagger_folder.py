"""Hold what a tagger's folder says without its weights, and which tagger a projection has."""

import json
from pathlib import Path

import pytest

from projector.errors import ModelError
from projector.settings import Settings, published
from projector.tagging.span_calibration import MIN_PROBABILITY, SpanCalibration
from projector.tagging.tagger_folder import (
    INSTALLED,
    SHIPPED,
    TAGGER_FILE,
    WEIGHTS_FILE,
    TaggerFolder,
    default_tagger,
    describe_tagger,
    is_tagger,
)
from schemas.run import ModelConfiguration, RunConfiguration
from schemas.tagger_training import HeadConfiguration

CONTENT = {"types": ["DISEASE", "SYMPTOM"], "dimension": 32, "head": {"kind": "linear"}}


@pytest.fixture
def folder(tmp_path):
    """Write a tagger's folder; what is None is left out."""

    def write(inner="", **changes) -> Path:
        folder = tmp_path / "t" / inner
        folder.mkdir(parents=True, exist_ok=True)
        content = {key: one for key, one in {**CONTENT, **changes}.items() if one is not None}
        (folder / TAGGER_FILE).write_text(json.dumps(content), encoding="utf-8")
        (folder / WEIGHTS_FILE).write_bytes(b"weights")
        return tmp_path / "t"

    return write


def test_a_folder_says_what_its_tagger_finds_and_how_its_encoder_is_loaded(folder):
    path = folder(encoder={"layer": 2})
    assert TaggerFolder.read(path) == TaggerFolder(
        path=path,
        types=("DISEASE", "SYMPTOM"),
        support=("DISEASE", "SYMPTOM"),
        dimension=32,
        head=HeadConfiguration(kind="linear"),
        encoder={"name_or_path": path, "layer": 2},  # it lies in the folder
        min_probability=MIN_PROBABILITY,
        calibration=SpanCalibration(),
    )


def test_what_is_null_of_an_encoder_is_not_said(folder):
    path = folder(encoder={"name_or_path": None, "layer": 2, "window": None})
    assert TaggerFolder.read(path).encoder == {"name_or_path": path, "layer": 2}


def test_an_encoder_may_lie_elsewhere_and_some_types_alone_support(folder):
    found = TaggerFolder.read(folder(encoder={"name_or_path": "aligner"}, support=["SYMPTOM"]))
    assert found.encoder == {"name_or_path": "aligner"} and found.support == ("SYMPTOM",)
    assert TaggerFolder.read(folder(support=[])).support == ()


def test_a_folder_may_say_from_which_probability_on_spans_are_told(folder):
    assert TaggerFolder.read(folder(min_probability=0.2)).min_probability == 0.2
    for wrong in (0, 1, -0.1, "much"):
        with pytest.raises(ModelError, match=r"tagger\.json: min_probability"):
            TaggerFolder.read(folder(min_probability=wrong))


def test_a_training_runs_folder_is_that_of_its_model(folder):
    run = folder("model")
    assert is_tagger(run) and TaggerFolder.read(run).path == run / "model"


@pytest.mark.parametrize("missing", ["types", "dimension", "head"])
def test_a_folder_that_does_not_say_all_is_no_taggers(folder, missing):
    path = folder(**{missing: None})
    assert is_tagger(path)  # it claims to be
    with pytest.raises(ModelError, match=rf"tagger\.json: {missing}: it is missing"):
        TaggerFolder.read(path)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b'{"types": 5}', b"5.0.1"])
def test_a_folder_that_cannot_be_read_is_no_taggers(folder, content):
    path = folder()
    (path / TAGGER_FILE).write_bytes(content)
    with pytest.raises(ModelError, match=r"t: no tagger can be read .* `projector train tagger`"):
        TaggerFolder.read(path)


def test_nothing_is_no_tagger(tmp_path):
    assert not is_tagger(tmp_path) and not is_tagger(tmp_path / "nowhere")
    with pytest.raises(ModelError, match="nowhere: no tagger can be read"):
        TaggerFolder.read(tmp_path / "nowhere")


def test_a_fingerprint_is_of_the_encoder_and_of_both_files(folder):
    path = folder()
    read = TaggerFolder.read
    prints = [read(path).fingerprint_with(encoder, "fp32") for encoder in ("a", "b", "a")]
    assert prints[0] == prints[2] != prints[1]
    (path / WEIGHTS_FILE).write_bytes(b"others")
    prints.append(read(path).fingerprint_with("a", "fp32"))
    prints.append(read(path).fingerprint_with("a", "int8"))
    prints.append(read(folder(support=["SYMPTOM"])).fingerprint_with("a", "fp32"))
    assert len({*prints}) == 5


def test_a_fingerprint_is_known_without_loading_the_encoder(folder, checkpoints, monkeypatch):
    monkeypatch.setattr("projector.models.load", lambda **_: pytest.fail("it was loaded"))
    encoder = {"name_or_path": str(checkpoints / "bert"), "layer": 1}
    found = TaggerFolder.read(folder(encoder=encoder))
    prints = {found.fingerprint(precision=one, device="cpu") for one in ("fp32", "bf16")}
    assert len(prints) == 2


@pytest.mark.parametrize(
    ("model", "settings", "expected"),
    [
        ({}, Settings(), INSTALLED),
        ({"precision": "bf16"}, Settings(), INSTALLED),
        ({}, published(), None),
        ({"name": "tiny"}, Settings(), None),
        ({"layer": 7}, Settings(), None),
        ({"granularity": "sentence"}, Settings(), None),
        ({"window": 128}, Settings(), None),
    ],
)
def test_a_projection_has_a_tagger_where_it_costs_next_to_nothing(model, settings, expected):
    assert default_tagger(ModelConfiguration(**model), settings) == expected


def test_the_installed_one_has_two_names_of_which_one_is_nobody_elses(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    installed = TaggerFolder.read(Path(INSTALLED))
    assert TaggerFolder.read(Path(SHIPPED)) == installed
    (tmp_path / SHIPPED).mkdir()
    (tmp_path / SHIPPED / TAGGER_FILE).write_text(json.dumps(CONTENT), encoding="utf-8")
    assert TaggerFolder.read(Path(SHIPPED)).types == ("DISEASE", "SYMPTOM")
    assert TaggerFolder.read(Path(INSTALLED)) == installed


def test_it_is_told_whether_a_tagger_costs_a_pass_of_its_own():
    configuration = RunConfiguration(tagger_model="runs/t")
    assert describe_tagger(configuration, True) == "tagger runs/t: shares the model's pass"
    told = "tagger runs/t: runs an encoder of its own"
    assert describe_tagger(configuration, False) == told
