import signal
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from jobs.research.endurance import main, result_bytes, run_command

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")


def test_a_command_is_timed_and_its_memory_read():
    # Longer than from one look to the next: the first may come before the command has begun.
    run = run_command([sys.executable, "-c", "import time; time.sleep(1)"])
    assert run.code == 0
    assert 1 <= run.seconds < 30
    assert 1 < run.peaks["driver"] < 1000  # MiB of a Python that does nothing


def test_a_command_is_killed_when_told():
    run = run_command([sys.executable, "-c", "import time; time.sleep(60)"], kill_after=0.1)
    assert run.code == -signal.SIGKILL
    assert run.seconds < 30


def test_a_command_that_fails_is_told():
    with pytest.raises(click.ClickException, match="ended with 3"):
        run_command([sys.executable, "-c", "raise SystemExit(3)"])


def test_results_are_compared_without_their_log(tmp_path: Path):
    (tmp_path / "brat").mkdir()
    (tmp_path / "brat/a.ann").write_bytes(b"x")
    (tmp_path / "log.json").write_bytes(b"times")
    assert result_bytes(tmp_path) == {"brat/a.ann": b"x"}


@pytest.mark.slow
def test_the_command_runs_kills_and_resumes(pytestconfig, monkeypatch):
    monkeypatch.chdir(pytestconfig.rootpath)
    result = CliRunner().invoke(
        main, ["--documents", "40", "--shard-size", "8"], catch_exceptions=False
    )
    assert result.exit_code == 0
    assert "the resumed run's result is the same bytes" in result.stdout
    (line,) = [line for line in result.stdout.splitlines() if "outcomes:" in line]
    assert line.split()[1] == line.split()[3]
