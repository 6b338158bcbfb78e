"""The whole flow with the tiny encoder, mostly by what must not change its results."""

import re
import unicodedata
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projector.decode.tagger_evidence import SpanEvidence
from projector.document import (
    Annotation,
    Document,
    DocumentPair,
    Fragment,
    Mention,
    Projection,
    Status,
)
from projector.models.character_ngrams import TinyEncoder
from projector.pipeline import project_pair, project_pairs
from projector.settings import AlignSettings, DecodeSettings, Settings, published

SPANISH = (
    "Paciente de 54 años con diabetes mellitus tipo 2 e hipertensión arterial. "
    "Presenta dolor abdominal agudo, fiebre de 38,5 °C y vómitos.\n"
    "Se realiza tomografía computarizada abdominal: apendicitis aguda. "
    "Tras la apendicectomía laparoscópica, sin fiebre ni dolor abdominal.\n"
)
ITALIAN = (
    "Paziente di 54 anni con diabete mellito tipo 2 e ipertensione arteriosa. "
    "Presenta dolore addominale acuto, febbre di 38,5 °C e vomito.\n"
    "Si realizza tomografia computerizzata addominale: appendicite acuta. "
    "Dopo l'appendicectomia laparoscopica, senza febbre né dolore addominale.\n"
)
LABELS = {
    "diabetes mellitus tipo 2": "DISEASE",
    "hipertensión arterial": "DISEASE",
    "dolor abdominal agudo": "SYMPTOM",
    "dolor abdominal": "SYMPTOM",
    "fiebre": "SYMPTOM",
    "tomografía computarizada abdominal": "PROCEDURE",
    "tomografía": "PROCEDURE",
    "apendicitis aguda": "DISEASE",
    "vómitos": "SYMPTOM",
}
PREFIX = "Informe clínico. Servicio de Medicina Interna; 12/03/2019.\n\n"
RECIPES = {
    "default": Settings(),
    "published": published(),
    **{
        method: Settings(AlignSettings(method=method))
        for method in ("softmax", "argmax", "itermax")
    },
    "sinkhorn-converged": Settings(AlignSettings(method="sinkhorn-converged")),
}


def document(text, *mentions, language="es", annotations=(), name="case"):
    """Return a document; a mention is (label, start, end, start, end, …)."""
    made = tuple(
        Mention(
            f"T{number}",
            label,
            tuple(Fragment(*pair) for pair in zip(places[::2], places[1::2], strict=True)),
        )
        for number, (label, *places) in enumerate(mentions, start=1)
    )
    return Document(name, language, text, made, tuple(annotations))


def annotated(text, words=LABELS):
    """Return a document in which every occurrence of every one of `words` is a mention."""
    found = sorted(
        (match.start(), match.end(), label)
        for word, label in words.items()
        for match in re.finditer(re.escape(word), text)
    )
    return document(text, *((label, start, end) for start, end, label in found))


def project(source, target, recipe=None, **options):
    if isinstance(target, str):
        target = document(target, language="it")
    return project_pair(
        DocumentPair(source, target), TinyEncoder(), recipe or Settings(), **options
    )


def fragments(result):
    return {one.mention_id: one.fragments for one in result.projections}


def places(result):
    return [
        [(fragment.start, fragment.end) for fragment in one.fragments] for one in result.projections
    ]


def shifted(found, by):
    return [[(start + by, end + by) for start, end in one] for one in found]


def assert_sound(result, source, text):
    """Check what holds of every result: one outcome a mention, offsets true, text untouched."""
    assert [one.mention_id for one in result.projections] == [one.id for one in source.mentions]
    kept = [one for one in result.projections if one.status is Status.PROJECTED]
    assert [one.id for one in result.document.mentions] == [one.mention_id for one in kept]
    labels = {one.id: one.label for one in source.mentions}
    for one, mention in zip(kept, result.document.mentions, strict=True):
        assert mention.fragments == one.fragments
        assert mention.label == labels[mention.id]
        assert 0 < one.score <= 1
        assert not one.reason
        assert one.fragments
        for left, right in zip(one.fragments, one.fragments[1:], strict=False):
            assert left.end < right.start
            assert text[left.end : right.start].strip()
        for fragment in one.fragments:
            assert fragment.end <= len(text)
            surface = text[fragment.start : fragment.end]
            assert surface == surface.strip()
    for one in result.projections:
        if one.status is not Status.PROJECTED:
            assert one.status in (Status.UNALIGNED, Status.BELOW_THRESHOLD)
            assert one.reason
            assert not one.fragments
    assert result.document.text is text
    assert result.source is source


# A document projected onto itself.


