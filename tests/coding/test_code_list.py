"""Hold code lists and their hierarchy."""

import polars as pl
import pytest

from projector.coding.code_list import embedded_codes, make_list, read_codes
from projector.coding.icd10 import chapter
from projector.coding.normalize import unqualified
from projector.errors import CorpusError

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


def test_the_embedded_lists_categories_are_in_its_chapters():
    source = pytest.importorskip("simple_icd_10_cm")
    numbers = "I II III IV V VI VII VIII IX X XI XII XIII XIV XV XVI XVII XVIII XIX XX XXI XXII"
    roman = dict(enumerate(numbers.split(), start=1))
    listed = {
        code: roman[int(source.get_ancestors(code)[-1])]
        for code in source.get_all_codes(with_dots=True)
        # QA0, of 2026, is the first category whose second character is no digit.
        if len(code) == 3 and source.is_category(code) and code != "QA0"
    }
    assert len(listed) > 1_900
    assert {code: chapter(code) for code in listed} == listed
