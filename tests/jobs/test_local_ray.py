"""A local Ray keeps to this machine: loopback alone, nobody asked, a token for its owner."""

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from job_runs import PROJECTOR, arguments
from network_watch import MARK, SocketWatch, is_local, reached, traced, watched_environment

from jobs.local_ray import keep_token

linux = pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="sockets are listed by /proc")


@pytest.fixture
def watched(ray_folder, tmp_path, monkeypatch):
    """An environment without a token, in which nobody but us says where Ray listens."""
    monkeypatch.delenv("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER")
    for name in ("RAY_AUTH_MODE", "RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return watched_environment(tmp_path)


@pytest.fixture
def small(tmp_path):
    """Two documents in two translations."""
    for language, text in {"es": "Fiebre.", "en": "Fever.", "ro": "Febră."}.items():
        (tmp_path / "small" / language).mkdir(parents=True)
        for name in ("a", "b"):
            path = tmp_path / "small" / language / f"{name}.txt"
            path.write_text(text, encoding="utf-8")
        if language == "es":
            annotation = path.with_suffix(".ann")
            annotation.write_text("T1\tSYMPTOM 0 6\tFiebre\n", encoding="utf-8")
    return tmp_path / "small"


def line(small, out):
    return [*PROJECTOR, *arguments(small, out, "--workers", "2")]


@pytest.mark.promise("no network", "a local run on Ray, its sockets watched")
@linux
def test_a_local_run_listens_on_loopback_and_reaches_nobody_else(watched, small, tmp_path):
    with SocketWatch(watched[MARK]) as seen:
        subprocess.run(line(small, tmp_path / "run"), env=watched, check=True, capture_output=True)
    assert {"raylet", "gcs_server"} <= {program for _, program in seen.listening}
    assert [one for one in sorted(seen.listening) if not is_local(one[0])] == []
    assert [one for one in sorted(seen.connected) if not is_local(one[0])] == []
    assert reached(watched) == set()
    token = Path(watched["HOME"]) / ".ray" / "auth_token"
    assert stat.S_IMODE(token.stat().st_mode) == 0o600
    assert stat.S_IMODE(token.parent.stat().st_mode) == 0o700


@pytest.mark.promise("no network", "a local run on Ray, its system calls traced")
@pytest.mark.slow
@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_nothing_of_a_local_run_so_much_as_names_another_address(watched, small, tmp_path):
    assert traced(line(small, tmp_path / "run"), watched, tmp_path / "trace") == set()


def test_a_token_is_made_that_its_owner_alone_can_read(tmp_path):
    token = tmp_path / ".ray" / "auth_token"
    keep_token(token)
    written = token.read_text(encoding="utf-8")
    assert len(written) == 64 and stat.S_IMODE(token.stat().st_mode) == 0o600
    token.chmod(0o644)
    keep_token(token)
    assert token.read_text(encoding="utf-8") == written
    assert stat.S_IMODE(token.stat().st_mode) == 0o600
    assert [path.name for path in token.parent.iterdir()] == ["auth_token"]


def test_where_no_token_can_be_written_one_is_handed_on(tmp_path, monkeypatch):
    from jobs.local_ray import kept_local

    (tmp_path / "file").touch()
    monkeypatch.setenv("HOME", str(tmp_path / "file"))
    for name in ("RAY_AUTH_MODE", "RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"):
        monkeypatch.delenv(name, raising=False)
    with kept_local():
        assert len(os.environ["RAY_AUTH_TOKEN"]) == 64
        os.environ["RAY_AUTH_MODE"] = "token"  # as Ray does
    assert not {"RAY_AUTH_TOKEN", "RAY_AUTH_MODE"} & os.environ.keys()
