"""The types every stage speaks in, and what travels with the mentions."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projector.document import (
    TAGGED_NOTE,
    Annotation,
    Document,
    Fragment,
    Mention,
    as_document,
    noted_score,
    noted_scores,
    transferable_annotations,
    with_scores,
    without_scores,
)


@pytest.mark.parametrize(("start", "end"), [(-1, 3), (3, 3), (4, 3), (0, 0)])
def test_a_fragment_that_holds_no_character_is_refused(start, end):
    with pytest.raises(ValueError, match=rf"0 <= start < end, not {start}\.\.{end}"):
        Fragment(start, end)


def test_fragments_are_ordered_by_where_they_stand():
    mixed = [Fragment(1, 2), Fragment(0, 3), Fragment(0, 2)]
    assert sorted(mixed) == [Fragment(0, 2), Fragment(0, 3), Fragment(1, 2)]


def test_a_discontinuous_mention_reads_as_brat_writes_it():
    text = "lesión 🫁 hepática y renal"
    mention = Mention("T1", "X", (Fragment(0, 6), Fragment(20, 25)))
    assert (mention.start, mention.end) == (0, 25)
    assert mention.surface(text) == "lesión renal"


def test_where_a_thing_stood_in_its_file_does_not_make_it_another():
    fragments = (Fragment(0, 1),)
    assert Mention("T1", "X", fragments, line=3) == Mention("T1", "X", fragments)
    assert Annotation("A1", "attribute", "N", line=3) == Annotation("A1", "attribute", "N")


# Made by hand.

TEXT = "Paciente con diabetes mellitus."


def test_spans_become_mentions_numbered_in_their_order():
    spans = [(13, 30, "DISEASE"), (0, 8, "PERSON")]
    made = Document.from_spans(TEXT, spans, language="es")
    assert made == Document(
        "text",
        "es",
        TEXT,
        (
            Mention("T1", "DISEASE", (Fragment(13, 30),)),
            Mention("T2", "PERSON", (Fragment(0, 8),)),
        ),
    )
    assert Document.from_spans(TEXT, spans, language="es", name="a").name == "a"
    assert Document.from_spans("", [], language="es").mentions == ()


def test_ids_that_are_given_stay_and_the_others_take_free_ones():
    spans = [(0, 8, "X"), (0, 8, "X", "T1"), (9, 12, "X", "mine"), (9, 12, "X")]
    made = Document.from_spans(TEXT, iter(spans), language="es")
    assert [mention.id for mention in made.mentions] == ["T2", "T1", "mine", "T3"]


@pytest.mark.parametrize(("start", "end"), [(13, 32), (-1, 3), (5, 5), (8, 2), (31, 31)])
def test_a_span_that_is_not_in_the_text_is_told_with_its_number(start, end):
    told = rf"span 2 is {start}\.\.{end} 'X'; expected 0 <= start < end <= 31"
    with pytest.raises(ValueError, match=told):
        Document.from_spans(TEXT, [(0, 8, "X"), (start, end, "X")], language="es")


def test_the_last_character_of_a_text_can_be_annotated():
    made = Document.from_spans(TEXT, [(30, 31, "X")], language="es")
    assert made.mentions[0].surface(TEXT) == "."


def test_an_id_is_of_one_mention_alone():
    with pytest.raises(ValueError, match=r"T1: several spans have this id.*several fragments"):
        Document.from_spans(TEXT, [(0, 8, "X", "T1"), (9, 12, "X", "T1")], language="es")


def test_offsets_are_whole_numbers_of_any_kind():
    made = Document.from_spans(TEXT, [(np.int64(0), np.int64(8), "X")], language="es")
    assert type(made.mentions[0].start) is type(made.mentions[0].end) is int
    with pytest.raises(TypeError):
        Document.from_spans(TEXT, [(0.0, 8.0, "X")], language="es")


def test_a_text_is_a_document_once_its_language_is_known():
    document = Document("a", "it", "febbre")
    assert as_document("febbre", language="it", name="a") == document
    assert as_document(document, language=None) is document
    assert as_document(document, language="it") is document
    with pytest.raises(ValueError, match="needs its language"):
        as_document("febbre", language=None)
    with pytest.raises(ValueError, match="a is in it and language='nl' was given"):
        as_document(document, language="nl")


def test_a_notebook_shows_the_mentions_in_the_text():
    spans = [(13, 30, "DISEASE"), (13, 21, "DISEASE"), (0, 8, "PERSON")]
    shown = Document.from_spans(TEXT + "<b>", spans, language="es", name="a")._repr_html_()
    for part in ("a · es", "T1 DISEASE", "T2 DISEASE", "T3 PERSON", "&lt;b&gt;", 'lang="es"'):
        assert part in shown
    split = Document("a", "es", TEXT, (Mention("T1", "X", (Fragment(0, 8), Fragment(13, 30))),))
    assert "T1 X 1/2" in split._repr_html_() and "T1 X 2/2" in split._repr_html_()


# What travels.


def about(id_, kind, *targets, value=None):
    return Annotation(id_, kind, "L", tuple(("", target) for target in targets), value)


def ids(annotations):
    return [one.id for one in annotations]


def test_a_note_on_a_relation_needs_both_the_relations_mentions():
    notes = [about("#1", "note", "R1"), about("R1", "relation", "T1", "T2")]
    assert transferable_annotations(notes, {"T1", "T2"}) == (tuple(notes), ())
    assert transferable_annotations(notes, {"T1"}) == ((), tuple(notes))


def test_events_within_events_need_the_innermost_mention():
    events = [
        about("E1", "event", "T1", "E2"),
        about("A1", "attribute", "E1"),
        about("E2", "event", "T2", "E3"),
        about("E3", "event", "T3"),
        about("N1", "normalization", "T1"),
    ]
    kept, lost = transferable_annotations(events, {"T1", "T2", "T3"})
    assert (ids(kept), ids(lost)) == (["E1", "A1", "E2", "E3", "N1"], [])
    kept, lost = transferable_annotations(events, {"T1", "T2"})
    assert (ids(kept), ids(lost)) == (["N1"], ["E1", "A1", "E2", "E3"])


def test_annotations_about_each_other_live_and_fall_together():
    circle = [about("E1", "event", "T1", "E2"), about("E2", "event", "T2", "E1")]
    assert ids(transferable_annotations(circle, ["T1", "T2"])[0]) == ["E1", "E2"]
    assert ids(transferable_annotations(circle, ["T1"])[1]) == ["E1", "E2"]


def test_an_equivalence_is_shortened_to_the_members_left():
    whole = Annotation("*", "equivalence", "Equiv", (("", "T1"), ("", "T2"), ("", "T3")), line=7)
    assert transferable_annotations([whole], {"T1", "T2", "T3"}) == ((whole,), ())
    kept, lost = transferable_annotations([whole], {"T1", "T3"})
    assert kept == (Annotation("*", "equivalence", "Equiv", (("", "T1"), ("", "T3"))),)
    assert kept[0].line == 7
    assert lost == (whole,)
    assert transferable_annotations([whole], {"T3"}) == ((), (whole,))


def test_two_equivalences_share_an_id_but_not_a_fate():
    first, second = about("*", "equivalence", "T1", "T2"), about("*", "equivalence", "T3", "T4")
    assert transferable_annotations([first, second], {"T3", "T4"}) == ((second,), (first,))


def test_what_is_about_nothing_travels():
    free = about("#1", "note")
    assert transferable_annotations([free], ()) == ((free,), ())


IDS = ["T1", "T2", "T3", "E1", "E2", "E3", "R1", "#1"]


@given(
    st.dictionaries(st.sampled_from(IDS[3:]), st.lists(st.sampled_from(IDS), max_size=3)),
    st.sets(st.sampled_from(IDS[:3])),
)
@settings(max_examples=150, deadline=None)
def test_the_most_that_can_travel_does(targets, mentions):
    annotations = [about(id_, "event", *chosen) for id_, chosen in targets.items()]
    kept, lost = transferable_annotations(annotations, mentions)
    assert sorted(ids(kept + lost)) == sorted(targets)
    possible = [
        set(some)
        for size in range(len(targets) + 1)
        for some in itertools.combinations(targets, size)
        if all(set(targets[id_]) <= mentions | set(some) for id_ in some)
    ]
    assert set(ids(kept)) == max(possible, key=len)


def test_what_a_run_said_of_its_scores_is_told_from_what_people_note():
    notes = (
        Annotation("#1", "note", "ProjectionScore", (("", "T1"),), "0.9931"),
        Annotation("#2", "note", "AnnotatorNotes", (("", "T1"),), "projection score 1.0000"),
        Annotation("#3", "note", "AnnotatorNotes", (("", "T1"),), "projection score 0.1 is low"),
        Annotation("#4", "note", "AnnotatorNotes", (("", "T1"),), None),
        Annotation("A1", "attribute", "ProjectionScore", (("", "T1"),), "0.9931"),
        Annotation("#5", "note", "TaggingScore", (("", "T1"),), "0.9931"),
    )
    assert [one.id for one in without_scores(notes)] == ["#3", "#4", "A1"]


def test_a_score_is_written_as_a_note_and_read_again():
    spans = [(0, 6, "SYMPTOM"), (9, 12, "SYMPTOM")]
    document = Document.from_spans("fiebre y tos", spans, language="es")
    mine = Annotation("#1", "note", "AnnotatorNotes", (("", "T1"),), "0.5")
    document = replace(document, annotations=(mine,))
    scored = with_scores(document, {"T2": 0.25, "T9": 1.0}, note=TAGGED_NOTE)
    assert [(one.id, one.targets, one.value) for one in scored.annotations] == [
        ("#1", ("T1",), "0.5"),
        ("#2", ("T2",), "0.2500"),
    ]
    assert noted_scores(scored) == {"T2": 0.25} and noted_scores(document) == {}
    former = Annotation("#1", "note", "AnnotatorNotes", (("", "T1"),), "projection score 0.9000")
    assert noted_scores(replace(document, annotations=(former,))) == {"T1": 0.9}


@pytest.mark.parametrize("value", [None, "", "high", "1.2", "-0.1", "nan", "0.5 perhaps", "1e-3"])
def test_what_is_no_probability_is_no_score(value):
    assert noted_score(Annotation("#1", "note", TAGGED_NOTE, (), "0.5")) is None
    note = Annotation("#1", "note", TAGGED_NOTE, (("", "T1"),), value)
    document = Document.from_spans("tos", [(0, 3, "SYMPTOM")], language="es")
    assert noted_scores(replace(document, annotations=(note,))) == {}
