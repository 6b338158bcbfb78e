"""Hold the cutting of parallel documents: nothing changes, and what is unsure stays whole."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.units import cut, join, starts
from projector.document import Annotation, Document, Fragment, Mention

LANGUAGES = ("es", "en", "ro")


def document(text, *mentions, language="es", annotations=()):
    """Make a document of mentions given as (id, words), each at its words' first place."""
    found = (
        Mention(id_, "X", (Fragment(text.index(words), text.index(words) + len(words)),))
        for id_, words in mentions
    )
    return Document("d", language, text, tuple(found), tuple(annotations))


@st.composite
def stretches(draw, size):
    start = draw(st.integers(0, size - 1))
    return Fragment(start, draw(st.integers(start + 1, size)))


@st.composite
def mentions(draw, text):
    ids = draw(st.lists(st.sampled_from(["T1", "T2", "T3", "T9"]), unique=True))
    made = []
    for id_ in ids if text else ():
        one, other = sorted(draw(st.tuples(stretches(len(text)), stretches(len(text)))))
        fragments = (one, other) if one.end <= other.start else (one,)
        made.append(Mention(id_, draw(st.sampled_from("XY")), fragments))
    return tuple(made)


@st.composite
def about(draw, known):
    """Draw annotations of mentions, and notes on such annotations."""
    made = []
    for number in range(draw(st.integers(0, 4)) if known else 0):
        targets = draw(st.lists(st.sampled_from(known), min_size=1, max_size=2))
        kind, letter = ("note", "#") if len(targets) == 1 else ("relation", "R")
        made.append(
            Annotation(f"{letter}{number}", kind, "L", tuple(("a", one) for one in targets), "v")
        )
        known = (*known, made[-1].id)
    if len(known) > 1 and draw(st.booleans()):
        members = tuple(("", one) for one in known[:2])
        made.append(Annotation("*", "equivalence", "Equiv", members))
    return tuple(made)


TEXTS = st.text(st.sampled_from("ab é\u0301😀\u2028\ufeff\r\n\n"), max_size=20)


@st.composite
def parallel(draw):
    made = []
    for language in LANGUAGES:
        text = draw(TEXTS)
        of_text = draw(mentions(text))
        annotations = draw(about(tuple(one.id for one in of_text)))
        made.append(Document("d", language, text, of_text, annotations))
    return made


def meaning(one, id_):
    """Return what an id stands for, without ids; mentions with their place."""
    for mention in one.mentions:
        if mention.id == id_:
            return mention.label, mention.fragments
    (found,) = (other for other in one.annotations if other.id == id_)
    return said(one, found)


def said(one, annotation):
    arguments = tuple((role, meaning(one, target)) for role, target in annotation.arguments)
    return annotation.kind, annotation.label, annotation.value, arguments


@given(parallel())
def test_joining_what_was_cut_gives_the_documents_back(documents):
    again = join(cut(documents), name="d", languages=LANGUAGES)
    names = {}
    for before, after in zip(documents, again, strict=True):
        assert after.text == before.text
        assert Counter((one.label, one.fragments) for one in after.mentions) == Counter(
            (one.label, one.fragments) for one in before.mentions
        )
        assert Counter(said(after, one) for one in after.annotations) == Counter(
            said(before, one) for one in before.annotations
        )
        ids = [one.id for one in (*after.mentions, *after.annotations) if one.id != "*"]
        assert len(ids) == len(set(ids))
        # Within a unit the order stays, so the same words under the same id can be followed.
        for one in after.mentions:
            names.setdefault(one.id, []).append(
                {
                    other.id
                    for other in before.mentions
                    if (other.label, other.fragments) == (one.label, one.fragments)
                }
            )
    for old in names.values():
        assert set.intersection(*old), "a mention has another id in another language"


@given(parallel())
def test_a_unit_holds_its_mentions_whole(documents):
    units = cut(documents)
    for side, before in enumerate(documents):
        surfaces = {one.id: one.surface(before.text) for one in before.mentions}
        found = [
            (one.id, one.surface(unit.parts[side].text), one.id in unit.ids)
            for unit in units
            for one in unit.parts[side].mentions
        ]
        assert sorted(found) == sorted((id_, words, True) for id_, words in surfaces.items())
    ids = [id_ for unit in units for id_ in unit.ids]
    assert len(ids) == len(set(ids)), "a mention is in two units"