def in_form(text, form):
    match form:
        case "NFD":
            return unicodedata.normalize("NFD", text)
        case "CRLF":
            return text.replace("\n", "\r\n")
        case "spaced":
            return text.replace(" ", "\u00a0 ").replace("\n", "\n\n\t")
        case "marked":
            return text.replace("Paciente", "\ufeffPaciente")
        case "emoji":
            return text.replace(",", " 👩🏽‍⚕️🇪🇸,").replace("fiebre", "🤒fiebre")
    return text


@pytest.mark.parametrize("form", ["plain", "NFD", "CRLF", "spaced", "marked", "emoji"])
@pytest.mark.parametrize("recipe", RECIPES)
def test_a_document_projects_onto_itself(form, recipe):
    text = in_form(SPANISH, form)
    words = {in_form(word, form): label for word, label in LABELS.items()}
    source = annotated(text, words)
    assert len(source.mentions) > 8
    result = project(source, document(text), RECIPES[recipe])
    assert_sound(result, source, text)
    assert fragments(result) == {one.id: one.fragments for one in source.mentions}


def test_discontinuous_nested_and_overlapping_mentions_project_onto_themselves():
    text = "Lesión de hígado y de bazo, trauma torácico cerrado con fractura costal."
    source = document(
        text,
        ("X", 0, 16),
        ("X", 0, 6, 19, 26),  # Lesión … de bazo
        ("X", 28, 51),
        ("X", 28, 43),
        ("X", 35, 51),
        ("Y", 28, 51),
        ("X", 0, 6, 10, 16, 22, 26),
    )
    result = project(source, document(text))
    assert_sound(result, source, text)
    assert fragments(result) == {one.id: one.fragments for one in source.mentions}


WORDS = ["fiebre", "dolor", "tos", "edema", "lesión", "hígado", "bazo", "agudo", "2", "mg", "ECG"]
GAPS = [" ", "  ", ", ", ".\n", " - ", "-", "/", "\u00a0", "\r\n"]


@given(
    st.lists(st.sampled_from(WORDS), unique=True),  # equal ones side by side are ambiguous
    st.lists(st.sampled_from(GAPS), min_size=len(WORDS), max_size=len(WORDS)),
    st.lists(st.tuples(st.integers(0, 99), st.integers(1, 4)), max_size=6),
)
@settings(max_examples=60, deadline=None)
def test_mentions_of_whole_words_project_onto_themselves(words, gaps, picks):
    text, ends = "", []
    for word, gap in zip(words, gaps, strict=False):
        ends.append((len(text), len(text) + len(word)))
        text += word + gap
    mentions = []
    for first, size in picks if ends else ():
        run = ends[first % len(ends) :][:size]
        mentions.append(("X", run[0][0], run[-1][1]))
    source = document(text, *mentions)
    result = project(source, document(text))
    assert_sound(result, source, text)
    assert fragments(result) == {one.id: one.fragments for one in source.mentions}


# A translation.


@pytest.mark.parametrize("recipe", RECIPES)
def test_every_mention_has_one_outcome_and_true_offsets(recipe):
    source = annotated(SPANISH)
    result = project(source, ITALIAN, RECIPES[recipe])
    assert_sound(result, source, ITALIAN)
    assert sum(one.status is Status.PROJECTED for one in result.projections) >= 8


def test_cognates_are_found_in_a_translation():
    source = annotated(SPANISH)
    result = project(source, ITALIAN)
    found = Counter(mention.surface(ITALIAN) for mention in result.document.mentions)
    assert found == {
        "diabete mellito tipo 2": 1,
        "ipertensione arteriosa": 1,
        "dolore addominale acuto": 1,
        "dolore addominale": 2,
        "febbre": 2,
        "tomografia computerizzata addominale": 1,
        "tomografia": 1,
        "appendicite acuta": 1,
        "vomito": 1,
    }


def test_the_documents_names_languages_and_order_are_kept():
    source = annotated(SPANISH)
    source = replace(source, mentions=source.mentions[::-1])
    target = document(ITALIAN, ("OWN", 0, 8), language="it", name="caso-it")
    result = project(source, target)
    assert_sound(result, source, ITALIAN)
    assert (result.document.name, result.document.language) == ("caso-it", "it")
    assert "OWN" not in {mention.label for mention in result.document.mentions}
    assert places(result)[::-1] == places(project(annotated(SPANISH), ITALIAN))


def test_a_mention_projects_alike_whatever_other_mentions_there_are():
    source = annotated(SPANISH)
    together = project(source, ITALIAN)
    for mention, expected in zip(source.mentions, together.projections, strict=True):
        alone = project(replace(source, mentions=(mention,)), ITALIAN)
        assert alone.projections == (expected,)


