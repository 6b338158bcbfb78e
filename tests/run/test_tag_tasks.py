"""Hold what becomes of each task of a plan that tags."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from projector.document import Document, Status
from projector.errors import CorpusError, ModelError, ProjectorError
from projector.run.plan import plan_run
from projector.run.tag_tasks import tag_tasks
from projector.tagging.head import Head
from projector.tagging.tagger import load_tagger, save_tagger
from schemas.run import TaggingConfiguration
from schemas.tagger_training import HeadConfiguration


@pytest.fixture(scope="module")
def tagger(checkpoints, tmp_path_factory):
    """A tagger with random weights on a small random encoder."""
    folder = tmp_path_factory.mktemp("tagger") / "t"
    torch.manual_seed(1)
    chosen = HeadConfiguration(kind="linear", dropout=0.0)
    encoder = {"name_or_path": str(checkpoints / "bert"), "layer": 2}
    save_tagger(folder, ("X", "Y"), Head(32, 2, chosen), chosen, {"encoder": encoder})
    return load_tagger(folder, device="cpu")


@pytest.fixture(autouse=True)
def corpus(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("es").mkdir()
    for name, text in (("a", "fiebre y tos"), ("b", "sin asma"), ("c", "fiebre y tos")):
        Path("es", f"{name}.txt").write_text(text, encoding="utf-8")
        Path("es", f"{name}.ann").write_text("T1\tDRUG 0 900\tnonsense\n", encoding="utf-8")
    return tmp_path


class Encoder:
    """Count, and fail at a text, where one is told."""

    edges = None

    def __init__(self, encoder, error=None) -> None:
        self._encoder, self._error, self.texts = encoder, error, Counter()
        self.name, self.fingerprint = encoder.name, encoder.fingerprint
        self.dimension = encoder.dimension

    def tokenize(self, text):
        return self._encoder.tokenize(text)

    def encode(self, texts):
        asked = [text.text for text in texts]
        self.texts.update(asked)
        if self._error is not None and "sin asma" in asked:
            raise self._error
        return self._encoder.encode(texts)


def tagged(tagger, **options):
    run = TaggingConfiguration(source="es", **options)
    plan = plan_run(run)
    return list(tag_tasks(plan.tasks, plan, tagger, run))


def test_every_document_has_what_the_tagger_finds_and_nothing_of_its_own(tagger):
    done = tagged(tagger)
    assert [one.source for one in done] == ["a", "c", "b"]  # equal texts stand together
    for outcome in done:
        text = Path("es", f"{outcome.source}.txt").read_text(encoding="utf-8")
        assert (outcome.status, outcome.language, outcome.mentions) == (Status.TAGGED, "es", ())
        assert outcome.target == tagger.tag(Document(outcome.source, "es", text))
        assert not outcome.lost and not outcome.reason
    assert sum(len(one.target.mentions) for one in done)  # random weights find something


def test_neighbours_with_one_text_are_encoded_once(tagger):
    encoder = Encoder(tagger.encoder)
    tagged(replace(tagger, encoder=encoder))
    assert encoder.texts == {"fiebre y tos": 1, "sin asma": 1}


def test_a_text_that_cannot_be_decoded_fails_or_stops_the_run(tagger):
    Path("es/b.txt").write_bytes(b"\xf1")
    done = {one.source: one for one in tagged(tagger, on_error="skip")}
    assert (done["b"].status, done["b"].target) == (Status.FAILED, None)
    assert "b.txt:1" in done["b"].reason and done["b"].mentions == ()
    assert done["a"].status is Status.TAGGED
    with pytest.raises(CorpusError, match=r"b\.txt:1"):
        tagged(tagger)


def test_a_text_that_is_too_long_fails(tagger):
    done = {one.source: one for one in tagged(tagger, max_characters=8)}
    assert [done[name].status.value for name in "abc"] == ["failed", "tagged", "failed"]
    assert done["a"].reason == "12 characters, more than 8 are not wanted (--max-characters)"


def test_an_error_that_nobody_foresaw_ends_its_document_or_the_run(tagger):
    broken = replace(tagger, encoder=Encoder(tagger.encoder, IndexError("out of bounds")))
    done = tagged(broken, on_error="skip")
    assert [one.status.value for one in done] == ["tagged", "tagged", "failed"]
    assert done[-1].reason == "IndexError: out of bounds"
    with pytest.raises(ProjectorError, match=r"b: can't be tagged \(IndexError: out of bounds\)"):
        tagged(broken)


def test_an_error_that_concerns_all_documents_is_raised_as_it_is(tagger):
    error = ModelError("the weights are gone")
    with pytest.raises(ModelError) as raised:
        tagged(replace(tagger, encoder=Encoder(tagger.encoder, error)), on_error="skip")
    assert raised.value is error


def test_an_empty_text_is_tagged_with_nothing(tagger):
    Path("es/b.txt").write_bytes(b"")
    done = {one.source: one for one in tagged(tagger)}
    assert (done["b"].status, done["b"].target.mentions) == (Status.TAGGED, ())
