"""Hold the words on stderr, in a log and on a terminal."""

import io
import sys

import pytest

from projector.cli import reporter
from projector.cli.reporter import TerminalReporter, duration, with_progress
from projector.run.reporter import Progress, Reporter


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still until it is told."""

    class Clock:
        now = 100.0

    monkeypatch.setattr(reporter.time, "monotonic", lambda: Clock.now)
    return Clock


def test_a_log_gets_a_line_every_half_minute(clock, capsys):
    for number in with_progress("descriptions")(range(4)):
        clock.now += 20 * (number + 1)
    assert capsys.readouterr().err.splitlines() == [
        "descriptions: 2 of 4, 0.03/s, 1 min 00 s left",
        "descriptions: 3 of 4, 0.03/s, 0 min 40 s left",
        "descriptions: 4 of 4, 0.02/s",
    ]


def test_what_is_done_in_lots_is_counted_one_by_one(clock, capsys):
    for _ in with_progress("names")(range(0, 1000, 300)):
        clock.now += 31
    assert capsys.readouterr().err.splitlines()[:2] == [
        "names: 300 of 1000, 9.68/s, 1 min 12 s left",
        "names: 600 of 1000, 9.68/s, 0 min 41 s left",
    ]


def test_a_log_gets_the_shards_where_there_are_any(clock, capsys):
    telling: Reporter = TerminalReporter()
    telling.progressed(Progress(0, 90, shards=9))
    clock.now += 31
    telling.progressed(Progress(40, 90, 3, 2, 4, 9, 1.5, 34.0))
    telling.progressed(Progress(41, 90, 3, 2, 4, 9, 1.5, 33.0))
    clock.now += 31
    telling.progressed(Progress(0, 90, shards=9))
    assert capsys.readouterr().err.splitlines() == [
        "40 of 90 documents, 2 failed, 4 of 9 shards, 1.50/s, 0 min 34 s left",
        "0 of 90 documents, 0 failed, 0 of 9 shards",
    ]


def test_a_terminal_gets_a_bar_with_the_words_above_it(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    with TerminalReporter() as telling:
        telling.told("2 workers")
        telling.progressed(Progress(3, 9, 1, 2, 4, 5))
        telling.told("all shards are done")
    told = sys.stderr.getvalue()
    assert told.startswith("2 workers\n")
    assert "documents:  44%" in told and "4/9" in told and "failed=2, shards=4/5" in told
    assert told.rstrip().index("all shards are done\n") > told.index("documents:")


def test_a_bar_is_not_drawn_for_what_takes_no_second(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    assert list(with_progress("documents")(range(5))) == [0, 1, 2, 3, 4]
    assert "%" not in sys.stderr.getvalue()


def test_durations_are_told_as_people_say_them():
    assert [duration(seconds) for seconds in (0.4, 61, 3720)] == [
        *("0 min 00 s", "1 min 01 s"),
        "1 h 02 min",
    ]
