import json
import shutil

import pytest

from projector.errors import ConfigurationError, ModelError
from projector.models import fingerprint, load


def test_only_the_layers_read_are_loaded_without_a_word(checkpoints, capfd):
    encoder = load(checkpoints / "bert", layer=1, device="cpu")
    assert len(encoder.model.encoder.layer) == 1
    assert encoder.model.pooler is None
    out, err = capfd.readouterr()
    assert (out, err) == ("", "")


def test_the_fingerprint_tells_all_that_decides_the_vectors(checkpoints, tmp_path):
    folder = checkpoints / "bert"
    options = [
        {},
        {"layer": 1},
        {"granularity": "window"},
        {"window": 9},
        {"precision": "bf16"},
    ]
    prints = [load(folder, device="cpu", **{"precision": "fp32", **one}) for one in options]
    shutil.copytree(folder, tmp_path / "copy")
    copy = load(tmp_path / "copy", device="cpu", precision="fp32")
    assert len({encoder.fingerprint for encoder in prints}) == len(options)
    assert copy.fingerprint == prints[0].fingerprint
    tensors = tmp_path / "copy" / "model.safetensors"
    data = bytearray(tensors.read_bytes())
    data[-1] ^= 1
    tensors.write_bytes(bytes(data))
    assert load(tmp_path / "copy", device="cpu").fingerprint != prints[0].fingerprint


def test_a_model_says_how_it_is_read(checkpoints, tmp_path, edit_config):
    def view(said=None, **changes):
        folder = tmp_path / f"model{len(list(tmp_path.iterdir()))}"
        shutil.copytree(checkpoints / "bert", folder)
        edit_config(folder, **changes)
        if said is not None:
            (folder / "projector.json").write_text(json.dumps(said), encoding="utf-8")
        return load(folder, device="cpu").view

    assert view().layer == 2  # two thirds of three
    assert view().granularity == "sentence"
    assert view(architectures=["BertForTokenAlignment"]).layer == 3
    said = view({"layer": 1, "granularity": "window", "window": 12, "overlap": 2})
    assert (said.layer, said.granularity, said.window, said.overlap) == (1, "window", 12, 2)
    with pytest.raises(ModelError, match=r"projector\.json: can't be read \(list\)"):
        view([1])


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"layer": 4}, "no layer 4; expected 0 to 3"),
        ({"layer": -1}, "no layer -1"),
        ({"window": 19}, "expected 1 to 18"),
        ({"window": 0}, "at least 1"),
        ({"precision": "int4"}, "no precision 'int4'; expected auto, fp32"),
        ({"granularity": "word"}, "expected 'sentence' or 'window'"),
        ({"device": "cuda:99"}, "no device 'cuda:99'"),
        ({"device": "nonsense"}, "no device 'nonsense'"),
    ],
)
def test_options_that_do_not_fit_are_refused(checkpoints, options, match):
    with pytest.raises(ConfigurationError, match=match):
        load(checkpoints / "bert", **{"device": "cpu", **options})


@pytest.mark.parametrize(
    ("name", "content", "match"),
    [
        ("config.json", b"{", "configuration"),
        ("tokenizer.json", b"{", "tokenizer"),
        ("model.safetensors", b"\x08", "weights"),
    ],
)
def test_a_damaged_folder_is_refused(checkpoints, tmp_path, name, content, match):
    folder = tmp_path / "broken"
    shutil.copytree(checkpoints / "bert", folder)
    (folder / name).write_bytes(content)
    with pytest.raises(ModelError, match=f"the {match} in .*broken can't be read"):
        load(folder, device="cpu")


def test_missing_tensors_are_an_error_not_noise(checkpoints, tmp_path, edit_config):
    folder = tmp_path / "deeper"
    shutil.copytree(checkpoints / "bert", folder)
    edit_config(folder, num_hidden_layers=5)
    with pytest.raises(ModelError, match=r"16 tensors are missing.*encoder\.layer\.3"):
        load(folder, layer=4, device="cpu")


def test_a_decoder_is_refused(checkpoints, tmp_path, edit_config):
    folder = tmp_path / "decoder"
    shutil.copytree(checkpoints / "bert", folder)
    edit_config(folder, is_decoder=True)
    with pytest.raises(ModelError, match="decoder; expected an encoder"):
        load(folder, device="cpu")


def test_the_fingerprint_is_known_without_the_weights(checkpoints):
    for options in ({}, {"layer": 1}, {"window": 9}, {"precision": "bf16"}):
        loaded = load(checkpoints / "bert", **options, device="cpu")
        assert fingerprint(checkpoints / "bert", **options) == loaded.fingerprint
    assert fingerprint("tiny") == load("tiny").fingerprint
