"""Hold where a local Ray keeps what is its own, and when that goes."""

import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from job_runs import finish, ray_processes, start, wait_for

from jobs.cluster import _LONGEST_BASE, _own_session
from projector.errors import OutputError


@pytest.fixture
def base(monkeypatch, tmp_path_factory):
    folder = tmp_path_factory.mktemp("r")
    short = Path("/tmp") / f"r{abs(hash(folder)) % 10**8}"
    short.symlink_to(folder)
    monkeypatch.setenv("RAY_TMPDIR", str(short))
    yield folder
    short.unlink()


def test_a_local_rays_folder_is_private_and_gone_at_the_end(base):
    with _own_session() as options:
        (folder,) = base.iterdir()
        assert Path(options["_temp_dir"]).parent.resolve() == folder.resolve()
        assert folder.stat().st_mode & 0o777 == 0o700
    assert not list(base.iterdir())


def test_where_a_sockets_path_would_be_too_long_ray_decides(monkeypatch, tmp_path):
    monkeypatch.setenv("RAY_TMPDIR", "/" + "x" * _LONGEST_BASE)
    with _own_session() as options:
        assert options == {}


def test_a_place_that_cannot_be_written_is_told(base):
    base.rmdir()
    base.write_bytes(b"")
    with pytest.raises(OutputError, match="can't be written"), _own_session():
        pass


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells where a process logs")
def test_what_outlived_a_rays_folder_is_ended(base):
    def sleeper(folder: Path) -> subprocess.Popen:
        folder.mkdir()
        with (folder / "raylet.out").open("w") as log:
            return subprocess.Popen(["sleep", "60"], stdout=log)

    other = base / "other"
    gone = base / ".tmp-0123456789abcdef.d"
    with sleeper(gone) as orphan, sleeper(other) as stranger, _own_session() as options:
        own = sleeper(Path(options["_temp_dir"]))
        shutil.rmtree(gone, ignore_errors=True)
        with _own_session():
            assert orphan.wait(5) == -signal.SIGKILL
            assert stranger.poll() is None
            assert own.poll() is None
        own.kill()
        own.wait()
        stranger.kill()


@pytest.mark.slow
def test_what_a_killed_drivers_ray_left_goes_with_the_next(collection, own_ray_folder, tmp_path):
    def sessions() -> list[Path]:
        return [folder for folder in own_ray_folder.iterdir() if folder.name.startswith(".tmp-")]

    process = start(collection, tmp_path / "killed")
    wait_for(sessions)
    time.sleep(2)
    process.kill()
    process.communicate()
    (left,) = sessions()
    assert left.stat().st_mode & 0o777 == 0o700
    finish(start(collection, tmp_path / "run"))
    wait_for(lambda: not ray_processes())
    assert left not in sessions()
