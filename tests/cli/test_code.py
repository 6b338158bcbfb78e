"""Run the commands of coding as a user would."""

import json
from pathlib import Path

import polars as pl
import pytest

from projector.cli import run
from projector.corpus import open_corpus

LIST = (
    "code\tes\ten\n"
    "R50\tFiebre\tFever\nR50.9\tFiebre, no especificada\tFever, unspecified\n"
    "R05\tTos\tCough\nI10\tHipertensión esencial\tEssential hypertension\n"
)
TEXT = "Fiebre y tos. HTA conocida. Qwxz."


@pytest.fixture
def corpus(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("codes.tsv").write_text(LIST)
    folder = Path("es")
    folder.mkdir()
    (folder / "a.txt").write_text(TEXT)
    (folder / "a.ann").write_text(
        "T1\tSYMPTOM 0 6\tFiebre\nT2\tSYMPTOM 9 12\ttos\nN1\tReference T2 ICD10:R05\tTos\n"
        "T3\tDISEASE 14 17\tHTA\nT4\tDISEASE 28 32\tQwxz\n#1\tAnnotatorNotes T3\tcronic\n"
    )
    return tmp_path


def code(*more: str) -> int:
    return run(["code", "es", "--codes", "codes.tsv", "-o", "coded", *more])


def test_mentions_are_coded_and_those_without_a_code_are_told(corpus, capsys):
    assert code("--format", "json") == 3  # one has no code
    told = json.loads(capsys.readouterr().out)
    columns = ("label", "given", "proposed", "unsure", "uncoded", "left_alone")
    assert [tuple(one[column] for column in columns) for one in told["counts"]] == [
        ("DISEASE", 0, 1, 0, 1, 0),
        ("SYMPTOM", 1, 1, 0, 0, 0),
    ]
    (floor,) = told["floors"]
    assert floor["precision"] == 0.9 and 0 < floor["coverage"] < 1
    assert floor["languages"] == ["es"] and not floor["measured"]  # the list is nobody's
    languages = ["es", "cs", "en", "it", "nl", "ro", "sv"]
    assert told["calibrated_on"]["languages"] == languages
    assert told["calibrated_on"]["list_measured"] is False
    table = pl.read_parquet("coded/codes.parquet")
    firsts = table.filter(pl.col("rank") == 1)
    assert dict(zip(firsts["mention"], firsts["code"], strict=True)) == {
        "T1": "R50.9", "T2": "R05", "T3": "I10",
    }  # fmt: skip
    assert dict(zip(firsts["mention"], firsts["origin"], strict=True))["T2"] == "given"
    names = dict(zip(firsts["mention"], firsts["name"], strict=True))
    assert names == {"T1": "fiebre", "T2": "", "T3": "hipertensión arterial"}
    assert {"document", "mention", "code", "rank", "score"} <= {*table.columns}
    uncoded = Path("coded/uncoded.tsv").read_text().splitlines()
    assert uncoded[1].startswith("es\ta\tT4\tDISEASE\tQwxz\tno code is near enough\t")


def test_brat_and_task_tables_hold_the_first_choices(corpus):
    assert code("--accept-losses") == 0
    document = open_corpus("coded/brat/es", language="es").read("a").document
    assert document.text == TEXT
    values = {one.targets[0]: one.value for one in document.annotations if one.kind != "note"}
    assert values["T1"] == "ICD10:R50.9\tFiebre, no especificada"
    assert values["T2"] == "ICD10:R05\tTos" and "T4" not in values
    notes = [one for one in document.annotations if one.kind == "note"]
    assert [one.value for one in notes if one.label == "AnnotatorNotes"] == ["cronic"]
    marked = {one.id: one.targets[0] for one in document.annotations if one.kind != "note"}
    proposals = [one for one in notes if one.label == "CodeProposal"]
    assert {marked[one.targets[0]] for one in proposals} == {"T1", "T3"}  # T2's was given
    assert all(one.value.endswith(" coder=lexical list=codes.tsv") for one in proposals)
    linking = Path("coded/tsv/es_linking.tsv").read_text().splitlines()
    assert linking[0].split("\t")[:7] == [
        "filename",
        "mark",
        "label",
        "off0",
        "off1",
        "span",
        "code",
    ]
    assert linking[1].split("\t")[:8] == [
        *("a", "T1", "SYMPTOM", "0", "6", "Fiebre", "R50.9", "proposed"),
    ]
    assert "Qwxz\tNone\t" in linking[4]
    places = Path("coded/tsv/es_codiesp_X.tsv").read_text().splitlines()
    assert places[0] == "a\tDIAGNOSTICO\tR50.9\tFiebre\t0 6"
    listed = Path("coded/tsv/es_codiesp_D.tsv").read_text().splitlines()
    assert {*listed} == {"a\tr50.9", "a\tr05", "a\ti10"}


def test_what_was_coded_is_scored_by_the_same_folder(corpus, capsys):
    assert code("--accept-losses") == 0
    gold = Path("gold")
    gold.mkdir()
    (gold / "a.txt").write_text(TEXT)
    (gold / "a.ann").write_text(
        "T1\tSYMPTOM 0 6\tFiebre\nN1\tReference T1 ICD10:R50.9\tx\n"
        "T2\tSYMPTOM 9 12\ttos\nN2\tReference T2 ICD10:I10\tx\n"
        "T3\tDISEASE 14 17\tHTA\nN3\tReference T3 ICD10:I10.1\tx\n"
    )
    capsys.readouterr()
    arguments = ["evaluate", "codes", "gold", "coded", "--language", "es"]
    assert run([*arguments, "--curve", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    every, covered = (row["scores"] for row in told["scores"])
    assert (every["mentions"], covered["mentions"]) == (3, 2)
    assert every["f1"] == pytest.approx(1 / 3) and covered["f1"] == 0.5
    assert every["category"] == pytest.approx(2 / 3)
    assert told["curve"][-1]["coverage"] == 1
    assert run(arguments) == 0
    assert "the list lacks 1 of 3 mentions' codes; of 1 of them it has the category" in (
        capsys.readouterr().out
    )
    assert run([*arguments, "--only", "DISEASE"]) == 0


def test_only_some_labels_are_coded(corpus):
    assert code("--only", "SYMPTOM") == 0
    assert set(pl.read_parquet("coded/codes.parquet")["label"]) == {"SYMPTOM"}
    assert "its label is not to be coded" in Path("coded/uncoded.tsv").read_text()


def test_below_a_score_nothing_is_said(corpus):
    surely = ("--min-score", "0.9", "--accept-losses", "--overwrite")
    for more, expected in (((), {"T1", "T2", "T3"}), (("--no-everyday",), {"T1", "T2"})):
        assert code(*surely, *more) == 0
        table = pl.read_parquet("coded/codes.parquet")
        assert (table["score"] >= 0.9).all() and set(table["mention"]) == expected


def test_gold_is_coded_anew_to_be_measured(corpus, capsys):
    assert code("--anew", "--accept-losses") == 0
    table = pl.read_parquet("coded/codes.parquet")
    assert set(table["origin"]) == {"proposed"} and "T2" in set(table["mention"])
    capsys.readouterr()
    assert run(["evaluate", "codes", "es", "coded", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["scores"][0]["scores"]["precision"] > 0


def test_a_label_that_nobody_has_is_told(corpus, capsys):
    assert code("--only", "DIAGNOSTICO") == 1
    assert "the labels are DISEASE, SYMPTOM" in capsys.readouterr().err
    assert not Path("coded").exists()
    assert code("--accept-losses") == 0
    assert run(["evaluate", "codes", "es", "coded", "--only", "DIAGNOSTICO"]) == 1
    assert "the labels are DISEASE, SYMPTOM" in capsys.readouterr().err


def test_what_was_coded_before_names_its_codes(corpus):
    notes = "T1\tDISEASE 28 32\tQwxz\nN1\tReference T1 ICD10:I10\tx\n"
    Path("before").mkdir()
    Path("before/a.txt").write_text(TEXT)
    Path("before/a.ann").write_text(notes)
    assert run(["convert", "before", "tables", "--to", "parquet", "--language", "es"]) == 0
    line = {"id": "b", "text": "Qwxz", "annotations": []}
    one = {"label": "X", "text": "Qwxz", "start": 0, "end": 4}
    line["annotations"] = [{**one, "code": "R05"}, *[{**one, "code": "I10"}] * 2]
    Path("lines.jsonl").write_text(json.dumps(line) + "\n")
    for source in ("before", "tables", "lines.jsonl"):
        assert code("--synonyms", source, "--overwrite") == 0
        table = pl.read_parquet("coded/codes.parquet").filter(pl.col("mention") == "T4")
        assert table.row(0, named=True)["code"] == "I10"


def test_a_bare_table_is_coded_without_its_texts(corpus):
    Path("m.tsv").write_text(
        "filename\tlabel\tstart_span\tend_span\ttext\nb\tSYMPTOM\t3\t7\tfever\n"
    )
    arguments = ["code", "m.tsv", "--codes", "codes.tsv", "-o", "coded", "--language", "en"]
    assert run(arguments) == 0
    assert not Path("coded/brat").exists()
    row = pl.read_parquet("coded/codes.parquet").row(0, named=True)
    assert (row["document"], row["code"], row["description"]) == (
        "b", "R50.9", "Fever, unspecified",
    )  # fmt: skip


def test_a_finished_run_is_coded_in_each_language(corpus):
    Path("en").mkdir()
    Path("en/a.txt").write_text(TEXT)
    Path("es/a.ann").write_text("T2\tSYMPTOM 9 12\ttos\nN1\tReference T2 ICD10:R05\tTos\n")
    assert run(["project", "es", "en", "-o", "out", "--model", "tiny", "--accept-losses"]) == 0
    arguments = ["code", "out", "--codes", "codes.tsv", "-o", "coded", "--accept-losses"]
    assert run(arguments) == 0
    table = pl.read_parquet("coded/codes.parquet")
    given = table.filter(pl.col("origin") == "given")
    assert set(table["language"]) == {"en"} and given["code"].to_list() == ["R05"]  # travelled


def test_the_same_input_gives_the_same_bytes_and_nothing_is_overwritten(corpus, capsys):
    assert code("--accept-losses") == 0
    first = {path: path.read_bytes() for path in Path("coded").rglob("*") if path.is_file()}
    assert code("--accept-losses") == 1
    assert "coded" in capsys.readouterr().err
    assert code("--accept-losses", "--overwrite") == 0
    assert first == {path: path.read_bytes() for path in Path("coded").rglob("*") if path.is_file()}


def test_bad_input_is_told_or_skipped_with_its_place(corpus, capsys):
    with Path("es/a.ann").open("a") as file:
        file.write("T9\tDISEASE 900 910\tnowhere\n")
    assert code() == 1
    assert "a.ann" in capsys.readouterr().err
    assert code("--on-error", "skip") == 3
    assert "skipped: " in capsys.readouterr().err
    assert run(["code", "es", "--codes", "nowhere.tsv", "-o", "c"]) == 1
    assert run(["evaluate", "codes", "es", "coded"]) == 1  # gold can't be read


def test_gold_without_codes_or_documents_in_common_is_told(corpus, capsys):
    assert code("--accept-losses") == 0
    Path("es/a.ann").write_text("T1\tSYMPTOM 0 6\tFiebre\n")
    assert run(["evaluate", "codes", "es", "coded"]) == 1
    assert "no mention has a code" in capsys.readouterr().err
    Path("es/a.ann").rename("es/b.ann")
    Path("es/a.txt").rename("es/b.txt")
    Path("es/b.ann").write_text("T1\tSYMPTOM 0 6\tFiebre\nN1\tReference T1 ICD10:R50\tx\n")
    assert run(["evaluate", "codes", "es", "coded"]) == 1
    assert "no document in common" in capsys.readouterr().err


def test_labels_that_the_list_has_no_codes_for_are_left_alone_and_told(corpus, capsys):
    Path("es/a.ann").write_text("T1\tFARMACO 0 6\tFiebre\nT2\tSYMPTOM 9 12\ttos\n")
    assert code() == 0
    told = capsys.readouterr().err
    assert "left alone: MEDICATION, for codes.tsv codes diseases and symptoms" in told
    assert set(pl.read_parquet("coded/codes.parquet")["mention"]) == {"T2"}
    Path("es/a.ann").write_text("T1\tFARMACO 0 6\tFiebre\n")
    assert code("--overwrite") == 0
    assert "nothing is coded: codes.tsv codes diseases and symptoms" in capsys.readouterr().err


def test_a_list_of_procedures_is_plugged_in_by_its_labels(corpus, capsys):
    Path("es/a.ann").write_text("T1\tPROCEDIMIENTO 0 6\tFiebre\nT2\tSYMPTOM 9 12\ttos\n")
    Path("p.tsv").write_text("code\tdescription\n8E0ZXY1\tFiebre\n")
    arguments = ["code", "es", "--codes", "p.tsv", "-o", "coded", "--overwrite"]
    assert run([*arguments, "--list-label", "PROCEDURE"]) == 0
    told = capsys.readouterr().err
    assert "left alone: SYMPTOM" in told and "its scores are not calibrated" in told
    assert Path("coded/tsv/es_codiesp_P.tsv").read_text() == "a\t8e0zxy1\n"
    assert Path("coded/tsv/es_codiesp_D.tsv").read_text() == ""
    Path("p.tsv").write_text("code\tdescription\tlabels\n8E0ZXY1\tFiebre\tPROCEDURE\n")
    assert run(arguments) == 0
    assert "left alone: SYMPTOM" in capsys.readouterr().err
    Path("p.tsv").write_text("code\tdescription\n8E0ZXY1\tFiebre\n8E0ZXY2\tTos\n")
    assert run(arguments) == 0
    assert "doesn't say what its codes are for" in capsys.readouterr().err
    assert run([*arguments, "--min-precision", "0.9"]) == 1
    assert "nobody knows how often codes by lexical from p.tsv" in capsys.readouterr().err


def test_negated_mentions_are_told_and_no_code_of_the_document(corpus):
    Path("es/a.txt").write_text("No refiere fiebre. Tos.")
    Path("es/a.ann").write_text("T1\tSYMPTOM 11 17\tfiebre\nT2\tSYMPTOM 19 22\tTos\n")
    assert code() == 0
    table = pl.read_parquet("coded/codes.parquet").filter(pl.col("rank") == 1)
    assert table["assertion"].to_list() == ["negated", "present"]
    assert Path("coded/tsv/es_codiesp_D.tsv").read_text() == "a\tr05\n"
    assert code("--with-absent", "--overwrite") == 0
    assert len(Path("coded/tsv/es_codiesp_D.tsv").read_text().splitlines()) == 2


def test_a_language_that_nobody_names_is_asked_for(corpus, capsys):
    Path("m.tsv").write_text(
        "filename\tlabel\tstart_span\tend_span\ttext\nb\tSYMPTOM\t3\t8\tfever\n"
    )
    arguments = ["code", "m.tsv", "--codes", "codes.tsv", "-o", "coded"]
    assert run(arguments) == 0
    assert "--language es" in capsys.readouterr().err
    assert run([*arguments, "--language", "cz", "--overwrite", "--no-everyday"]) == 0
    assert "names 0 of 3 codes in cz" in capsys.readouterr().err
    assert "compares characters. Have meanings compared: -m retriever" in told(corpus, capsys)


def told(corpus, capsys) -> str:
    assert code("--language", "cs", "--no-everyday", "--overwrite", "--accept-losses") == 0
    return capsys.readouterr().err


def test_it_is_said_what_scores_were_calibrated_on(corpus, capsys):
    assert code("--accept-losses") == 0
    told = capsys.readouterr().err
    assert "for mentions in es from codes.tsv: calibrated on " in told
    assert "calibrated on es, cs, en, it, nl, ro, sv and icd10" in told
    assert "nobody has measured these" in told and "min-precision" in told
    assert code("--min-precision", "0", "--overwrite", "--accept-losses") == 0
    assert "calibrated" not in capsys.readouterr().err


def test_the_sample_lists_of_procedures_and_drugs_are_plugged_in(tmp_path, capsys):
    samples = Path(__file__).parents[2] / "data_samples"
    for name, label, left in (
        ("procedures", "PROCEDURE", "DISEASE, MEDICATION, SYMPTOM"),
        ("drugs", "MEDICATION", "DISEASE, PROCEDURE, SYMPTOM"),
    ):
        listed, output = samples / "codes" / f"{name}.tsv", tmp_path / name
        arguments = [
            "--codes",
            str(listed),
            "--min-score",
            "1",
            "-o",
            str(output),
            "--accept-losses",
        ]
        assert run(["code", str(samples / "brat" / "es"), *arguments]) in (0, 3)
        assert f"left alone: {left}" in capsys.readouterr().err
        table = pl.read_parquet(output / "codes.parquet").filter(pl.col("origin") == "proposed")
        assert len(table) > 5 and set(table["label"]) == {label} and set(table["score"]) == {1.0}
        assert (output / "tsv" / "es_codiesp_D.tsv").read_text() == ""
        procedures = (output / "tsv" / "es_codiesp_P.tsv").read_text()
        assert bool(procedures) == (name == "procedures")
