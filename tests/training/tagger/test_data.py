"""Hold what a tagger learns from: whose mentions, of which types, in which part."""

import json

import pytest

from projector.errors import CorpusError
from projector.training.tagger.data import read_annotated
from schemas.tagger_training import TaggerSourceConfiguration

TEXT = "fiebre alta y tos"
ROW = {"id": "a", "lang": "es", "text": TEXT, "spans": [[0, 6, "SYMPTOM"]]}


@pytest.fixture
def lines(tmp_path):
    def write(*rows, name="notes.jsonl"):
        path = tmp_path / name
        told = (row if isinstance(row, str) else json.dumps(row) for row in rows)
        path.write_text("".join(f"{row}\n" for row in told), encoding="utf-8")
        return path

    return write


def read(path, **chosen):
    return read_annotated(TaggerSourceConfiguration(lines=path, **chosen))


def test_a_line_is_a_document_with_its_spans_in_their_order(lines):
    spans = [[14, 17, "SYMPTOM", "S2"], [0, 11, "DISEASE"], [0, 6, "SYMPTOM", None, 1]]
    (found,) = read(lines({**ROW, "id": 7, "spans": spans}))
    assert (found.origin, found.types) == ("7", None)
    document = found.document
    assert (document.name, document.language, document.text) == ("7", "es", TEXT)
    assert [(one.id, one.start, one.end, one.label) for one in document.mentions] == [
        ("T1", 14, 17, "SYMPTOM"), ("T2", 0, 11, "DISEASE"), ("T3", 0, 6, "SYMPTOM"),
    ]  # fmt: skip


def test_a_document_says_what_it_is_annotated_with_unless_the_source_does(lines):
    path = lines({**ROW, "label": "SYMPTOM"}, {**ROW, "id": "b"}, {**ROW, "id": "c", "label": ""})
    assert [one.types for one in read(path)] == [("SYMPTOM",), None, None]
    annotated = ("DISEASE", "SYMPTOM")
    assert [one.types for one in read(path, annotated=annotated)] == [annotated] * 3


def test_a_document_without_a_mention_or_a_language_is_one(lines):
    (found,) = read(lines({"id": "a", "text": "", "spans": []}))
    assert (found.document.mentions, found.document.language) == ((), "")


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"id": "a", "text": TEXT}, "spans"),
        ({"id": "a", "spans": []}, "text"),
        ({"text": TEXT, "spans": []}, "id"),
        ({**ROW, "spans": [[0, 99, "X"]]}, "0–99 in a text of 17 characters"),
        ({**ROW, "spans": [[0, 6]]}, ""),
        ({**ROW, "spans": [[6, 0, "X"]]}, ""),
        ({**ROW, "spans": [[3, 3, "X"]]}, ""),
        ({**ROW, "spans": [["0", "6", "X"]]}, ""),
        ({**ROW, "spans": 5}, ""),
        ("[1, 2]", ""),
        ("{", ""),
    ],
)
def test_a_line_that_is_no_document_is_told_with_its_number(lines, row, told):
    with pytest.raises(CorpusError, match=rf"notes\.jsonl:2: .*{told}"):
        read(lines(ROW, row))


def test_an_empty_source_has_nothing_to_learn_from(lines):
    with pytest.raises(CorpusError, match="nothing to learn from"):
        read(lines())
    with pytest.raises(CorpusError, match="nothing to learn from"):
        kept = [read(lines(ROW), folds=2, fold=fold) for fold in (0, 1)]  # one of them is empty
        assert not kept


def test_so_many_documents_are_taken_from_all_over(lines):
    path = lines(*({**ROW, "id": f"{number}"} for number in range(10)))
    assert [one.origin for one in read(path, limit=3)] == ["0", "3", "6"]
    assert len(read(path, limit=99)) == len(read(path)) == 10


def test_folds_part_the_documents_and_each_is_left_out_once(lines):
    path = lines(*({**ROW, "id": f"{number}"} for number in range(24)))
    whole, left_out = {one.origin for one in read(path)}, []
    for fold in range(3):
        kept = {one.origin for one in read(path, folds=3, fold=fold)}
        alone = {one.origin for one in read(path, folds=3, fold=fold, only_fold=True)}
        assert kept | alone == whole and not kept & alone
        left_out += alone
    assert sorted(left_out) == sorted(whole)


def test_gold_gives_the_side_that_is_asked_for_and_keeps_documents_together(lines):
    sides = {"src_lang": "es", "tgt_lang": "en", "src_text": "tos", "tgt_text": "cough"}
    row = {"id": 1, **sides, "src_spans": [[0, 3, "S", "1"]], "tgt_spans": [[0, 5, "S", "1"]]}
    path = lines(
        {**row, "meta": {"doc": "d", "label": "S"}}, {**row, "id": 2, "meta": {"doc": "d"}}
    )
    for side, text, language in (("target", "cough", "en"), ("source", "tos", "es")):
        found = read_annotated(TaggerSourceConfiguration(gold=path, side=side))
        assert [(one.document.text, one.document.language) for one in found] == [
            (text, language)
        ] * 2
        assert [(one.origin, one.types) for one in found] == [("d", ("S",)), ("d", None)]


def test_a_corpus_that_is_not_right_is_refused(tmp_path):
    (tmp_path / "es").mkdir()
    (tmp_path / "es" / "a.txt").write_text("tos", encoding="utf-8")
    (tmp_path / "es" / "a.ann").write_text("T1\tSINTOMA 0 3\ttos\n", encoding="utf-8")
    source = TaggerSourceConfiguration(corpus=tmp_path / "es", annotated=("SYMPTOM",))
    (found,) = read_annotated(source)
    assert (found.origin, found.types) == ("a", ("SYMPTOM",))
    assert [one.label for one in found.document.mentions] == ["SYMPTOM"]
    (tmp_path / "es" / "a.ann").write_text("T1\tSINTOMA 0 30\ttos\n", encoding="utf-8")
    with pytest.raises(CorpusError, match=r"a\.ann:1"):
        read_annotated(source)


def test_documents_are_taken_and_left_out_by_name(lines, tmp_path):
    names = ("case1", "case11", "mt-case1-disease", "es_case2", "case3")
    path = lines(*({**ROW, "id": name} for name in names))
    listed = tmp_path / "names.txt"
    listed.write_text("case1\n\ncase2\n", encoding="utf-8")

    def origins(**chosen):
        return [document.origin for document in read(path, **chosen)]

    assert origins(only=[listed]) == ["case1", "mt-case1-disease", "es_case2"]
    assert origins(exclude=[listed]) == ["case11", "case3"]
    assert origins(names="case*") == ["case1", "case11", "case3"]
    assert origins(names="case*", only=[listed]) == ["case1"]


def test_a_list_without_a_name_is_refused(lines, tmp_path):
    listed = tmp_path / "names.txt"
    listed.write_text("\n", encoding="utf-8")
    with pytest.raises(CorpusError, match=r"names\.txt.*no name"):
        read(lines(ROW), exclude=[listed])
