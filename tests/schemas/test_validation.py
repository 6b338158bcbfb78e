"""Hold how what is wrong with a configuration is told: its file, its key, what was expected."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, model_validator

from projector.errors import ConfigurationError
from schemas.run import RunConfiguration
from schemas.validation import (
    differences,
    known_keys,
    read_content,
    read_validated,
    validated,
)


@dataclass(frozen=True)
class Settings:
    low: float = 0.0
    high: float = 1.0

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise ConfigurationError(f"low {self.low} is above high {self.high}")


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str
    kind: Literal["x", "y"] = "x"
    share: float = Field(default=0.5, ge=0, le=1)


class Whole(BaseModel):
    model_config = ConfigDict(extra="forbid")
    part: Part | None = None
    parts: tuple[Part, ...] = ()
    settings: Settings = Settings()

    @model_validator(mode="after")
    def _one(self) -> Whole:
        if self.part and self.parts:
            raise ValueError("part and parts can't both be given")
        return self


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({"prat": {}}, "prat: there is no such key; did you mean part?"),
        ({"zzz": 1}, "zzz: there is no such key; expected part, parts, settings"),
        ({"part": {"name": "a", "knd": "x"}}, "part.knd: there is no such key; did you mean kind?"),
        (
            {"parts": [{"name": "b"}, {"name": "a", "shar": 1}]},
            "parts.1.shar: .*did you mean share?",
        ),
        ({"settings": {"hihg": 1}}, "settings.hihg: .*did you mean high?"),
        ({"part": {}}, "part.name: it is missing"),
        ({"part": {"name": "a", "share": 2}}, "part.share: 2; expected at most 1"),
        ({"part": {"name": "a", "share": -1}}, "part.share: -1; expected at least 0"),
        ({"part": {"name": "a", "kind": "z"}}, "part.kind: \"z\"; expected 'x' or 'y'"),
        ({"part": {"name": 5}}, "part.name: 5; expected a valid string"),
        ({"part": {"name": "a"}, "parts": [{"name": "b"}]}, "the file: .*can't both be given"),
        ({"settings": {"low": 2.0}}, "low 2.0 is above high 1.0"),
        ([], "the file: "),
        ({"part": {"name": ["x" * 200]}}, 'part.name: \\["x{70,77}…; expected'),
    ],
)
def test_a_fault_is_told_with_its_key_and_what_was_expected(content, told):
    with pytest.raises(ConfigurationError, match=f"^c.toml: {told}".replace("?", r"\?")):
        validated(Whole, content, "c.toml")
    with pytest.raises(ConfigurationError, match=f"^{told}".replace("?", r"\?")):
        validated(Whole, content)


def test_every_fault_has_its_line():
    content = {"part": {"share": 3}, "other": 1}
    with pytest.raises(ConfigurationError) as raised:
        validated(Whole, content, Path("c.toml"), within="jobs")
    lines = str(raised.value).splitlines()
    assert len(lines) == 3 and all(line.startswith("c.toml: jobs.") for line in lines)


def test_what_is_right_is_the_contract():
    assert validated(Whole, {"settings": {"low": 0.5}}).settings == Settings(0.5)


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ((), ["part", "parts", "settings"]),
        (("part",), ["name", "kind", "share"]),
        (("parts", 3), ["name", "kind", "share"]),
        (("settings",), ["low", "high"]),
        (("part", "name"), []),
        (("nowhere", "at", "all"), []),
    ],
)
def test_the_keys_of_a_part_are_known(location, expected):
    assert known_keys(Whole, location) == expected


def test_a_configuration_that_is_not_there_is_told(tmp_path: Path):
    with pytest.raises(ConfigurationError, match="can't be read: No such file"):
        read_validated(tmp_path / "run.json", RunConfiguration)


@pytest.mark.parametrize("name", ["c.toml", "c.json"])
@pytest.mark.parametrize("content", [b"=", b"{", b"\xff", b"\x00", b"[1]", b"[" * 100_000])
def test_a_file_that_is_neither_is_told(tmp_path: Path, name: str, content: bytes):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ConfigurationError, match=name.replace(".", r"\.")):
        read_validated(tmp_path / name, Whole)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("c.toml", "settings = {high = inf}"),
        ("c.json", '{"settings": {"high": Infinity}}'),
        ("c.json", '{"settings": {"high": 1e999}}'),
    ],
)
def test_a_number_without_end_is_told_in_either(tmp_path: Path, name: str, content: str):
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"settings\.high: inf; expected a finite number"):
        read_validated(tmp_path / name, Whole)


@pytest.mark.parametrize("number", ["99999999999999999999", "-1e300", "0x1" + "0" * 9000])
def test_a_number_beyond_all_sense_is_told(tmp_path: Path, number: str):
    (tmp_path / "c.toml").write_text(f"settings = {{low = {number}}}", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"settings\.low: .*; expected at most \d+"):
        read_validated(tmp_path / "c.toml", Whole)


def test_a_file_is_read_as_what_its_name_ends_in(tmp_path: Path):
    toml, json = tmp_path / "c.toml", tmp_path / "c.json"
    toml.write_text('[part]\nname = "a"\n', encoding="utf-8")
    json.write_text('{"part": {"name": "a"}}', encoding="utf-8")
    assert read_validated(toml, Whole) == read_validated(json, Whole) == Whole(part=Part(name="a"))
    assert read_content(toml) == {"part": {"name": "a"}}
    with pytest.raises(ConfigurationError, match=r"none\.toml: can't be read: No such file"):
        read_content(tmp_path / "none.toml")


# --- differences ---


def test_differences_are_told_with_their_place():
    one = {"a": {"b": 1, "c": [1]}, "d": None}
    other = {"a": {"b": 2, "c": [1]}, "e": "x"}
    assert list(differences(one, other)) == [
        "a.b: 1 in the plan, 2 now",
        'e: null in the plan, "x" now',
    ]


values = st.recursive(
    st.integers(0, 3) | st.sampled_from(["a", "b"]),
    lambda inner: (
        st.dictionaries(st.sampled_from("xyz"), inner, max_size=3) | st.lists(inner, max_size=2)
    ),
    max_leaves=8,
)


@given(values, values)
def test_what_is_equal_has_no_differences_and_what_is_not_has_some(one, other):
    assert list(differences(one, one)) == []
    found = list(differences(one, other))
    assert bool(found) == (one != other)
    back = list(differences(other, one))
    assert len(back) == len(found)
    assert [line.split(": ")[0] for line in back] == [line.split(": ")[0] for line in found]


def test_what_is_not_there_is_as_good_as_null():
    assert list(differences({"a": 1}, {"a": 1, "new": None})) == []


def test_a_long_value_is_told_in_short():
    (line,) = differences({"a": "x" * 500}, {"a": None}, where="then")
    assert line.startswith('a: "xxx') and line.endswith("… then, null now") and len(line) < 120
