from click.testing import CliRunner

from jobs.research.throughput import Stopwatch, main, report
from projector.models import load


def test_a_report_gives_shares_speed_and_a_forecast():
    seconds = {"tokenize": 1.0, "encode": 6.0, "align and decode": 3.0}
    lines = list(report(seconds, documents=20, tokens=4000))
    assert lines[1] == "encode: 6.00 s, 60.0%"
    assert lines[3] == "20 documents, 4000 tokens, 10.00 s: 2.00 documents/s, 400 tokens/s"
    # sources are encoded once, everything else six times: 3 + 6 · 7 s for 20 documents
    assert lines[4].endswith(f"six languages: {45 / 20 * 30_000 / 3600:.1f} h with one worker")


def test_the_stopwatch_is_the_encoder_that_it_times():
    encoder = load("tiny")
    watch = Stopwatch(encoder)
    text = watch.tokenize("fiebre y tos")
    assert watch.encode([text])[0].equal(encoder.encode([text])[0])
    assert watch.tokens == len(text)
    assert set(watch.seconds) == {"tokenize", "encode"}
    assert (watch.name, watch.fingerprint, watch.dimension) == (
        encoder.name,
        encoder.fingerprint,
        encoder.dimension,
    )


def test_the_command_times_a_set(gold_folder, threads):
    arguments = [str(gold_folder / "own_es-it.jsonl"), "--model", "tiny"]
    result = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    stages = [line.split(":")[0] for line in result.stdout.splitlines()]
    assert stages[:3] == ["tokenize", "encode", "align and decode"]
    assert "4 documents" in result.stdout
    assert "matrix-multiply" not in result.stdout  # it has no weights


def test_the_command_tells_what_share_of_the_peak_is_reached(gold_folder, checkpoints, threads):
    arguments = [str(gold_folder / "own_es-it.jsonl"), "--limit", "1"]
    result = CliRunner().invoke(main, [*arguments, "--model", str(checkpoints / "bert")])
    assert result.exit_code == 0, f"{result.output} {result.exception}"
    assert "of the matrix-multiply peak" in result.stdout


def test_no_documents_are_told(tmp_path, threads):
    (tmp_path / "own_es-it.jsonl").write_text("")
    result = CliRunner().invoke(main, [str(tmp_path / "own_es-it.jsonl"), "--model", "tiny"])
    assert result.exit_code == 1 and "no documents" in result.output
