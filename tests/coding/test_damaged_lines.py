"""Hold that damaged coded documents are read truly, or told with their file's name."""

import json
from pathlib import Path

import pytest
from fuzzing import is_true, seeds, told_or_read
from hypothesis import given, settings
from hypothesis import strategies as st
from mutations import mutated_bytes, mutated_json

from projector.coding.read_json_lines import read_coded_lines
from projector.errors import Problem

_CODED = {
    "id": "a",
    "lang": "es",
    "text": "Tos y fiebre alta 🤒.",
    "annotations": [
        {"label": "D", "text": "Tos", "start": 0, "end": 3, "code": "R05"},
        {"label": "D", "text": "fiebre alta", "fragments": [[6, 12], [13, 17]], "code": "R50+R51"},
        {"label": "D", "text": "🤒", "start": 18, "end": 19, "code": None},
    ],
}


def read_damaged(path: Path, seed: int) -> None:
    line = mutated_json(_CODED, seed).encode("utf-8", "surrogatepass")
    if seed % 4 == 0:
        line = mutated_bytes(json.dumps(_CODED, ensure_ascii=False).encode(), seed)
    path.write_bytes(line)
    told_or_read(lambda: list(read_coded_lines(path)), path.name)
    skipped: list[Problem] = []
    found = told_or_read(lambda: list(read_coded_lines(path, skipped=skipped)), path.name)
    assert all(path.name in str(problem) for problem in skipped)
    for coded in found or ():
        assert coded.document is not None and type(coded.name) is type(coded.language) is str
        is_true(coded.document)
        for mention, with_code in zip(coded.document.mentions, coded.mentions, strict=True):
            assert mention.surface(coded.document.text) == with_code.text
            assert mention.id == with_code.id and all(type(one) is str for one in with_code.codes)
    if found is not None and len(found) == 1:
        stated = json.loads(line.removeprefix(b"\xef\xbb\xbf").split(b"\n")[0])["annotations"]
        assert len(found[0].mentions) + len(skipped) == len(stated)


@pytest.mark.promise(
    "offsets are true and losses counted, or it is told where", "damaged JSON Lines", trials=60
)
@settings(max_examples=60, derandomize=True)
@given(seed=st.integers(0, 10**9))
def test_damaged_lines_are_read_truly_or_told(tmp_path_factory, seed):
    read_damaged(tmp_path_factory.getbasetemp() / "damaged.jsonl", seed)


@pytest.mark.promise(
    "offsets are true and losses counted, or it is told where", "damaged JSON Lines", trials=10_000
)
@pytest.mark.slow
def test_ten_thousand_damaged_lines_are_read_truly_or_told(tmp_path):
    for seed in seeds(10_000):
        read_damaged(tmp_path / "damaged.jsonl", seed)
