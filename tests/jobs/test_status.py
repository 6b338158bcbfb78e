"""Hold how far a run is, as its folder alone tells it."""

import json
import time

import pytest
from planned_collections import collection_plan, commit_shard, shard_plans

from jobs.folder import RunFolder, driving
from jobs.merge import finished_shards, merge_shards
from jobs.pace import Pace
from jobs.status import RunStatus, read_status, status_of
from projector.errors import CorpusError

SIZES = [2, 3, 1]
LENGTH = 99  # characters of each document
PLAN = collection_plan(SIZES)


@pytest.fixture
def folder(tmp_path) -> RunFolder:
    made = RunFolder(tmp_path / "run")
    made.prepare()
    return made


def status(folder: RunFolder) -> RunStatus:
    shards = shard_plans(SIZES, length=LENGTH)
    return status_of(folder, PLAN, shards, finished_shards(folder, PLAN, shards))


def works_on(folder: RunFolder, number: int, task: int) -> None:
    content = {"task": task, "characters": task * LENGTH, "current": LENGTH, "seconds": 2.0 * task}
    folder.progress(number).write_text(json.dumps({**content, "started": time.time() - 2 * task}))


def test_a_run_that_was_planned_has_done_nothing(folder):
    assert status(folder) == RunStatus(
        shards=3, shards_done=0, documents=6, documents_done=0, running={}, failed=0
    )


def test_finished_shards_are_counted_with_their_mentions_and_failures(folder):
    commit_shard(folder, PLAN, 0, 2, failed=1)
    commit_shard(folder, PLAN, 1, 3)
    found = status(folder)
    assert (found.shards_done, found.documents_done, found.failed) == (2, 5, 1)
    assert found.mentions == {"failed": 1, "projected": 4}
    assert list(found.mentions) == sorted(found.mentions)
    assert not found.finished and not found.driven
    assert found.rate is None and found.seconds_left is None


def test_what_nobody_drives_nobody_works_on(folder):
    works_on(folder, 1, 2)  # by a driver that was killed
    assert status(folder).running == {}
    with driving(folder):
        found = status(folder)
        assert found.running == {1: 2} and found.driven


def test_a_shard_that_is_done_is_worked_on_no_more(folder):
    commit_shard(folder, PLAN, 0, 2)
    works_on(folder, 0, 1)
    works_on(folder, 1, 2)
    with driving(folder):
        assert status(folder).running == {1: 2}


@pytest.mark.parametrize("content", ["", "{", "{}", '{"task": "x"}'])
def test_progress_that_is_just_being_written_is_passed_over(folder, content):
    works_on(folder, 2, 0)
    folder.progress(1).write_text(content)
    with driving(folder):
        assert status(folder).running == {2: 0}


def test_the_rate_is_that_of_this_drivers_workers(folder):
    commit_shard(folder, PLAN, 0, 2)  # by a driver before
    with driving(folder):
        found = status(folder)
        assert found.documents_done == 2 and found.rate is found.seconds_left is None
        commit_shard(folder, PLAN, 2, 1)
        Pace(workers=1, seconds={2: 4.0}).write(folder.pace)
        works_on(folder, 1, 1)
        found = status(folder)
    assert found.rate == pytest.approx(2 / (4 + 2))  # one is committed, one in work
    assert found.seconds_left == pytest.approx(2 * 3, rel=0.05)


def test_the_progress_that_is_told_is_that_of_the_status(folder):
    commit_shard(folder, PLAN, 0, 2, failed=1)
    works_on(folder, 1, 2)
    works_on(folder, 2, 1)
    with driving(folder):
        found = status(folder)
    told = found.progress
    assert (told.done, told.total, told.running, told.failed) == (2, 6, 3, 1)
    assert (told.shards_done, told.shards) == (1, 3)
    assert (told.rate, told.seconds_left) == (found.rate, found.seconds_left)


def test_a_run_is_finished_once_its_result_is_there(folder):
    for number, size in enumerate(SIZES):
        commit_shard(folder, PLAN, number, size)
    assert not status(folder).finished
    finished = finished_shards(folder, PLAN, shard_plans(SIZES))
    merge_shards(folder, PLAN, finished, stages={})
    found = status(folder)
    assert found.finished and found.documents_done == found.documents == 6


def test_a_folder_without_a_run_has_no_status(tmp_path):
    with pytest.raises(CorpusError, match=r"plan\.json"):
        read_status(RunFolder(tmp_path))


@pytest.mark.promise("the same inputs give the same bytes", "a clock that is set back")
def test_a_clock_that_is_set_back_changes_no_rate(folder, monkeypatch):
    commit_shard(folder, PLAN, 0, 2)
    works_on(folder, 1, 2)
    with driving(folder):
        monkeypatch.setattr(time, "time", lambda: 0.0)
        found = status(folder)
    assert found.driven and found.documents_done == 2
    assert found.rate == pytest.approx(0.5)  # workers measure by one that is never set
    assert found.seconds_left == pytest.approx(2 * 2)  # one at work, one waits
