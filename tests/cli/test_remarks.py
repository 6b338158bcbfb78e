"""Hold that labels and languages that are nobody's are told by every command that names some."""

from pathlib import Path

import pytest

from projector.cli import run

_TOLD = "no mention is labelled SYMPTOMS; the labels are SYMPTOM; did you mean SYMPTOM?"


@pytest.fixture
def corpora(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for language, text in (("es", "Fiebre y tos."), ("en", "Fever and cough.")):
        folder = tmp_path / "brat" / language
        folder.mkdir(parents=True)
        (folder / "a.txt").write_text(text, encoding="utf-8")
        start, end = 0, text.index(" ")
        line = f"T1\tSYMPTOM {start} {end}\t{text[:end]}\nN1\tReference T1 ICD10:R50.9\tx\n"
        (folder / "a.ann").write_text(line, encoding="utf-8")
    (tmp_path / "codes.tsv").write_text("code\tdescription\nR50.9\tFiebre\n", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    "command",
    [
        "validate brat/es",
        "convert brat/es out --to tsv",
        "project brat/es brat/en -o out --model tiny --tagger none",
        "code brat/es -o out --codes codes.tsv",
        "evaluate mentions brat/es brat/es",
        "evaluate codes brat/es brat/es",
    ],
)
def test_a_new_name_that_no_label_gets_is_told(corpora, capsys, command):
    run([*command.split(), "--label", "SYMPTOMS=SIGN"])
    assert f"--label SYMPTOMS=SIGN: {_TOLD}" in capsys.readouterr().err


@pytest.mark.parametrize(
    "command",
    [
        "code brat/es -o out --codes codes.tsv",
        "evaluate mentions brat/es brat/es",
        "evaluate codes brat/es brat/es",
    ],
)
def test_a_label_that_no_mention_has_is_told_and_alone_refused(corpora, capsys, command):
    assert run([*command.split(), "--only", "SYMPTOMS"]) == 1
    assert f"error: {_TOLD}" in capsys.readouterr().err
    assert run([*command.split(), "--only", "SYMPTOMS", "--only", "SYMPTOM"]) == 0
    assert _TOLD in capsys.readouterr().err


@pytest.mark.parametrize(
    "command",
    [
        "validate brat/es --language",
        "convert brat/es out --to tsv --language",
        "project brat/es brat/en -o out --model tiny --tagger none --source-language",
        "project brat/es brat/en -o out --model tiny --tagger none --target-language",
        "code brat/es -o out --codes codes.tsv --language",
        "evaluate mentions brat/es brat/es --language",
    ],
)
def test_a_code_of_no_language_is_told(corpora, capsys, command):
    run([*command.split(), "xx"])
    option = command.split()[-1]
    told = f"{option} xx: no language has this code; expected one like es or en."
    assert told in capsys.readouterr().err


def test_a_language_that_no_corpus_of_a_folder_has_is_told_with_those_that_are(corpora, capsys):
    assert run(["validate", "brat", "--language", "fr"]) == 1
    told = "brat: corpora in en, es; expected one in fr, as --language asks"
    assert told in capsys.readouterr().out