def test_a_prefix_on_both_sides_shifts_the_result():
    expected = places(project(annotated(SPANISH), ITALIAN))
    source = annotated(SPANISH)
    moved = tuple(
        replace(
            one,
            fragments=tuple(
                Fragment(part.start + len(PREFIX), part.end + len(PREFIX)) for part in one.fragments
            ),
        )
        for one in source.mentions
    )
    source = replace(source, text=PREFIX + SPANISH, mentions=moved)
    assert places(project(source, PREFIX + ITALIAN)) == shifted(expected, len(PREFIX))


def test_unrelated_text_at_the_end_of_both_sides_changes_no_offset():
    source = annotated(SPANISH)
    expected = places(project(source, ITALIAN))
    tail = "Firma: Dr. X\n" * 5
    longer = replace(source, text=SPANISH + tail)
    assert places(project(longer, ITALIAN + "Zzz qqq www 999 — kkk!\n" * 5)) == expected


def test_a_projection_is_the_same_twice():
    source = annotated(SPANISH)
    assert project(source, ITALIAN) == project(source, ITALIAN)


# Mentions that are found nowhere, or in pieces.


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("target", ["", " \n\t", "\u3000"])
def test_mentions_of_an_empty_translation_are_unaligned(recipe, target):
    source = annotated(SPANISH)
    result = project(source, target, RECIPES[recipe])
    assert_sound(result, source, target)
    assert {one.status for one in result.projections} == {Status.UNALIGNED}
    assert result.document.mentions == ()


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("text", ["", " \n", "fiebre"])
def test_a_document_without_mentions_has_no_projections(recipe, text):
    result = project(document(text), "febbre", RECIPES[recipe])
    assert result.projections == result.document.mentions == result.lost == ()


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_mention_of_white_space_is_unaligned(recipe):
    source = document("fiebre  alta", ("X", 6, 8), ("X", 0, 6))
    result = project(source, "fiebre  alta", RECIPES[recipe])
    assert_sound(result, source, "fiebre  alta")
    assert [one.status for one in result.projections] == [Status.UNALIGNED, Status.PROJECTED]


@pytest.mark.parametrize("recipe", RECIPES)
def test_texts_of_one_word_project(recipe):
    source = document("fiebre", ("X", 0, 6))
    assert places(project(source, "fiebre", RECIPES[recipe])) == [[(0, 6)]]


def test_fragments_that_meet_in_the_translation_become_one():
    source = document("lesión aguda hepática", ("X", 0, 6, 13, 21))
    target = "lesión hepática aguda"
    assert places(project(source, target)) == [[(0, 15)]]


def test_a_mention_is_as_sure_as_its_least_sure_fragment():
    source = document(SPANISH, ("X", 26, 50), ("X", 102, 109), ("X", 26, 50, 102, 109))
    first, second, both = (one.score for one in project(source, ITALIAN).projections)
    assert first != second
    assert both == min(first, second)


def test_a_score_below_the_users_limit_is_told_and_not_projected():
    source = annotated(SPANISH)
    free = project(source, ITALIAN)
    limit = sorted(one.score for one in free.projections)[3]
    strict = project(source, ITALIAN, Settings(decode=DecodeSettings(min_score=limit)))
    assert_sound(strict, source, ITALIAN)
    for one, before in zip(strict.projections, free.projections, strict=True):
        if before.score >= limit:
            assert one == before
        else:
            assert one.status is Status.BELOW_THRESHOLD
            assert one.score == before.score
            assert str(before.score) in one.reason
            assert str(limit) in one.reason
    assert sum(one.status is Status.BELOW_THRESHOLD for one in strict.projections) >= 1


def test_a_limit_above_every_score_keeps_nothing():
    source = annotated(SPANISH)
    result = project(source, ITALIAN, Settings(decode=DecodeSettings(min_score=1.01)))
    assert {one.status for one in result.projections} == {Status.BELOW_THRESHOLD}


# What is said about mentions.

REMARKS = (
    Annotation("A1", "attribute", "Negated", (("", "T1"),)),
    Annotation("R1", "relation", "Causes", (("Arg1", "T1"), ("Arg2", "T2"))),
    Annotation("#1", "note", "AnnotatorNotes", (("", "R1"),), "sure"),
    Annotation("#2", "note", "AnnotatorNotes", (("", "T2"),), "seen"),
)


def test_annotations_travel_with_their_mentions():
    source = document("fiebre y dolor", ("X", 0, 6), ("X", 9, 14), annotations=REMARKS)
    result = project(source, "fiebre y dolor")
    assert result.document.annotations == REMARKS
    assert result.lost == ()


