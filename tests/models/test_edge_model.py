"""The edge model's scores against plain loops, and its file, whole and damaged."""

import json
import shutil
from dataclasses import asdict, fields, replace

import numpy as np
import pytest
import torch
from edge_models import drawn_edges, drawn_questions
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file
from slow_edges import slow_scores, slow_span_score

from projector.errors import ModelError
from projector.models import fingerprint, load
from projector.models.edge_model import (
    EDGES_FILE,
    EdgeModel,
    EdgeQuestions,
    load_edges,
    save_edges,
)
from projector.models.encoder import View
from projector.models.verdict_model import VERDICT_FEATURES, Reliability
from projector.settings import SpanWeights

VIEW = View(layer=2, granularity="sentence", window=18, overlap=2)
SEEDS = st.integers(0, 100_000)


@torch.inference_mode()
def answers(edges, questions, source, target):
    return [part.numpy() for part in edges.model(questions, source, target)]


@given(SEEDS, st.integers(1, 3), st.integers(1, 9))
@settings(max_examples=25)
def test_a_span_scores_as_its_edges_and_the_words_within(seed, spans, width):
    edges = drawn_edges(6, seed)
    asked = drawn_questions(seed, spans=spans, width=width, source=5, target=7)
    first, last, nothing = answers(edges, *asked)
    questions = asked[0]
    for row in range(spans):
        scores, none = slow_scores(edges.model, *asked, row)
        assert nothing[row] == pytest.approx(none, abs=1e-4)
        words = (
            questions.inside[row].nonzero().flatten().tolist()
        )  # no span has padding at its edge
        for place, begin in enumerate(words):
            for end in words[place:]:
                expected = slow_span_score(scores, questions.inside[row].tolist(), begin, end)
                assert first[row, begin] + last[row, end] == pytest.approx(expected, abs=1e-4)


@given(SEEDS, st.integers(1, 8), st.integers(1, 9), st.integers(0, 5))
@settings(max_examples=25)
def test_padding_and_what_is_asked_together_change_nothing(seed, spans, width, more):
    edges = drawn_edges(6, seed)
    questions, *vectors = drawn_questions(seed, spans=spans, width=width, source=5, target=7)
    together = answers(edges, padded(questions, more), *vectors)
    for row in range(spans):
        alone = answers(edges, questions.row(row), *vectors)
        size = alone[0].shape[1]
        assert size == int(questions.inside[row].nonzero().max()) + 1
        for part, other in zip(alone[:2], together[:2], strict=True):
            np.testing.assert_allclose(part[0], other[row, :size], atol=1e-5)
        np.testing.assert_allclose(alone[2], together[2][row], atol=1e-5)


def padded(questions, more):
    """Return questions with padding of other words and other numbers behind."""
    spans = len(questions.origin)
    behind = {
        "word": torch.full((spans, more), 3),
        "inside": torch.zeros(spans, more, dtype=torch.bool),
        "features": torch.full((spans, more, questions.features.shape[2]), 9.0),
    }
    return EdgeQuestions(
        *(
            torch.cat([getattr(questions, field.name), behind[field.name]], 1)
            if field.name in behind
            else getattr(questions, field.name)
            for field in fields(questions)
        )
    )


@pytest.fixture
def saved(tmp_path):
    """Return an edge model and the path of its file."""
    edges = drawn_edges(32, 3, weights=replace(SpanWeights(), recall=2.5, tagger=1.25))
    path = tmp_path / EDGES_FILE
    save_edges(path, edges, VIEW, {"by": "a test", "loss": float("nan")})
    return edges, path


def test_a_saved_edge_model_comes_back_in_half_precision(saved):
    edges, path = saved
    again = load_edges(path, VIEW, 32)
    assert again.weights == edges.weights
    assert again.model.shape == edges.model.shape
    assert not again.model.training
    state = again.model.state_dict()
    assert state.keys() == edges.model.state_dict().keys()
    for name, value in edges.model.state_dict().items():
        assert state[name].dtype == torch.float32
        torch.testing.assert_close(state[name], value.half().float(), atol=0, rtol=0)
    asked = drawn_questions(1, spans=2, width=5, source=4, target=4, dimension=32)
    for part, other in zip(answers(edges, *asked), answers(again, *asked), strict=True):
        np.testing.assert_allclose(part, other, atol=0.05)


