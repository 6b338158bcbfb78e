import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector.storage.strict_json import (
    STRICT,
    WrongFieldError,
    array,
    brief,
    fault,
    string,
    whole,
)

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)  # fmt: skip


@given(VALUES)
def test_what_json_writes_is_read_as_json_reads_it(value):
    written = json.dumps(value)
    assert json.loads(written, **STRICT) == json.loads(written)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"a": 1, "b": 2, "a": 3}', 'the key "a" comes twice in an object'),
        ('[{"x": {"y": 1, "y": 1}}]', 'the key "y" comes twice in an object'),
        ("[NaN]", "NaN is no number that can be counted with"),
        ("-Infinity", "-Infinity is no number that can be counted with"),
        ("1e999", "1e999 is no number that can be counted with"),
        ('{"a": 1,}', "Illegal trailing comma before end of object, at character 8"),
        ("[" * 100_000, "nested too deeply"),
        ("1" * 5000, "Exceeds the limit (4300 digits) for integer string conversion"),
    ],
)
def test_what_could_not_be_written_again_is_refused_in_few_words(text, told):
    with pytest.raises((ValueError, RecursionError)) as raised:
        json.loads(text, **STRICT)
    if "comma" in told and sys.version_info < (3, 13):
        told = "Expecting property name enclosed in double quotes, at character 9"
    assert fault(raised.value) == told


def test_half_of_a_surrogate_pair_is_told_by_its_number():
    with pytest.raises(UnicodeEncodeError) as raised:
        json.loads('"a\\ud800"').encode()
    assert fault(raised.value) == "half of a surrogate pair, \\ud800, alone"


@pytest.mark.parametrize(
    ("check", "right", "wrong"),
    [
        (whole, [0, -3, 10**20], [True, False, 1.0, "1", None, [1]]),
        (string, ["", "año"], [None, 1, True, ["a"], {}]),
        (array, [[], [1, "a"]], [None, "ab", {}, (1,), 0]),
    ],
)
def test_a_field_holds_what_it_should_or_is_told_by_its_name(check, right, wrong):
    assert all(check(value, "start") is value for value in right)
    for value in wrong:
        with pytest.raises(WrongFieldError, match=r"start is .* is needed"):
            check(value, "start")


@given(VALUES)
def test_a_value_is_shown_as_json_has_it_and_not_without_end(value):
    told, written = brief(value), json.dumps(value, ensure_ascii=False)
    assert len(told) <= 60
    assert told == written or (told.endswith("…") and written.startswith(told[:-1]))
