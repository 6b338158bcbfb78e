"""Sentences without a counterpart are told; texts of words whose vectors are their meaning."""

import pytest
from audited import audited, tokenized, vectors

from projector.align.anchors import sure_pairs
from projector.audit.findings import Kind
from projector.audit.sentence_links import sentence_links
from projector.settings import AlignSettings

SENTENCES = [
    "Mujer de mediana edad con fiebre alta.",
    "Presenta dolor abdominal intenso desde ayer.",
    "Ecografía muestra colecistitis aguda litiásica.",
    "Recibe antibióticos intravenosos durante semanas.",
    "Mejora clínicamente tras cirugía programada.",
]


def texts(*numbers):
    return " ".join(SENTENCES[number] for number in numbers)


def found(source, target):
    result = []
    for one in audited(source, target).findings:
        place, text = (one.source, source) if one.source else (one.target, target)
        result.append((one.kind, text[place.start : place.end] if place else None))
    return result


WHOLE = texts(0, 1, 2, 3, 4)


def test_a_sentence_left_out_is_told_with_its_place():
    assert found(WHOLE, texts(0, 2, 3, 4)) == [(Kind.OMISSION, SENTENCES[1])]


def test_a_sentence_added_is_told_with_its_place():
    assert found(texts(0, 2, 3, 4), WHOLE) == [(Kind.ADDITION, SENTENCES[1])]


def test_a_sentence_that_comes_twice_is_told_once():
    assert found(WHOLE, texts(0, 1, 1, 2, 3, 4)) == [(Kind.REPETITION, SENTENCES[1])]
    assert found(texts(0, 1, 1, 2), texts(0, 1, 1, 2, 3)) == [(Kind.ADDITION, SENTENCES[3])]


def test_a_text_that_ends_early_is_truncated():
    assert found(WHOLE, texts(0, 1, 2)) == [(Kind.TRUNCATED, texts(3, 4))]


def test_a_moved_sentence_is_told():
    assert found(WHOLE, texts(1, 2, 3, 4, 0)) == [(Kind.ORDER, SENTENCES[0])]


LONG = " ".join(f"palabra{number}" for number in range(90)).capitalize() + "."
BETWEEN = " ".join(
    f"Frase{number} corta{number} sobre{number} algo{number}." for number in range(25)
)


def test_a_long_sentence_that_is_moved_is_told_though_all_else_moves_with_it():
    assert found(f"{LONG} {BETWEEN}", f"{BETWEEN} {LONG}") == [(Kind.ORDER, LONG)]


def test_a_long_addition_makes_nothing_else_one():
    assert found(BETWEEN, f"{LONG} {BETWEEN}") == [(Kind.ADDITION, LONG)]


def test_texts_that_do_not_tell_the_same_are_a_wrong_pair():
    result = audited(texts(0, 1, 2), texts(3, 4))
    assert [one.kind for one in result.findings] == [Kind.WRONG_PAIR]
    assert not result.is_pair


def test_faithfulness_tells_what_it_is_made_of():
    whole = audited(f"{WHOLE} x", f"{WHOLE} y").faithfulness
    assert (whole.source_covered, whole.intact) == (1.0, 1.0)
    part = audited(WHOLE, texts(0, 2, 3, 4)).faithfulness
    assert part.source_covered == pytest.approx(22 / 28)
    assert part.score == pytest.approx(22 / 28)


def test_a_copy_is_untranslated():
    assert [one.kind for one in audited(WHOLE, WHOLE, "en").findings] == [Kind.UNTRANSLATED]


@pytest.mark.parametrize(
    ("source", "target"), [("", ""), ("Fiebre.", ""), ("", "Fever."), ("—", "—")]
)
def test_texts_without_words_are_no_fault(source, target):
    assert all(one.kind is not Kind.WRONG_PAIR for one in audited(source, target).findings)


def test_sentences_that_tell_the_same_make_a_block():
    joined = texts(0, 1, 2).replace("ayer. E", "ayer, e")
    source, target = tokenized(texts(0, 1, 2)), tokenized(joined)
    links = sentence_links(source, target, (vectors(source), vectors(target)), AlignSettings())
    assert [(len(one.sources), len(one.targets)) for one in links.blocks()] == [(1, 1), (2, 1)]


def test_what_no_word_links_but_stands_in_the_same_gap_is_a_pair():
    telegraphic = texts(0, 1) + " Pares craneales normales. " + texts(2, 3, 4)
    rendered = texts(0, 1) + " Cranial nerves intact. " + texts(2, 3, 4)
    assert [kind for kind, _ in found(telegraphic, rendered)] in ([], ["omission", "addition"])


def test_a_short_form_that_is_written_out_is_neither_left_out_nor_added():
    source = texts(0, 1) + " AP: MVC. " + texts(2, 3, 4)
    target = texts(0, 1) + " Murmur vesiculaire gewoon behouden. " + texts(2, 3, 4)
    assert found(source, target) == []
    assert found(source, WHOLE) == [(Kind.OMISSION, "AP: MVC.")]


def test_the_typical_share_of_links_counts_even_where_nothing_is_absent():
    # Of three sentences two are in the wrong order for the chain, and all are there.
    source, target = tokenized(texts(0, 1, 2)), tokenized(texts(2, 1, 0))
    links = sentence_links(source, target, (vectors(source), vectors(target)), AlignSettings())
    assert links.linked > 0.9


def test_an_audit_can_be_given_the_sure_pairs_of_a_projection():
    source, target = tokenized(WHOLE), tokenized(texts(0, 2, 3, 4))
    both = vectors(source), vectors(target)
    pairs = sure_pairs(*both, AlignSettings())
    given = sentence_links(source, target, both, AlignSettings(), pairs)
    sought = sentence_links(source, target, both, AlignSettings())
    assert given.source_absence.tolist() == sought.source_absence.tolist()
    assert AlignSettings().seeks_like(AlignSettings(full=20.0))
    assert not AlignSettings().seeks_like(AlignSettings(search=20))


@pytest.mark.parametrize(("source", "target"), [("", "x"), ("1 2 3", "4"), ("x", "")])
def test_a_correspondence_of_texts_without_links_is_the_diagonal(source, target):
    tokens = tokenized(source), tokenized(target)
    links = sentence_links(*tokens, (vectors(tokens[0]), vectors(tokens[1])), AlignSettings())
    assert links.between.expected([]).tolist() == []
