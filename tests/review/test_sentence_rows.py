"""Rows hold all of both texts, each part once, in the source's order."""

from hypothesis import given
from hypothesis import strategies as st

from projector.review.sentence_pairing import paired_sentences
from projector.review.sentence_rows import sentence_rows

SOURCE = "Uno. Dos. Tres. Cuatro."
TARGET = "One. Two. Three. Four."


def words(rows, source, target):
    """Return what stands beside each other, as words."""
    return [
        (
            "|".join(source[start:end] for start, end in row.source),
            "|".join(target[start:end] for start, end in row.target),
        )
        for row in rows
    ]


def stretch(text, part):
    return (text.index(part), text.index(part) + len(part))


def link(source, target):
    left = [stretch(SOURCE, part) for part in source]
    return left, [stretch(TARGET, part) for part in target]


def test_what_no_link_holds_stands_where_it_is():
    rows = sentence_rows(SOURCE, TARGET, [link(["Dos."], ["Two."]), link(["Cuatro."], ["Four."])])
    assert words(rows, SOURCE, TARGET) == [
        ("", "One."),
        ("Uno.", ""),
        ("Dos.", "Two."),
        ("", "Three."),
        ("Tres.", ""),
        ("Cuatro.", "Four."),
    ]


def test_neighbouring_sentences_of_a_row_are_one_stretch_others_stay_apart():
    rows = sentence_rows(SOURCE, TARGET, [link(["Uno.", "Dos."], ["One.", "Three."])])
    assert words(rows, SOURCE, TARGET)[0] == ("Uno. Dos.", "One.|Three.")


def test_sentences_that_change_places_keep_the_sources_order():
    rows = sentence_rows(SOURCE, TARGET, [link(["Dos."], ["One."]), link(["Uno."], ["Two."])])
    linked = [row for row in words(rows, SOURCE, TARGET) if all(row)]
    assert linked == [("Uno.", "Two."), ("Dos.", "One.")]


def test_empty_texts_have_no_rows():
    assert sentence_rows("", " \n", []) == []


TEXTS = st.text(st.sampled_from("ab .\n"), max_size=40)


@given(TEXTS, TEXTS)
def test_each_character_but_white_space_is_in_one_row(source, target):
    rows = sentence_rows(source, target, paired_sentences(source, target, []))
    assert all(row.source or row.target for row in rows)
    for text, side in ((source, "source"), (target, "target")):
        stretches = [stretch for row in rows for stretch in getattr(row, side)]
        covered = [place for start, end in stretches for place in range(start, end)]
        assert len(covered) == len(set(covered))
        assert not "".join(text[place] for place in set(range(len(text))) - set(covered)).strip()


def paired(source, target, *projected):
    pairs = paired_sentences(source, target, projected)
    return [
        (source[left[0][0] : left[-1][1]], target[right[0][0] : right[-1][1]])
        for left, right in pairs
    ]


def test_sentences_of_like_length_pair():
    assert paired(SOURCE, TARGET) == [
        ("Uno.", "One."),
        ("Dos.", "Two."),
        ("Tres.", "Three."),
        ("Cuatro.", "Four."),
    ]


def test_mentions_say_which_sentence_is_left_out():
    target = "Two. Three. Four."
    links = [
        ([stretch(SOURCE, name)], [stretch(target, becomes)])
        for name, becomes in (("Dos", "Two"), ("Tres", "Three"), ("Cuatro", "Four"))
    ]
    pairs = paired(SOURCE, target, *links)
    assert pairs[-1] == ("Cuatro.", "Four.")
    assert ("Tres.", "Three.") in pairs


def test_two_sentences_may_become_one():
    source = "Presenta tos seca. Tiene fiebre alta."
    target = "He presents with a dry cough and a high fever."
    assert paired(source, target) == [(source, target)]


def test_long_texts_pair_to_their_ends():
    source = " ".join(f"Frase número {number}." for number in range(200))
    target = " ".join(f"Sentence number {number}." for number in range(200))
    pairs = paired(source, target)
    assert len(pairs) == 200
    assert all(left.split()[-1] == right.split()[-1] for left, right in pairs)
