"""Report on runs as a user would."""

import json
from pathlib import Path

from outcome_tables import put_audit
from written_runs import write_run

from projector.cli import run


def projected(capsys) -> None:
    assert run(["project", "es", "it", "-o", "out", "-m", "tiny"]) == 0
    capsys.readouterr()


def test_a_page_is_written_and_its_totals_are_told(corpora, capsys):
    projected(capsys)
    assert run(["report", "out", "-o", "report.html"]) == 0
    captured = capsys.readouterr()
    assert captured.out.startswith("Translations: 2 (in 1 language)\nMentions: ")
    assert "written to " in captured.out and "in a browser" in captured.err
    html = Path("report.html").read_text(encoding="utf-8")
    assert html.startswith("<!doctype html>") and ">Coverage<" in html and "Against" not in html
    before = Path("report.html").read_bytes()
    assert run(["report", "out", "-o", "report.html"]) == 1
    assert "--overwrite" in capsys.readouterr().err
    assert run(["report", "out", "-o", "report.html", "--overwrite"]) == 0
    assert Path("report.html").read_bytes() == before


def test_gold_codes_and_an_audit_are_shown_where_there_are_any(corpora, capsys):
    projected(capsys)
    Path("codes.tsv").write_text("code\tdescription\nR05\ttosse\n", encoding="utf-8")
    arguments = ["code", "out", "-o", "coded", "--codes", "codes.tsv", "--accept-losses"]
    assert run([*arguments, "--min-precision", "0"]) == 0
    put_audit(Path("out"), {("it", "a"): 0.5, ("it", "b"): 1}, [("it", "a", "number", "error")])
    given = ["report", "out", "-o", "r.html", "--gold", "it", "--codes", "coded"]
    capsys.readouterr()
    assert run([*given, "--review", "review", "--worst", "1", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["output"] == "r.html" and told["audit"]["findings"][0]["kind"] == "number"
    assert told["gold"]["rows"][-1]["label"] is None and len(told["gold"]["tenths"]) == 10
    assert told["codes"]["counts"][0]["language"] == "it"
    assert len(told["worst"]["unfaithful"]) == 1
    html = Path("r.html").read_text(encoding="utf-8")
    for title in ("Against gold", "Calibration", "Translations", "Codes", "Where to look first"):
        assert f">{title}</h2>" in html
    assert 'href="review/index.html#it/a"' in html


def test_a_run_that_tags_and_one_of_nothing_have_a_page(tmp_path, capsys):
    write_run(tmp_path / "none", [])
    page = tmp_path / "none.html"
    assert run(["report", str(tmp_path / "none"), "-o", str(page)]) == 0
    assert "There are no documents in it." in page.read_text(encoding="utf-8")


def test_what_is_no_run_is_told(tmp_path, capsys):
    assert run(["report", str(tmp_path), "-o", str(tmp_path / "r.html")]) == 1
    assert "no run is there" in capsys.readouterr().err
    assert run(["report", str(tmp_path / "x"), "-o", str(tmp_path)]) == 1
    assert "is a folder" in capsys.readouterr().err
    assert run(["report", str(tmp_path)]) == 2
