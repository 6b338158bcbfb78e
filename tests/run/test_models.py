"""Hold what a run computes with: what is known of it at rest is what is loaded."""

from pathlib import Path

import pytest
import torch

from projector.errors import ConfigurationError, ModelError, ProjectorError
from projector.models.transformer_encoder import TransformerEncoder
from projector.run.configure import configure
from projector.run.models import (
    check_models,
    chosen_precision,
    find_model,
    load_model,
    load_models,
    model_facts,
    model_name,
    with_precision,
)
from projector.tagging.head import Head
from projector.tagging.tagger import save_tagger
from schemas.manifest import ModelFacts
from schemas.run import ModelConfiguration, RunConfiguration, TaggingConfiguration
from schemas.tagger_training import HeadConfiguration


@pytest.fixture(scope="module")
def tagger(checkpoints, tmp_path_factory) -> Path:
    """Save a tagger with random weights on the second layer of a small model."""
    folder = tmp_path_factory.mktemp("tagger") / "t"
    chosen = HeadConfiguration(kind="linear", dropout=0.0)
    torch.manual_seed(1)
    encoder = {"name_or_path": str(checkpoints / "bert"), "layer": 2}
    save_tagger(folder, ("X",), Head(32, 1, chosen), chosen, {"encoder": encoder})
    return folder


def projecting(model, *, tagger=None, **view) -> RunConfiguration:
    chosen = ModelConfiguration(name=str(model), **view)
    return RunConfiguration(model=chosen, tagger_model=None if tagger is None else str(tagger))


def tagging(tagger, **options) -> TaggingConfiguration:
    return TaggingConfiguration(source="es", tagger=str(tagger), **options)


def found(configuration, precision="fp32"):
    return find_model(configuration, precision=precision, device="cpu")


VIEWS = [{}, {"layer": 1}, {"layer": 2}, {"granularity": "window"}, {"window": 5}]


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
@pytest.mark.parametrize("view", VIEWS, ids=repr)
def test_what_is_known_at_rest_is_what_is_loaded(checkpoints, view, precision):
    configuration = projecting(checkpoints / "bert", precision=precision, **view)
    facts, shared = found(configuration, precision)
    assert facts == model_facts(*load_models(configuration, "cpu")) and shared is None
    assert (facts.precision, facts.device, facts.tagger) == (precision, "cpu", None)
    for option, value in view.items():
        assert getattr(facts, option) == value


def test_every_view_and_precision_is_another_model(checkpoints):
    facts = [
        found(projecting(checkpoints / "bert", **view), precision)[0].fingerprint
        for view in VIEWS[1:]
        for precision in ("fp32", "bf16")
    ]
    assert len(set(facts)) == len(facts)


def test_a_model_without_weights_computes_in_the_same_way_everywhere():
    facts, shared = find_model(projecting("tiny"), precision="bf16", device="cuda")
    encoder, tagger = load_models(projecting("tiny"), "cpu")
    assert tagger is shared is None
    assert facts == model_facts(encoder, None) == ModelFacts(
        name="tiny", fingerprint=encoder.fingerprint, precision="fp32", device="cpu"
    )  # fmt: skip


@pytest.mark.parametrize(("layer", "shares"), [(2, True), (1, False)])
def test_a_tagger_shares_the_pass_of_the_encoder_that_it_was_trained_on(
    checkpoints, tagger, layer, shares
):
    configuration = projecting(checkpoints / "bert", tagger=tagger, layer=layer, precision="fp32")
    facts, shared = found(configuration)
    encoder, loaded = load_models(configuration, "cpu")
    assert shared is shares and (loaded.encoder is encoder) is shares
    assert facts == model_facts(encoder, loaded) and facts.tagger == loaded.fingerprint


def test_beside_a_model_without_weights_a_tagger_has_an_encoder_of_its_own(tagger):
    configuration = projecting("tiny", tagger=tagger, precision="fp32")
    facts, shared = found(configuration)
    encoder, loaded = load_models(configuration, "cpu")
    assert shared is False and isinstance(loaded.encoder, TransformerEncoder)
    assert (facts.name, facts.tagger) == ("tiny", loaded.fingerprint)
    assert facts == model_facts(encoder, loaded)


def test_where_there_is_only_to_tag_the_taggers_encoder_is_the_model(checkpoints, tagger):
    configuration = tagging(tagger, precision="fp32")
    facts, shared = found(configuration)
    encoder, loaded = load_models(configuration, "cpu")
    assert encoder is loaded.encoder and shared is None
    assert facts == model_facts(encoder, loaded)
    assert (facts.layer, facts.tagger) == (2, loaded.fingerprint)
    assert model_name(configuration) == str(checkpoints / "bert")
    assert model_name(projecting("tiny")) == "tiny"


def test_models_that_are_nowhere_are_told_without_loading_any(tagger, monkeypatch):
    def refuse(*_, **__):
        pytest.fail("it was loaded")

    monkeypatch.setattr("projector.models.load", refuse)
    check_models(projecting("tiny"))
    check_models(projecting("tiny", tagger=tagger))
    check_models(projecting("tiny", tagger="package:clinical"))
    check_models(tagging(tagger))
    for wrong in (projecting("no-such"), projecting("tiny", tagger="no-such"), tagging("no-such")):
        with pytest.raises(ModelError, match="no-such"):
            check_models(wrong)


@pytest.mark.parametrize(("view", "told"), [({"layer": 9}, "layer 9"), ({"window": 500}, "window")])
def test_a_model_that_cannot_be_read_as_configured_is_told(checkpoints, view, told):
    configuration = projecting(checkpoints / "bert", **view)
    for read in (lambda: found(configuration), lambda: load_model(configuration.model, "cpu")):
        with pytest.raises(ProjectorError, match=told):
            read()


def test_a_model_without_weights_has_no_view_to_choose():
    with pytest.raises(ConfigurationError, match="tiny has no layers or windows"):
        found(projecting("tiny", layer=1))


@pytest.mark.parametrize(
    "configuration",
    [configure("es", ["en"], model="tiny", layer=None), TaggingConfiguration(source="es")],
)
def test_a_precision_is_decided_and_nothing_else(configuration):
    assert chosen_precision(configuration) == "auto"
    decided = with_precision(configuration, "bf16")
    assert chosen_precision(decided) == "bf16" and chosen_precision(configuration) == "auto"
    assert with_precision(decided, "auto") == configuration
