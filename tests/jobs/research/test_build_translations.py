"""Our translations are marked as they should be, and become gold with their sources."""

import json

import pytest
from click.testing import CliRunner

from jobs.research import build_translations
from jobs.research.build_translations import main, unmarked

LANGUAGES = ("cs", "en", "it", "nl", "ro", "sv")


def rows(language):
    path = build_translations._TRANSLATIONS / f"{language}.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_marks_may_nest_and_overlap():
    text, spans = unmarked("a <m1>big <m2>liver</m1> and spleen</m2>.")
    assert text == "a big liver and spleen."
    assert {name: text[slice(*span)] for name, span in spans.items()} == {
        "m1": "big liver",
        "m2": "liver and spleen",
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_translation_marks_the_same_mentions_with_whole_spans(language):
    english = rows("en")
    for row, other in zip(rows(language), english, strict=True):
        text, spans = unmarked(row["translation"])
        assert row["document"] == other["document"]
        assert spans.keys() == unmarked(other["translation"])[1].keys()
        assert "<m" not in text and "</m" not in text
        for start, end in spans.values():
            words = text[start:end]
            assert words == words.strip(" ,;:") != ""
            assert words.count("(") == words.count(")")


@pytest.fixture
def corpora(tmp_path, monkeypatch):
    folder = tmp_path / "translations"
    folder.mkdir()
    row = {"document": "d1", "corpus": "notes", "characters": 12}
    text = "The <m1>cough</m1>."
    (folder / "en.jsonl").write_text(json.dumps({**row, "translation": text}), encoding="utf-8")
    monkeypatch.setattr(build_translations, "_TRANSLATIONS", folder)
    document = {"id": "d1", "text": "La tos seca. Y fiebre.", "spans": []}
    document["spans"] = [[15, 21, "SYMPTOM", "x"], [3, 6, "SYMPTOM", "y"]]
    (tmp_path / "notes.jsonl").write_text(json.dumps(document), encoding="utf-8")
    return tmp_path


def test_gold_has_the_translated_part_of_the_source(corpora):
    result = CliRunner().invoke(main, [str(corpora), "-o", str(corpora / "out")])
    assert result.exit_code == 0, result.output
    (line,) = (corpora / "out" / "translations_es-en.jsonl").read_text().splitlines()
    gold = json.loads(line)
    assert (gold["src_text"], gold["tgt_text"]) == ("La tos seca.", "The cough.")
    assert gold["src_spans"] == [[3, 6, "SYMPTOM", "m1"]]
    assert gold["tgt_spans"] == [[4, 9, "SYMPTOM", "m1"]]


def test_a_source_that_is_not_as_it_was_is_refused(corpora):
    document = {"id": "d1", "text": "La tos seca. Y fiebre.", "spans": []}
    (corpora / "notes.jsonl").write_text(json.dumps(document), encoding="utf-8")
    result = CliRunner().invoke(main, [str(corpora), "-o", str(corpora / "out")])
    assert "d1 of notes is not there, or not as it was translated" in str(result.exception)
