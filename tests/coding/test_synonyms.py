"""Hold which further names codes get, and from where."""

import json
import logging
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projector.coding.code_list import make_list, read_codes
from projector.coding.icd10 import chapter, normal_code
from projector.coding.normalize import plain
from projector.coding.synonyms import with_synonyms
from projector.errors import CorpusError

LISTED = make_list(
    "x",
    [
        ("J45", "es", "Asma"),
        ("E11", "es", "DM"),
        ("E11.6", "es", "DM con otras"),
        ("S52.5", "es", "Fractura"),
    ],
    {"E11.6": "E11"},
)


def names(codes, language=None):
    """Return what codes are called, in one language or in all."""
    return [
        (codes.codes[term.code], term.text)
        for term in codes.terms
        if language in (None, term.language)
    ]


def table(folder, *rows, header="code\ten"):
    path = folder / "more.tsv"
    path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    return str(path)


def test_synonyms_name_what_a_list_has_and_what_it_does_not_divide(tmp_path):
    listed = make_list(
        "x", [("J45", "es", "Asma"), ("E11", "es", "DM"), ("E11.6", "es", "DM con otras")]
    )
    path = tmp_path / "more.tsv"
    path.write_text(
        "code\ten\nJ45\tAsthma\nJ45.909\tAsthma, mild\nE11.65\tDM with high sugar\n"
        "E11.9\tDM plain\nZ99\tnowhere\n"
    )
    found = with_synonyms(listed, [str(path)])
    assert found.codes == listed.codes
    assert [(listed.codes[one.code], one.text) for one in found.terms if one.language == "en"] == [
        *(("J45", "Asthma"), ("J45", "Asthma, mild"), ("E11.6", "DM with high sugar")),
    ]
    assert with_synonyms(listed, []) == listed
    embedded = with_synonyms(make_list("x", [("I10", "es", "Hipertensión")]), ["icd10cm"])
    assert {"Hipertensión", "high blood pressure"} <= {one.text for one in embedded.terms}


def test_names_keep_their_language_and_come_behind_those_of_the_list(tmp_path):
    path = table(tmp_path, "J45\tAsthma\tAsma bronchiale", header="code\ten\tit")
    found = with_synonyms(LISTED, [path])
    assert names(found)[0] == ("J45", "Asma")
    assert {*names(found)[1:3]} == {("J45", "Asthma"), ("J45", "Asma bronchiale")}
    assert names(found, "it") == [("J45", "Asma bronchiale")]
    assert found.description(0) == "Asma" and found.description(0, "en") == "Asthma"


def test_a_name_that_a_code_has_already_comes_once(tmp_path):
    path = table(tmp_path, "J45\tAsma", "J45\tAsma", header="code\tes")
    assert with_synonyms(LISTED, [path, path]).terms == LISTED.terms


def test_a_code_is_found_however_it_is_written(tmp_path):
    found = with_synonyms(LISTED, [table(tmp_path, "j45.-\tAsthma", "E116\tDM with others")])
    assert names(found, "en") == [("J45", "Asthma"), ("E11.6", "DM with others")]


def test_what_is_divided_further_names_what_is_not_divided_here(tmp_path):
    rows = ("E11.65\tpart", "E11.9\tother part", "E11.651\tpart of a part", "Z99.1\tnowhere")
    found = with_synonyms(LISTED, [table(tmp_path, *rows)])
    assert names(found, "en") == [("E11.6", "part"), ("E11.6", "part of a part")]


def test_encounters_of_one_thing_name_nothing(tmp_path):
    rows = ("S52.501A\tinitial encounter", "S52.501\tUnspecified fracture", "S52501D\tlater")
    found = with_synonyms(LISTED, [table(tmp_path, *rows)])
    assert names(found, "en") == [("S52.5", "Unspecified fracture")]


def test_the_lists_own_parents_and_name_stay(tmp_path):
    found = with_synonyms(LISTED, [table(tmp_path, "J45\tAsthma")])
    assert (found.name, found.given, found.codes) == (LISTED.name, LISTED.given, LISTED.codes)
    assert found.fingerprint != LISTED.fingerprint


codes = st.sampled_from(["J45", "J45.9", "E11", "E11.6", "E11.65", "E11.9", "S52.5", "Z99", "A00"])
rows = st.lists(st.tuples(codes, st.sampled_from(["uno", "due", "Asma"])), min_size=1, max_size=6)


