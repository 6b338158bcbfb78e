"""Hold what a retriever is trained by and measured on, against plain loops."""

from math import exp, log
from pathlib import Path
from statistics import fmean

import pytest
import torch

from projector.coding.code_list import make_list, read_codes
from projector.coding.coder_folder import RETRIEVER, CoderFolder
from projector.coding.retrieval.bi_encoder import load_bi_encoder
from projector.training.coder.examples import CodedText, table_examples
from projector.training.coder.hard_negatives import Neighbours
from projector.training.coder.retriever import Retrieval
from projector.training.trainable_encoder import TrainableEncoder
from schemas.coder_training import CoderTraining
from schemas.validation import read_validated

# One name a code: which description is drawn is no chance.
NAMES = {"R05": "tos seca", "R06": "disnea", "I10": "presión alta", "I11": "corazón"}
CODES = make_list("x", [(code, "es", name) for code, name in NAMES.items()])


def example(text, code):
    return CodedText(text, CODES.find(code), "es", "gold")


EXAMPLES = [
    example("la tos", "R05"),
    example("falta de aire", "R06"),
    example("tose mucho", "R05"),
    example("hta", "I10"),
]


@pytest.fixture
def training(configuration) -> CoderTraining:
    return read_validated(configuration, CoderTraining)


@pytest.fixture
def task(training):
    """Build the task on a small random model, with so many negatives an example."""

    def build(negatives=0, development=None):
        chosen = training.model_copy(update={"negatives": negatives})
        torch.manual_seed(0)
        student = TrainableEncoder.load(chosen.encoder, device="cpu")
        student.encoder.model.eval()  # without dropout
        near = Neighbours.of(CODES)
        return Retrieval(student, chosen, CODES, EXAMPLES, development or {}, near)

    return build


def slow_loss(task: Retrieval, numbers: list[int], rivals: list[str]) -> float:
    """Add up what it costs to name the right description, those of one's own code apart."""
    chosen = [EXAMPLES[number] for number in numbers]
    described = [CODES.codes[one.code] for one in chosen] + rivals
    queries = task.encoder.embed([one.text for one in chosen])
    descriptions = task.encoder.embed([NAMES[code] for code in described])
    parts = []
    for row, one in enumerate(chosen):
        weights = [
            exp(float(queries[row] @ descriptions[column]) / task.configuration.temperature)
            for column, code in enumerate(described)
            if column == row or code != CODES.codes[one.code]
        ]
        own = float(queries[row] @ descriptions[row]) / task.configuration.temperature
        parts.append(log(sum(weights)) - own)
    return fmean(parts)


@pytest.mark.parametrize("numbers", [[0, 1], [0, 1, 2, 3], [0, 2, 3], [1]])
def test_the_loss_is_that_of_naming_the_right_one_of_a_batch(task, numbers):
    made = task()
    expected = slow_loss(made, numbers, [])
    assert made.loss(numbers).item() == pytest.approx(expected, rel=1e-3, abs=1e-5)


def test_neighbours_are_added_to_the_batch(task):
    made = task(negatives=2)  # each code is alone in its category: neighbours are those beside
    torch.manual_seed(5)
    near = Neighbours.of(CODES)
    assert near.near[0] == [1]  # of R05 there is but one
    expected = slow_loss(made, [0], ["R06", "R06"])
    assert made.loss([0]).item() == pytest.approx(expected, rel=1e-3, abs=1e-5)


def test_no_other_description_of_its_own_code_is_a_rival(configuration):
    training = read_validated(configuration, CoderTraining).model_copy(update={"negatives": 0})
    codes = read_codes(Path("codes.tsv"))
    examples = table_examples(codes, Path("made.tsv"))
    student = TrainableEncoder.load(training.encoder, device="cpu")
    near = Neighbours.of(codes)
    task = Retrieval(student, training, codes, examples, {}, near)
    assert task.loss([2, 2]).item() == pytest.approx(0, abs=1e-6)  # nothing to mistake it for
    assert task.loss([0, 2]).item() > 1e-3
    harder = training.model_copy(update={"negatives": 3})
    assert Retrieval(student, harder, codes, examples, {}, near).loss([2]).item() > 1e-3
    task.loss([0, 1, 2]).backward()
    assert all(weight.grad is not None for weight in task.trained.values())


def test_it_is_measured_against_the_codes_of_the_examples_categories(task):
    development = {"gold": [example("tos seca", "R05"), example("disnea", "R06")]}
    figures = task(development=development).measure()
    assert figures["first gold"] == figures["MAP@10 gold"] == figures["score"] == 1.0
    assert task().measure() == {}


def test_its_folder_embeds_as_it_does(task, tmp_path):
    made = task()
    made.save(tmp_path / "model", {"made": {"step": 3}})
    assert CoderFolder.read(tmp_path / "model", RETRIEVER).prefix == "query: "
    loaded = load_bi_encoder(tmp_path / "model", device="cpu")
    expected = made.encoder.embed(["tos seca"])
    assert loaded.embed(["tos seca"]) == pytest.approx(expected, abs=1e-5)