@given(parallel(), st.data())
def test_recombined_units_keep_every_mention_s_words_in_all_languages(documents, data):
    units = cut(documents)
    chosen = data.draw(st.lists(st.sampled_from(units), min_size=1, max_size=5))
    made = join(chosen, name="new", languages=LANGUAGES)
    for side, one in enumerate(made):
        words = [
            mention.surface(unit.parts[side].text)
            for unit in chosen
            for mention in unit.parts[side].mentions
        ]
        assert [mention.surface(one.text) for mention in one.mentions] == words
        targets = {target for said in one.annotations for target in said.targets}
        assert targets <= {each.id for each in (*one.mentions, *one.annotations)}


@given(st.lists(st.sampled_from(["alfa", "beta ñ", "😀 c"]), min_size=1), st.data())
def test_corresponding_paragraphs_become_a_unit_each(paragraphs, data):
    made = []
    for language in LANGUAGES:
        separators = st.sampled_from(["\n", "\r\n"]) if language == "es" else st.just("\n")
        text, found = "", []
        for number, paragraph in enumerate(paragraphs):
            found.append(
                Mention(f"T{number}", "X", (Fragment(len(text), len(text) + len(paragraph)),))
            )
            text += paragraph + data.draw(separators)
        made.append(Document("d", language, text, tuple(found)))
    units = cut(made)
    assert [unit.parts[0].text.rstrip() for unit in units] == paragraphs
    assert [unit.ids for unit in units] == [(f"T{n}",) for n in range(len(paragraphs))]


@pytest.mark.parametrize(
    ("source", "target"),
    [
        (document("a\nb"), document("a b")),  # one paragraph on one side
        (document("a\nb", ("T1", "a\nb")), document("a\nb", ("T1", "a"))),  # one across the cut
        (document("a\nb", ("T1", "a")), document("a\nb", ("T1", "b"))),  # elsewhere
        (document("a\nb\n\nc"), document("a\nb\n\nc\n\nd")),  # blank lines that don't agree
        (
            document(
                "a\nb",
                ("T1", "a"),
                ("T2", "b"),
                annotations=[Annotation("R1", "relation", "L", (("x", "T1"), ("y", "T2")))],
            ),
            document("a\nb"),
        ),
    ],
    ids=["number", "across", "elsewhere", "blank lines", "relation"],
)
def test_what_is_not_sure_to_correspond_stays_whole(source, target):
    (unit,) = cut([source, target])
    assert [part.text for part in unit.parts] == [source.text, target.text]


def test_blank_lines_part_paragraphs_where_every_language_has_them():
    units = cut([document("a\nb\n\nc"), document("a b\n \nc", language="en")])
    assert [tuple(part.text for part in unit.parts) for unit in units] == [
        ("a\nb\n\n", "a b\n \n"),
        ("c", "c"),
    ]


def test_blank_lines_count_as_line_ends_where_a_language_has_none():
    units = cut([document("a\n\nb"), document("a\nb", language="en")])
    assert len(units) == 2


def test_white_space_around_a_text_is_no_paragraph():
    assert starts("\n\n a\n \nb \n\n") == (0, 7)
    assert starts("") == starts("\n") == (0,)


def test_units_that_end_without_a_line_end_get_the_one_of_their_document():
    first, second = cut([document("a\r\nb")])
    (made,) = join([second, first, second], name="d", languages=["es"])
    assert made.text == "b\r\na\r\nb"


def test_ids_are_shared_by_the_languages_and_go_on_from_unit_to_unit():
    (unit,) = cut(
        [
            document("a b", ("T7", "a"), ("T8", "b")),
            document("x y", ("T8", "x"), ("T9", "y"), language="en"),
        ]
    )
    source, target = join([unit, unit], name="d", languages=["es", "en"])
    assert [one.id for one in source.mentions] == ["T1", "T2", "T4", "T5"]
    assert [one.id for one in target.mentions] == ["T2", "T3", "T5", "T6"]


def test_annotations_go_along_with_ids_of_their_own():
    note = Annotation("#5", "note", "AnnotatorNotes", (("", "A3"),), "sure", line=4)
    attribute = Annotation("A3", "attribute", "Negated", (("", "T1"),), line=5)
    (unit,) = cut([document("a", ("T1", "a"), annotations=[note, attribute])])
    (made,) = join([unit, unit], name="d", languages=["es"])
    assert [(one.id, one.targets) for one in made.annotations] == [
        ("#1", ("A1",)),
        ("A1", ("T1",)),
        ("#2", ("A2",)),
        ("A2", ("T2",)),
    ]
