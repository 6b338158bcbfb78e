"""The whole flow with the tiny encoder, mostly by what must not change its results."""

from collections import Counter
from dataclasses import replace

import pytest
import torch
from counting_encoder import CountingEncoder
from edge_models import edged_tiny
from projected_texts import (
    ITALIAN,
    RECIPES,
    SPANISH,
    annotated,
    assert_sound,
    document,
    places,
    project,
    shifted,
)

from projector.decode.tagger_evidence import SpanEvidence
from projector.document import (
    Annotation,
    DocumentPair,
    Fragment,
    Mention,
    Projection,
    Status,
)
from projector.models.character_ngrams import TinyEncoder
from projector.pipeline import project_pair, project_pairs, weigh_pair
from projector.settings import DecodeSettings, Settings, SpanWeights, published

PREFIX = "Informe clínico. Servicio de Medicina Interna; 12/03/2019.\n\n"


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
    result = project(source, ITALIAN, Settings(decode=DecodeSettings(min_score=1.0)))
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
    weights = replace(SpanWeights(), tagger=50.0)
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


# An edge model beside the encoder.


def edged(source, target, recipe=None, encoder=None, **options):
    pair = DocumentPair(source, document(target, language="it"))
    return project_pair(pair, encoder or edged_tiny(1), recipe or Settings(), **options)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("target", [ITALIAN, "febbre", "", " \n"])
def test_with_an_edge_model_every_mention_has_one_outcome_too(seed, target):
    source = annotated(SPANISH)
    tagged = document(target, *([("X", 0, 6)] if target.strip() else []), language="it")
    for evidence in (None, SpanEvidence(tagged)):
        result = edged(source, target, encoder=edged_tiny(seed), evidence=evidence)
        assert_sound(result, source, target)


def test_an_edge_model_moves_spans_and_its_weights_go_with_it():
    source = annotated(SPANISH)
    plain, own = project(source, ITALIAN), edged(source, ITALIAN)
    assert places(own) != places(plain)
    fitted = edged_tiny(1, weights=SpanWeights(inside=0.0, outside=0.0))
    assert edged(source, ITALIAN, encoder=fitted) != own
    # What the user says of the weights is heard.
    recipe = Settings(decode=DecodeSettings(weights=SpanWeights()))
    assert edged(source, ITALIAN, recipe, encoder=fitted) == own


def test_what_was_resolved_of_the_weights_is_told():
    pair = DocumentPair(annotated(SPANISH), document(ITALIAN, language="it"))
    fitted = SpanWeights(inside=1.5)
    chosen = Settings(decode=DecodeSettings(weights=SpanWeights(recall=0.0), min_score=0.5))
    encoder = edged_tiny(weights=fitted)
    assert weigh_pair(pair, encoder, Settings()).decode.span_weights == fitted
    assert weigh_pair(pair, encoder, chosen).decode == chosen.decode
    assert weigh_pair(pair, TinyEncoder(), Settings()).decode.span_weights == SpanWeights()


def test_the_published_recipe_asks_no_edge_model():
    source = annotated(SPANISH)
    assert edged(source, ITALIAN, published()) == project(source, ITALIAN, published())


def test_an_edge_model_that_finds_nothing_likelier_leaves_all_mentions_out(recwarn):
    encoder = edged_tiny(1)
    with torch.inference_mode():
        encoder.edges.model.absent[2].bias.fill_(1e4)
    result = edged(annotated(SPANISH), ITALIAN, encoder=encoder)
    assert {one.status for one in result.projections} == {Status.UNALIGNED}
    assert not recwarn.list


def test_mentions_decoded_some_at_a_time_beside_an_edge_model_come_out_alike(monkeypatch):
    expected = edged(annotated(SPANISH), ITALIAN)
    for at_once in (1, 40, 1000):
        monkeypatch.setattr("projector.decode.fragments._SHARES_AT_ONCE", at_once)
        found = edged(annotated(SPANISH), ITALIAN)
        assert places(found) == places(expected)
        scores = [[one.score for one in result.projections] for result in (found, expected)]
        assert scores[0] == pytest.approx(scores[1], abs=2e-4)


# Many pairs.


def test_a_source_of_several_translations_is_encoded_once():
    encoder = CountingEncoder()
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
