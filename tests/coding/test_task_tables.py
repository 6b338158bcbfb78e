"""Hold the tables of shared tasks that codes are written to."""

import csv
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from projector.coding.assign import GIVEN, PROPOSED, AssignedCode, Assignments
from projector.coding.mentions import CodedDocument, CodedMention
from projector.coding.task_tables import (
    TableRules,
    document_codes,
    kinds_of,
    write_task_tables,
)
from projector.corpus import read_spans
from projector.text.negation import Assertion

BOTH = TableRules("lexical", "lists/cie10.tsv", frozenset({"diagnoses", "procedures"}))


def mention(id_, *fragments, text="tos", label="DISEASE", document="a", language="es"):
    return CodedMention(language, document, id_, label, fragments or ((0, 3),), text)


def proposed(*codes):
    """Return codes, each as it is or with its score."""
    scored = (code if isinstance(code, tuple) else (code, 0.5) for code in codes)
    return [AssignedCode(code, score, "", PROPOSED, "") for code, score in scored]


def given_codes(*codes):
    return [AssignedCode(code, 1.0, "", GIVEN) for code in codes]


def assigned(ranked, *more):
    """Return the assignments of mentions with their codes, by document in their order."""
    documents = {}
    for one, _ in ranked:
        documents.setdefault((one.language, one.document), []).append(one)
    coded = [CodedDocument(*key, tuple(mentions)) for key, mentions in documents.items()]
    by_key = {(one.language, one.document, one.id): codes for one, codes in ranked}
    return Assignments([*coded, *more], by_key)


