"""Run collections with something wrong in them, or about them."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from job_runs import (
    PATIENCE,
    PROJECTOR,
    arguments,
    attempt,
    command,
    contents,
    done,
    finish,
    run,
    start,
    told_done,
    wait_for,
)

from projector.cli import run as projector
from projector.run.reader import read_run

FEVER = "T1\tSYMPTOM 0 6\tFiebre\n"


def corpus(root: Path, language: str, texts: dict[str, str | bytes]) -> None:
    folder = root / language
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        data = text if isinstance(text, bytes) else text.encode()
        (folder / f"{name}.txt").write_bytes(data)


@pytest.fixture
def poisoned(tmp_path) -> Path:
    """A collection with every fault that can lie on a disk, and three sound documents."""
    root = tmp_path / "poisoned"
    sound = {name: f"Fiebre y tos {name}." for name in ("a", "b", "c")}
    broken = {"latin": "Fiebre mañana.".encode("latin-1"), "empty": "", "lost": "Fiebre sola."}
    corpus(root, "es", {**sound, **broken, "long": "Fiebre. " * 200, "shift": "Fiebre."})
    for language in ("en", "ro"):
        found = {name: f"Fiebre si tuse {name}." for name in ("a", "b", "c", "latin", "shift")}
        corpus(root, language, {**found, "empty": "", "long": "Fiebre. " * 200})
    corpus(root, "ro", {"b": "Febră".encode("utf-16")})
    for name in ("a", "b", "c", "latin", "lost", "long"):
        (root / "es" / f"{name}.ann").write_text(FEVER, encoding="utf-8")
    (root / "es" / "empty.ann").write_text("", encoding="utf-8")
    (root / "es" / "shift.ann").write_text("T1\tSYMPTOM 3 99\tFiebre\n", encoding="utf-8")
    (root / "es" / "a.ann").write_text(f"{FEVER}A1 no tab\n", encoding="utf-8")
    (root / "ro" / "stray.txt").write_text("Nimic.", encoding="utf-8")
    return root


def test_poisoned_documents_fail_alone(poisoned, cluster, tmp_path):
    out = tmp_path / "run"
    line = command(poisoned, out, "--max-characters", "1000", "--address", cluster.address)
    line.remove("--accept-losses")
    # Without a word about tokens, as users start it: the cluster is asked whether it wants one.
    finished = subprocess.run(line, capture_output=True, text=True, check=False)
    assert finished.returncode == 3, finished.stderr
    rows = (out / "result" / "failed.tsv").read_text(encoding="utf-8").splitlines()[1:]
    failed = {tuple(row.split("\t")[:2]): row.split("\t")[2] for row in rows}
    assert sorted(failed) == [
        ("en", "latin"), ("en", "long"), ("ro", "b"), ("ro", "latin"), ("ro", "long"),
    ]  # fmt: skip
    assert "0xf1 at 9 is not UTF-8" in failed["en", "latin"]
    assert "UTF-16" in failed["ro", "b"]
    assert "1600 characters" in failed["ro", "long"]
    frame = read_run(out / "result").projections()
    status = {(row["language"], row["source_document"]): row["status"] for row in frame.to_dicts()}
    for language in ("en", "ro"):
        assert status[language, "lost"] == "unpaired"
        assert status[language, "shift"] == "invalid"
        assert status[language, "a"] == status[language, "c"] == "projected"
    assert status["ro", "b"] == "failed" and status["en", "b"] == "projected"
    assert (out / "result" / "brat" / "ro" / "empty.txt").read_bytes() == b""
    assert "5 documents failed" in finished.stdout
    problems = (out / "result" / "problems.tsv").read_text(encoding="utf-8")
    assert "a.ann\t2\t\t'A1 no tab' is not understood" in problems
    assert "1 document of ro " in finished.stderr and "the first is stray" in finished.stderr


@pytest.mark.slow
def test_too_many_failures_stop_the_run(poisoned, cluster, tmp_path):
    out = tmp_path / "run"
    small = ("--shard-size", "1", "--workers", "1", "--address", cluster.address)
    limited = attempt(command(poisoned, out, "--max-failures", "1", *small))
    assert limited.returncode == 1
    assert "3 documents failed, and more than 1 are too many" in limited.stderr
    assert not (out / "result").exists()
    again = attempt(command(poisoned, out, "--max-failures", "1", *small))
    assert again.returncode == 1 and "are too many" in again.stderr
    run(poisoned, out, *small)


def test_what_is_wrong_is_told_before_anything_starts(collection, ray_folder, tmp_path):
    out = tmp_path / "run"
    line = command(collection, out)
    line[line.index("tiny")] = "no-such-model"
    told = attempt(line)
    assert told.returncode == 1 and "no-such-model: no such model" in told.stderr
    line = command(collection, out)
    line[line.index(str(collection / "ro"))] = str(collection / "rr")
    told = attempt(line)
    assert told.returncode == 1 and "nothing is there" in told.stderr
    assert "workers" not in told.stderr and not done(out)
    told = attempt(command(collection, out, "--address", "127.0.0.1:9"))
    assert told.returncode == 1 and "no Ray cluster could be reached" in told.stderr


@pytest.mark.slow
def test_a_run_of_another_plan_is_refused_unless_it_may_be_replaced(collection, cluster, tmp_path):
    out, address = tmp_path / "run", ("--workers", "1", "--address", cluster.address)
    small = tmp_path / "small"
    for language in ("es", "en", "ro"):
        (small / language).mkdir(parents=True)
        for path in (collection / language).glob("case-0[12]-*"):
            shutil.copy(path, small / language)
    run(small, out, *address)
    before = contents(out / "result")
    other = attempt(command(small, out, "--min-score", "0.5", *address))
    assert other.returncode == 1
    assert "configuration.settings.decode.min_score: 0.0 in the plan, 0.5 now" in other.stderr
    text = next((small / "ro").glob("*.txt"))
    content = text.read_bytes()
    text.write_bytes(content)  # another time, the same bytes: the same plan
    assert "finished already" in run(small, out, *address)
    text.write_bytes(content + b" ")
    changed = attempt(command(small, out, *address))
    assert changed.returncode == 1 and "inputs.target ro" in changed.stderr
    assert contents(out / "result") == before
    run(small, out, "--overwrite", *address)
    assert contents(out / "result") != before


@pytest.mark.slow
def test_what_is_no_finished_shard_is_done_again(collection, undisturbed, cluster, tmp_path):
    out, address = tmp_path / "run", ("--workers", "1", "--address", cluster.address)
    shutil.copytree(undisturbed, out)
    shutil.rmtree(out / "result")
    (out / "shards" / "00003.parquet").write_bytes(b"PAR1 but not really")
    (out / "shards" / "00005.parquet").unlink()
    other = (out / "shards" / "00006.parquet").read_bytes()
    (out / "shards" / "00007.parquet").write_bytes(other)
    flipped = bytearray((out / "shards" / "00004.parquet").read_bytes())
    flipped[len(flipped) // 3] ^= 4  # among the data: the footer is as it was
    (out / "shards" / "00004.parquet").write_bytes(flipped)
    (out / "shards" / ".tmp-left-by-a-killed-worker").write_bytes(b"PAR1")
    said = run(collection, out, *address)
    assert told_done(len(done(out)) - 4) in said
    assert "shard 00003 is damaged, it is done again" in said
    assert "shard 00004 is damaged, it is done again" in said
    assert contents(out / "shards") == contents(undisturbed / "shards")
    assert contents(out / "result") == contents(undisturbed / "result")
    assert not list((out / "shards").glob(".tmp-*"))


@pytest.mark.slow
def test_what_cannot_be_written_ends_the_run_and_keeps_the_rest(
    collection, undisturbed, cluster, tmp_path
):
    out, address = tmp_path / "run", ("--workers", "1", "--address", cluster.address)
    process = start(collection, out, *address)
    wait_for((out / "shards").is_dir)
    blocked = out / "shards" / "00009.parquet"
    (blocked / "in the way").mkdir(parents=True)
    _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert "00009.parquet: can't be written" in errors
    kept = len(done(out)) - 1
    assert kept > 5
    shutil.rmtree(blocked)
    assert told_done(kept) in run(collection, out, *address)
    assert contents(out / "result") == contents(undisturbed / "result")


@pytest.mark.slow
def test_status_and_logs_tell_what_happens(collection, cluster, tmp_path, capsys):
    out = tmp_path / "run"

    def told(*arguments: object) -> str:
        assert projector(["jobs", *map(str, arguments)]) == 0
        return capsys.readouterr().out

    def status() -> dict:
        return json.loads(told("status", out, "--format", "json"))

    process = start(collection, out, "--workers", "1", "--address", cluster.address)
    wait_for(lambda: len(done(out)) > 2)
    found = status()
    assert found["driven"] and not found["finished"]
    assert 3 <= found["shards_done"] <= found["shards"] == 14
    assert found["rate"] > 0 and sum(found["mentions"].values()) > 0
    assert projector(arguments(collection, out)) == 1
    assert "another `projector jobs run` is at work" in capsys.readouterr().err
    finish(process)
    found = status()
    assert found["finished"] and not found["driven"] and found["documents_done"] == 112
    table = told("status", out)
    assert table.startswith("finished\n") and "mentions: " in table
    assert "all shards are done" in told("logs", out)
    log = told("logs", out, "--shard", "3")
    assert "try 1 on" in log and " documents, 0 failed" in log
    assert projector(["jobs", "logs", str(out), "--shard", "99"]) == 2
    assert "14 shards" in capsys.readouterr().err
    assert projector(["jobs", "status", str(tmp_path)]) == 1
    assert "no collection's run" in capsys.readouterr().err
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").touch()
    assert projector(arguments(collection, tmp_path / "mine")) == 1
    assert "is no collection's run" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["thesis.txt"]


@pytest.mark.slow
def test_a_collection_can_be_a_file(collection, undisturbed, cluster, tmp_path, capsys):
    file = collection / "collection.toml"
    file.write_text(
        'source = "es"\n'
        'targets = ["en", { path = "ro" }]\n'
        'model = { name = "tiny" }\n'
        "[jobs]\nshard_size = 4\nworkers = 2\n",
        encoding="utf-8",
    )
    line = ["jobs", "run", str(file), "-o", str(tmp_path / "run")]
    more = ["--address", cluster.address, "--shard-size", "7", "--fail-on", "unaligned"]
    ended = attempt([*PROJECTOR, *line, *more])
    assert ended.returncode == 3, ended.stderr
    assert len(done(tmp_path / "run")) == 8
    ours, theirs = contents(tmp_path / "run" / "result"), contents(undisturbed / "result")
    assert {name for name in ours if name.startswith(("brat/", "tsv/"))} == {
        name for name in theirs if name.startswith(("brat/", "tsv/"))
    }
    assert ours["unprojected.tsv"] == theirs["unprojected.tsv"]
    assert projector([*line, "--min-score", "0.5"]) == 2
    assert "--min-score: say it in" in capsys.readouterr().err
    file.write_text('source = "es"\ntargets = ["en"]\non_error = "stop"\n', encoding="utf-8")
    assert projector(line) == 1
    assert "max_failures" in capsys.readouterr().err
    file.write_text('source = "es"\ntarget = ["en"]\n', encoding="utf-8")
    assert projector(line) == 1
    assert "target: there is no such key; did you mean targets?" in capsys.readouterr().err
