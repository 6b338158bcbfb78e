import numpy as np
import pytest
import torch

from projector.training.aligner.teacher import Teacher, matching, mutual_shares, sharpened
from projector.training.aligner.units import TranslationUnit
from schemas.aligner_training import TeacherConfiguration, ViewConfiguration


def similarities(sources, targets, seed=0):
    random = torch.Generator().manual_seed(seed)
    return torch.rand(sources, targets, generator=random) * 0.8


@pytest.mark.parametrize("shape", [(7, 7), (5, 9), (12, 4), (1, 3)])
def test_a_hundred_rounds_meet_both_uniform_marginals(shape):
    chosen = TeacherConfiguration(sharpen="sinkhorn", iterations=100, temperature=0.1)
    plan = sharpened(similarities(*shape), torch.ones(shape), chosen)
    torch.testing.assert_close(
        plan.sum(1), torch.full((shape[0],), 1 / shape[0]), rtol=1e-3, atol=0
    )
    torch.testing.assert_close(
        plan.sum(0), torch.full((shape[1],), 1 / shape[1]), rtol=1e-3, atol=0
    )
    shares = mutual_shares(plan)
    torch.testing.assert_close(shares, plan * (shape[0] * shape[1]) ** 0.5, rtol=1e-3, atol=1e-6)


def test_the_aligners_own_rounds_come_to_the_same_plan_in_the_end():
    similarity, prior = similarities(8, 6), torch.ones(8, 6)
    exact = sharpened(similarity, prior, TeacherConfiguration(sharpen="sinkhorn", iterations=200))
    own = sharpened(similarity, prior, TeacherConfiguration(sharpen="transport", iterations=200))
    torch.testing.assert_close(own, exact, rtol=1e-3, atol=1e-6)


def test_a_disallowed_pair_gets_nothing_by_any_method():
    similarity = similarities(6, 6)
    prior = torch.ones(6, 6)
    prior[0, 1:] = prior[4, :3] = 0
    for method in ("transport", "sinkhorn", "unbalanced", "softmax", "none"):
        plan = sharpened(similarity, prior, TeacherConfiguration(sharpen=method))
        assert torch.isfinite(plan).all() and (plan[prior == 0] < 1e-8).all(), method


def test_unbalanced_transport_leaves_a_word_without_counterpart_alone():
    similarity = torch.full((4, 3), 0.0)
    similarity[torch.arange(3), torch.arange(3)] = 0.9  # nobody is like the fourth source
    for method, poor in (("sinkhorn", False), ("unbalanced", True)):
        chosen = TeacherConfiguration(
            sharpen=method, iterations=200, temperature=0.05, marginal=0.05
        )
        mass = sharpened(similarity, torch.ones(4, 3), chosen).sum(1)
        assert (mass[3] < 0.2 * mass[0]) == poor, method


def test_a_target_is_the_views_mean_and_gold_spans_raise_it(checkpoints, units, span_pair):
    views = (
        ViewConfiguration(model=str(checkpoints / "bert"), layer=1, weight=3.0),
        ViewConfiguration(kind="phrase", model=str(checkpoints / "xlm-roberta"), weight=1.0),
    )
    unit = units[0]
    plain = Teacher.load(TeacherConfiguration(views=views), device="cpu")
    parts = [
        view.vectors(unit.source, "es") @ view.vectors(unit.target, "en").T for view in plain.views
    ]
    torch.testing.assert_close(plain.similarity(unit), 0.75 * parts[0] + 0.25 * parts[1])
    target = plain.target(unit)
    assert target.shape == (len(unit.source), len(unit.target))
    assert ((target >= 0) & (target <= 1)).all()

    marked = TranslationUnit(
        unit.source, unit.target, unit.languages, (span_pair((3, 11), (4, 11)),)
    )
    inside = matching(marked)
    biased = Teacher.load(TeacherConfiguration(views=views, bias=0.3), device="cpu").target(marked)
    assert inside.any() and not inside.all()
    assert biased[inside].sum() > target[inside].sum()
    row = inside.any(1)
    assert biased[row][:, ~inside.any(0)].sum() < target[row][:, ~inside.any(0)].sum()
    torch.testing.assert_close(plain.target(marked), target)  # without bias spans change nothing


def test_spans_mark_the_tokens_that_they_touch(units, span_pair):
    unit = units[0]
    marked = TranslationUnit(
        unit.source,
        unit.target,
        unit.languages,
        (span_pair((0, 2), (0, 3)), span_pair((12, 16), (12, 18))),
    )
    expected = np.zeros((len(unit.source), len(unit.target)), bool)
    for (left, right), (low, high) in (((0, 2), (0, 3)), ((12, 16), (12, 18))):
        rows = (unit.source.offsets[:, 0] < right) & (unit.source.offsets[:, 1] > left)
        columns = (unit.target.offsets[:, 0] < high) & (unit.target.offsets[:, 1] > low)
        expected |= rows[:, None] & columns
    assert (matching(marked).numpy() == expected).all()


@pytest.mark.parametrize("prior", ["none", "diagonal", "anchored"])
def test_every_prior_gives_a_target(checkpoints, units, prior):
    chosen = TeacherConfiguration(
        views=(ViewConfiguration(model=str(checkpoints / "bert")),),
        prior=prior,
        prior_weight=0.2,
        full=2,
        fade=4,
    )
    target = Teacher.load(chosen, device="cpu").target(units[0])
    assert torch.isfinite(target).all() and target.sum() > 0
    far = (torch.arange(target.shape[1]) > 12).nonzero().flatten()
    if prior == "diagonal":
        assert (target[0, far] == 0).all()
