"""Hold the examples that are taken from gold, from tables, from parallel terms."""

import json

import pytest
from coded_names import CODES

from projector.errors import CorpusError
from projector.training.coder.examples import (
    CodedText,
    gold_examples,
    table_examples,
    term_examples,
    with_terms,
)
from schemas.coder_training import ExamplesConfiguration


def test_gold_gives_its_mentions_but_those_of_other_lists(tmp_path, caplog):
    (tmp_path / "es").mkdir()
    (tmp_path / "es/a.txt").write_text("Tos y HTA.")
    (tmp_path / "es/a.ann").write_text(
        "T1\tX 0 3\tTos\nN1\tReference T1 ICD10:r05\tx\n"
        "T2\tX 6 9\tHTA\nN2\tReference T2 ICD10:Z99\tx\n"
    )
    source = ExamplesConfiguration(gold=tmp_path / "es")
    with caplog.at_level("INFO", "projector"):
        assert [(one.text, one.code) for one in gold_examples(CODES, source)] == [("Tos", 3)]
    assert "1 codes are not in the list" in caplog.text and "passed over" not in caplog.text
    with (tmp_path / "es/a.ann").open("a") as file:
        file.write("T9\tX 90 99\tnowhere\n")
    assert len(gold_examples(CODES, source)) == 1
    assert "1 things can't be read rightly" in caplog.text
    for fold, only in ((0, True), (0, False), (1, True), (1, False)):
        part = ExamplesConfiguration(gold=tmp_path / "es", folds=2, fold=fold, only_fold=only)
        other = ExamplesConfiguration(gold=tmp_path / "es", folds=2, fold=fold, only_fold=not only)
        assert len([*gold_examples(CODES, part), *gold_examples(CODES, other)]) == 1


@pytest.fixture
def coded(tmp_path):
    """Write documents of JSON Lines: a name, a text, and mentions' words, labels and codes."""

    def write(*documents, name="gold.jsonl"):
        lines = []
        for document, text, mentions in documents:
            annotations = []
            for words, label, code in mentions:
                start = text.index(words)
                place = {"start": start, "end": start + len(words)}
                annotations.append({"text": words, "label": label, "icd": code, **place})
            line = {"id": document, "lang": "es", "text": text, "annotations": annotations}
            lines.append(json.dumps(line) + "\n")
        path = tmp_path / name
        path.write_text("".join(lines), encoding="utf-8")
        return path

    return write


def read(path, **chosen):
    return gold_examples(CODES, ExamplesConfiguration(gold=path, column="icd", **chosen))


def test_a_mention_teaches_each_of_its_codes_within_its_sentence(coded):
    text = "Fiebre ayer. Tiene DM con coma e HTA."
    path = coded(("a", text, [("DM con coma", "D", "E11.0+I10"), ("HTA", "D", "Q99")]))
    assert read(path) == [
        CodedText("DM con coma", 0, "es", "gold", "Tiene DM con coma e HTA."),
        CodedText("DM con coma", 2, "es", "gold", "Tiene DM con coma e HTA."),
    ]


def test_a_mention_without_words_teaches_nothing(coded):
    assert read(coded(("a", "… y tos", [("…", "D", "R05"), ("tos", "D", "")]))) == []


def test_some_labels_alone_are_taken(coded):
    path = coded(("a", "tos y DM", [("tos", "SYMPTOM", "R05"), ("DM", "DISEASE", "E11.9")]))
    assert [one.text for one in read(path, labels=("SYMPTOM",))] == ["tos"]
    assert [one.text for one in read(path, labels=("SYMPTOM", "DISEASE"))] == ["tos", "DM"]


def test_documents_are_left_out_by_their_names_and_by_their_texts(coded):
    mentions = [("tos", "D", "R05")]
    documents = [(name, f"tos {name}", mentions) for name in "abc"]
    path = coded(*documents)
    by_name = coded(("a", "another text", []), name="names.jsonl")
    by_text = coded(("z", " tos b\n", []), name="texts.jsonl")
    assert [one.context for one in read(path, exclude=(by_name,))] == ["tos b", "tos c"]
    assert [one.context for one in read(path, exclude=(by_name, by_text))] == ["tos c"]


def test_folds_part_documents_and_every_one_is_measured_on_once(coded):
    path = coded(*((f"d{number}", f"tos {number}", [("tos", "D", "R05")]) for number in range(20)))
    whole = [one.context for one in read(path)]
    measured = []
    for fold in range(3):
        alone = [one.context for one in read(path, folds=3, fold=fold, only_fold=True)]
        others = [one.context for one in read(path, folds=3, fold=fold)]
        assert sorted(alone + others) == sorted(whole)
        measured += alone
    assert sorted(measured) == sorted(whole)


def test_examples_made_elsewhere_keep_their_origin(tmp_path, caplog):
    path = tmp_path / "made.tsv"
    path.write_text("text\tcode\torigin\nla tos\tR05\tmodel-x\nrien\tQ99\tmodel-x\n…\tR05\tx\n")
    with caplog.at_level("INFO", "projector"):
        (found,) = table_examples(CODES, path)
    assert "2 rows have no words or a code that is not in the list" in caplog.text
    assert (found.text, found.code, found.origin) == ("la tos", 3, "model-x")
    path.write_text("word\tcode\nla tos\tR05\n")
    with pytest.raises(CorpusError, match="text, code"):
        table_examples(CODES, path)


def test_a_table_is_read_with_or_without_languages_and_origins(tmp_path):
    path = tmp_path / "made.tsv"
    path.write_text("text\tcode\tlanguage\n tos \te11.9\tes\ncough\tR05\t\n")
    assert table_examples(CODES, path) == [
        CodedText("tos", 1, "es", "made.tsv"),
        CodedText("cough", 3, "", "made.tsv"),
    ]


# --- parallel terms ---


@pytest.fixture
def terms(tmp_path):
    path = tmp_path / "mesh.tsv"
    rows = (
        "es\ten\tTos\tCough\tmesh\tR05",
        "es\tit\tTos\tTosse\tmesh\tr05",
        "es\ten\tAgua\tWater\tmesh\tD014867",
        "es\ten\tNada\t\tmesh\tD000000",
    )
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_terms_add_things_behind_the_lists_codes_which_keep_their_numbers(terms):
    wider = with_terms(CODES, [terms])
    assert wider.codes == (*CODES.codes, "D014867")
    names = [(wider.codes[one.code], one.language, one.text) for one in wider.terms]
    assert {("R05", "en", "Cough"), ("R05", "it", "Tosse"), ("D014867", "es", "Agua")} <= {*names}
    assert len(names) == len({*names}) and {
        (CODES.codes[one.code], one.language, one.text) for one in CODES.terms
    } <= {*names}
    assert with_terms(CODES, []) is CODES
    assert with_terms(CODES, [terms, terms]) == wider


def test_each_name_is_an_example_of_its_thing_once(terms):
    wider = with_terms(CODES, [terms])
    assert term_examples(wider, terms) == [
        CodedText(text, wider.find(code), language, "terms:mesh")
        for text, code, language in (
            *(("Tos", "R05", "es"), ("Cough", "R05", "en"), ("Tosse", "R05", "it")),
            *(("Agua", "D014867", "es"), ("Water", "D014867", "en")),
        )
    ]
