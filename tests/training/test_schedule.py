from collections import Counter

from projector.training.schedule import Part, Schedule


def seen(schedule, epoch):
    return [example for step in schedule.epoch(epoch) for batch in step for example in batch]


def test_an_epoch_sees_everything_once_in_micro_batches_of_bounded_size():
    sizes = [3 + at % 5 for at in range(100)]
    schedule = Schedule(sizes, [Part(range(100))], tokens=20, accumulate=1, seed=1)
    steps = schedule.epoch(0)
    batches = [batch for step in steps for batch in step]
    assert all(sum(sizes[at] for at in batch) <= 20 for batch in batches)
    assert max(Counter(seen(schedule, 0)).values()) == 1
    assert len(seen(schedule, 0)) > 90  # the last step may be left out
    assert schedule.epoch(0) == steps
    assert schedule.epoch(1) != steps


def test_steps_are_of_equally_many_micro_batches():
    schedule = Schedule([5] * 50, [Part(range(50))], tokens=10, accumulate=3, seed=1)
    assert {len(step) for step in schedule.epoch(0)} == {3}
    lonely = Schedule([5], [Part(range(1))], tokens=10, accumulate=3, seed=1)
    assert lonely.epoch(0) == [[[0]]]


def test_an_example_longer_than_a_micro_batch_is_one_alone():
    schedule = Schedule([5, 50, *[5] * 20], [Part(range(22))], tokens=10, accumulate=1, seed=0)
    for epoch in range(5):
        batches = [batch for step in schedule.epoch(epoch) for batch in step]
        assert [1] in batches or 1 not in seen(schedule, epoch)
    assert any(1 in seen(schedule, epoch) for epoch in range(5))


def test_sources_are_repeated_or_gone_through_part_by_part():
    parts = [Part(range(10)), Part(range(10, 14), repeat=2), Part(range(14, 34), repeat=0.25)]
    schedule = Schedule([1] * 34, parts, tokens=1, accumulate=1, seed=3)
    epochs = [Counter(schedule._order(number)) for number in range(4)]
    for epoch in epochs:
        assert all(epoch[at] == 1 for at in range(10))
        assert all(epoch[at] == 2 for at in range(10, 14))
        assert sum(epoch[at] for at in range(14, 34)) == 5
    rare = sum(epochs, Counter())
    assert all(rare[at] == 1 for at in range(14, 34))  # all of it before any again
