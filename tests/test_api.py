"""What a notebook does: the same as the commands, in one or two calls."""

import doctest
import functools
import importlib
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from shutil import copy

import polars as pl
import pytest

import projector as door
from projector import (
    Annotation,
    Coder,
    ConfigurationError,
    Document,
    Fragment,
    Mention,
    ModelError,
    OutputError,
    Projector,
    Settings,
    Status,
    Tagger,
    project_corpus,
    published,
    read_corpus,
    to_brat,
)
from projector.models.character_ngrams import TinyEncoder
from projector.settings import DecodeSettings

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "data_samples" / "brat"
TEXT = "Paciente con diabetes mellitus y lesión renal y hepática."
ITALIAN = "Paziente con diabete mellito e lesione renale ed epatica."
SPANS = [(13, 30, "DISEASE"), (13, 21, "DISEASE"), (33, 45, "SYMPTOM")]
SPANISH = Document.from_spans(TEXT, SPANS, language="es")


@pytest.fixture(scope="module")
def projector():
    return Projector.from_pretrained(device="cpu")


@pytest.fixture(scope="module")
def coder():
    return Coder.from_pretrained()


# Examples.


@pytest.mark.parametrize(
    "module", ["projector", "projector.html", *sorted(door._MODULES)], ids=lambda name: name
)
def test_every_example_does_what_it_shows(module, monkeypatch, projector, coder):
    monkeypatch.chdir(ROOT)
    tagger = functools.cache(Tagger.from_pretrained)
    for owner, loaded in (
        (Projector, lambda *, settings=None: replace(projector, settings=settings or Settings())),
        (Coder, lambda: coder),
        (Tagger, tagger),
    ):  # what an example loads is loaded once
        monkeypatch.setattr(owner, "from_pretrained", loaded)
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    told = doctest.testmod(importlib.import_module(module), optionflags=flags)
    assert not told.failed


@pytest.mark.parametrize(
    ("owner", "names"),
    [
        (Document, ["from_spans", "_repr_html_"]),
        (
            Projector,
            ["from_pretrained", "project", "project_all", "explain", "audit", "align_words"],
        ),
        (Tagger, ["from_pretrained", "tag"]),
        (Coder, ["from_pretrained", "code"]),
        (door, ["read_corpus", "to_brat", "evaluate"]),
    ],
    ids=["Document", "Projector", "Tagger", "Coder", "projector"],
)
def test_everything_that_is_called_shows_an_example(owner, names):
    for name in names:
        assert ">>> " in getattr(owner, name).__doc__, name


# Projecting.


def test_a_projector_has_the_defaults_of_the_command(tmp_path, projector):
    """Spans and scores are those that a run of the default configuration writes."""
    for language in ("es", "it"):
        (tmp_path / language).mkdir()
        for file in (SAMPLES / language).glob("case-01.*"):
            copy(file, tmp_path / language)
    project_corpus(tmp_path / "es", tmp_path / "it", tmp_path / "out", device="cpu")
    rows = pl.read_parquet(tmp_path / "out" / "projections" / "**" / "*.parquet")
    source = read_corpus(tmp_path / "es")["case-01"]
    text = (tmp_path / "it" / "case-01.txt").read_text(encoding="utf-8")
    result = projector.project(source, text, language="it")
    written = {
        row["mention_id"]: (
            row["status"],
            row["score"],
            tuple(Fragment(part["start"], part["end"]) for part in row["fragments"]),
        )
        for row in rows.iter_rows(named=True)
    }
    assert len(written) == len(source.mentions) > 10
    assert written == {
        one.mention_id: (one.status, one.score, one.fragments) for one in result.projections
    }
    document = read_corpus(tmp_path / "out" / "brat" / "it")["case-01"]
    assert document.mentions == result.mentions
    assert document.text == result.document.text == text
    # The tagger that the command has by default makes a difference here.
    alone = Projector(projector.encoder).project(source, text, language="it")
    assert alone.projections != result.projections


def test_a_translation_is_a_text_or_a_document_whose_own_mentions_play_no_part(projector):
    of_text = projector.project(SPANISH, ITALIAN, language="it")
    target = Document.from_spans(ITALIAN, [(0, 8, "PERSON")], language="it")
    assert projector.project(SPANISH, target) == of_text
    assert projector.project(SPANISH, target, language="it") == of_text
    assert of_text.document.name == SPANISH.name
    assert of_text.mentions == of_text.document.mentions != ()
    assert of_text.source == SPANISH


def test_a_language_that_is_missing_or_contradicts_is_told(projector):
    with pytest.raises(ValueError, match="needs its language"):
        projector.project(SPANISH, ITALIAN)
    with pytest.raises(ValueError, match="in it and language='nl'"):
        projector.project(SPANISH, Document("a", "it", ITALIAN), language="nl")
    with pytest.raises(ValueError, match="needs its language"):
        next(projector.project_all([(SPANISH, ITALIAN)]))


