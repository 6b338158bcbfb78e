import pytest
from click.testing import CliRunner

from jobs.research import stage_profile
from jobs.research.stage_profile import REST, STAGES, StageClock, corpora_of, main, named, table


@pytest.mark.parametrize("path", [path for paths in STAGES.values() for path in paths])
def test_every_function_that_is_timed_is_there(path):
    holder, name = named(path)
    assert callable(getattr(holder, name))


def test_an_inner_stage_stops_the_outer_one(monkeypatch):
    ticks = iter([0.0, 1.0, 3.0, 7.0])
    monkeypatch.setattr(stage_profile.time, "process_time", lambda: next(ticks))
    clock = StageClock()
    with clock.within("outer"), clock.within("inner"):
        pass
    assert clock.seconds == {"outer": 1.0 + 4.0, "inner": 2.0}


def test_shares_are_those_of_a_run_without_loading():
    seconds = {"encoding": 6.0, "audit": 1.0, REST: 1.0, "loading": 100.0}
    *stages, besides, total = [line.split() for line in table(seconds, pairs=4)]
    assert ["encoding", "6.00", "75.0%", "1500.0"] in stages
    assert besides == ["but", "encoding", "2.00", "25.0%", "500.0"]
    assert " ".join(total) == "4 pairs of documents, 8.00 s, and 100.00 s loading"


def test_sets_of_a_corpus_share_their_source(gold_folder, tmp_path):
    italian = gold_folder / "own_es-it.jsonl"
    dutch = gold_folder / "own_es-nl.jsonl"
    dutch.write_bytes(italian.read_bytes().replace(b'"tgt_lang": "it"', b'"tgt_lang": "nl"'))
    ((source, *targets),) = corpora_of([italian, dutch], tmp_path / "written", limit=2)
    assert source.name == "es" and [target.name for target in targets] == ["it", "nl"]
    assert len([*source.glob("*.ann")]) == 2


def test_the_command_times_a_set(gold_folder, threads):
    arguments = ["--gold", str(gold_folder / "own_es-it.jsonl"), "--model", "tiny"]
    result = CliRunner().invoke(main, [*arguments, "--tagger", "none"], catch_exceptions=False)
    assert result.exit_code == 0
    assert "4 pairs of documents" in result.stdout
    assert {line.split("  ")[0] for line in result.stdout.splitlines()} >= {"encoding", "audit"}


def test_no_stage_that_takes_time_is_another_ones(gold_folder, monkeypatch, threads):
    spent = {}
    monkeypatch.setattr(stage_profile, "table", lambda seconds, pairs: spent.update(seconds) or [])
    arguments = ["--gold", str(gold_folder / "own_es-it.jsonl"), "--model", "tiny"]
    CliRunner().invoke(main, [*arguments, "--tagger", "none"], catch_exceptions=False)
    idle = {stage for stage in STAGES if not spent.get(stage)}
    assert idle == {"verdicts", "tagging"}  # the tiny encoder has none
