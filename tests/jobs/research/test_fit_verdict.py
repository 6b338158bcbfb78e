"""Give the edge model beside a small encoder a verdict."""

import json
import shutil

from click.testing import CliRunner
from edge_models import drawn_edges

from jobs.research.fit_verdict import main
from projector.models import load
from projector.models.edge_model import EDGES_FILE, save_edges

TEXTS = ["Tiene tos seca. Hay fiebre.", "Niega dolor. Refiere mareo.", "Hay edema. Tiene tos."]


def spans_of(text):
    words = [word for word in ("tos", "fiebre", "dolor", "mareo", "edema") if word in text]
    starts = [text.index(word) for word in words]
    rows = zip(words, starts, strict=True)
    return [[start, start + len(word), "SYMPTOM", f"T{start}"] for word, start in rows]


def test_an_edge_model_is_given_a_verdict_and_keeps_the_rest(checkpoints, tmp_path):
    rows = [
        {
            "id": f"d{number}",
            **{"src_lang": "es", "tgt_lang": "it", "src_text": text, "tgt_text": text},
            **{"src_spans": spans_of(text), "tgt_spans": spans_of(text)},
        }
        for number, text in enumerate(TEXTS)
    ]
    gold = tmp_path / "notes_es-it.jsonl"
    gold.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    model = shutil.copytree(checkpoints / "bert", tmp_path / "encoder")
    encoder = load(model, device="cpu")
    save_edges(model / EDGES_FILE, drawn_edges(encoder.dimension), encoder.view, {"by": "a test"})
    output = tmp_path / EDGES_FILE
    arguments = [str(gold), "--model", str(model), "--network", str(model), "--folds", "1"]
    done = CliRunner().invoke(
        main,
        [*arguments, "--edges", str(model / EDGES_FILE), "--output", str(output)],
        catch_exceptions=False,
    )
    assert done.exit_code == 0
    assert len(done.output.splitlines()) == 10
    before = load(model, device="cpu").edges
    shutil.copy(output, model)
    after = load(model, device="cpu").edges
    assert before.model.verdict is None and after.model.verdict is not None
    assert after.weights == before.weights
    assert sum(after.reliability.count) >= sum(after.reliability.right)
    for name, value in before.model.state_dict().items():
        assert (after.model.state_dict()[name] == value).all()


def test_a_model_without_edges_is_refused(checkpoints, tmp_path):
    gold = tmp_path / "none_es-it.jsonl"
    gold.write_text("", encoding="utf-8")
    model = str(checkpoints / "bert")
    arguments = [str(gold), "--model", model, "--network", model, "--edges", str(gold)]
    done = CliRunner().invoke(main, [*arguments, "--output", str(tmp_path / "out")])
    assert "has no edge model" in str(done.exception)
