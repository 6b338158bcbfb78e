import pytest
from click.testing import CliRunner

from jobs.research.scaling import Timing, main, report


def test_medians_and_ratios_are_told():
    timings = {
        "plain": [Timing(10, 8), Timing(90, 80), Timing(10, 8)],
        "one worker": [Timing(12, 9)],
        "3 workers": [Timing(6, 3)],
        "nothing left": [Timing(3, 0.1)],
    }
    lines = list(report(timings, 3))
    assert lines[0] == "plain: 10.0 s, of which 8.0 s projecting"
    assert lines[4:] == [
        "one worker costs +20.0% over the plain pipeline",
        "without planning and merging +12.5%",
        "3 workers are 2.00 times as fast as one; projecting 3.00",
        "to find that nothing is left costs 25.0% of the run",
    ]


@pytest.mark.slow
def test_the_command_times_plain_and_shared_runs(pytestconfig):
    samples = pytestconfig.rootpath / "data_samples" / "brat"
    arguments = [str(samples / "es"), str(samples / "en"), "--model", "tiny"]
    result = CliRunner().invoke(main, [*arguments, "--rounds", "1"], catch_exceptions=False)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert [line.split(":")[0] for line in lines[:4]] == [
        "plain",
        "one worker",
        "2 workers",
        "nothing left",
    ]
