"""Hold the command that says what texts and mentions mean."""

import io
import json
from pathlib import Path

import pytest
from concept_encoders import ROWS, write_encoder
from written_runs import SOURCE, TARGET, write_run

from projector.cli import run
from projector.concepts.text_points import TextPoints


@pytest.fixture(scope="module")
def folder(checkpoints, tmp_path_factory):
    root = tmp_path_factory.mktemp("diagnosed")
    write_encoder(checkpoints / "bert", root / "encoder")
    write_run(root / "out")
    (root / "note.txt").write_text("dolor y fiebre <b>\n", encoding="utf-8")
    (root / "es").mkdir()
    (root / "es" / "a.txt").write_text("dolor", encoding="utf-8")
    return root


@pytest.fixture(autouse=True)
def inside(folder, monkeypatch):
    monkeypatch.chdir(folder)


def told(capsys, *words, code=0):
    assert run(["diagnose", *words]) == code
    printed = capsys.readouterr()
    return printed.out if code == 0 else printed.err


MENTION = ("out", "caso-a", "T3", "-m", "encoder")
ALL = ("--threshold", "-1")


def test_a_mention_is_told_in_all_languages_or_one(capsys):
    shown = told(capsys, *MENTION)
    assert "T3 SYMPTOM of caso-a: Dolor agudo" in shown
    assert shown.count("the mention's words") == shown.count("in cz:") + shown.count("in en:") == 2
    shown = told(capsys, *MENTION, "--language", "cs", "--format", "json")
    found = json.loads(shown)
    (one,) = found["translations"]
    assert (one["language"], one["span"]) == ("cz", "Acute … pain")
    assert [TARGET[start:end] for start, end in one["fragments"]] == ["Acute", "pain"]
    assert [word["meaning"]["text"] for word in one["source_words"]] == ["Dolor", "agudo"]
    starts = [word["meaning"]["start"] for word in one["source_words"]]
    assert starts == [SOURCE.index("Dolor"), SOURCE.index("agudo")]
    assert {claim["mention"] for claim in one["claims"]} <= {"T1", "T2", "T3", "T9"}


def test_a_mention_without_a_span_is_told_by_itself(capsys):
    shown = told(capsys, "out", "caso-a", "T9", "-m", "encoder", "--language", "en")
    assert "in en: unaligned" in shown and "the span" not in shown


def test_all_spans_of_a_run_are_told_the_farthest_from_their_mentions_first(capsys):
    assert run(["diagnose", "out", "-m", "encoder"]) == 0
    printed = capsys.readouterr()
    header, *lines = [line.split("\t") for line in printed.out.splitlines()]
    assert header[:6] == ["language", "document", "mention", "label", "source", "span"]
    rows = [dict(zip(header, line, strict=True)) for line in lines]
    assert f"{len(rows)} spans; " in printed.err
    cosines = [float(row["cosine"]) for row in rows]
    assert cosines == sorted(cosines)
    found = {(row["language"], row["document"], row["mention"]): row for row in rows}
    assert len(found) == len(rows) and ("en", "caso-a", "T9") not in found  # it has no span
    split = found["cz", "caso-a", "T3"]
    assert (split["source"], split["span"]) == ("Dolor agudo", "Acute pain")
    one = json.loads(told(capsys, *MENTION, "--language", "cs", "--format", "json"))
    compared = one["translations"][0]["compared"]
    assert float(split["cosine"]) == pytest.approx(compared["cosine"], abs=1e-4)
    first = compared["mention"][0]
    assert split["source_concept"] == f"{first['code']} {first['name']}"
    assert any(row["nearer"] for row in rows)
    listed = json.loads(
        told(capsys, "out", "-m", "encoder", "--language", "cs", "--format", "json")
    )
    assert {row["language"] for row in listed} == {"cz"}
    assert [row["mention"] for row in listed] == [
        row["mention"] for row in rows if row["language"] == "cz"
    ]


def test_a_span_that_says_nothing_is_listed_all_the_same(capsys, monkeypatch):
    everything = told(capsys, "out", "-m", "encoder").splitlines()
    of_mentions = TextPoints.mention_points

    def without_split_ones(self, mentions):
        points = of_mentions(self, mentions)
        return [
            None if len(one) > 1 else point for one, point in zip(mentions, points, strict=True)
        ]

    monkeypatch.setattr(TextPoints, "mention_points", without_split_ones)
    header, *lines = [
        line.split("\t") for line in told(capsys, "out", "-m", "encoder").splitlines()
    ]
    assert len(lines) == len(everything) - 1
    rows = [dict(zip(header, line, strict=True)) for line in lines]
    silent = [row for row in rows if not row["cosine"]]
    assert {row["mention"] for row in silent} == {"T3"} and silent == rows[-len(silent) :]
    assert all(row["source"] and row["span"] and not row["nearer"] for row in silent)


