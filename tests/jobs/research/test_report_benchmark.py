"""Draw runs, report on them, and hold that memory does not grow with their mentions."""

import json

import pytest
from click.testing import CliRunner

from jobs.research.report_benchmark import main, report_cost, write_drawn_run
from projector.report.gather import report_figures
from projector.run.reader import read_run
from projector.run.verify import verify_run


def test_a_drawn_run_is_one_that_a_report_reads(tmp_path):
    run = read_run(write_drawn_run(tmp_path / "run", documents=3, languages=("en", "it")))
    figures = report_figures(run)
    assert figures.mentions == 3 * 2 * 4 * 4 == run.projections().height
    assert [one.documents for one in figures.audit.faithfulness] == [3, 3]
    damaged = [one for one in verify_run(run.path).findings if "cut or changed" in str(one)]
    assert not damaged


def test_equal_seeds_draw_equal_runs(tmp_path):
    runs = [write_drawn_run(tmp_path / name, documents=2, languages=("en",)) for name in "ab"]
    manifests = [json.loads((run / "manifest.json").read_text()) for run in runs]
    assert manifests[0] == manifests[1]


@pytest.mark.slow
def test_ten_times_the_documents_take_hardly_more_memory(tmp_path):
    costs = [
        report_cost(write_drawn_run(tmp_path / str(n), documents=n), tmp_path / f"{n}.html")
        for n in (1_500, 15_000)
    ]
    assert costs[1].processor < 14 * costs[0].processor
    assert costs[1].memory < costs[0].memory + 100  # MiB; a run's mentions would take 10 times


@pytest.mark.slow
def test_the_command_tells_seconds_and_memory():
    result = CliRunner().invoke(main, ["--documents", "20"])
    assert result.exit_code == 0 and "20 documents, 1920 mentions: " in result.output