def test_a_verdict_and_what_is_known_of_it_come_back_too(tmp_path):
    known = Reliability((2,) * 100, (1,) * 100)
    edges = replace(drawn_edges(32, 4, judging=6), reliability=known)
    save_edges(tmp_path / EDGES_FILE, edges, VIEW, {})
    again = load_edges(tmp_path / EDGES_FILE, VIEW, 32)
    assert again.reliability == known
    told = torch.randn(3, VERDICT_FEATURES)
    with torch.inference_mode():
        torch.testing.assert_close(
            again.model.verdict(told), edges.model.verdict(told), atol=0.02, rtol=0.02
        )


def test_a_verdict_of_another_version_or_with_figures_that_cannot_be_is_refused(tmp_path):
    edges = drawn_edges(32, 4, judging=6)
    path = tmp_path / EDGES_FILE
    other = replace(edges.model.shape, verdict=3)
    save_edges(path, replace(edges, model=EdgeModel(other)), VIEW, {})
    with pytest.raises(ModelError, match=r"its verdict takes 3 features.*Fit it again"):
        load_edges(path, VIEW, 32)
    save_edges(path, replace(edges, reliability=Reliability((1,), (2,))), VIEW, {})
    with pytest.raises(ModelError, match=r"reliability has 1 steps"):
        load_edges(path, VIEW, 32)
    edges.model.verdict.scale.zero_()
    save_edges(path, edges, VIEW, {})
    with pytest.raises(ModelError, match=r"verdict.scale holds zero or less"):
        load_edges(path, VIEW, 32)


@pytest.mark.parametrize(
    "change", [{"layer": 1}, {"granularity": "window"}, {"window": 9}, {"overlap": 0}]
)
def test_of_texts_read_in_another_way_it_says_nothing(saved, change):
    assert load_edges(saved[1], replace(VIEW, **change), 32) is None


def test_vectors_of_another_width_are_refused(saved):
    with pytest.raises(ModelError, match=r"takes vectors of 32 numbers, and the model gives 64"):
        load_edges(saved[1], VIEW, 64)


def rewritten(path, *, metadata=None, **tensors):
    """Write the file again with other metadata, or with other tensors (None: without)."""
    from safetensors import safe_open

    with safe_open(path, "pt") as file:
        kept = file.metadata()
    state = {**load_file(path), **tensors}
    state = {name: value for name, value in state.items() if value is not None}
    save_file(state, path, metadata=kept if metadata is None else metadata)


def said(edges, **changes):
    """Return metadata with some of it changed."""
    content = {"shape": asdict(edges.model.shape), "weights": asdict(edges.weights)}
    return {"projector": json.dumps({**content, "view": asdict(VIEW), "made": {}, **changes})}


def test_a_file_that_is_cut_is_told_wherever_the_cut_is(saved):
    _, path = saved
    content = path.read_bytes()
    for size in [*range(0, len(content), 97), len(content) - 1]:
        path.write_bytes(content[:size])
        with pytest.raises(ModelError, match=r"edges\.safetensors.*expected an edge model"):
            load_edges(path, VIEW, 32)


@pytest.mark.parametrize(
    "tensors",
    [
        {"scores.bias": torch.zeros(4)},
        {"scores.bias": torch.zeros(3, dtype=torch.int32)},
        {"scores.bias": None},
        {"more": torch.zeros(1)},
        {"hidden.weight": torch.zeros(8)},
        {"scores.bias": torch.tensor([0, float("nan"), 0])},
        {"scores.bias": torch.tensor([0, float("inf"), 0])},
        {"scores.bias": torch.tensor([0, 1e300, 0], dtype=torch.float64)},
        {"feature_scale": torch.zeros(25)},
        {"absence_scale": -torch.ones(11)},
    ],
)
def test_tensors_that_are_not_the_models_are_told(saved, tensors):
    _, path = saved
    rewritten(path, **tensors)
    with pytest.raises(ModelError, match=r"edges\.safetensors: .*(expected|should be)"):
        load_edges(path, VIEW, 32)


SHAPES = [
    {"features": 24}, {"mention": 18}, {"absence": 1}, {"reduced": 5}, {"hidden": 7},
    {"reduced": 0}, {"reduced": -1}, {"reduced": 10**12}, {"hidden": 2**70}, {"hidden": 8.0},
    {"hidden": True}, {"hidden": "8"}, {"hidden": None}, {"hidden": [8]}, {"dimension": 32.0},
    {"other": 1},
]  # fmt: skip
WEIGHTS = [
    {"recall": "1"}, {"recall": None}, {"recall": True}, {"recall": float("nan")},
    {"nothing": float("-inf")}, {"recall": 1e30}, {"recall": 10**400}, {"recall": [1.0]},
    {"unknown": 1.0},
]  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_a_shape_that_is_none_or_another_is_told(saved, shape):
    edges, path = saved
    rewritten(path, metadata=said(edges, shape={**asdict(edges.model.shape), **shape}))
    with pytest.raises(ModelError, match=r"edges\.safetensors: "):
        load_edges(path, VIEW, 32)


