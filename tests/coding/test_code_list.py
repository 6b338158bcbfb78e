"""Hold code lists and their hierarchy."""

from importlib.resources import files
from pathlib import Path

import polars as pl
import pytest

from projector.coding.code_list import embedded_codes, make_list, read_codes
from projector.coding.icd10 import bounds, category, chapter, normal_code, shorter
from projector.coding.normalize import plain, unqualified
from projector.coding.synonyms import with_synonyms
from projector.errors import CorpusError


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("a00.0", "A00.0"),
        (" E119 ", "E11.9"),
        ("A39.0†", "A39.0"),
        ("A17.0+", "A17.0"),
        ("G01*", "G01"),
        ("I10X", "I10"),
        ("I10.X", "I10"),
        ("I10.-", "I10"),
        ("T36.0X1A", "T36.0X1A"),
        ("S0101X", "S01.01X"),
        ("C7A.00", "C7A.00"),
        ("BW03ZZZ", "BW03ZZZ"),  # of procedures
        ("3E02329", "3E02329"),
        ("A00-A09", "A00-A09"),
        ("D99999999", "D99999999"),
        ("75702008", "75702008"),
    ],
)
def test_codes_are_brought_into_one_form(written, expected):
    assert normal_code(written) == expected
    assert normal_code(expected) == expected


def test_what_stands_above_a_code_follows_from_its_characters():
    assert shorter("E11.92") == ["E11.9", "E11"]
    assert shorter("S01.01XA") == ["S01.01X", "S01.01", "S01.0", "S01"]
    assert shorter("E11") == [] and shorter("A00-A09") == []
    assert [category(code) for code in ("E11.9", "E11", "A00-A09", "75702008")] == [
        "E11", "E11", "A00-A09", "75702008",
    ]  # fmt: skip
    assert bounds("A00-A09") == ("A00", "A09") and bounds("A00") is None
    chapters = ["I", "II", "II", "III", "IX", "XV", "XIX", "XX", "XXII", "I", ""]
    codes = ["A00.1", "D48", "D49.5", "D50", "I10", "O9A", "T98", "V01", "U07.1", "A00-B99", "X"]
    assert [chapter(code) for code in codes] == chapters


LIST = make_list(
    "test",
    [
        ("A00-B99", "es", "Infecciones"),
        ("A00-A09", "es", "Infecciones intestinales"),
        ("A00", "es", "Cólera"),
        ("A00", "en", "Cholera"),
        ("A00.0", "es", "Cólera clásico"),
        ("A00.9", "es", "Cólera, no especificado"),
        ("B20", "es", "VIH"),
        ("N18", "es", "Enfermedad renal crónica"),
        ("N185", "es", "Enfermedad renal crónica, estadio 5"),
        ("N189", "es", "Enfermedad renal crónica, no especificada"),
    ],
)


def test_the_hierarchy_is_derived_where_it_is_not_given():
    assert LIST.ancestors("A00.9") == ["A00", "A00-A09", "A00-B99"]
    assert LIST.ancestors("N189") == ["N18"] and LIST.parent("B20") == "A00-B99"
    assert LIST.find("n18.9") == LIST.codes.index("N189") and LIST.find("Z99") is None
    assert LIST.covers("A00.91") and LIST.covers("N18.5") and not LIST.covers("Z99.1")
    given = make_list("g", [("X1", "", "x"), ("X1.1", "", "y")], {"X1.1": "X1"})
    assert given.ancestors("X1.1") == ["X1"]
    circle = make_list("g", [("P", "", "x"), ("Q", "", "y")], {"P": "Q", "Q": "P"})
    assert circle.ancestors("P") == ["Q", "P"]


def test_what_is_divided_lends_its_names_to_its_unspecified_child():
    found = LIST.assignable()
    assert found.codes == ("A00.0", "A00.9", "B20", "N185", "N189")
    names = {code: set() for code in found.codes}
    for term in found.terms:
        names[found.codes[term.code]].add(term.text)
    assert names["A00.9"] == {"Cólera, no especificado", "Cólera", "Cholera"}
    assert names["N189"] == {
        "Enfermedad renal crónica, no especificada",
        "Enfermedad renal crónica",
    }
    assert names["A00.0"] == {"Cólera clásico"}
    assert (
        found.description(1, "en") == "Cholera" and found.description(0, "en") == "Cólera clásico"
    )


