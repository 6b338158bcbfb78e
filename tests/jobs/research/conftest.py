"""Small gold that needs no network."""

import json

import pytest
import torch

WORDS = ("fiebre", "tos", "dolor", "asma")


@pytest.fixture
def gold_folder(tmp_path):
    """A folder of gold: documents whose translation is their text, and word alignments."""
    folder = tmp_path / "gold"
    folder.mkdir()
    rows = []
    for number, word in enumerate(WORDS):
        text = f"hoy {word} grave y nada"
        spans = [[4, 4 + len(word), "SYMPTOM", "1"]]
        row = {"id": number, "src_lang": "es", "tgt_lang": "it", "src_text": text, "tgt_text": text}
        rows.append({**row, "src_spans": spans, "tgt_spans": spans})
    write(folder / "own_es-it.jsonl", rows)
    tokens = ["tos", "seca", "y", "fiebre"]
    sides = {"src_lang": "es", "tgt_lang": "it", "src_tokens": tokens, "tgt_tokens": tokens}
    links = [[index, index] for index in range(len(tokens))]
    write(folder / "wordalign_es-it.jsonl", [{"id": 0, **sides, "alignment": links}])
    return folder


def write(path, rows):
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")


@pytest.fixture
def threads():
    """Give torch back the threads that a command takes from it."""
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)
