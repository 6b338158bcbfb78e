"""Hold that damaged sets of gold are read truly, or told with their names."""

import json
from pathlib import Path

import pytest
from fuzzing import is_true, seeds, told_or_read
from hypothesis import given, settings
from hypothesis import strategies as st
from mutations import mutated_bytes, mutated_json

from projector.corpus.formats.gold_jsonl import holds_word_links, read_gold, read_sentences

_SIDES = {"src_lang": "es", "tgt_lang": "en"}
_DOCUMENT = {
    "id": 7,
    **_SIDES,
    "src_text": "Dolor torácico y fiebre 🤒",
    "tgt_text": "Fever, chest pain 🤒",
    "src_spans": [[17, 23, "SYMPTOM", "b"], [0, 14, "SYMPTOM", "a"], [24, 25, "SIGN", 3]],
    "tgt_spans": [[13, 17, "SYMPTOM", "a"], [7, 12, "SYMPTOM", "a"], [0, 5, "SYMPTOM", "b"]],
    "meta": {"doc": "case-1", "label": "SYMPTOM"},
}
_SENTENCE = {
    "id": "s1",
    **_SIDES,
    "src_tokens": ["Tos", "seca"],
    "tgt_tokens": ["Dry", "cough", "."],
    "alignment": [[0, 1], [1, 0], [0, 1]],
}


def read_damaged(path: Path, seed: int) -> None:
    row = _DOCUMENT if seed % 3 else _SENTENCE
    line = mutated_json(row, seed).encode("utf-8", "surrogatepass")
    if seed % 4 == 0:
        line = mutated_bytes(json.dumps(row, ensure_ascii=False).encode(), seed)
    path.write_bytes(line + b"\n" + json.dumps(row).encode())
    told_or_read(lambda: holds_word_links(path), path.name)
    for gold in told_or_read(lambda: list(read_gold(path)), path.name) or ():
        assert type(gold.document) is str
        for document in (gold.pair.source, gold.pair.target):
            assert type(document.language) is str
            is_true(document)
    for sentence in told_or_read(lambda: list(read_sentences(path)), path.name) or ():
        assert all(type(token) is str for token in (*sentence.source, *sentence.target))
        for source, target in sentence.links:
            assert sentence.source[source] is not None and sentence.target[target] is not None


@pytest.mark.promise(
    "offsets are true and losses counted, or it is told where", "damaged JSON Lines", trials=60
)
@settings(max_examples=60, derandomize=True)
@given(seed=st.integers(0, 10**9))
def test_damaged_sets_are_read_truly_or_told(tmp_path_factory, seed):
    read_damaged(tmp_path_factory.getbasetemp() / "damaged_es-en.jsonl", seed)


@pytest.mark.promise(
    "offsets are true and losses counted, or it is told where", "damaged JSON Lines", trials=10_000
)
@pytest.mark.slow
def test_ten_thousand_damaged_sets_are_read_truly_or_told(tmp_path):
    for seed in seeds(10_000):
        read_damaged(tmp_path / "damaged_es-en.jsonl", seed)
