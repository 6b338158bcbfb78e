"""Hold that corrections are read strictly, and that messages name file and entry."""

import json

import pytest
from fuzzing import told_or_read
from hypothesis import given, settings
from hypothesis import strategies as st

from projector.corrections import read_corrections
from projector.errors import CorpusError

ENTRY = {
    "language": "en",
    "document": "case-01",
    "mention": "T1",
    "decision": "absent",
    "old": [],
    "new": [],
    "text": "",
    "time": "2026-11-28T12:00:00Z",
}


def written(tmp_path, *entries):
    path = tmp_path / "corrections.json"
    said = {"version": 1, "run": "0" * 64, "reviewer": "", "corrections": entries}
    path.write_text(json.dumps(said), encoding="utf-8")
    return path


def test_a_file_is_read(tmp_path):
    assert read_corrections(written(tmp_path, ENTRY)).corrections[0].mention == "T1"


def test_a_byte_order_mark_is_passed_over(tmp_path):
    path = written(tmp_path, ENTRY)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert len(read_corrections(path).corrections) == 1


def test_every_fault_is_told_with_its_entry(tmp_path):
    later = ENTRY | {"mention": "T2", "new": [{"start": 4, "end": 2}]}
    wrong = ENTRY | {"mention": "T3", "decision": "wrong"}
    path = written(tmp_path, ENTRY, later, wrong, ENTRY | {"mention": "T4", "colour": "red"})
    with pytest.raises(CorpusError) as error:
        read_corrections(path)
    told = str(error.value).splitlines()
    assert len(told) == 3 and all(line.startswith(f"{path}: corrections.") for line in told)
    assert told[0].endswith("corrections.1.new.0: 4..2; expected start < end")
    assert 'corrections.2.decision: "wrong"; expected' in told[1]
    assert "corrections.3.colour: there is no such key" in told[2]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"version": 1, "version": 1}',
        b'{"reviewer": "\\ud800"}',
        b'{"version": NaN}',
        b'{"version": 1e999}',
    ],
)
def test_what_holds_no_corrections_is_refused_with_its_name(tmp_path, content):
    path = tmp_path / "corrections.json"
    path.write_bytes(content)
    with pytest.raises(CorpusError, match=r"corrections\.json: "):
        read_corrections(path)


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(CorpusError, match="can't be read"):
        read_corrections(tmp_path / "none.json")


CONTENT = json.dumps(
    {
        "version": 1,
        "run": "0" * 64,
        "reviewer": "ana",
        "corrections": [ENTRY, ENTRY | {"mention": "T2"}],
    }
).encode()


@settings(max_examples=150)
@given(
    st.integers(0, len(CONTENT)),
    st.integers(0, 12),
    st.binary(max_size=6) | st.sampled_from([b"null", b"1e99", b"[]", b'"', b"-1", b"{}", b"true"]),
)
def test_what_is_damaged_is_read_or_told_with_its_name(tmp_path_factory, start, length, put):
    path = tmp_path_factory.mktemp("damaged") / "corrections.json"
    path.write_bytes(CONTENT[:start] + put + CONTENT[start + length :])
    read = told_or_read(lambda: read_corrections(path), "corrections.json")
    if read is not None:
        for one in read.corrections:
            assert not one.new and one.decision == "absent"
        read.to_json().encode("utf-8")