class Counting:
    """Count the texts that an encoder is asked to encode."""

    def __init__(self, encoder):
        self.encoder, self.texts, self.edges = encoder, Counter(), encoder.edges
        self.name, self.fingerprint = encoder.name, encoder.fingerprint
        self.dimension, self.tokenize = encoder.dimension, encoder.tokenize

    def encode(self, texts):
        self.texts.update(text.text for text in texts)
        return self.encoder.encode(texts)


def counted(projector):
    encoder = Counting(projector.encoder)
    tagger = projector.tagger and replace(projector.tagger, encoder=encoder)
    return replace(projector, encoder=encoder, tagger=tagger), encoder.texts


def test_a_text_that_recurs_is_encoded_once_for_model_and_tagger_alike(projector):
    counting, texts = counted(projector)
    targets = [ITALIAN, "Patient with diabetes mellitus.", "Patiënt met diabetes mellitus."]
    pairs = [(SPANISH, Document("text", "xx", target)) for target in targets]
    results = list(counting.project_all(pairs))
    assert texts == dict.fromkeys([TEXT, *targets], 1)
    assert results == [projector.project(*pair) for pair in pairs]


def test_pairs_are_read_as_the_results_are_asked_for():
    def endless():
        while True:
            yield SPANISH, ITALIAN

    results = Projector(TinyEncoder()).project_all(endless(), language="it")
    assert next(results) == next(results)


def test_texts_and_documents_may_come_together_each_in_its_language():
    pairs = [(SPANISH, ITALIAN), (SPANISH, Document("text", "nl", "Patiënt met diabetes."))]
    results = Projector(TinyEncoder()).project_all(pairs, language="it")
    assert [result.document.language for result in results] == ["it", "nl"]


def test_calls_leave_nothing_behind_and_several_threads_may_share_a_projector(projector):
    targets = [ITALIAN[:length] for length in (30, 40, 50, 57)]
    alone = [projector.project(SPANISH, target, language="it") for target in targets]
    with ThreadPoolExecutor(4) as pool:
        together = pool.map(lambda one: projector.project(SPANISH, one, language="it"), targets)
        assert list(together) == alone


def test_the_tagger_is_the_installed_one_another_or_none(projector):
    assert projector.tagger is not None and projector.tagger.encoder is projector.encoder
    load = functools.partial(Projector.from_pretrained, device="cpu")
    assert load(tagger="none").tagger is load(tagger=None).tagger is None
    assert load(settings=published()).tagger is None  # as the command has it
    tiny = load("tiny")
    assert tiny.tagger is None and tiny.encoder.name == "tiny"
    named = load("tiny", tagger="clinical").tagger
    assert named is not None and named.encoder is not tiny.encoder
    with pytest.raises(ModelError):
        load("no such model")
    with pytest.raises(ModelError, match="no tagger can be read"):
        load(tagger="no such tagger")
    with pytest.raises(ConfigurationError, match="no device 'abacus'"):
        load(device="abacus", tagger=None)


def test_a_path_is_never_the_name_of_an_installed_model(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ModelError, match=r"/aligner"):
        Projector.from_pretrained(Path("aligner"))


def test_settings_decide(projector):
    strict = Settings(decode=DecodeSettings(min_score=1.0))
    result = replace(projector, settings=strict).project(SPANISH, ITALIAN, language="it")
    unsure = projector.project(SPANISH, ITALIAN, language="it").projections
    assert any(one.score < 1 for one in unsure)
    for before, after in zip(unsure, result.projections, strict=True):
        assert str(after.status) == ("below_threshold" if before.score < 1 else "projected")


def test_annotations_travel_or_are_listed(projector):
    note = Annotation("#1", "note", "AnnotatorNotes", (("", "T1"),), "sure")
    lost = Annotation("#2", "note", "AnnotatorNotes", (("", "T9"),), "unsure")
    source = replace(SPANISH, annotations=(note, lost))
    result = projector.project(source, ITALIAN, language="it")
    assert (result.document.annotations, result.lost) == ((note,), (lost,))
    assert "#1\tAnnotatorNotes T1\tsure\n" in result.to_brat()


# What is shown and written.


def test_a_pair_is_shown_side_by_side_with_equal_mentions_in_equal_colours(projector):
    shown = projector.project(SPANISH, ITALIAN, language="it")._repr_html_()
    left, right = shown.split("text · it")
    assert "text · es" in left and 'lang="es"' in left and 'lang="it"' in right
    tag = r'class="projector-tag"[^>]*solid (#\w+)[^>]*>(T\d) '
    colors = [{id_: color for color, id_ in re.findall(tag, side)} for side in (left, right)]
    assert colors[0] == colors[1]
    assert len({*colors[0].values()}) == len(colors[0]) == 3
    assert re.search(r"T1 DISEASE: score [01]\.", right)