def test_annotations_about_a_mention_that_is_not_projected_are_lost_and_listed():
    source = document("   fiebre y dolor", ("X", 0, 2), ("X", 12, 17), annotations=REMARKS)
    result = project(source, "fiebre y dolor")
    assert [one.status for one in result.projections] == [Status.UNALIGNED, Status.PROJECTED]
    assert result.document.annotations == REMARKS[3:]
    assert result.lost == REMARKS[:3]


# An auxiliary tagger.


def test_a_tagger_widens_the_longest_run_of_its_label():
    source = document("fiebre alta hoy", ("X", 0, 6))
    target = "fiebre alta hoy"
    plain = project(source, target, published())
    assert places(plain) == [[(0, 6)]]
    tagged = document(target, ("X", 0, 11), language="it")
    assert places(project(source, target, published(), evidence=SpanEvidence(tagged))) == [
        [(0, 11)]
    ]
    other = document(target, ("Y", 0, 11), language="it")
    assert project(source, target, published(), evidence=SpanEvidence(other)) == plain


def test_a_tagger_alone_projects_nothing():
    recipe = replace(published(), decode=replace(published().decode, threshold=0.9))
    source = document("fiebre alta hoy", ("X", 12, 15))
    target = document("ocho días antes de zzz", language="it")
    tagged = replace(target, mentions=(Mention("T1", "X", (Fragment(0, 9),)),))
    alone = project(source, target, recipe)
    assert [one.status for one in alone.projections] == [Status.UNALIGNED]
    assert project(source, target, recipe, evidence=SpanEvidence(tagged)) == alone


def test_the_span_model_weighs_a_taggers_edges():
    weights = replace(DecodeSettings().weights, tagger=50.0)
    recipe = Settings(decode=DecodeSettings(weights=weights))
    source = document("tos y fiebre alta hoy", ("X", 6, 12))
    target = "tos y fiebre alta hoy"
    plain = project(source, target, recipe)
    assert places(plain) == [[(6, 12)]]
    tagged = document(target, ("X", 6, 17), language="it")
    assert places(project(source, target, recipe, evidence=SpanEvidence(tagged))) == [[(6, 17)]]
    other = document(target, ("Y", 6, 17), language="it")
    assert places(project(source, target, recipe, evidence=SpanEvidence(other))) == [[(6, 12)]]
    empty = document(target, language="it")
    assert project(source, target, recipe, evidence=SpanEvidence(empty)) == plain


# Many pairs.


class Counting:
    """Count the texts that the tiny encoder is asked to encode."""

    def __init__(self):
        self.tiny = TinyEncoder()
        self.texts = Counter()
        self.name, self.fingerprint, self.dimension = "counting", "counting-1", self.tiny.dimension

    def tokenize(self, text):
        return self.tiny.tokenize(text)

    def encode(self, texts):
        self.texts.update(text.text for text in texts)
        return self.tiny.encode(texts)


def test_a_source_of_several_translations_is_encoded_once():
    encoder = Counting()
    targets = [document(ITALIAN + f"{n}\n", language="it") for n in range(3)]
    pairs = [DocumentPair(annotated(SPANISH), target) for target in targets]
    found = list(project_pairs(pairs, encoder, Settings()))
    assert set(encoder.texts.values()) == {1}
    assert found == [project(pair.source, pair.target) for pair in pairs]


def test_pairs_are_read_as_they_are_needed():
    def endless():
        while True:
            yield DocumentPair(annotated(SPANISH), document(ITALIAN, language="it"))

    results = project_pairs(endless(), TinyEncoder(), Settings())
    assert next(results) == next(results)


def test_every_pair_has_its_own_taggers_document():
    source, target = document("fiebre alta hoy", ("X", 0, 6)), document("fiebre alta hoy")
    tagged = document("fiebre alta hoy", ("X", 0, 11))
    pairs = [DocumentPair(source, target)] * 3
    evidence = [None, SpanEvidence(tagged), None]
    found = project_pairs(pairs, TinyEncoder(), published(), evidence=evidence)
    assert [places(one) for one in found] == [[[(0, 6)]], [[(0, 11)]], [[(0, 6)]]]
    with pytest.raises(ValueError, match="shorter"):
        list(project_pairs(pairs, TinyEncoder(), published(), evidence=evidence[:2]))


def test_a_projection_without_a_span_is_empty():
    assert Projection("T1", Status.UNALIGNED) == Projection("T1", Status.UNALIGNED, 0.0, (), "")
