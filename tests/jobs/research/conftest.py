"""Small gold that needs no network."""

import json

import pytest
import torch

from jobs.research import tagger_benchmark

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


NOTE = {"lang": "es", "text": "fiebre y tos", "spans": [[0, 6, "SYMPTOM"], [9, 12, "SYMPTOM"]]}
PAIR = {
    "src_lang": "es", "tgt_lang": "en", "src_text": "tos", "tgt_text": "cough",
    "src_spans": [[0, 3, "SYMPTOM", "m1"]], "tgt_spans": [[0, 5, "SYMPTOM", "m1"]], "meta": {},
}  # fmt: skip


@pytest.fixture
def notes_kept_apart(tmp_path, monkeypatch):
    """Write a folder of data in which `case1` is held out and `case2` watched in training."""
    monkeypatch.setattr(tagger_benchmark, "LISTS", tmp_path)
    (tmp_path / "held_out.txt").write_text("case1\n")
    (tmp_path / "development.txt").write_text("case2\n")
    names = ("case1", "case2", "case3")
    files = {f"ner/{stem}.jsonl": NOTE for stem in ("es_spaccc_train", "es_cardioccc_dev")}
    for language in ("en", "it", "nl", "sv", "ro", "cs"):
        row = {**PAIR, "tgt_lang": language}
        files |= {f"train/clinical6train_es-{language}.jsonl": row}
        files |= {f"gold/clinical6_es-{language}.jsonl": row}
    for name, row in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        rows = [json.dumps({**row, "id": f"es_{document}"}) for document in names]
        (tmp_path / name).write_text("\n".join(rows) + "\n", encoding="utf-8")
    return tmp_path