def test_a_mention_that_is_not_projected_says_why(projector):
    shown = projector.project(SPANISH, "", language="it")._repr_html_()
    assert "T1 DISEASE: unaligned: no span of the translation fits it better than none" in shown


def test_a_text_with_a_script_stays_a_text(projector):
    text = "<script>alert(1)</script> tos"
    source = Document.from_spans(text, [(26, 29, "<b>")], language="es", name="<i>")
    for shown in (
        source._repr_html_(),
        projector.project(source, text, language='"><script>')._repr_html_(),
    ):
        assert "<script" not in shown and "<b>" not in shown and "<i>" not in shown


def test_a_discontinuous_mention_is_shown_and_written_with_both_its_fragments(projector):
    mention = Mention("T1", "DISEASE", (Fragment(33, 39), Fragment(48, 56)))
    source = Document("a", "es", TEXT, (mention,))
    result = projector.project(source, ITALIAN, language="it")
    assert [ITALIAN[part.start : part.end] for part in result.mentions[0].fragments] == [
        "lesione", "epatica",
    ]  # fmt: skip
    assert (
        result.to_brat()
        == to_brat(result.document)
        == ("T1\tDISEASE 31 38;49 56\tlesione epatica\n")
    )
    assert result._repr_html_().count("T1 DISEASE 2/2<") == 2


def test_a_label_that_brat_cannot_hold_is_told():
    with pytest.raises(OutputError, match="'a b'"):
        to_brat(Document.from_spans("tos", [(0, 3, "a b")], language="es"))


# Words, and why.


def test_words_are_linked_with_their_strength(projector):
    links = projector.align_words(["Paciente", "con", "fiebre"], ("Paziente", "con", "febbre"))
    assert [(left, right) for left, right, _ in links] == [(0, 0), (1, 1), (2, 2)]
    assert all(0.4 <= strength <= 1 for _, _, strength in links)
    assert projector.align_words([], ["tosse"]) == projector.align_words(["tos"], []) == []
    with pytest.raises(ValueError, match="'Paciente con' is a text; expected its words"):
        projector.align_words("Paciente con", ["Paziente"])


def test_an_explanation_is_of_what_was_projected(projector):
    result = projector.project(SPANISH, ITALIAN, language="it")
    for mention, projection in zip(SPANISH.mentions, result.projections, strict=True):
        explanation = projector.explain(SPANISH, ITALIAN, mention.id, language="it", most=2)
        assert explanation.projection == projection
        (judged,) = explanation.verdicts
        assert judged.right == projection.score
        assert judged.text == explanation.projected == explanation.rivals[0][0].text
        assert len(explanation.rivals[0]) == 2
    with pytest.raises(ConfigurationError, match="has no mention T9; its mentions are: T1, T2, T3"):
        projector.explain(SPANISH, ITALIAN, "T9", language="it")


def test_a_precision_leaves_out_what_is_not_sure_enough(projector):
    floor = projector.encoder.edges.reliability.floor(0.99)
    sure = replace(projector, settings=Settings(decode=DecodeSettings(min_precision=0.99)))
    for pair in (projector, sure):
        assert pair.project(SPANISH, ITALIAN, language="it").projections
    everything = projector.project(SPANISH, ITALIAN, language="it").projections
    kept = sure.project(SPANISH, ITALIAN, language="it").projections
    for one, other in zip(everything, kept, strict=True):
        if one.status is Status.PROJECTED:
            expected = Status.PROJECTED if one.score >= floor else Status.BELOW_THRESHOLD
            assert other.status is expected
        else:
            assert other == one


# Tagging.


def test_a_text_is_tagged_as_a_document_is():
    tagger = Tagger.from_pretrained(device="cpu", precision="fp32")
    text = "Paciente de 40 años que acude por fiebre y vómitos desde hace tres días."
    bare = tagger.tag(text)
    assert (bare.name, bare.language) == ("text", "und")
    assert [mention.surface(text) for mention in bare.mentions] == ["fiebre", "vómitos"]
    annotated = Document.from_spans(text, [(0, 2, "X")], language="es", name="a")
    assert tagger.tag(annotated) == replace(bare, name="a", language="es")
    assert tagger.tag(text, language="es").language == "es"
    with pytest.raises(ValueError, match="in es and language='it'"):
        tagger.tag(annotated, language="it")
    with pytest.raises(ModelError, match="no tagger can be read"):
        Tagger.from_pretrained("nonsense")
