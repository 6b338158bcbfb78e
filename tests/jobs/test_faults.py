"""Run collections with something wrong in them, or about them."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from job_runs import command, contents, done, finish, run, start, wait_for

from projector.run.reader import read_run

FEVER = "T1\tSYMPTOM 0 6\tFiebre\n"


def corpus(root: Path, language: str, texts: dict[str, str | bytes]) -> None:
    folder = root / language
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        data = text if isinstance(text, bytes) else text.encode()
        (folder / f"{name}.txt").write_bytes(data)


def attempt(root: Path, out: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(root, out, *more), capture_output=True, text=True, check=False)


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


def test_poisoned_documents_fail_alone(poisoned, two_nodes, tmp_path):
    out = tmp_path / "run"
    line = command(poisoned, out, "--max-characters", "1000", "--address", two_nodes.address)
    line.remove("--accept-losses")
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
    assert "1 documents of ro " in finished.stderr and "the first is stray" in finished.stderr


def test_too_many_failures_stop_the_run(poisoned, two_nodes, tmp_path):
    out = tmp_path / "run"
    small = ("--shard-size", "1", "--workers", "1", "--address", two_nodes.address)
    limited = attempt(poisoned, out, "--max-failures", "1", *small)
    assert limited.returncode == 1
    assert "3 documents failed, and more than 1 are too many" in limited.stderr
    assert not (out / "result").exists()
    again = attempt(poisoned, out, "--max-failures", "1", *small)
    assert again.returncode == 1 and "are too many" in again.stderr
    run(poisoned, out, *small)


def test_what_is_wrong_is_told_before_anything_starts(collection, tmp_path):
    out = tmp_path / "run"
    line = command(collection, out)
    line[line.index("tiny")] = "no-such-model"
    told = subprocess.run(line, capture_output=True, text=True, check=False)
    assert told.returncode == 1 and "no-such-model: no such model" in told.stderr
    line = command(collection, out)
    line[line.index(str(collection / "ro"))] = str(collection / "rr")
    told = subprocess.run(line, capture_output=True, text=True, check=False)
    assert told.returncode == 1 and "nothing is there" in told.stderr
    assert "workers" not in told.stderr and not done(out)
    told = attempt(collection, out, "--address", "127.0.0.1:9")
    assert told.returncode == 1 and "no Ray cluster could be reached" in told.stderr


def test_a_run_of_another_plan_is_refused_unless_it_may_be_replaced(
    collection, undisturbed, two_nodes, tmp_path
):
    out, address = tmp_path / "run", ("--address", two_nodes.address)
    small = tmp_path / "small"
    for language in ("es", "en", "ro"):
        (small / language).mkdir(parents=True)
        for path in (collection / language).glob("case-0[12]-*"):
            shutil.copy(path, small / language)
    run(small, out, *address)
    before = contents(out / "result")
    other = attempt(small, out, "--min-score", "0.5", *address)
    assert other.returncode == 1
    assert "configuration.settings.decode.min_score: 0.0 in the plan, 0.5 now" in other.stderr
    text = next((small / "ro").glob("*.txt"))
    content = text.read_bytes()
    text.write_bytes(content)  # another time, the same bytes: the same plan
    assert "finished already" in run(small, out, *address)
    text.write_bytes(content + b" ")
    changed = attempt(small, out, *address)
    assert changed.returncode == 1 and "inputs.target ro" in changed.stderr
    assert contents(out / "result") == before
    run(small, out, "--overwrite", *address)
    assert contents(out / "result") != before


def test_what_is_no_finished_shard_is_done_again(collection, undisturbed, two_nodes, tmp_path):
    out, address = tmp_path / "run", ("--address", two_nodes.address)
    shutil.copytree(undisturbed, out)
    shutil.rmtree(out / "result")
    (out / "shards" / "00003.parquet").write_bytes(b"PAR1 but not really")
    (out / "shards" / "00005.parquet").unlink()
    other = (out / "shards" / "00006.parquet").read_bytes()
    (out / "shards" / "00007.parquet").write_bytes(other)
    (out / "shards" / ".tmp-left-by-a-killed-worker").write_bytes(b"PAR1")
    said = run(collection, out, *address)
    assert f"of which {len(done(out)) - 3} are done" in said
    assert contents(out / "result") == contents(undisturbed / "result")
    assert not list((out / "shards").glob(".tmp-*"))


def test_what_cannot_be_written_ends_the_run_and_keeps_the_rest(
    collection, undisturbed, two_nodes, tmp_path
):
    out, address = tmp_path / "run", ("--workers", "1", "--address", two_nodes.address)
    process = start(collection, out, *address)
    wait_for((out / "shards").is_dir)
    blocked = out / "shards" / "00009.parquet"
    (blocked / "in the way").mkdir(parents=True)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "00009.parquet: can't be written" in errors
    kept = len(done(out)) - 1
    assert kept > 5
    shutil.rmtree(blocked)
    assert f"of which {kept} are done" in run(collection, out, *address)
    assert contents(out / "result") == contents(undisturbed / "result")


def test_status_and_logs_tell_what_happens(collection, two_nodes, tmp_path):
    out = tmp_path / "run"
    projector = [sys.executable, "-m", "projector.cli", "jobs"]

    def status() -> dict:
        line = [*projector, "status", str(out), "--format", "json"]
        return json.loads(subprocess.run(line, capture_output=True, check=True).stdout)

    process = start(collection, out, "--workers", "1", "--address", two_nodes.address)
    wait_for(lambda: len(done(out)) > 2)
    found = status()
    assert found["driven"] and not found["finished"]
    assert 3 <= found["shards_done"] <= found["shards"] == 14
    assert found["rate"] > 0 and sum(found["mentions"].values()) > 0
    second = attempt(collection, out)
    assert second.returncode == 1 and "another `projector jobs run` is at work" in second.stderr
    finish(process)
    found = status()
    assert found["finished"] and not found["driven"] and found["documents_done"] == 112
    table = subprocess.run([*projector, "status", str(out)], capture_output=True, text=True)
    assert table.stdout.startswith("finished\n") and "mentions: " in table.stdout
    log = subprocess.run([*projector, "logs", str(out)], capture_output=True, text=True)
    assert "all shards are done" in log.stdout
    log = subprocess.run(
        [*projector, "logs", str(out), "--shard", "3"], capture_output=True, text=True
    )
    assert "try 1 on" in log.stdout and " documents, 0 failed" in log.stdout
    log = subprocess.run([*projector, "logs", str(out), "--shard", "99"], capture_output=True)
    assert log.returncode == 2 and b"14 shards" in log.stderr
    log = subprocess.run([*projector, "status", str(tmp_path)], capture_output=True)
    assert log.returncode == 1 and b"no collection's run" in log.stderr
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").touch()
    refused = attempt(collection, tmp_path / "mine")
    assert refused.returncode == 1 and "is no collection's run" in refused.stderr
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["thesis.txt"]


def test_a_collection_can_be_a_file(collection, undisturbed, two_nodes, tmp_path):
    file = collection / "collection.toml"
    file.write_text(
        'source = "es"\n'
        'targets = ["en", { path = "ro" }]\n'
        'model = { name = "tiny" }\n'
        "[jobs]\nshard_size = 4\nworkers = 2\n",
        encoding="utf-8",
    )
    line = [*command(collection, tmp_path / "run")[:5], str(file), "-o", str(tmp_path / "run")]
    more = ["--address", two_nodes.address, "--shard-size", "7", "--fail-on", "unaligned"]
    ended = subprocess.run([*line, *more], capture_output=True, text=True, check=False)
    assert ended.returncode == 3, ended.stderr
    assert len(done(tmp_path / "run")) == 8
    ours, theirs = contents(tmp_path / "run" / "result"), contents(undisturbed / "result")
    assert {name for name in ours if name.startswith(("brat/", "tsv/"))} == {
        name for name in theirs if name.startswith(("brat/", "tsv/"))
    }
    assert ours["unprojected.tsv"] == theirs["unprojected.tsv"]
    refused = subprocess.run([*line, "--min-score", "0.5"], capture_output=True, text=True)
    assert refused.returncode == 2 and "--min-score: say it in" in refused.stderr
    file.write_text('source = "es"\ntargets = ["en"]\non_error = "stop"\n', encoding="utf-8")
    refused = subprocess.run(line, capture_output=True, text=True)
    assert refused.returncode == 1 and "max_failures" in refused.stderr
    file.write_text('source = "es"\ntarget = ["en"]\n', encoding="utf-8")
    refused = subprocess.run(line, capture_output=True, text=True)
    assert (
        refused.returncode == 1
        and "target: there is no such key; did you mean targets?" in refused.stderr
    )
