"""Hold what is counted of judged spans, and that they are listed from gold."""

import json
import shutil

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner
from concept_encoders import write_encoder
from edge_models import drawn_edges

from jobs.research.diagnosis_benchmark import area, area_table, main, nearness_table
from jobs.research.judged_meaning import SCHEMA
from projector.coding.coder_folder import RETRIEVER, write_coder
from projector.models import load
from projector.models.edge_model import EDGES_FILE, save_edges
from projector.training.logistic import fit_logistic, logistic


def rows(*parts):
    """Return rows of outcome, whether it is given, score, concept and other's concept."""
    return pl.DataFrame(
        [
            {
                **dict.fromkeys(("set", "mention", "source_text", "span_text"), ""),
                **{"document": f"d{number}", "outcome": outcome, "given": given},
                **{"score": score, "there": score, "concept": concept, "other_concept": other},
                **{"retriever": 1 - concept, "other_retriever": other},
            }
            for number, (outcome, given, score, concept, other) in enumerate(parts)
        ],
        SCHEMA,
    )


def test_spans_that_lie_nearer_to_another_mention_are_counted_by_outcome():
    table = rows(
        ("right", True, 0.9, 0.9, 0.2),
        ("right", True, 0.9, 0.3, 0.4),
        ("edges", True, 0.9, 0.9, 0.2),
        ("elsewhere", True, 0.9, 0.1, 0.95),
        ("elsewhere", False, 0.9, 0.1, 0.2),
    )
    found = {name: told for name, *told in nearness_table(table)}
    assert found["right"] == [2, 0.5, 0.5]
    assert found["wrong"] == [2, 0.5, 1.0]
    assert found["wrong, elsewhere"] == [1, 1.0, 1.0]
    assert found["absent"] == [0, None, None]


def test_the_area_is_the_chance_that_a_right_one_stands_above():
    signs = np.array([0.1, 0.4, 0.4, 0.9, -3.0])
    right = np.array([False, True, False, True, False])
    pairs = [(a > b) + (a == b) / 2 for a in signs[right] for b in signs[~right]]
    assert area(signs, right) == pytest.approx(np.mean(pairs))


def test_each_sign_is_told_with_what_it_would_let_through():
    table = rows(
        ("right", True, 0.9, 0.9, 0),
        ("right", True, 0.8, 0.8, 0),
        ("right", False, 0.2, 0.7, 0),
        ("absent", True, 0.85, 0.1, 0),
        ("absent", False, 0.1, 0.2, 0),
        ("edges", True, 0.9, 0.1, 0),
    )
    for learned in (None, table):
        found = {name: told for name, *told in area_table(table, learned)}
        assert found["score"] == [pytest.approx(4 / 6), 0.5, 0.5]
        assert found["concept"] == [1.0, 1.0, 0.0]
        assert found["retriever"][0] == 0.0
    assert found["rule: score, concept"][0] == found["sum: score, concept"][0] == 1.0


def test_the_regression_is_at_its_best_by_small_steps_too():
    chance = np.random.default_rng(0)
    signs = chance.normal(size=(300, 2))
    outcomes = signs @ [2.0, -1.0] + 0.5 + chance.logistic(size=300) > 0
    weights = fit_logistic(signs, outcomes)

    def surprise(some):
        odds = signs @ some[:-1] + some[-1]
        lost = np.logaddexp(0, np.where(outcomes, -odds, odds)).sum()
        return lost + 1e-3 / 2 * (some[:-1] ** 2).sum()

    for place in range(3):
        for step in (-1e-3, 1e-3):
            moved = weights.copy()
            moved[place] += step
            assert surprise(moved) > surprise(weights)
    assert (logistic(signs, weights) > 0.5).mean() == pytest.approx(outcomes.mean(), abs=0.1)


TEXT = "Tiene tos seca. Hay fiebre."
SPANS = [[6, 9, "X", "T1"], [20, 26, "X", "T2"]]


def test_spans_are_judged_from_gold_and_kept(checkpoints, tmp_path):
    row = {"src_lang": "es", "tgt_lang": "it", "src_text": TEXT, "tgt_text": TEXT}
    row |= {"id": "d", "src_spans": SPANS, "tgt_spans": SPANS}
    (tmp_path / "gold").mkdir()
    gold = tmp_path / "gold" / "notes_es-it.jsonl"
    gold.write_text(json.dumps(row) + "\n", encoding="utf-8")
    model = shutil.copytree(checkpoints / "bert", tmp_path / "model")
    encoder = load(model, device="cpu")
    edges = drawn_edges(encoder.dimension, judging=4)
    save_edges(model / EDGES_FILE, edges, encoder.view, {"by": "a test"})
    write_coder(model, RETRIEVER, {"prefix": ""})
    concepts = write_encoder(checkpoints / "bert", tmp_path / "concepts")
    arguments = [str(gold.parent), "--concepts", str(concepts), "-m", str(model)]
    arguments += ["--retriever", str(model), "--keep", str(tmp_path / "kept")]
    first = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert first.exit_code == 0
    kept = pl.read_parquet(tmp_path / "kept" / "gold" / "notes_es-it-whole.parquet")
    assert kept["mention"].to_list() == ["T1", "T2"]
    assert kept["source_text"].to_list() == ["tos", "fiebre"]
    for sign in ("concept", "retriever"):
        assert kept[sign].is_between(-1.001, 1.001).all()
        assert kept[f"other_{sign}"].is_not_null().all()
    spoilt = pl.read_parquet(tmp_path / "kept" / "gold" / "notes_es-it-1.parquet")
    assert sorted({*spoilt["outcome"]} & {"absent"}) == ["absent"]
    gold.write_text("nothing that could be read", encoding="utf-8")
    again = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert again.stdout == first.stdout and "sum: score, concept" in first.stdout
