from __future__ import annotations

import random

from projector.evaluation.metrics import Span, compare, errors, span_table

TEXT = "No fever. Severe chest pain and dyspnoea, later renal failure."


def at(words: str, id_: str, *, document: str = "d", label: str = "A") -> Span:
    parts = words.split(" … ")
    starts = [TEXT.index(part) for part in parts]
    fragments = tuple((start, start + len(part)) for start, part in zip(starts, parts, strict=True))
    return Span("en", document, label, fragments, id_)


GOLD = [at("fever", "T1"), at("Severe chest pain", "T2"), at("renal failure", "T3")]
PREDICTED = [
    at("fever", "P1"),
    at("chest pain", "P2"),
    at("chest", "P3"),
    at("dyspnoea", "P4", document="e"),
]


def test_each_wrong_span_is_listed_once_the_worst_first():
    found = errors(compare(GOLD, PREDICTED), lambda language, document: TEXT, width=5)
    assert [
        (one.kind, one.gold and one.gold.id, one.predicted and one.predicted.id) for one in found
    ] == [
        ("missed", "T3", None),
        ("spurious", None, "P4"),
        ("spurious", "T2", "P3"),
        ("boundary", "T2", "P2"),
    ]
    boundary = found[-1]
    assert boundary.gold.text == "Severe chest pain"
    assert boundary.predicted.text == "chest pain"
    assert boundary.context == "ver. Severe chest pain and "
    assert TEXT[boundary.context_start :].startswith(boundary.context)
    assert (boundary.language, boundary.document, boundary.label) == ("en", "d", "A")


def test_the_order_of_spans_changes_nothing_and_a_limit_cuts_the_end():
    every = errors(compare(GOLD, PREDICTED), lambda language, document: TEXT)
    asked = []

    def text_of(language: str, document: str) -> str:
        asked.append((language, document))
        return TEXT

    gold, predicted = GOLD[:], PREDICTED[:]
    for seed in range(5):
        random.Random(seed).shuffle(gold)
        random.Random(seed).shuffle(predicted)
        assert errors(compare(gold, predicted), text_of, limit=2) == every[:2]
    assert asked == [("en", "d"), ("en", "e")] * 5


def test_fragments_and_sources_are_shown():
    gold = [at("Severe … pain", "T1")]
    predicted = span_table([at("Severe chest pain", "P1")])
    predicted = predicted.with_columns(source_text=predicted["id"].replace("P1", "dolor intenso"))
    (one,) = errors(compare(gold, predicted, fragments="exact"), lambda language, document: TEXT)
    assert one.gold.text == "Severe pain"
    assert one.source == "dolor intenso"
    assert 0 < one.overlap < 1


def test_a_text_that_is_not_there_shows_no_words():
    (one,) = errors(compare(GOLD[:1], []), lambda language, document: None)
    assert (one.gold.text, one.context) == ("", "")


def test_no_disagreement():
    assert errors(compare(GOLD, GOLD), lambda language, document: TEXT) == []