def test_the_spans_of_a_run_can_be_written_and_are_no_page(capsys, tmp_path):
    path = tmp_path / "meanings.tsv"
    told(capsys, "out", "-m", "encoder", "-o", str(path))
    assert path.read_text(encoding="utf-8") == told(capsys, "out", "-m", "encoder")
    assert "exists already" in told(capsys, "out", "-m", "encoder", "-o", str(path), code=1)
    assert "name RUN DOCUMENT MENTION" in told(
        capsys, "out", "-m", "encoder", "--format", "html", code=2
    )
    assert "it has no it" in told(capsys, "out", "-m", "encoder", "--language", "it", code=1)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("out", "caso-a", "T8"), "caso-a has no mention T8; its mentions are: T2, T9, T1, T3"),
        (("out", "caso-x", "T1"), "has no document caso-x"),
        (("out", "caso-e", "T7"), "mention T7 is invalid"),
        (("out", "caso-a", "T1", "--language", "it"), "it has no it; expected one of cz, en"),
        (("es", "b"), "es has no document b; it has a"),
        (("none.txt",), "none.txt: can't be read"),
    ],
)
def test_what_is_not_there_is_told(capsys, words, message):
    assert message in told(capsys, *words, "-m", "encoder", code=1)


def test_a_model_without_views_is_told(checkpoints, capsys):
    plain = str(checkpoints / "bert")
    assert "has no views.json beside it" in told(capsys, *MENTION[:3], "-m", plain, code=1)
    assert "no such model" in told(capsys, "note.txt", "-m", "nowhere", code=1)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "name RUN, RUN DOCUMENT MENTION, or a text"),
        (("a", "b", "c", "d", "-m", "encoder"), "name RUN, RUN DOCUMENT MENTION"),
        (("note.txt", "--text", "tos", "-m", "encoder"), "name RUN, RUN DOCUMENT MENTION"),
        (("es", "-m", "encoder"), "es is a folder; name one of its documents"),
        (("-", "-m", "encoder"), "nothing comes from there"),
    ],
)
def test_what_cannot_be_meant_is_a_wrong_use(capsys, monkeypatch, words, message):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b" \n")))
    assert message in told(capsys, *words, code=2)


def test_a_text_is_a_file_a_document_the_standard_input_or_given(capsys, monkeypatch):
    for words in (("note.txt",), ("es", "a"), ("--text", "dolor")):
        shown = told(capsys, *words, "-m", "encoder", *ALL)
        assert "dolor" in shown.splitlines()[0]
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"dolor")))
    shown = told(capsys, "-", "-m", "encoder", *ALL, "--format", "json")
    found = json.loads(shown)
    assert found["text"] == "dolor"
    assert [(one["start"], one["end"]) for one in found["spans"]] == [(0, 5)]


def test_the_installed_encoder_is_asked_where_none_is_named(capsys):
    shown = told(capsys, "--text", "Refiere fiebre y vómitos.", "--language", "es")
    assert "fiebre (8 14)  R50.9 Fever, unspecified" in shown
    assert shown.splitlines()[1].startswith("vómitos (17 24)  R11 Nausea and vomiting")
    # the run's own model has no views
    assert "they part" in told(capsys, *MENTION[:3]) or "both say" in told(capsys, *MENTION[:3])


def test_nothing_near_is_told(capsys):
    shown = told(capsys, "note.txt", "-m", "encoder", "--threshold", "1")
    first, whole = shown.splitlines()
    assert first == "no words of it lie near a concept; --threshold says how near they must"
    assert whole.startswith("all of it together: ") and whole.count(";") == 2


def test_a_list_names_the_codes_and_those_without_a_concept_are_told(capsys):
    Path("list.tsv").write_text("code\tname\nR509\tfever\nX99\tother\n", encoding="utf-8")
    assert run(["diagnose", "--text", "dolor", "-m", "encoder", "--codes", "list.tsv", *ALL]) == 0
    printed = capsys.readouterr()
    assert "R50.9 fever" in printed.out and ROWS[0][0] not in printed.out
    assert "of 2 codes 1 have no concept: X99" in printed.err


def test_pages_are_written_whole_and_never_over_another(capsys):
    for number, words in enumerate([("note.txt", *ALL), MENTION[:3]]):
        place = Path(f"page{number}.html")
        arguments = [*words, "-m", "encoder", "--format", "html", "-o", str(place)]
        assert run(["diagnose", *arguments]) == 0
        page = place.read_text(encoding="utf-8")
        assert page.startswith("<!doctype html>") and "<b>" not in page
        assert run(["diagnose", *arguments]) == 1
        assert "exists already" in capsys.readouterr().err
        assert run(["diagnose", *arguments, "--overwrite"]) == 0
        assert place.read_text(encoding="utf-8") == page