def rows(path: Path) -> list[list[str]]:
    """Read a table as pandas does: quoted where a cell needs it."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, delimiter="\t"))


def test_every_language_has_its_four_tables(tmp_path):
    documents = (mention("T1"), proposed("R05")), (mention("T1", language="it"), [])
    write_task_tables(tmp_path / "tsv", assigned(documents))
    assert sorted(path.name for path in (tmp_path / "tsv").iterdir()) == [
        f"{language}_{name}.tsv"
        for language in ("es", "it")
        for name in ("codiesp_D", "codiesp_P", "codiesp_X", "linking")
    ]
    assert (tmp_path / "tsv" / "it_codiesp_D.tsv").read_bytes() == b""


def test_linking_has_all_mentions_with_their_codes_or_none(tmp_path):
    done = assigned(
        [
            (mention("T1", (5, 8), (12, 20), text="dolor agudo"), given_codes("A39.0", "G01")),
            (mention("T2"), proposed(("R05", 0.9), ("R06", 0.8))),
            (mention("T3"), []),
        ]
    )
    write_task_tables(tmp_path / "tsv", done, rules=BOTH)
    header, *cells = rows(tmp_path / "tsv" / "es_linking.tsv")
    assert header == [
        *("filename", "mark", "label", "off0", "off1", "span", "code"),
        *("code_origin", "code_score", "coder", "code_list", "assertion"),
    ]
    assert cells == [
        [*("a", "T1", "DISEASE", "5", "20", "dolor agudo", "A39.0+G01"), "given", "", "", "", ""],
        [
            *("a", "T2", "DISEASE", "0", "3", "tos", "R05"),
            *("proposed", "0.9000", "lexical", "cie10.tsv", ""),
        ],
        [*("a", "T3", "DISEASE", "0", "3", "tos", "None"), "", "", "", "", ""],
    ]


def test_linking_is_a_table_that_is_read_again(tmp_path):
    text = 'una "tos"\tcon\nsangre'
    done = assigned([(mention("T1", (3, 23), text=text), proposed("R04.2")), (mention("T2"), [])])
    write_task_tables(tmp_path / "tsv", done)
    first, second = read_spans(tmp_path / "tsv" / "es_linking.tsv")
    assert (first.filename, first.label, first.start, first.end) == ("a", "DISEASE", 3, 23)
    assert (first.text, first.code, first.origin) == (text, "R04.2", "proposed")
    assert (second.code, second.origin) == ("None", "")


def test_places_have_a_row_for_each_code_with_all_fragments(tmp_path):
    done = assigned(
        [
            (mention("T1", (5, 8), (12, 20), text="dolor agudo"), given_codes("A39.0", "G01")),
            (mention("T2", label="PROCEDURE"), proposed("BW03ZZZ")),
            (mention("T3", label="PROCEDIMIENTO"), proposed("BW03ZZZ")),
            (mention("T4"), []),
        ]
    )
    write_task_tables(tmp_path / "tsv", done, rules=BOTH)
    assert rows(tmp_path / "tsv" / "es_codiesp_X.tsv") == [
        ["a", "DIAGNOSTICO", "A39.0", "dolor agudo", "5 8;12 20"],
        ["a", "DIAGNOSTICO", "G01", "dolor agudo", "5 8;12 20"],
        ["a", "PROCEDIMIENTO", "BW03ZZZ", "tos", "0 3"],
        ["a", "PROCEDIMIENTO", "BW03ZZZ", "tos", "0 3"],
    ]
    assert rows(tmp_path / "tsv" / "es_codiesp_D.tsv") == [["a", "a39.0"], ["a", "g01"]]
    assert rows(tmp_path / "tsv" / "es_codiesp_P.tsv") == [["a", "bw03zzz"]]


def test_a_procedure_has_no_code_of_diagnoses_and_a_disease_none_of_procedures():
    disease, procedure = mention("T1"), mention("T2", label="PROCEDURE")
    done = assigned([(disease, proposed("R05")), (procedure, proposed("A82.1"))])
    (document,) = done.documents
    assert document_codes(document, done) == (["r05"], [])
    only = TableRules(kinds=frozenset({"procedures"}))
    assert document_codes(document, done, rules=only) == ([], ["a82.1"])
    assert kinds_of(()) == {"diagnoses"} == kinds_of(("DISEASE", "MEDICATION"))
    assert kinds_of(("PROCEDIMIENTO",)) == {"procedures"} and kinds_of(("FARMACO",)) == set()


def test_no_table_has_a_diagnosis_code_of_a_procedure_whatever_was_coded(tmp_path):
    labels = ("PROCEDURE", "PROCEDIMIENTO", "procedures", "PROC", "DISEASE", "SYMPTOM")
    ranked = [(mention(f"T{n}", label=label), proposed("A82.1")) for n, label in enumerate(labels)]
    ranked += [(mention("G", label="PROCEDURE"), given_codes("A82.1"))]
    done = assigned(ranked)
    write_task_tables(tmp_path / "d", done)  # a list of diagnoses, as ICD-10 is
    assert rows(tmp_path / "d" / "es_codiesp_P.tsv") == []
    assert rows(tmp_path / "d" / "es_codiesp_D.tsv") == [["a", "a82.1"]]
    assert [row[1] for row in rows(tmp_path / "d" / "es_codiesp_X.tsv")] == ["DIAGNOSTICO"] * 2
    write_task_tables(tmp_path / "p", done, rules=TableRules(kinds=kinds_of(("PROCEDURE",))))
    assert rows(tmp_path / "p" / "es_codiesp_D.tsv") == []
    assert {row[1] for row in rows(tmp_path / "p" / "es_codiesp_X.tsv")} == {"PROCEDIMIENTO"}


def test_what_a_patient_does_not_have_is_no_code_of_a_document_unless_asked_for(tmp_path):
    said = dict(zip(["T1", "T2", "T3", "T4", "T5"], Assertion, strict=True))
    mentions = [mention(id_) for id_ in said]
    codes = ["R01", "R02", "R03", "R04", "R05"]
    drawn = assigned([(one, proposed(code)) for one, code in zip(mentions, codes, strict=True)])
    by_key = {("es", "a", id_): assertion for id_, assertion in said.items()}
    done = Assignments(drawn.documents, drawn.ranked, said=by_key)
    assert document_codes(done.documents[0], done) == (["r04", "r05"], [])
    assert len(document_codes(done.documents[0], done, rules=TableRules(absent=True))[0]) == 5
    write_task_tables(tmp_path / "tsv", done)
    assert len(rows(tmp_path / "tsv" / "es_codiesp_X.tsv")) == 2
    told = [row[-1] for row in rows(tmp_path / "tsv" / "es_linking.tsv")]
    assert told == ["assertion", "negated", "family", "hypothetical", "uncertain", "present"]


def test_documents_follow_each_other_each_with_its_own_codes(tmp_path):
    ranked = [
        (mention("T1", document="b"), proposed("R05")),
        (mention("T1", document="a"), proposed("R05")),
    ]
    write_task_tables(tmp_path / "tsv", assigned(ranked, CodedDocument("es", "empty", ())))
    assert rows(tmp_path / "tsv" / "es_codiesp_D.tsv") == [["b", "r05"], ["a", "r05"]]


def test_no_documents_no_tables(tmp_path):
    write_task_tables(tmp_path / "tsv", Assignments([], {}))
    assert list((tmp_path / "tsv").iterdir()) == []


def test_one_code_written_two_ways_comes_once_with_its_best_score():
    ranked = [
        (mention("T1"), proposed(("E119", 0.3))),
        (mention("T2"), proposed(("R05", 0.4))),
        (mention("T3"), proposed(("e11.9", 0.7))),
    ]
    done = assigned(ranked)
    assert document_codes(done.documents[0], done) == (["e11.9", "r05"], [])


listed = st.sampled_from(["R05", "r05", "I10", "I10.X", "E11.9", "E119", "A00"])
scores = st.sampled_from([0.25, 0.5, 0.75])
some_codes = st.lists(st.tuples(listed, scores), max_size=3, unique_by=lambda one: one[0]).map(
    lambda drawn: sorted(drawn, key=lambda one: -one[1])
)
PLAIN = {"I10.X": "i10", "E119": "e11.9"}


@given(st.lists(st.tuples(some_codes, st.booleans(), st.booleans()), max_size=6))
def test_a_documents_codes_are_each_there_once_the_surest_first(drawn):
    ranked = [
        (
            mention(f"T{number}", label="PROCEDURE" if procedure else "SYMPTOM"),
            given_codes(*(code for code, _ in codes)) if is_given else proposed(*codes),
        )
        for number, (codes, procedure, is_given) in enumerate(drawn)
    ]
    done = assigned(ranked or [(mention("T1"), [])])
    expected = ({}, {})
    for codes, procedure, is_given in drawn:
        counted = [(code, 1.0) for code, _ in codes] if is_given else codes[:1]
        for code, score in counted:
            best = expected[procedure]
            name = PLAIN.get(code, code.lower())
            best[name] = max(score, best.get(name, 0))
    for found, best in zip(
        document_codes(done.documents[0], done, rules=BOTH), expected, strict=True
    ):
        assert sorted(found) == sorted(best)
        assert found == sorted(best, key=lambda code: (-best[code], code))
