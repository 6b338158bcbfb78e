"""Have corpora read and reported on as a user would."""

import json
from pathlib import Path

import pytest

from projector.cli import run


def validated(capsys, *arguments: str) -> tuple[int, list[dict]]:
    capsys.readouterr()
    code = run(["validate", *arguments, "--format", "json"])
    return code, json.loads(capsys.readouterr().out)


def test_sound_corpora_are_counted_and_end_with_0(corpora, capsys):
    code, (spanish, italian) = validated(capsys, "es", "it")
    assert code == 0
    assert spanish == {
        "path": "es",
        "format": "brat",
        "language": "es",
        "documents": 2,
        "mentions": 5,
        "problems": [],
        "notices": [],
    }
    assert (italian["language"], italian["mentions"]) == ("it", 5)
    assert run(["validate", "es"]) == 0
    printed = capsys.readouterr().out
    assert printed == "es: brat, es, 2 documents, 5 mentions, 0 problems\n"


def test_every_problem_is_told_with_its_file_and_line(corpora, capsys):
    lines = "T1\tX 0 9999\tMujer\nT2\tX 0 5\tMujer\nnonsense\n"
    Path("es/a.ann").write_text(lines, encoding="utf-8")
    Path("es/b.txt").write_bytes(b"\xff")
    code, (report,) = validated(capsys, "es")
    assert code == 1
    assert (report["documents"], report["mentions"]) == (1, 1)  # what could be read
    told = [(problem["path"], problem["line"]) for problem in report["problems"]]
    assert told[:2] == [("es/a.ann", 1), ("es/a.ann", 3)] and told[2][0] == "es/b.txt"
    assert report["problems"][0]["mention_id"] == "T1"
    assert run(["validate", "es"]) == 1
    printed = capsys.readouterr().out.splitlines()
    assert printed[0].startswith("es/a.ann:1: ")
    assert printed[-1] == "es: brat, es, 1 document, 1 mention, 3 problems"


def test_a_tree_is_reported_language_by_language(corpora, capsys):
    code, reports = validated(capsys, ".")
    assert code == 0
    assert [report["language"] for report in reports] == ["es", "it", "ro"]
    code, (report,) = validated(capsys, ".", "--language", "ro")
    assert (code, report["language"]) == (0, "ro")


def test_one_path_that_cannot_be_opened_does_not_hide_the_others(corpora, capsys):
    code, (nowhere, spanish) = validated(capsys, "nowhere", "es")
    assert code == 1
    assert (nowhere["format"], nowhere["language"], nowhere["documents"]) == (None, None, 0)
    assert "nothing is there" in nowhere["problems"][0]["found"]
    assert spanish["documents"] == 2 and not spanish["problems"]
    assert run(["validate", "nowhere", "es"]) == 1
    printed = capsys.readouterr().out
    assert "nowhere: can't be opened, 0 documents, 0 mentions, 1 problem" in printed


def test_a_table_is_read_with_its_texts(corpora, capsys):
    rows = "filename\tlabel\tstart_span\tend_span\ttext\na\tSYMPTOM\t0\t5\tMujer\n"
    Path("t.tsv").write_text(rows + "c\tSYMPTOM\t0\t5\tMujer\n", encoding="utf-8")
    code, (report,) = validated(capsys, "t.tsv", "--texts", "es")
    assert code == 1 and report["format"] == "tsv" and report["mentions"] == 1
    (problem,) = report["problems"]
    assert problem["line"] == 3


def test_it_needs_something_to_read(corpora, capsys):
    assert run(["validate"]) == 2
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("option", ["--language", "--texts"])
def test_options_need_their_values(corpora, option):
    assert run(["validate", "es", option]) == 2
