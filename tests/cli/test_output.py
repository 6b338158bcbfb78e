"""Hold how tables and JSON are printed, and with what code a command ends."""

import io
import json
import sys
from contextlib import redirect_stdout
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector.cli import run
from projector.cli.output import (
    LOSSES,
    echo_coded,
    echo_json,
    echo_rows,
    echo_table,
    exit_code,
    harmless,
    hint,
    listed,
    put,
    say,
)
from schemas.coding import CodingConfiguration, CodingCount, CodingFacts


def test_numbers_stand_to_the_right_and_nothing_is_a_dash(capsys):
    rows = [["en", 12, 0.5, None], ["it", 3, 12.0, "x"]]
    echo_table(["language", "gold", "F1", "note"], rows)
    assert capsys.readouterr().out.splitlines() == [
        "language  gold       F1  note",
        "en          12   0.5000  -",
        "it           3  12.0000  x",
    ]


def test_what_a_terminal_would_obey_is_escaped(capsys):
    """A name from data may hold it; letters, accents, emoji and blanks of all kinds stay."""
    echo_table(["name"], [["a\x1b[2Jb\x9b1m\nc\u202ed\udcf1"], ["an\u0303o 5\xa0mg 👩\u200d⚕"]])
    assert capsys.readouterr().out.splitlines() == [
        "name",
        r"a\x1b[2Jb\x9b1m\nc\u202ed\udcf1",
        "an\u0303o 5\xa0mg 👩\u200d⚕",
    ]
    say("1 \x1b[2J\u2029", nl=False)
    assert capsys.readouterr().out == r"1 \x1b[2J\u2029"
    # a result, an error, and a command line that is not understood
    for command, code in ((["validate"], 1), (["concepts"], 1), ([], 2)):
        assert run([*command, "\x1b[2Jx"]) == code
        told = "".join(capsys.readouterr())
        assert r"\x1b[2Jx" in told and "\x1b" not in told


def test_a_table_without_rows_is_its_header(capsys):
    echo_table(["language", "F1"], [])
    assert capsys.readouterr().out == "language  F1\n"


words = st.text("abcé ,-", min_size=1, max_size=6).map(lambda one: f"x{one}x")
cells = st.one_of(st.none(), words, st.integers(-(10**6), 10**6), st.floats(0, 1e4))


@given(st.data(), st.integers(1, 4), st.integers(1, 5))
def test_every_cell_stands_in_its_column(data, columns, count):
    header = data.draw(st.lists(words, min_size=columns, max_size=columns))
    line = st.lists(cells, min_size=columns, max_size=columns)
    rows = data.draw(st.lists(line, min_size=count, max_size=count))
    with redirect_stdout(io.StringIO()) as printed:
        echo_table(header, rows)
    lines = printed.getvalue().splitlines()
    assert len(lines) == count + 1
    shown = [
        ["-" if cell is None else f"{cell:.4f}" if isinstance(cell, float) else str(cell)
         for cell in row]
        for row in rows
    ]  # fmt: skip
    begin = 0
    for place in range(columns):
        column = [header[place], *(row[place] for row in shown)]
        width = max(map(len, column))
        for text, one in zip(column, lines, strict=True):
            assert one.ljust(begin + width)[begin : begin + width].strip() == text
        begin += width + 2


def test_records_are_a_table_or_json_under_their_own_names(capsys):
    rows = [{"name": "á", "gold": 1}, {"name": "b", "gold": None}]
    echo_rows("text", rows)
    assert capsys.readouterr().out.splitlines()[0].split() == ["name", "gold"]
    echo_rows("json", rows)
    assert json.loads(capsys.readouterr().out) == rows
    echo_rows("text", [])
    assert capsys.readouterr().out == ""
    echo_rows("json", [])
    assert json.loads(capsys.readouterr().out) == []


def test_a_files_content_is_as_it_is_unless_a_terminal_reads_it(capsys, monkeypatch):
    put("a\x9b1m\tb\n")
    put("a\x9b1m")
    assert capsys.readouterr().out == "a\x9b1m\tb\na\x9b1m\n"
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    put("a\x9b1m\tb\n")
    assert capsys.readouterr().out == "a\\x9b1m\tb\n"


def test_json_that_a_terminal_would_obey_is_escaped_and_says_the_same(capsys):
    value = {"a\x9b1m": "\x1b[2J \u202e\u2028\x85", "b": ["\x7f\ud83d"]}
    echo_json(value)
    shown = capsys.readouterr().out
    assert json.loads(shown) == value and harmless(shown) == shown


def test_json_keeps_letters_and_tells_paths(capsys):
    echo_json({"place": Path("año/ș"), "text": "fiebre ≥ 38 °C"})
    shown = capsys.readouterr().out
    assert "fiebre ≥ 38 °C" in shown and json.loads(shown)["place"] == str(Path("año/ș"))


@pytest.mark.parametrize(
    ("lossy", "accepted", "code"),
    [(False, False, 0), (False, True, 0), (True, True, 0), (True, False, LOSSES)],
)
def test_a_loss_that_is_not_accepted_ends_with_a_code_of_its_own(capsys, lossy, accepted, code):
    assert exit_code(lossy, accepted=accepted) == code
    captured = capsys.readouterr()
    assert captured.out == "" and ("--accept-losses" in captured.err) == (code == 3)


def test_what_can_be_done_next_is_no_result(capsys):
    hint("projector evaluate")
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "next: projector evaluate\n")


def test_of_many_names_the_first_are_told():
    assert listed([]) == "" and listed(["a", "b"]) == "a, b"
    assert listed([*"abcd"], most=4) == "a, b, c, d"
    assert listed([*"abcdef"], most=4) == "a, b, c, d and 2 more"
    assert listed([str(number) for number in range(25)]).endswith("19 and 5 more")


def test_what_was_coded_is_a_table(capsys):
    count = CodingCount(language="es", label="DISEASE", given=1, proposed=20, uncoded=0)
    said = {"coder": "lexical", "fingerprint": "f", "codes": "c", "codes_fingerprint": "g"}
    echo_coded(CodingFacts(**said, configuration=CodingConfiguration(), counts=(count,)))
    assert [line.split() for line in capsys.readouterr().out.splitlines()] == [
        ["language", "label", "given", "proposed", "unsure", "uncoded", "left", "alone"],
        ["es", "DISEASE", "1", "20", "0", "0", "0"],
    ]
