"""Audit translations as a user would."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from projector.cli import run
from schemas.tables import AUDIT


def audit(*arguments):
    return run(["audit", *arguments, "-m", "tiny", "--overwrite"])


@pytest.fixture
def plain(tmp_path, monkeypatch):
    """Two texts with an English translation; no annotations."""
    monkeypatch.chdir(tmp_path)
    texts = {
        "es/a.txt": "No presenta fiebre. Metformina 850 mg al día. Lesión en pierna derecha.",
        "en/a.txt": "Presents fever. Metformin 580 mg daily. Lesion of the left leg.",
        "es/b.txt": "Diabetes mellitus tipo 2. Asma bronquial desde la infancia.",
        "en/b.txt": "Type 2 diabetes mellitus. Bronchial asthma since childhood.",
    }
    for name, text in texts.items():
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(text, encoding="utf-8")
    return tmp_path


def test_findings_are_written_as_tables(plain, capsys):
    assert audit("es", "en", "-o", "out") == 0
    printed = capsys.readouterr().out
    assert "negation" in printed and "out/audit.tsv" in printed
    table = pq.read_table("out/audit.parquet")
    assert table.schema.names == AUDIT.names
    rows = {row["kind"]: row for row in table.to_pylist()}
    assert {"number", "side"} <= rows.keys()
    number = rows["number"]
    assert (number["document"], number["source_text"], number["target_text"]) == ("a", "850", "580")
    source = Path("es/a.txt").read_text(encoding="utf-8")
    assert source[number["source_start"] : number["source_end"]] == "850"
    lines = Path("out/audit.tsv").read_text(encoding="utf-8").splitlines()
    assert lines[0].split("\t") == AUDIT.names and len(lines) == 1 + table.num_rows
    faithful = Path("out/faithfulness.tsv").read_text(encoding="utf-8").splitlines()
    assert [line.split("\t")[:2] for line in faithful[1:]] == [["en", "a"], ["en", "b"]]


def test_annotated_corpora_in_several_languages_are_audited(corpora, capsys):
    assert audit("es", "it", "ro", "-o", "out", "--format", "json") in (0, 3)
    told = json.loads(capsys.readouterr().out)
    assert [one["language"] for one in told["languages"]] == ["it", "ro"]
    assert told["languages"][0]["documents"] == 2


def test_an_untranslated_document_ends_with_3_unless_accepted(plain, capsys):
    Path("en/b.txt").write_bytes(Path("es/b.txt").read_bytes())
    assert audit("es", "en", "-o", "out") == 3
    assert audit("es", "en", "-o", "out", "--accept-losses") == 0


def test_an_audit_is_not_replaced_unless_asked(plain):
    assert audit("es", "en", "-o", "out") == 0
    assert run(["audit", "es", "en", "-o", "out", "-m", "tiny"]) == 1


def test_twice_gives_the_same_bytes(plain):
    for name in ("out", "again"):
        audit("es", "en", "-o", name)
    for name in ("audit.parquet", "audit.tsv", "faithfulness.tsv", "sentences.parquet"):
        assert Path("out", name).read_bytes() == Path("again", name).read_bytes()


@pytest.mark.parametrize("side", ["es", "en"])
def test_what_cannot_be_read_is_named_and_costs_the_rest_nothing(plain, capsys, side):
    Path(side, "b.txt").write_bytes(b"Diabetes \xff\n")
    assert audit("es", "en", "-o", "out") == 1
    assert str(Path(side, "b.txt")) in capsys.readouterr().err
    assert audit("es", "en", "-o", "out", "--on-error", "skip") == 3
    assert str(Path(side, "b.txt")) in capsys.readouterr().err
    assert len(Path("out/faithfulness.tsv").read_text(encoding="utf-8").splitlines()) == 2
