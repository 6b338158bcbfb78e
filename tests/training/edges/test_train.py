"""Train an edge model on a little gold, and project with it."""

import json
import shutil

import polars as pl
import pytest
from click.testing import CliRunner
from given_corrections import correction, corrections

from projector.cli import cli
from projector.corpus.formats.gold_jsonl import read_gold
from projector.corrections.apply import accept
from projector.errors import ConfigurationError, CorpusError
from projector.models import load
from projector.models.edge_model import (
    ABSENCE_FEATURES,
    EDGES_FILE,
    MENTION_FEATURES,
    WORD_FEATURES,
    EdgeModel,
    EdgeShape,
)
from projector.pipeline import project_pair
from projector.run.project_corpus import project_corpus
from projector.run.reader import read_run
from projector.settings import Settings
from projector.training.checkpoints import TrainingFolder
from projector.training.edges.examples import read_examples
from projector.training.edges.train import train_edges
from schemas.edge_training import EdgeTraining

PAIRS = [
    ("Tiene fiebre alta y tos.", "fiebre alta", "He has a high fever and coughs.", "a high fever"),
    ("No hay dolor de pecho.", "dolor de pecho", "There is no chest pain.", "chest pain"),
    ("Refiere mareo leve hoy.", "mareo leve", "He reports some mild dizziness.", "mild dizziness"),
]


def span_of(words, text):
    start = text.index(words)
    return [start, start + len(words), "SYMPTOM", "T1"]