def test_a_child_of_the_same_name_inherits_before_the_ninth():
    rows = [
        *(("M54.5", "en", "Low back pain"), ("M54.50", "en", "Low back pain, unspecified")),
        *(("M54.59", "en", "Other low back pain"), ("J45", "en", "Asthma")),
        *(
            ("J45.9", "en", "Other and unspecified asthma"),
            ("J45.909", "en", "Mild asthma"),
        ),
        *(("J45.990", "en", "Exercise induced bronchospasm"), ("I64", "en", "Stroke")),
    ]
    found = make_list("x", rows).assignable()
    names = {(found.codes[one.code], one.text) for one in found.terms}
    assert ("M54.50", "Low back pain") in names and ("M54.59", "Low back pain") not in names
    assert {code for code, text in names if text == "Asthma"} <= {"J45.909"}
    assert ("J45.990", "Other and unspecified asthma") not in names


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        ("Fiebre, no especificada", "Fiebre"),
        ("Anemia de tipo no especificado", "Anemia"),
        ("Tumor maligno del estómago, parte no especificada", "Tumor maligno del estómago"),
        ("Trastorno no especificado del pene", "Trastorno del pene"),
        ("Malignant neoplasm of stomach, unspecified site", "Malignant neoplasm of stomach"),
        ("Pleural effusion, not elsewhere classified", "Pleural effusion"),
        ("Hypertension (benign) (arterial)", "Hypertension"),
        ("Other specified disorders of skin", "Other specified disorders of skin"),
        ("Unspecified", "Unspecified"),
    ],
)
def test_what_a_name_says_is_not_known_is_left_out(description, expected):
    assert unqualified(description) == expected


def test_a_name_stands_without_its_unspecified_too():
    found = make_list("x", [("R50.9", "es", "Fiebre, no especificada")]).assignable()
    assert [one.text for one in found.terms] == ["Fiebre, no especificada", "Fiebre"]
    assert found.description(0) == "Fiebre, no especificada"


def test_cells_that_programs_leave_empty_are_no_names(tmp_path):
    path = tmp_path / "codes.tsv"
    path.write_text("code\tes\ten\nI10\tnan\tHypertension\nR05\tTos\tN/A\n")
    assert [one.text for one in read_codes(path).terms] == ["Hypertension", "Tos"]
    path.write_text("code\tes\nI10\tnan\n")
    with pytest.raises(CorpusError, match="I10 without a description"):
        read_codes(path)


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


def test_a_list_is_read_in_every_layout(tmp_path):
    wide = tmp_path / "wide.tsv"
    wide.write_text("code\tes\ten\tsource\nA00\tCólera\tCholera\tx\nA01\t\tTyphoid\tx\n")
    long = tmp_path / "long.tsv"
    long.write_text(
        "code\tdescription\tlanguage\tparent\nA00\tCólera\tes\tI\nA00\tCholera\ten\tI\n"
        'A01\tTyphoid "fever"\ten\t\n'
    )
    pl.read_csv(long, separator="\t", quote_char=None).write_parquet(tmp_path / "long.parquet")
    first, second, third = map(read_codes, (wide, long, tmp_path / "long.parquet"))
    assert first.codes == second.codes == third.codes == ("A00", "A01")
    assert second.terms == third.terms and second.terms[2].text == 'Typhoid "fever"'
    assert [one.language for one in first.terms] == ["es", "en", "en"]
    assert second.parent("A00") == "I"
    assert second.fingerprint == third.fingerprint != first.fingerprint


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("kode\ttext\nA\tb\n", "line 1|:1:.*expected code"),
        ("code\tdescription\nA00\t\n", "A00 without a description"),
        ("code\tdescription\n\tCholera\n", "no code"),
        ("code\tdescription\n", "no code"),
        ("", "can't be read"),
    ],
)
def test_a_list_that_cannot_be_one_is_told(tmp_path, content, told):
    path = tmp_path / "codes.tsv"
    path.write_text(content)
    with pytest.raises(CorpusError, match=told):
        read_codes(path)


def test_the_embedded_list_is_icd_10_cm():
    found = embedded_codes()
    place = found.find("E11.9")
    assert found.description(place) == "Type 2 diabetes mellitus without complications"
    assert found.ancestors("E11.9") == ["E11", "E08-E13"]
    assert len(found.terms) > len(found) > 90_000


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


@pytest.mark.parametrize(
    ("header", "language"),
    [("Code;Description", ""), ("Código;Descripción", ""), ("CODE;ES", "es"), ("code;Term", "")],
)
def test_a_list_may_call_its_columns_otherwise(tmp_path, header, language):
    path = tmp_path / "codes.csv"
    path.write_text(f'{header}\nJ45.9;"Asma; no especificada"\n', encoding="utf-8")
    codes = read_codes(path)
    assert codes.codes == ("J45.9",)
    assert [(term.language, term.text) for term in codes.terms] == [
        (language, "Asma; no especificada")
    ]


def test_a_list_may_have_another_encoding(tmp_path):
    path = tmp_path / "codes.csv"
    path.write_bytes("code;description\nJ44.9;Obstrucción\n".encode("latin-1"))
    with pytest.raises(CorpusError, match="--encoding cp1252"):
        read_codes(path)
    assert read_codes(path, encoding="latin-1").description(0, "") == "Obstrucción"
