"""Hold that nothing of JSON is lost in silence: no key or array twice, numbers that are finite."""

from pathlib import Path

import pytest

from projector.corpus.formats.json_elements import elements
from projector.errors import CorpusError


@pytest.fixture
def written(tmp_path):
    def write(text: str) -> Path:
        (tmp_path / "a.json").write_text(text, encoding="utf-8")
        return tmp_path / "a.json"

    return write


def test_objects_are_found_in_an_array_in_lines_and_in_a_member(written):
    for text, member in (
        ('[{"a": 1}, {"b": 2}]', None),
        ('{"a": 1}\n{"b": 2}\n', None),
        ('{"of": [0], "all": [{"a": 1}, {"b": 2}], "behind": {}}', "all"),
    ):
        found = list(elements(written(text), member))
        assert [one.value for one in found] == [{"a": 1}, {"b": 2}]
        lying = [one.stretch for one in found]
        data = text.encode()
        cut = [data[one.offset : one.offset + one.length].decode() for one in lying]
        assert cut == ['{"a": 1}', '{"b": 2}']


@pytest.mark.parametrize(
    ("text", "member", "told"),
    [
        ('{"label": [1], "label": [2]}', None, r'a\.json:1: no JSON \(the key "label" comes twice'),
        ('{"a": 1}\n{"a": {"b": 1, "b": 2}}', None, r'a\.json:2: no JSON \(the key "b" comes'),
        ('[{"a": 1e999}]', None, r"no JSON \(1e999 is no number"),
        ('[{"a": -Infinity}]', None, r"no JSON \(-Infinity is no number"),
        ('{"all": [{}], "all": [{}]}', "all", "expected one array 'all' in the object"),
        ('{"all": [{}]', "all", "expected the object's end"),
        ('{"all": [{}]} {}', "all", "expected the object's end"),
        ('{"other": 1}', "all", "expected an array 'all' in the object"),
    ],
)
def test_what_would_be_lost_is_told(written, text, member, told):
    with pytest.raises(CorpusError, match=told):
        list(elements(written(text), member))