@pytest.fixture
def gold(tmp_path):
    path = tmp_path / "notes_es-en.jsonl"
    rows = [
        {
            "id": f"d{number}",
            **{"src_lang": "es", "tgt_lang": "en", "src_text": source, "tgt_text": target},
            "src_spans": [span_of(words, source)],
            "tgt_spans": [span_of(counterpart, target)],
        }
        for number, (source, words, target, counterpart) in enumerate(PAIRS)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def model(checkpoints, tmp_path):
    return shutil.copytree(checkpoints / "bert", tmp_path / "encoder")


@pytest.fixture
def training(gold, model):
    """Say how to train an edge model on three sentences."""

    def build(**changes):
        content = {
            "model": str(model),
            "network": {"reduced": 8, "hidden": 16, "dropout": 0.0},
            "data": [{"gold": str(gold)}],
            "optimisation": {"steps": 80, "tokens": 100, "rate": 0.03, "warmup": 2},
            "development": {"every": 40, "data": [{"gold": str(gold)}]},
            "checkpoint_every": 20,
        }
        return EdgeTraining.model_validate({**content, **changes})

    return build


def projected(folder, gold):
    encoder = load(folder, precision="fp32", device="cpu")
    spans = []
    for entry in read_gold(gold):
        (projection,) = project_pair(entry.pair, encoder, Settings()).projections
        spans += [(part.start, part.end) for part in projection.fragments]
    return spans


def test_what_was_learned_by_heart_is_projected(training, gold, model, tmp_path):
    figures = train_edges(training(), tmp_path / "run")
    assert figures["score"] == 1.0
    losses = pl.read_parquet(tmp_path / "run" / "curve.parquet")["loss"].drop_nulls()
    assert losses[-1] < 0.2 * losses[0]
    before = load(model, precision="fp32").fingerprint
    shutil.copy(tmp_path / "run" / "model" / EDGES_FILE, model)
    assert load(model, precision="fp32").fingerprint != before
    expected = [tuple(span_of(words, text)[:2]) for _, _, text, words in PAIRS]
    assert projected(model, gold) == expected


def test_a_run_that_is_stopped_ends_as_one_that_was_not(training, tmp_path, monkeypatch):
    short = training(optimisation={"steps": 40, "tokens": 100, "rate": 0.03, "warmup": 2})
    train_edges(short, tmp_path / "whole")

    def stopped(self, snapshot):
        save(self, snapshot)
        if snapshot.step == 20:
            raise KeyboardInterrupt

    save = TrainingFolder.save
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(TrainingFolder, "save", stopped)
        train_edges(short, tmp_path / "stopped")
    train_edges(short, tmp_path / "stopped", resume=True)
    left = [tmp_path / run / "model" / EDGES_FILE for run in ("whole", "stopped")]
    assert left[0].read_bytes() == left[1].read_bytes()


def test_what_is_not_there_is_learned_from_spoilt_translations(training, gold, tmp_path):
    rows = [json.loads(line) for line in gold.read_text(encoding="utf-8").splitlines()]
    whole = {"id": "d", "src_lang": "es", "tgt_lang": "en"}
    for side in ("src", "tgt"):
        text, spans = "", []
        for number, row in enumerate(rows):
            start, end, label, _ = row[f"{side}_spans"][0]
            spans.append([len(text) + start, len(text) + end, label, f"T{number}"])
            text += row[f"{side}_text"] + " "
        whole |= {f"{side}_text": text, f"{side}_spans": spans}
    gold.write_text(json.dumps(whole), encoding="utf-8")
    sources = [{"gold": str(gold)}, {"gold": str(gold), "spoilt": "sentences", "repeat": 0.5}]
    figures = train_edges(
        training(data=sources, development={"every": 40, "data": sources}), tmp_path / "run"
    )
    assert figures["score"] == 1.0
    assert figures["false of those absent"] == 0.0


def test_nothing_can_be_learned_of_a_model_without_weights(training, tmp_path):
    with pytest.raises(ConfigurationError, match="tiny has no weights"):
        train_edges(training(model="tiny"), tmp_path / "run")


def test_gold_with_nothing_in_it_is_refused(training, gold, tmp_path):
    gold.write_text("")
    with pytest.raises(CorpusError, match="nothing to learn from"):
        train_edges(training(), tmp_path / "run")


def test_the_command_says_where_the_model_is(training, tmp_path):
    training = training(optimisation={"steps": 2, "tokens": 100})
    path = tmp_path / "edges.toml"
    content = training.model_dump(mode="json", exclude_none=True)
    lines = [f"model = {json.dumps(content['model'])}"]
    lines += ["[optimisation]", "steps = 2", "[[data]]", f'gold = "{content["data"][0]["gold"]}"']
    path.write_text("\n".join(lines))
    result = CliRunner().invoke(cli, ["train", "edges", str(path), "-o", str(tmp_path / "run")])
    assert result.exit_code == 0, result.output
    assert f"model: {tmp_path / 'run' / 'model'}" in result.output
    assert (tmp_path / "run" / "model" / EDGES_FILE).exists()


def test_an_edge_model_learns_from_what_people_judged(training, tmp_path):
    for language in ("es", "en"):
        (tmp_path / language).mkdir()
        (tmp_path / language / "a.txt").write_text("Fiebre alta y tos hoy.", encoding="utf-8")
    standoff = "T1\tSYMPTOM 0 11\tFiebre alta\nT2\tSYMPTOM 14 17\ttos\nT3\tDISEASE 18 21\thoy\n"
    (tmp_path / "es" / "a.ann").write_text(standoff)
    project_corpus(tmp_path / "es", tmp_path / "en", tmp_path / "run", model="tiny")
    run = read_run(tmp_path / "run")
    said = corrections(
        run,
        correction(run, "en", "a", "T1", "corrected", (0, 6)),
        correction(run, "en", "a", "T2", "absent"),
    )
    accept(run, [said], tmp_path / "final")
    chosen = training(data=[{"gold": str(tmp_path / "final")}], development={})
    train_edges(chosen, tmp_path / "trained")
    encoder = load(chosen.model, precision="fp32", device="cpu")
    sizes = (WORD_FEATURES, MENTION_FEATURES, ABSENCE_FEATURES, 8, 16)
    network = EdgeModel(EdgeShape(encoder.dimension, *sizes))
    examples = list(read_examples(chosen.data[0], encoder, None, network, most=20, seed=1))
    absent = [example.right == len(example.first) for example in examples]
    assert absent == [False, True]  # of T3 nobody said anything
