import re
import sys

import pytest
from click.testing import CliRunner

from jobs.research.process_tree import memory_of, tree_costs
from jobs.research.scaling import Timing, main, report

linux = pytest.mark.skipif(sys.platform != "linux", reason="processes are read from /proc")


def test_medians_and_ratios_are_told():
    timings = {
        "plain": [Timing(10, 8, 10), Timing(90, 80, 10), Timing(10, 8, 10)],
        "3 plain at once": [Timing(11, 10)],
        "one worker": [Timing(12, 9, 11, 1000)],
        "3 workers": [Timing(6, 3, 12, 1500, (240.0, 250.0, 260.0))],
        "nothing left": [Timing(3, 0.1)],
    }
    lines = list(report(timings, 3))
    first = "plain: 10.0 s, of which 8.0 s projecting; 10.0 s of processors, 0 MiB"
    assert lines[0] == first
    assert lines[5:] == [
        "one worker costs +20.0% over the plain pipeline",
        "in processors' time +10.0%",
        "3 workers are 2.00 times as fast as one; projecting 3.00",
        "each further worker has 250 MiB more; for themselves alone 240, 250, 260 MiB",
        "what the machine can do: 3 plain at once project 2.40 times as fast as one",
        "to find that nothing is left costs 25.0% of the run",
    ]


def test_what_was_not_run_is_not_told():
    assert len(list(report({"plain": [Timing(10, 8)]}, 2))) == 1


@linux
def test_processes_that_a_command_starts_are_counted_too(tmp_path):
    script = (
        "import subprocess, sys, time\n"
        "child = 'import time; held = bytearray(b\"x\" * 60_000_000); time.sleep(1.5)'\n"
        "subprocess.run([sys.executable, '-c', child, 'ray::ShardWorker'])\n"
    )
    command = [sys.executable, "-c", script]
    first, second = tree_costs([command, command], worker=re.escape(sys.executable))
    for cost in (first, second):
        assert cost.seconds >= 1.5 and cost.memory > 57
        assert max(cost.workers) > 57 and cost.processor > 0


@linux
def test_a_process_has_memory_of_its_own():
    import os

    shared, alone = memory_of(os.getpid())
    assert 0 < alone <= shared


@pytest.mark.slow
def test_the_command_times_plain_and_shared_runs(pytestconfig):
    samples = pytestconfig.rootpath / "data_samples" / "brat"
    arguments = [str(samples / "es"), str(samples / "en"), "--model", "tiny"]
    result = CliRunner().invoke(main, [*arguments, "--rounds", "1"], catch_exceptions=False)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert [line.split(":")[0] for line in lines[:5]] == [
        "plain",
        "2 plain at once",
        "one worker",
        "2 workers",
        "nothing left",
    ]
