"""Hold the command that searches a corpus."""

import csv
import io
import json
from pathlib import Path

import pytest
from viewed_encoders import write_viewed_encoder

from projector.cli import run


@pytest.fixture(scope="module")
def encoder(checkpoints, tmp_path_factory):
    folder = tmp_path_factory.mktemp("viewed") / "encoder"
    return str(write_viewed_encoder(checkpoints / "bert", folder))


@pytest.fixture
def search(corpora, encoder, capsys):
    """Search; return the exit code, what is printed, and what is told."""

    def called(*arguments):
        capsys.readouterr()
        code = run(["search", *arguments, "-m", encoder, "--device", "cpu"])
        return code, *capsys.readouterr()

    return called


def text_of(row):
    folder = row["language"] if row["language"] else "."
    return Path(folder, f"{row['document']}.txt").read_text(encoding="utf-8")


def test_sentences_of_all_languages_are_found_with_their_offsets(search):
    code, printed, _ = search(".", "disnea", "--format", "json", "--top-k", "99", "--matches")
    rows = json.loads(printed)
    assert code == 0 and [row["rank"] for row in rows] == [*range(1, 19)]
    assert {row["language"] for row in rows} == {"es", "it", "ro"}
    for row in rows:
        assert text_of(row)[row["start"] : row["end"]] == row["text"]
        (match,) = row["matches"]
        assert text_of(row)[match["start"] : match["end"]] == match["text"]


def test_a_table_a_row_each(search):
    code, printed, _ = search("es", "Se hizo un ecocardiograma.", "--top-k", "2", "--matches")
    header, first, *rest = printed.splitlines()
    assert code == 0 and len(rest) == 1
    assert header.split() == [
        *("rank", "score", "document", "language", "start", "end", "matches", "text")
    ]
    assert first.split()[:1] == ["1"] and first.endswith("Se hizo un ecocardiograma.")
    assert "hizo = hizo; un = un" in first


def test_documents_are_found(search):
    code, printed, _ = search("es", "tos", "--unit", "document", "--format", "json")
    assert code == 0
    assert sorted(row["document"] for row in json.loads(printed)) == ["a", "b"]


def test_queries_of_a_file_are_written_to_a_table(search):
    Path("queries.txt").write_bytes("﻿tos\r\n\n dolor de piel \n".encode())
    arguments = ("es", "--queries", "queries.txt", "--top-k", "3", "-o", "found.tsv")
    assert search(*arguments)[:2] == (0, "")
    content = Path("found.tsv").read_text(encoding="utf-8")
    rows = [*csv.DictReader(io.StringIO(content), delimiter="\t")]
    assert [row["query"] for row in rows] == ["tos"] * 3 + ["dolor de piel"] * 3
    for row in rows:
        assert text_of(row)[int(row["start"]) : int(row["end"])] == row["text"]
    code, _, told = search(*arguments)
    assert code == 1 and "exists already" in told
    assert search(*arguments, "--overwrite")[0] == 0
    assert Path("found.tsv").read_text(encoding="utf-8") == content
    _, printed, _ = search("es", "--queries", "queries.txt", "--top-k", "1")
    assert [line for line in printed.splitlines() if line.startswith("query: ")] == [
        "query: tos",
        "query: dolor de piel",
    ]


def test_what_a_sentence_holds_stays_whole_in_every_format(search):
    folder = Path("odd")
    folder.mkdir()
    (folder / "x.txt").write_bytes(b'no hay,\n"dolor"\tde piel,\ny tos')
    _, printed, _ = search("odd", "tos", "--format", "tsv")
    (row,) = csv.DictReader(io.StringIO(printed), delimiter="\t")
    assert row["text"] == 'no hay,\n"dolor"\tde piel,\ny tos' and row["language"] == ""
    _, printed, _ = search("odd", "tos")
    assert printed.splitlines()[1].endswith('no hay, "dolor" de piel, y tos')
    assert printed.splitlines()[1].split()[3] == "-"


def test_an_index_is_kept_and_refused_where_it_is_of_other_texts(search):
    first = search("es", "tos", "--index", "index", "--format", "tsv")
    before = Path("index", "index.safetensors").stat().st_mtime_ns
    assert search("es", "tos", "--index", "index", "--format", "tsv")[:2] == first[:2]
    assert Path("index", "index.safetensors").stat().st_mtime_ns == before
    code, printed, told = search("it", "tos", "--index", "index")
    assert (code, printed) == (1, "") and "2 texts are new or changed" in told
    assert search("it", "tos", "--index", "index", "--rebuild")[0] == 0


def test_every_format_of_corpus_is_searched(search):
    assert run(["convert", "es", "tables", "--to", "parquet"]) == 0
    assert run(["convert", "es", "tsv", "--to", "tsv"]) == 0
    _, wanted, _ = search("es", "tos", "--format", "tsv")
    for corpus, *more in (("tables",), ("tsv", "--language", "es", "--texts", "es")):
        assert search(corpus, "tos", "--format", "tsv", *more)[1] == wanted


def test_what_cannot_be_searched_is_told(search, encoder, capsys, checkpoints):
    assert search("es")[0] == 2
    assert search("es", "tos", "--queries", str(Path("es", "a.txt")))[0] == 2
    assert "QUERY is empty" in search("es", " ")[2]
    assert "No such option '--nearest'" in search("es", "tos", "--nearest")[2]
    Path("blank").mkdir()
    Path("blank", "a.txt").write_text("\n", encoding="utf-8")
    code, _, told = search("blank", "tos")
    assert code == 1 and "nothing to search" in told
    code, _, told = search("es", "--queries", "nowhere.txt")
    assert code == 1 and "nowhere.txt: can't be read" in told
    Path("queries.txt").write_text("\n", encoding="utf-8")
    code, _, told = search("es", "--queries", "queries.txt")
    assert code == 1 and "queries.txt: no query; expected one a line" in told
    assert "is a folder" in search("es", "tos", "-o", "it")[2]
    assert run(["search", "es", "tos"]) == 0  # by the installed encoder
    assert "loading the model clinical-concepts" in capsys.readouterr().err
    assert run(["search", "es", "tos", "-m", str(checkpoints / "bert")]) == 1
    assert "no views.json" in capsys.readouterr().err


def test_a_text_that_cannot_be_read_stops_or_is_skipped(search):
    Path("es", "c.txt").write_bytes(b"dolor \xff")
    code, _, told = search("es", "tos")
    assert code == 1 and "--on-error skip" in told
    code, printed, told = search("es", "tos", "--on-error", "skip")
    assert code == 0 and printed and "skipped: " in told


@pytest.fixture
def given(monkeypatch):
    """Give something on the standard input."""

    def give(content):
        class Given:
            buffer = io.BytesIO(content)

        monkeypatch.setattr("sys.stdin", Given)

    return give


def test_a_text_or_queries_from_the_standard_input(search, given):
    given(b"el paciente tose.\nno hay dolor.")
    _, printed, _ = search("-", "dolor", "--format", "json")
    assert {row["document"] for row in json.loads(printed)} == {"stdin"}
    given(b"dolor\ntos\n")
    _, printed, _ = search("es", "--queries", "-", "--format", "json")
    assert {row["query"] for row in json.loads(printed)} == {"dolor", "tos"}
    given(b"dolor\n")
    code, _, told = search("-", "--queries", "-")
    assert code == 2 and "only one of them can be -" in told
