import polars as pl
import pytest

from projector.errors import ConfigurationError, CorpusError
from projector.storage.user_table import read_table


def test_cells_are_strings_whatever_they_look_like(tmp_path):
    path = tmp_path / "t.tsv"
    path.write_text('code\ttext\n007\t"so called"\n\tx\n')
    assert read_table(path, ("code",), "code").rows() == [("007", '"so called"'), (None, "x")]
    pl.DataFrame({"code": [7], "n": [1.5]}).write_parquet(tmp_path / "t.parquet")
    assert read_table(tmp_path / "t.parquet", ("code",), "code").rows() == [("7", "1.5")]


def test_a_column_that_is_missing_is_told_with_those_that_are_there(tmp_path):
    path = tmp_path / "t.tsv"
    path.write_text("kode\ttext\n")
    with pytest.raises(CorpusError, match=r"t\.tsv:1: columns kode, text; expected code and text"):
        read_table(path, ("code", "text"), "code and text")


@pytest.mark.parametrize("name", ["absent.tsv", "absent.parquet", "bad.parquet"])
def test_what_cannot_be_read_is_told(tmp_path, name):
    (tmp_path / "bad.parquet").write_bytes(b"PAR1")
    with pytest.raises(CorpusError, match="can't be read"):
        read_table(tmp_path / name, ("code",), "code")


@pytest.mark.parametrize(
    "content",
    [
        "Code\tDescription\nJ45\tAsma",
        " CODE ;Description\nJ45;Asma",
        'code,description\nJ45,"Asma"',
        "\ufeffcode;description\r\nJ45;Asma\r\n",
        "código,description\nJ45,Asma",
    ],
)
def test_columns_are_known_in_any_case_whatever_parts_them(tmp_path, content):
    path = tmp_path / "t.csv"
    path.write_text(content, encoding="utf-8", newline="")
    table = read_table(path, ("code", "description"), "", others={"código": "code"})
    assert table.columns == ["code", "description"] and table.rows() == [("J45", "Asma")]


def test_another_encoding_is_named_or_read(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes("code;text\nR50;fiebre\nR05;obstrucción".encode("cp1252"))
    with pytest.raises(
        CorpusError, match=r"t\.csv:3: byte 0xf3 .* is not UTF-8.*--encoding cp1252"
    ):
        read_table(path, ("code",), "")
    assert read_table(path, ("code",), "", encoding="cp1252")["text"][1] == "obstrucción"
    with pytest.raises(ConfigurationError, match="no encoding 'cp12520'"):
        read_table(path, ("code",), "", encoding="cp12520")
    path.write_bytes("code\ttext\nR05\tobstrucción".encode("utf-16"))
    assert read_table(path, ("code",), "")["text"].to_list() == ["obstrucción"]
