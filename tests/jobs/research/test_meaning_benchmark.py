"""Hold how terms of a translation become others, and how it is told what finds them."""

from random import Random

import polars as pl
from click.testing import CliRunner

from jobs.research import meaning_benchmark
from jobs.research.judged_meaning import SCHEMA
from jobs.research.meaning_benchmark import Term, found_by, main, terms_of, with_other_terms
from projector.document import Document, DocumentPair, Fragment, Mention

SOURCE, TARGET = "fiebre, tos y asma grave", "fever, cough and severe asthma"


def mention(id_, label, *places):
    return Mention(id_, label, tuple(Fragment(*place) for place in places))


def pair():
    source = (
        mention("T1", "SYMPTOM", (0, 6)),
        mention("T2", "SYMPTOM", (8, 11)),
        mention("T3", "DISEASE", (14, 24)),
        mention("T4", "DISEASE", (14, 18)),
    )
    target = (
        mention("T1", "SYMPTOM", (0, 5)),
        mention("T2", "SYMPTOM", (7, 12)),
        mention("T3", "DISEASE", (17, 30)),
        mention("T4", "DISEASE", (24, 30)),
    )
    return DocumentPair(Document("a", "es", SOURCE, source), Document("a", "en", TARGET, target))


def test_terms_become_others_of_their_type_and_gold_moves_along():
    terms = [
        Term("SYMPTOM", "Tos", "cough"),
        Term("SYMPTOM", "vómitos", "bouts of vomiting"),
        Term("DISEASE", "gota", "gout"),
    ]
    spoilt, replaced = with_other_terms(pair(), terms, 1.0, Random(1))
    assert replaced == {"T1", "T2"}  # the diseases lie within each other
    found = {one.id: one.surface(spoilt.target.text) for one in spoilt.target.mentions}
    assert found["T2"] == "bouts of vomiting"  # not what it was
    assert found["T1"] in ("cough", "bouts of vomiting")
    assert (found["T3"], found["T4"]) == ("severe asthma", "asthma")
    assert spoilt.source == pair().source
    same, none = with_other_terms(pair(), terms, 0.0, Random(1))
    assert same.target.text == TARGET and not none
    assert not with_other_terms(pair(), terms[:1], 1.0, Random(1))[1] - {"T1"}


def test_terms_are_told_by_what_both_sides_call_them():
    assert list(terms_of(pair(), ["DISEASE"])) == [
        Term("DISEASE", "asma grave", "severe asthma"),
        Term("DISEASE", "asma", "asthma"),
    ]


def test_what_finds_wrong_terms_is_told_by_sign():
    rows = pl.DataFrame(
        [
            {"wrong": wrong, "score": score, "concept": concept, "retriever": 0.5}
            for wrong, score, concept in [
                (True, 0.9, 0.1),
                (False, 0.2, 0.8),
                (True, 0.8, 0.2),
                (False, 0.95, 0.9),
            ]
        ]
    )
    told = found_by(rows)
    assert told["concepts"] == (1.0, 1.0)
    assert told["score"] == (0.5, 0.5)
    assert told["retriever"][0] == 0.5 and told["both"] == (1.0, 1.0)
    assert found_by(rows.filter(~pl.col("wrong")))["score"] == (None, 0.0)


def test_a_set_is_projected_with_wrong_terms(tmp_path, monkeypatch):
    seen = []

    def judged(spoilt, judges):
        seen.append(spoilt)
        for one in spoilt.source.mentions:
            yield {
                **dict.fromkeys(SCHEMA),
                **{"mention": one.id, "given": one.id != "T4", "score": 0.9, "concept": 0.5},
                **{"retriever": 0.1, "source_text": "", "span_text": "", "outcome": "right"},
            }

    class Gold:
        def __init__(self):
            self.pair = pair()

    monkeypatch.setattr(meaning_benchmark, "judged_pair", judged)
    monkeypatch.setattr(meaning_benchmark, "load_judges", lambda *_: None)
    monkeypatch.setattr(meaning_benchmark, "read_gold", lambda path, limit: [Gold(), Gold()])
    monkeypatch.setattr(
        meaning_benchmark, "gold_sets", lambda folder: {"x": tmp_path / "x_es-en.jsonl"}
    )
    result = CliRunner().invoke(main, [str(tmp_path), "--share", "1"], catch_exceptions=False)
    lines = [line.split("\t") for line in result.stdout.splitlines()]
    assert lines[0][:3] == ["set", "spans", "wrong"]
    assert [line[:3] for line in lines[1:]] == [["x_es-en", "6", "4"], ["all", "6", "4"]]
    assert len(seen) == 2 and seen[0].target.text != TARGET
