"""Hold what a reranker is trained by and measured on, against plain loops."""

from math import exp, log
from statistics import fmean

import numpy as np
import pytest
import torch

from projector.coding.code_list import make_list
from projector.coding.coder_folder import RERANKER, CoderFolder
from projector.coding.retrieval.cross_encoder import load_cross_encoder
from projector.coding.retrieval.ranking import Ranking
from projector.training.coder.examples import CodedText
from projector.training.coder.hard_negatives import Listed, Neighbours, ShortList
from projector.training.coder.reranker import Reordering
from projector.training.trainable_encoder import TrainableEncoder
from schemas.coder_training import CoderTraining
from schemas.validation import read_validated

# Two codes of one name each: which rival is drawn is no chance.
CODES = make_list("x", [("R05", "es", "tos seca"), ("R06", "es", "disnea")])
EXAMPLES = [
    CodedText("tose mucho", 0, "es", "gold", "Ayer tose mucho."),
    CodedText("falta de aire", 1, "es", "gold"),
]


NOTHING = ShortList(None, (), ())


class BothFound:
    """A first stage that finds both codes, the wrong one first."""

    def find(self, queries, most):
        codes = np.array([[1, 0]] * len(queries))
        scores = np.array([[0.9, 0.1]] * len(queries), np.float32)
        self.asked = queries
        return Ranking(codes, scores, codes).top(most)


@pytest.fixture
def task(configuration):
    """Build the task on a small random model."""
    training = read_validated(configuration, CoderTraining)

    def build(*, short=(NOTHING, NOTHING), meanings=None, development=None, **changes):
        own = {"stage": "reranker", "negatives": 1, "first_weight": 0.0}
        chosen = training.model_copy(update={**own, **changes})
        torch.manual_seed(0)
        student = TrainableEncoder.load(chosen.encoder, device="cpu")
        student.encoder.model.eval()  # without dropout
        head = torch.nn.Linear(student.encoder.dimension, 1)
        near = Neighbours.of(CODES)
        return Reordering(
            *(student, head, chosen, CODES, EXAMPLES, short, meanings or {}),
            *(development or {}, BothFound(), near),
        )

    return build


def slow_loss(task: Reordering, numbers: list[int], firsts=((0.0, 0.0), (0.0, 0.0))) -> float:
    """Add up what it costs to name the right one of each group.

    Args:
        task: Scores.
        numbers: Of the examples.
        firsts: By example what the first stage gives the right one and the other.
    """
    parts = []
    for number in numbers:
        example = EXAMPLES[number]
        names = [CODES.terms[example.code].text, CODES.terms[1 - example.code].text]
        pairs = [(example.text, name, example.context) for name in names]
        weighed = task.cross.first_weight * np.array(firsts[number])
        right, wrong = map(float, task.cross.predict(pairs) + weighed)
        parts.append(log(exp(right) + exp(wrong)) - right)
    return fmean(parts)


@pytest.mark.parametrize("context", [False, True])
@pytest.mark.parametrize("numbers", [[0], [1], [0, 1], [1, 0, 0]])
def test_the_loss_is_that_of_naming_the_right_one_of_a_group(task, numbers, context):
    made = task(context=context)
    expected = slow_loss(made, numbers)
    assert made.loss(numbers).item() == pytest.approx(expected, rel=1e-3, abs=1e-5)


def test_what_is_read_twice_and_the_right_one_are_no_rivals(task):
    listed = Listed(1, 0.0), Listed(1, 0.0), Listed(1, 0.0)
    short = ShortList(None, listed, ()), ShortList(None, (), (Listed(0, 0.0),))
    made = task(negatives=6, short=short)  # all of them the one other name
    assert made.loss([0, 1]).item() == pytest.approx(slow_loss(made, [0, 1]), rel=1e-3)
    alone = task(negatives=0)
    assert alone.loss([0, 1]).item() == pytest.approx(0, abs=1e-6)


def test_what_the_first_stage_says_is_part_of_what_is_learned(task):
    short = (
        ShortList(Listed(0, 0.6), (Listed(1, 0.9),), ()),
        ShortList(None, (Listed(0, 0.3),), ()),  # what is not found has the least score
    )
    made = task(short=short, negatives=2, first_weight=3.0)
    expected = slow_loss(made, [0, 1], ((0.6, 0.9), (0.3, 0.3)))
    assert made.loss([0, 1]).item() == pytest.approx(expected, rel=1e-3)
    assert made.loss([0]).item() > task(short=short, negatives=2).loss([0]).item()


def test_the_first_stages_mistakes_are_drawn_before_what_lies_behind(task):
    listed = [Listed(number, 0.5) for number in range(2)]
    short = ShortList(Listed(0, 0.5), (listed[1],), ())
    made = task(short=(short, NOTHING), negatives=2)
    assert len(made._group(0)) == 2  # the mistake, and no neighbour that isn't it
    unsure = task(short=(short, NOTHING), negatives=0, meanings={"tose mucho": {1}})
    assert len(unsure._group(0)) == 1


def test_a_code_that_the_wording_has_elsewhere_is_no_rival(task):
    made = task(meanings={"tose mucho": {0, 1}})
    assert [*made._group(0)] == ["tos seca"]
    assert made.loss([0]).item() == pytest.approx(0, abs=1e-6)


def test_a_context_is_read_where_it_is_asked_for(task):
    without, read = task().loss([0]).item(), task(context=True).loss([0]).item()
    assert without != pytest.approx(read, rel=1e-6)
    # The second example has none.
    assert task().loss([1]).item() == pytest.approx(task(context=True).loss([1]).item())


def test_head_and_encoder_are_trained_together(task):
    made = task()
    assert {name.partition(".")[0] for name in made.trained} == {"head", "encoder"}
    assert {*made.trained.values()} <= {*made.model.parameters()}
    made.loss([0, 1]).backward()
    assert all(weight.grad is not None for weight in made.trained.values())


def test_both_stages_are_measured_together(task):
    development = {"gold": [EXAMPLES[0]]}
    first = task(development=development, first_weight=1e4).measure()
    assert (first["first gold"], first["MAP@10 gold"]) == (0.0, 0.5)  # as the first stage has it
    made = task(development=development, first_weight=0.0)
    pairs = [(EXAMPLES[0].text, CODES.terms[code].text) for code in (0, 1)]
    right, wrong = made.cross.predict(pairs)
    figures = made.measure()
    assert figures["first gold"] == float(right > wrong)
    assert figures["score"] == figures["MAP@10 gold"] == (1.0 if right > wrong else 0.5)


def test_what_is_measured_twice_is_looked_up_once(task):
    made = task(development={"gold": [EXAMPLES[0], EXAMPLES[1], EXAMPLES[0]]})
    assert set(made.measure()) >= {"first gold", "answered gold"}
    assert made.first.asked == ("tose mucho", "falta de aire")


def test_its_folder_scores_as_it_does(task, tmp_path):
    made = task(context=True, first_weight=3.0, short_list=7)
    made.save(tmp_path / "model", {"made": {"step": 3}})
    folder = CoderFolder.read(tmp_path / "model", RERANKER)
    assert (folder.prefix, folder.context, folder.first_weight) == ("", True, 3.0)
    assert folder.short_list == made.cross.short_list == 7
    loaded, _ = load_cross_encoder(tmp_path / "model", device="cpu")
    pairs = [("tose mucho", "tos seca", "Ayer tose mucho."), ("tose mucho", "disnea", "")]
    assert loaded.short_list == 7
    assert loaded.predict(pairs) == pytest.approx(made.cross.predict(pairs), abs=1e-3)
