import pytest

from projector.errors import ConfigurationError, ModelError
from projector.models import fingerprint, list_models, load
from projector.models.catalogue import find_entry, is_here


@pytest.mark.parametrize("options", [{}, {"layer": 1}, {"granularity": "window", "window": 10}])
def test_the_fingerprint_is_known_without_the_weights(checkpoints, options):
    folder = checkpoints / "bert"
    known = fingerprint(folder, **options, device="cpu")
    assert known == load(folder, **options, device="cpu").fingerprint


def test_another_layer_window_or_precision_is_another_fingerprint(checkpoints):
    options = ({}, {"layer": 1}, {"window": 10}, {"granularity": "window"}, {"precision": "fp16"})
    precision = {"precision": "fp32", "device": "cpu"}
    found = [fingerprint(checkpoints / "bert", **{**precision, **one}) for one in options]
    assert len({*found}) == len(found)


def test_an_explicit_precision_is_believed_where_the_device_is_elsewhere(checkpoints):
    assert fingerprint(checkpoints / "bert", precision="bf16", device="cuda:99")


def test_what_has_no_weights_has_nothing_to_choose():
    assert not find_entry("tiny").has_weights and is_here(find_entry("tiny"))
    assert load("tiny").fingerprint == fingerprint("tiny")
    for choose in (load, fingerprint):
        with pytest.raises(ConfigurationError, match="tiny has no layers"):
            choose("tiny", layer=3)
    assert all(entry.has_weights for entry in list_models() if entry.name != "tiny")


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"granularity": "word"}, "granularity 'word'"),
        ({"window": 0}, "a window of 0"),
        ({"layer": 9}, "no layer 9; expected 0 to 3"),
        ({"window": 1000}, "no room for a window of 1000"),
        ({"precision": "int4"}, "no precision 'int4'"),
    ],
)
def test_what_the_model_does_not_have_is_told(checkpoints, options, match):
    with pytest.raises(ConfigurationError, match=match):
        load(checkpoints / "bert", **{"device": "cpu", **options})


def test_a_model_that_is_nowhere_is_told(tmp_path):
    with pytest.raises(ModelError, match="no such model"):
        fingerprint(str(tmp_path / "absent"))
