import pytest

from projector.errors import CorpusError
from projector.storage.json_lines import objects


def test_objects_come_with_their_line_numbers(tmp_path):
    path = tmp_path / "x.jsonl"
    path.write_text('{"a": 1}\n{"a": "é\\u2028"}\n{}\n', encoding="utf-8")
    assert list(objects(path, "an object")) == [(1, {"a": 1}), (2, {"a": "é\u2028"}), (3, {})]
    assert [number for number, _ in objects(path, "an object", limit=2)] == [1, 2]


@pytest.mark.parametrize(
    ("line", "told"), [("[1]", "no object"), ("{", "no JSON"), ("", "no JSON")]
)
def test_a_line_that_holds_none_is_told(tmp_path, line, told):
    path = tmp_path / "x.jsonl"
    path.write_text("{}\n" + line + "\n", encoding="utf-8")
    with pytest.raises(CorpusError, match=rf"x\.jsonl:2: {told}.*; expected a document"):
        list(objects(path, "a document"))


def test_half_characters_are_told_with_their_line(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"id": "\\ud83e\\udd12"}\n{"id": ["a\\uD800"]}\n', encoding="utf-8")
    lines = objects(path, "an object")
    assert next(lines) == (1, {"id": "🤒"})
    with pytest.raises(CorpusError, match=r"a\.jsonl:2: no JSON .half of a surrogate pair"):
        next(lines)
