import json
import re

import pytest
from click.testing import CliRunner

from jobs.research.benchmark import format_table, main, measure_spans
from projector.document import Document, DocumentPair, Fragment, Mention


def test_all_systems_are_measured_on_all_sets(gold_folder):
    figures = gold_folder / "figures.json"
    arguments = [str(gold_folder), "--model", "tiny", "--published", "--peer", "exact-match"]
    result = CliRunner().invoke(
        main, [*arguments, "--output", str(figures)], catch_exceptions=False
    )
    assert result.exit_code == 0
    *spans, links = json.loads(figures.read_text(encoding="utf-8"))
    assert [row["system"] for row in spans] == ["projector", "published recipe", "exact-match"]
    for row in spans:
        assert (row["set"], row["documents"], row["mentions"]) == ("own_es-it", 4, 4)
        assert row["strict"] == row["character"] == row["coverage"] == 1
        assert row["seconds"] >= 0
    assert spans[2]["area"] is None  # it gives no scores
    assert (links["set"], links["sentences"], links["error_rate"]) == ("wordalign_es-it", 1, 0)
    assert sum(line.startswith("| ---") for line in result.stdout.splitlines()) == 2
    assert "| own_es-it | exact-match | 4 | 4 | 1 |" in result.stdout


def test_sets_and_documents_can_be_chosen(gold_folder):
    arguments = [str(gold_folder), "--model", "tiny"]
    result = CliRunner().invoke(main, [*arguments, "--set", "own", "--limit", "2"])
    assert "| own_es-it | projector | 2 | 2 |" in result.stdout
    assert "wordalign" not in result.stdout
    result = CliRunner().invoke(main, [*arguments, "--set", "other"])
    assert result.exit_code == 2 and "no set of" in result.output


def test_what_is_missed_or_moved_costs_what_it_should():
    spans = [Fragment(0, 6), Fragment(7, 10), Fragment(11, 16)]
    mentions = tuple(Mention(f"T{n}", "SYMPTOM", (span,)) for n, span in enumerate(spans))
    pair = DocumentPair(
        Document("a", "es", "fiebre tos dolor", mentions),
        Document("a", "es", "fiebre tos dolor", mentions),
    )
    projected = {"T0": ((spans[0],), 0.9), "T1": ((Fragment(7, 9),), 0.1)}
    figures = measure_spans("s", "system", [pair], lambda _: projected)
    assert (figures.precision, figures.recall) == (0.5, pytest.approx(1 / 3, abs=1e-4))
    assert figures.coverage == pytest.approx(2 / 3, abs=1e-4)
    assert figures.strict == pytest.approx(2 / 5)
    assert figures.area == 1  # the wrong one has the lower score
    assert (figures.absent, figures.false, figures.sure, figures.lost) == (0, None, 0, 0.3333)
    assert figures.error == pytest.approx((0.1 + 0.1) / 2)
    nothing = measure_spans("s", "system", [pair], lambda _: {})
    assert (nothing.coverage, nothing.strict, nothing.area) == (0, 0, None)


def test_what_is_absent_and_projected_all_the_same_is_counted():
    spans = [Fragment(0, 6), Fragment(7, 10), Fragment(11, 16)]
    mentions = tuple(Mention(f"T{n}", "SYMPTOM", (span,)) for n, span in enumerate(spans))
    pair = DocumentPair(
        Document("a", "es", "fiebre tos dolor", mentions),
        Document("a", "en", "fiebre tos dolor", mentions[:1]),
    )
    projected = {"T0": ((spans[0],), 0.9), "T1": ((spans[0],), 0.8)}
    figures = measure_spans("s", "system", [pair], lambda _: projected)
    assert (figures.absent, figures.false, figures.sure, figures.lost) == (2, 0.5, 1, 0.0)


def test_sentences_can_be_left_out_alike_for_all(gold_folder, tmp_path):
    text = "Tos hoy. Fiebre ayer. Dolor siempre."
    spans = [[0, 3, "X", "a"], [9, 15, "X", "b"], [22, 27, "X", "c"]]
    row = {"id": "d", "src_lang": "es", "tgt_lang": "it", "src_text": text, "tgt_text": text}
    row |= {"src_spans": spans, "tgt_spans": spans}
    (gold_folder / "own_es-it.jsonl").write_text(json.dumps(row), encoding="utf-8")
    arguments = [str(gold_folder), "--model", "tiny", "--set", "own", "--published"]
    out = tmp_path / "figures.json"
    CliRunner().invoke(
        main, [*arguments, "--spoilt", "1", "--output", str(out)], catch_exceptions=False
    )
    assert [row["absent"] for row in json.loads(out.read_text(encoding="utf-8"))] == [1, 1]


def test_precision_by_tenth_is_of_all_sets_as_they_are_and_spoilt(gold_folder):
    arguments = [str(gold_folder), "--model", "tiny", "--set", "own"]
    plain = CliRunner().invoke(main, [*arguments, "--calibration"], catch_exceptions=False)
    mixed = CliRunner().invoke(
        main, [*arguments, "--calibration", "--spoilt", "1"], catch_exceptions=False
    )

    def projections(output):
        rows = [line for line in output.splitlines() if re.match(r"\| \d\.\d to ", line)]
        assert len(rows) == 10
        return sum(int(row.split("|")[2]) for row in rows)

    assert 0 < projections(plain.output) < projections(mixed.output)
    assert "area " in plain.output and ", error 0." in plain.output


def test_no_figures_are_no_table():
    assert format_table([]) == ""