@pytest.mark.parametrize("weights", WEIGHTS)
def test_weights_that_are_no_numbers_are_told(saved, weights):
    edges, path = saved
    rewritten(path, metadata=said(edges, weights={**asdict(edges.weights), **weights}))
    with pytest.raises(ModelError, match=r"edges\.safetensors: can't be read"):
        load_edges(path, VIEW, 32)


@pytest.mark.parametrize(
    "content",
    [
        *("", "{", "[]", "null", "3", '"x"', "{}", "[" * 100_000, '{"shape":' * 50_000),
        *('{"shape": [], "weights": {}, "view": {}}', '{"shape": {}, "weights": 1, "view": {}}'),
        *('{"shape": null, "weights": null, "view": null}', "1" * 10_000, "\ud800\u0000"[1:]),
    ],
)
def test_metadata_that_is_not_an_edge_models_is_told(saved, content):
    _, path = saved
    rewritten(path, metadata={"projector": content})
    with pytest.raises(ModelError, match=r"edges\.safetensors: can't be read"):
        load_edges(path, VIEW, 32)


@pytest.mark.parametrize("metadata", [{}, {"format": "pt"}])
def test_a_file_without_metadata_is_told(saved, metadata):
    _, path = saved
    rewritten(path, metadata=metadata)
    with pytest.raises(ModelError, match="there is no 'projector'"):
        load_edges(path, VIEW, 32)


def test_a_folder_in_the_place_of_the_file_is_told(tmp_path):
    (tmp_path / EDGES_FILE).mkdir()
    with pytest.raises(ModelError, match="expected an edge model"):
        load_edges(tmp_path / EDGES_FILE, VIEW, 32)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


@given(st.sampled_from(["shape", "weights", "view", None]), st.text(max_size=9), JSON)
@settings(max_examples=120)
def test_hostile_metadata_is_told_or_is_of_another_view(tmp_path_factory, part, key, value):
    edges = drawn_edges(32, 3)
    path = tmp_path_factory.mktemp("hostile") / EDGES_FILE
    content = json.loads(said(edges)["projector"])
    (content if part is None else content[part])[key] = value
    save_file({"x": torch.zeros(1)}, path, metadata={"projector": json.dumps(content)})
    try:
        assert load_edges(path, VIEW, 32) is None
    except ModelError as error:
        assert EDGES_FILE in str(error)


@pytest.fixture
def folder(checkpoints, tmp_path):
    """Return a folder with a small random model, for tests to put an edge model into."""
    shutil.copytree(checkpoints / "bert", tmp_path / "model")
    return tmp_path / "model"


def put(folder, seed, **options):
    encoder = load(folder, device="cpu", **options)
    save_edges(folder / EDGES_FILE, drawn_edges(encoder.dimension, seed), encoder.view, {})


def test_an_encoder_has_the_edge_model_of_its_folder_where_it_is_read_alike(folder):
    assert load(folder, device="cpu").edges is None
    put(folder, 1, layer=2)
    edges = load(folder, layer=2, device="cpu").edges
    expected = drawn_edges(32, 1).model.scores.bias.half().float()
    torch.testing.assert_close(edges.model.scores.bias, expected)
    assert load(folder, layer=1, device="cpu").edges is None
    assert load(folder, layer=2, window=9, device="cpu").edges is None


def test_the_models_fingerprint_tells_its_edge_model(folder):
    prints = [load(folder, device="cpu").fingerprint]
    for seed in (1, 2):
        put(folder, seed)
        prints.append(load(folder, device="cpu").fingerprint)
        assert fingerprint(folder) == prints[-1]
    assert len(set(prints)) == 3


def test_a_damaged_edge_model_is_told_when_its_encoder_is_loaded(folder):
    put(folder, 1)
    path = folder / EDGES_FILE
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(ModelError, match=r"edges\.safetensors: can't be read"):
        load(folder, device="cpu")


def test_a_folder_in_the_edge_models_place_is_told_when_its_encoder_is_loaded(folder):
    (folder / EDGES_FILE).mkdir()
    with pytest.raises(ModelError, match=r"edges\.safetensors: can't be read .*an edge model"):
        load(folder, device="cpu")
