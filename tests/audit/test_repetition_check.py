"""Loops of words are told, but for those that the source has too."""

from projector.audit.repetition_check import loop_findings
from projector.document import Document, Fragment


def findings(source, target):
    return list(loop_findings(Document("a", "es", source), Document("a", "en", target)))


def test_a_loop_is_told_with_its_place():
    text = "The patient " + "had pain and " * 9 + "died."
    (finding,) = findings("Tenía dolor", text)
    assert finding.target == Fragment(12, text.index(" died"))
    assert finding.message.endswith("repeats 9 times")


def test_ordinary_texts_have_no_loops():
    assert findings("", "No, no, no. Very very good. 1 1 1 1 1 1 1 1 1 1") == []


def test_what_the_source_repeats_may_be_repeated():
    assert findings("dolor sí no " * 6, "pain yes no " * 6) == []


def test_a_long_table_of_equal_numbers_is_gone_through_once():
    assert findings("", "1 " * 100_000) == []
