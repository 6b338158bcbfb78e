"""Hold that stages follow each other without a gap."""

import pytest

from projector.storage import clock
from projector.storage.clock import Clock


@pytest.fixture
def now(monkeypatch):
    """Say what time it is."""
    times = [100.0]
    monkeypatch.setattr(clock.time, "monotonic", lambda: times[-1])
    return times.append


def test_a_stage_takes_what_has_passed_since_the_one_before(now):
    taken = Clock()
    for time, stage in ((101.5, "plan"), (101.5, "load"), (110.0, "project")):
        now(time)
        taken.stop(stage)
    assert taken.seconds == {"plan": 1.5, "load": 0.0, "project": 8.5}
    assert list(taken.seconds) == ["plan", "load", "project"]
    assert sum(taken.seconds.values()) == 110.0 - 100.0


def test_a_clock_that_was_not_stopped_has_nothing_to_tell(now):
    taken = Clock()
    now(200.0)
    assert taken.seconds == {}
