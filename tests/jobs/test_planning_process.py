"""Hold what a call in a process of its own gives back, however it ends."""

import operator
import os
import signal
import time

import pytest

from jobs.planning_process import Child
from projector.corpus.reading import read_bytes
from projector.errors import CorpusError, Problem, ProjectorError


def test_a_call_gives_back_what_it_returns():
    child = Child(divmod, 17, 5)
    assert child.answers(within=60)
    assert child.result() == (3, 2)


def test_what_a_call_raises_is_raised_as_it_is():
    with pytest.raises(ZeroDivisionError):
        Child(operator.truediv, 1, 0).result()


def test_a_located_error_travels_with_its_problems(tmp_path):
    with pytest.raises(CorpusError) as raised:
        Child(read_bytes, tmp_path / "nowhere").result()
    expected = Problem(tmp_path / "nowhere", None, "can't be read: No such file or directory")
    assert raised.value.problems == (expected,)


def test_a_process_that_dies_is_told():
    with pytest.raises(ProjectorError, match="the process that plans the run died"):
        Child(os._exit, 3).result()


def test_a_call_that_takes_longer_can_be_ended():
    child = Child(time.sleep, 60)
    begun = time.monotonic()
    assert not child.answers(within=0.05)
    child.end()
    assert time.monotonic() - begun < 30
    with pytest.raises(ProjectorError, match="died"):
        child.result()


def test_an_interrupt_of_the_terminal_is_the_parents_to_decide():
    assert Child(signal.raise_signal, signal.SIGINT).result() is None
