"""Hold where everything of a run lies, and that one driver at a time works in it."""

import multiprocessing
import time
from pathlib import Path

import pytest
from job_runs import hold, wait_for

from jobs.folder import PLAN_FILE, RunFolder, driven_since, driving, open_run
from projector.errors import CorpusError, OutputError


@pytest.fixture
def folder(tmp_path) -> RunFolder:
    return RunFolder(tmp_path / "run")


@pytest.fixture
def begun(folder) -> RunFolder:
    """A run that was begun: a plan, a shard, a log, progress and results."""
    folder.prepare()
    (folder.plan / PLAN_FILE).write_text("{}")
    (folder.plan / "shards.parquet").write_text("kept")
    for path in (folder.shard(3), folder.log(3), folder.driver_log, folder.progress(3)):
        path.write_text("x")
    for path in (folder.result, folder.coded):
        path.mkdir()
    return folder


def names(path: Path) -> set[str]:
    return {inside.relative_to(path).as_posix() for inside in path.rglob("*")}


def test_everything_has_its_place(folder):
    places = [
        folder.plan, folder.shard(12), folder.progress(12), folder.log(12), folder.driver_log,
        folder.result, folder.coded,
    ]  # fmt: skip
    assert [place.relative_to(folder.path).as_posix() for place in places] == [
        *("plan", "shards/00012.parquet", "progress/00012.json", "logs/00012.log"),
        *("logs/driver.log", "result", "coded"),
    ]


def test_a_place_is_free_where_nothing_is_or_a_run(folder, begun, tmp_path):
    begun.check()
    RunFolder(tmp_path / "nothing").check()
    empty = RunFolder(tmp_path / "empty")
    with driving(empty):  # leaves its lock, and nothing else
        pass
    empty.check()


@pytest.mark.parametrize("what", ["file", "folder"])
def test_a_place_that_holds_something_else_is_refused(folder, what):
    if what == "file":
        folder.path.write_text("x")
    else:
        (folder.path / "thesis").mkdir(parents=True)
    with pytest.raises(OutputError, match="is there already and is no collection's run"):
        folder.check()


def test_preparing_clears_away_what_the_dead_left_and_nothing_else(begun):
    before = names(begun.path)
    for place in (begun.path, begun.plan, begun.shards, begun.logs):
        (place / ".tmp-0").write_text("x")
        (place / ".tmp-1").mkdir()
        (place / ".tmp-1" / "y").write_text("x")
    begun.prepare()
    assert names(begun.path) == before - {"progress/00003.json"}
    begun.prepare()
    assert begun.shard(3).read_text() == "x"


def test_making_the_folders_changes_nothing_that_is_there(begun):
    before = names(begun.path)
    begun.make()
    assert names(begun.path) == before


def test_a_run_is_there_once_its_folders_are(folder):
    assert not folder.holds_run()
    folder.make()
    assert folder.holds_run()
    with pytest.raises(CorpusError, match=r"no collection's run: there is no plan/plan\.json"):
        open_run(folder.path)
    (folder.plan / PLAN_FILE).write_text("{}")
    assert open_run(folder.path) == folder


def test_clearing_removes_a_run_with_its_results(begun):
    (begun.path / "notes.txt").write_text("the user's own")
    begun.clear()
    assert names(begun.path) == {"plan", "plan/shards.parquet", "notes.txt"}
    begun.clear()  # there is nothing left to clear
    with pytest.raises(CorpusError, match="no collection's run"):
        open_run(begun.path)


def test_a_place_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("x")
    folder = RunFolder(tmp_path / "file" / "run")
    for attempt in (folder.make, folder.prepare):
        with pytest.raises(OutputError, match="can't be written"):
            attempt()
    with pytest.raises(OutputError, match="can't be written"), driving(folder):
        pass


def test_a_folder_is_driven_while_the_block_runs(folder):
    assert driven_since(folder) is None  # nothing is there
    with driving(folder):
        since = driven_since(folder)
        assert time.time() - 60 < since <= time.time()
        told = "another `projector jobs run` is at work there; wait for it"
        with pytest.raises(OutputError, match=told), driving(folder):
            pass
        assert driven_since(folder) == since  # who was refused has changed nothing
    assert driven_since(folder) is None


def test_a_driver_that_fails_lets_go(folder):
    with pytest.raises(KeyboardInterrupt), driving(folder):
        raise KeyboardInterrupt
    assert driven_since(folder) is None
    with driving(folder):
        assert driven_since(folder) is not None


def test_no_driver_is_at_work_after_its_death(tmp_path):
    folder = RunFolder(tmp_path / "run")
    assert driven_since(folder) is None
    process = multiprocessing.get_context("spawn").Process(target=hold, args=(folder.path,))
    process.start()
    wait_for(lambda: (folder.path / "held").exists() or not process.is_alive())
    assert process.is_alive()
    assert time.time() - 60 < driven_since(folder) <= time.time()
    with (
        pytest.raises(OutputError, match="another `projector jobs run` is at work"),
        driving(folder),
    ):
        pass
    process.kill()
    process.join()
    assert driven_since(folder) is None
    with driving(folder):
        assert driven_since(folder) is not None
