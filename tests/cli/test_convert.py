"""Convert corpora as a user would, with the losses told."""

import json
from pathlib import Path

import pytest

from projector.cli import run
from projector.corpus import open_corpus, require_document


def converted(capsys, *arguments: str) -> tuple[int, dict]:
    capsys.readouterr()
    code = run(["convert", *arguments, "--format", "json"])
    return code, json.loads(capsys.readouterr().out)


def documents(path: str):
    corpus = open_corpus(path, language="es", labels={})
    return [require_document(corpus.read(name)) for name in corpus.names]


@pytest.mark.parametrize("form", ["brat", "tsv", "parquet"])
def test_what_every_format_holds_comes_back(corpora, capsys, form):
    code, told = converted(capsys, "es", "out", "--to", form)
    assert (code, told) == (0, {"output": "out", "documents": 2, "losses": [], "notices": []})
    assert documents("out") == documents("es")


def test_what_a_table_does_not_hold_is_told_and_ends_with_3(corpora, capsys):
    with Path("es/a.ann").open("a", encoding="utf-8") as file:
        file.write("R1\tWith Arg1:T1 Arg2:T2\t\n")
    code, told = converted(capsys, "es", "out", "--to", "tsv")
    assert code == 3 and told["losses"] == ["a: R1 (relation With) has no column"]
    assert Path("out/out.tsv").is_file()  # all the same
    arguments = ["convert", "es", "out", "--to", "tsv", "--overwrite"]
    assert run(arguments) == 3
    captured = capsys.readouterr()
    assert captured.out == "out: 2 documents, 1 loss\n"
    assert "lost: a: R1" in captured.err and "--accept-losses" in captured.err
    assert run([*arguments, "--accept-losses"]) == 0


def test_what_cannot_be_read_stops_or_is_skipped_and_told(corpora, capsys):
    Path("es/a.ann").write_text("T1\tX 0 999\tMujer\nT2\tX 0 5\tMujer\n", encoding="utf-8")
    assert run(["convert", "es", "out", "--to", "parquet"]) == 1
    assert "es/a.ann:1" in capsys.readouterr().err and not Path("out").exists()
    code, told = converted(capsys, "es", "out", "--to", "parquet", "--on-error", "skip")
    assert code == 3 and len(told["losses"]) == 1 and "es/a.ann:1" in told["losses"][0]
    assert [len(one.mentions) for one in documents("out")] == [1, 2]


def test_nothing_is_overwritten_unless_asked_for(corpora, capsys):
    Path("out").mkdir()
    Path("out/mine.txt").write_text("mine")
    for form in ("tsv", "parquet"):
        assert run(["convert", "es", "out", "--to", form]) == 1
        assert run(["convert", "es", "out", "--to", form, "--overwrite"]) == 1  # it is no output
    assert [path.name for path in Path("out").iterdir()] == ["mine.txt"]
    error = capsys.readouterr().err
    assert "--overwrite" in error and "Traceback" not in error


def test_one_language_of_several_is_asked_for(corpora, capsys):
    assert run(["convert", "it", "p", "--to", "parquet"]) == 0
    assert open_corpus("p").language == "it"
    assert converted(capsys, "p", "back", "--to", "brat", "--language", "it")[1]["documents"] == 2
    assert (Path("back") / "a.ann").read_bytes() == (Path("it") / "a.ann").read_bytes()


def test_a_table_is_a_folder(corpora, capsys):
    assert run(["convert", "es", "out.tsv", "--to", "tsv"]) == 2
    assert "OUTPUT is a folder: say out, not out.tsv" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [("es", "out"), ("es", "--to", "tsv"), ("es", "o", "--to", "x")]
)
def test_what_is_not_said_is_a_usage_error(corpora, arguments):
    assert run(["convert", *arguments]) == 2
    assert not Path("out").exists()
