"""Hold that a run explains its mentions from its own folder."""

import shutil

import pytest
from concept_encoders import write_encoder
from given_corrections import correction, corrections

from projector.concepts.token_concepts import TokenConcepts
from projector.corrections.apply import accept
from projector.errors import ConfigurationError
from projector.run.explain_run import explain_in_run
from projector.run.project_corpus import project_corpus
from projector.run.reader import FinishedRun, read_run

TEXTS = {
    "es": "Mujer con dolor torácico y disnea.",
    "it": "Donna con dolore toracico e dispnea.",
    "ro": "Femeie cu durere toracică și dispnee.",
}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    root = tmp_path_factory.mktemp("explained")
    for language, text in TEXTS.items():
        (root / language).mkdir()
        (root / language / "a.txt").write_text(text, encoding="utf-8")
    (root / "es" / "a.ann").write_text("T1\tSYMPTOM 27 33\tdisnea\nT2\tSYMPTOM 10 15\tdolor\n")
    (root / "es" / "b.txt").write_text("Nada.", encoding="utf-8")
    (root / "tagged").mkdir()
    (root / "tagged" / "a.txt").write_text(TEXTS["it"], encoding="utf-8")
    (root / "tagged" / "a.ann").write_text("T1\tSYMPTOM 17 35\ttoracico e dispnea\n")
    targets = [root / "it", root / "ro"]
    labels = {"target_languages": ["it", "ro"]}
    project_corpus(root / "es", targets, root / "run", model="tiny", tagger="none", **labels)
    project_corpus(root / "es", root / "it", root / "weighed", model="tiny", tagger=root / "tagged")
    for language in TEXTS:  # the run has all that it needs
        shutil.rmtree(root / language)
    return read_run(root / "run")


def test_a_mention_is_explained_as_the_run_projected_it(run):
    explained = explain_in_run(run, "a", "T1", language="it")
    assert not explained.remarks and not explained.changes
    assert explained.explanation.projected == explained.recorded["target_text"] == "dispnea"
    assert explained.explanation.projection.score == explained.recorded["score"]
    assert explained.explanation.sentence == TEXTS["es"]


def test_what_people_said_is_told_beside_what_the_model_says(run, tmp_path):
    first = correction(run, "it", "a", "T1", "corrected", (0, 5), comment="no")
    accept(run, [corrections(run, first)], tmp_path / "final")
    final = read_run(tmp_path / "final")
    explained = explain_in_run(final, "a", "T1", language="it")
    assert explained.recorded["status"] == "corrected"
    (change,) = explained.changes
    assert (change["old_text"], change["new_text"], change["comment"]) == ("dispnea", "Donna", "no")
    assert explained.explanation.projected == "dispnea" and not explained.remarks


def test_what_both_sides_mean_is_told_by_an_encoder_with_views(run, checkpoints, tmp_path):
    folder = write_encoder(checkpoints / "bert", tmp_path / "encoder")
    encoder = TokenConcepts.load(folder, device="cpu")
    explained = explain_in_run(run, "a", "T1", language="it", concepts=encoder)
    meaning = explained.explanation.meaning
    assert len(meaning.mention) == len(meaning.span) == 3
    assert -1 <= meaning.cosine <= 1 and meaning.words
    assert run.model_name == "tiny"


def test_what_a_tagger_predicted_is_weighed_as_in_the_run(run):
    weighed = read_run(run.path.parent / "weighed")
    explained = explain_in_run(weighed, "a", "T1")
    assert any("tagger" in rival.parts for rival in explained.explanation.rivals[0])
    assert explained.explanation.projection.score == explained.recorded["score"]
    assert not explained.remarks
    (run.path.parent / "tagged").rename(run.path.parent / "gone")
    (remark, *_) = explain_in_run(weighed, "a", "T1").remarks
    assert remark.startswith("what the tagger predicted plays no part here")


def test_a_model_that_is_not_the_runs_is_told(run):
    model = run.manifest.model.model_copy(update={"fingerprint": "other"})
    other = FinishedRun(run.path, run.manifest.model_copy(update={"model": model}))
    (remark,) = explain_in_run(other, "a", "T1", language="ro").remarks
    assert "the model is not the run's" in remark and "the run had other" in remark


@pytest.mark.parametrize(
    ("document", "mention", "language", "told"),
    [
        ("a", "T9", "it", "a has no mention T9; its mentions are: T1, T2"),
        ("b", "T1", "it", "b has no mention T1; its mentions are: none"),
        ("z", "T1", "it", "has no document z; it has a, b"),
        ("a", "T1", None, "several languages; say by --language which of it, ro"),
        ("a", "T1", "nl", "it has no nl"),
    ],
)
def test_what_is_not_there_is_told_with_what_is(run, document, mention, language, told):
    with pytest.raises(ConfigurationError, match=told):
        explain_in_run(run, document, mention, language=language)