@settings(max_examples=40)
@given(st.lists(rows, max_size=2))
def test_no_code_is_added_and_none_loses_a_name(tmp_path_factory, tables):
    folder = tmp_path_factory.mktemp("names")
    paths = []
    for number, drawn in enumerate(tables):
        path = folder / f"{number}.tsv"
        lines = (f"{code}\tes\t{text}\n" for code, text in drawn)
        path.write_text("code\tlanguage\tdescription\n" + "".join(lines), encoding="utf-8")
        paths.append(str(path))
    found = with_synonyms(LISTED, paths)
    assert found.codes == LISTED.codes
    assert set(names(found)) >= set(names(LISTED))
    allowed = {text for drawn in tables for _, text in drawn}
    assert {text for _, text in set(names(found)) - set(names(LISTED))} <= allowed
    for drawn in tables:
        for code, text in drawn:
            if LISTED.find(code) is not None:
                assert (code, text) in names(found)


# --- mentions that were coded before ---


def coded_lines(folder, *mentions, text="tos seca … tos … ojos"):
    """Write coded documents: a mention's words and their codes each."""
    annotations = []
    for words, code in mentions:
        start = text.index(words)
        place = {"start": start, "end": start + len(words)}
        annotations.append({"label": "X", "text": words, "code": code, **place})
    path = folder / "before.jsonl"
    line = {"id": "a", "lang": "es", "text": text, "annotations": annotations}
    path.write_text(json.dumps(line) + "\n", encoding="utf-8")
    return str(path)


def test_mentions_name_the_code_that_they_have_most_often(tmp_path):
    before = ("tos seca", "J45"), ("tos seca", "E11.6"), ("tos seca", "E11.6")
    found = with_synonyms(LISTED, [coded_lines(tmp_path, *before)])
    assert set(names(found)) - set(names(LISTED)) == {("E11.6", "tos seca")}
    assert found.terms[-2].language == "es"


def test_mentions_without_words_or_without_a_code_name_nothing(tmp_path):
    before = ("…", "J45"), ("tos", ""), ("ojos", "Z99")
    assert with_synonyms(LISTED, [coded_lines(tmp_path, *before)]).terms == LISTED.terms


def test_words_that_differ_in_case_alone_are_counted_together(tmp_path):
    text = "Tos y tos y TOS"
    before = ("Tos", "J45"), ("tos", "E11.6"), ("TOS", "E11.6")
    found = with_synonyms(LISTED, [coded_lines(tmp_path, *before, text=text)])
    assert set(names(found)) - set(names(LISTED)) == {("E11.6", "Tos")}


def test_a_coded_corpus_names_codes_and_what_is_wrong_in_it_is_told_in_the_log(tmp_path, caplog):
    (tmp_path / "es").mkdir()
    (tmp_path / "es" / "a.txt").write_text("silbidos y más", encoding="utf-8")
    lines = "T1\tX 0 8\tsilbidos\nN1\tReference T1 ICD10:J45\tAsma\nT2\tX 50 60\tnowhere\n"
    (tmp_path / "es" / "a.ann").write_text(lines, encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        found = with_synonyms(LISTED, [str(tmp_path / "es")])
    assert ("J45", "silbidos") in names(found, "es")
    (record,) = caplog.records
    assert "1 things can't be read rightly" in record.getMessage()
    assert "a.ann:3" in record.getMessage()


def test_a_source_of_names_that_is_not_there_is_told(tmp_path):
    with pytest.raises(CorpusError, match=r"nowhere.*can't be read"):
        with_synonyms(LISTED, [str(tmp_path / "nowhere.tsv")])


# --- what comes with the project ---


def test_everyday_names_are_of_known_codes_in_seven_languages():
    table = read_codes(Path(str(files("projector.coding") / "everyday.tsv")))
    languages = {"es", "en", "it", "nl", "sv", "ro", "cs"}
    for number, code in enumerate(table.codes):
        assert {one.language for one in table.terms if one.code == number} == languages, code
        assert normal_code(code) == code and chapter(code)
    taken = {}
    for one in table.terms:  # one name, one code
        assert taken.setdefault((one.language, plain(one.text)), one.code) == one.code, one.text
    found = with_synonyms(make_list("x", [("R50.9", "es", "Fiebre")]), ["everyday"])
    assert {one.text for one in found.terms} >= {"Fiebre", "koorts", "horečka"}
