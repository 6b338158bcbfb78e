"""A run's configuration in a file, beside options."""

import json
from pathlib import Path

import pytest

from projector.cli import run
from projector.errors import ConfigurationError
from projector.run.configure import configure
from projector.run.reader import read_run

FILE = 'source = "es"\ntargets = ["it", { path = "ro" }]\n[model]\nname = "tiny"\n'


def project(*more: str) -> int:
    return run(["project", "--config", "run.toml", "-o", "out", *more])


def used() -> dict:
    return read_run("out").manifest.configuration


def test_a_file_says_what_is_projected(corpora):
    Path("run.toml").write_text(FILE)
    assert project() == 0
    assert read_run("out").languages == ("it", "ro")
    assert (used()["model"]["name"], used()["tagger_model"]) == ("tiny", None)


def test_an_option_goes_before_the_file(corpora):
    Path("run.toml").write_text(
        FILE + "[settings.decode]\nmin_score = 0.1\ngap = 2\n[settings.align]\nsearch = 70\n"
    )
    assert project("--min-score", "0.05", "--max-characters", "9999", "--label", "SYMPTOM=X") == 0
    decode, align = used()["settings"]["decode"], used()["settings"]["align"]
    assert (decode["min_score"], decode["gap"], align["search"]) == (0.05, 2, 70)
    assert used()["max_characters"] == 9999 and used()["labels"]["SYMPTOM"] == "X"
    assert project("--recipe", "published", "--overwrite", "--accept-losses") == 0
    assert used()["settings"]["decode"]["method"] == "longest-run"
    assert used()["labels"] is None  # the built-in ones, as where a file leaves them out


def test_corpora_on_the_command_line_go_before_the_files(corpora):
    Path("run.toml").write_text(FILE)
    assert project("es", "ro") == 0
    assert read_run("out").languages == ("ro",)
    assert project("--target-language", "it", "--target-language", "rum", "--overwrite") == 0
    assert read_run("out").languages == ("it", "rum")
    assert project("--source-language", "spa", "--overwrite") == 0
    assert used()["source"]["language"] == "spa"


def test_paths_in_a_file_are_relative_to_it(corpora, monkeypatch):
    Path("run.toml").write_text(FILE + '[tagger]\npath = "it"\nlanguage = "it"\n')
    (corpora / "elsewhere").mkdir()
    monkeypatch.chdir(corpora / "elsewhere")
    assert run(["project", "--config", "../run.toml", "-o", "out"]) == 0
    assert used()["source"]["path"] == "../es" and used()["tagger"]["path"] == "../it"
    assert used()["model"]["name"] == "tiny"  # a name, for there is no such folder


def test_the_manifest_of_a_run_says_it_again(corpora):
    Path("run.toml").write_text(FILE)
    assert project("--tagger", "it", "--target-language", "it", "--target-language", "ro") == 0
    assert configure(file=Path("run.toml")).model_dump(mode="json") == {
        **used(),
        "tagger": None,
        "targets": [{**target, "language": None} for target in used()["targets"]],
    }


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("target = []", "run.toml: target: there is no such key; did you mean targets?"),
        ("[settings.align]\nserch = 1", "settings.align.serch: there is no such key; did you mean"),
        ("[settings.decode]\nmin_score = 'x'", 'settings.decode.min_score: "x"; expected a'),
        ("[model]\nlayer = -1", "run.toml: model.layer: -1; expected at least 0"),
        ("on_error = 'never'", "run.toml: on_error: \"never\"; expected 'stop' or 'skip'"),
        ("[settings.align]\niterations = 0", "run.toml: iterations must be at least 1"),
        ("source", "run.toml: is no TOML"),
    ],
)
def test_what_is_wrong_with_a_file_names_it_and_the_key(corpora, capsys, content, told):
    Path("run.toml").write_text(content + "\n")
    assert project("es", "it") == 1
    assert told in capsys.readouterr().err


def test_without_source_or_targets_nothing_is_done(corpora, capsys):
    Path("run.toml").write_text('source = "es"\n')
    assert project() == 2
    assert "--config" in capsys.readouterr().err
    assert run(["project", "es", "-o", "out"]) == 2
    assert run(["project", "-o", "out"]) == 2
    assert run(["project", "--config", "no.toml", "-o", "out"]) == 1
    assert "no.toml: can't be read" in capsys.readouterr().err


def test_python_refuses_an_option_that_is_none(corpora):
    with pytest.raises(TypeError, match=r"there is no option .langauges.; .*target_languages"):
        configure("es", ["it"], langauges=["it"])
    with pytest.raises(ConfigurationError, match="--target-language"):
        configure("es", ["it", "ro"], target_languages=["it"])


def test_python_and_the_command_line_mean_the_same(corpora):
    assert run(["project", "es", "it", "-o", "out", "-m", "tiny", "--max-characters", "900"]) == 0
    said = configure("es", ["it"], model="tiny", max_characters=900)
    assert {**json.loads(said.model_dump_json()), "labels": used()["labels"]} == used()
