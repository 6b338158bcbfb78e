"""Hold that training goes on from a tagger, and which of its spans a tagger tells."""

import json

import pytest
from pydantic import ValidationError
from tagger_texts import TEXTS

from projector.errors import ConfigurationError, ModelError
from projector.tagging.span_calibration import MIN_PROBABILITY
from projector.tagging.tagger import load_tagger
from projector.tagging.tagger_folder import TaggerFolder
from projector.training.tagger.train import train_tagger


def test_training_goes_on_from_a_tagger_and_its_head(tagging, tmp_path):
    optimisation = {**tagging().optimisation.model_dump(), "rate": 1e-9, "steps": 1}
    learned = train_tagger(tagging(head={"hidden": 16, "crf": True}), tmp_path / "first")
    encoder = {"rank": 0, "window": 18}
    on = {"head": {"hidden": 16, "crf": True}, "encoder": encoder, "optimisation": optimisation}
    for name in ("first", "first/model", "first/model/adapter"):
        run = tmp_path / name.replace("/", "-on-")
        again = train_tagger(tagging(**on, start=str(tmp_path / name)), run.with_suffix(".on"))
        assert again["score"] == pytest.approx(learned["score"])
    with pytest.raises(ConfigurationError, match=r"has the types .*; expected \('DISEASE',\)"):
        wrong = tagging(**on, start=str(tmp_path / "first"), types=["DISEASE"])
        train_tagger(wrong, tmp_path / "types")
    with pytest.raises(ConfigurationError, match="has the head kind='cnn'"):
        other = {**on, "head": {"hidden": 8, "crf": True}}
        train_tagger(tagging(**other, start=str(tmp_path / "first")), tmp_path / "head")
    with pytest.raises(ModelError, match="nowhere: no tagger can be read"):
        train_tagger(tagging(**on, start="nowhere"), tmp_path / "none")
    with pytest.raises(ValidationError, match=r"take out encoder\.model"):
        tagging(start=str(tmp_path / "first"))


def test_a_tagger_knows_from_which_probability_on_its_spans_are_told(tagging, tmp_path):
    train_tagger(tagging(head={"hidden": 16, "crf": True}), tmp_path / "run")
    folder = TaggerFolder.read(tmp_path / "run")
    said = json.loads((folder.path / "tagger.json").read_text(encoding="utf-8"))
    assert said["min_probability"] == folder.min_probability
    text = load_tagger(tmp_path / "run", device="cpu").tag(TEXTS[0][1], language="es")
    assert [(one.start, one.end, one.label) for one in text.mentions] == TEXTS[0][2]
    train_tagger(tagging(development={}, head={"crf": True}), tmp_path / "unmeasured")
    assert TaggerFolder.read(tmp_path / "unmeasured").min_probability == MIN_PROBABILITY
