"""Hold that damage to any file of a collection's run is found, and what is done about it."""

import re
import shutil
from contextlib import nullcontext
from pathlib import Path

import pytest
from call_here import CallHere
from damaged_files import WAYS, files_of, swap

import jobs.collection
from jobs.folder import RunFolder
from jobs.plan import read_plan
from jobs.shard_file import write_shard
from jobs.shard_work import read_work
from jobs.verify import verify
from projector.cli import run as command
from projector.coding.read_mentions import read_mentions
from projector.errors import CorpusError
from projector.evaluation.score_code_files import compare_codes
from projector.run.configure import configure
from projector.run.models import load_model
from projector.run.project_tasks import project_tasks
from schemas.coding import CodingConfiguration
from schemas.collection import Collection, JobOptions

CODED = CodingConfiguration(codes="codes.tsv", labels=("X",), min_precision=0)
UNCHECKED = re.compile(r"logs/.*|progress/.*|\.lock")


def collection(root: Path) -> Collection:
    run = configure(root / "es", [root / "en"], model="tiny", precision="fp32", on_error="skip")
    return Collection(run=run, jobs=JobOptions(shard_size=1), coding=CODED)


def work_on(folder: RunFolder, numbers: list[int]) -> None:
    """Do without Ray what workers do."""
    plan = read_plan(folder)
    encoder = load_model(plan.run.model, "cpu")
    for number in numbers:
        work = read_work(folder, plan, number)
        outcomes = project_tasks(work.tasks, work, encoder, plan.run)
        path = folder.shard(number)
        write_shard(path, outcomes, fingerprint=plan.fingerprint, shard=number)


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    root = tmp_path_factory.mktemp("collection")
    texts = {
        "a": ("Fiebre y tos.", "Fever and cough."),
        "b": ("Tos.", "Cough."),
        "c": ("No.", "No."),
    }
    for number, language in enumerate(("es", "en")):
        (root / language).mkdir()
        for name, text in texts.items():
            (root / language / f"{name}.txt").write_text(text[number], encoding="utf-8")
    (root / "es" / "a.ann").write_text("T1\tX 0 6\tFiebre\nT2\tX 9 12\ttos\n", encoding="utf-8")
    (root / "es" / "b.ann").write_text("T1\tX 0 3\tTos\n", encoding="utf-8")
    (root / "codes.tsv").write_text("code\tes\ten\nR50.9\tFiebre\tFever\nR05\tTos\tCough\n")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("jobs.planning.Child", CallHere)
        patched.setattr("jobs.collection.connected", lambda address: nullcontext([]))
        patched.setattr("jobs.collection._Work._pool", lambda *_: None)
        patched.setattr("jobs.collection._told", lambda _: "here")
        patched.setattr("jobs.collection.Driver", Here)
        yield root


class Here:
    """Drive nothing: work on the shards in this process."""

    def __init__(self, folder, plan, pool, *, done, waiting) -> None:
        self._folder = folder

    def run(self, shards) -> None:
        work_on(self._folder, list(shards))


def go_on(root: Path, folder: Path):
    return jobs.collection.run_collection(collection(root), folder, directory=root)


@pytest.fixture(scope="module")
def finished(root) -> Path:
    go_on(root, root / "run")
    return root / "run"


@pytest.fixture
def run(root, finished) -> Path:
    """A copy under the same path as ever, for a plan's sake."""
    folder = root / "copy"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(finished, folder)
    return folder


def findings(folder: Path) -> list[str]:
    return list(map(str, verify(folder).findings))


def test_a_run_as_it_was_written_has_no_findings(finished, capsys):
    assert not verify(finished).findings
    assert command(["jobs", "verify", str(finished)]) == 0
    assert capsys.readouterr().out.endswith(" files, 0 findings\n")
    for part in ("result", "coded"):
        assert command(["jobs", "verify", str(finished / part), "--format", "json"]) == 0


@pytest.mark.promise(
    "damage is noticed", "files of a collection cut, flipped, emptied, gone, swapped"
)
@pytest.mark.parametrize("way", WAYS)
def test_damage_to_any_file_is_found_and_located(run, way, capsys):
    names = [name for name in files_of(run) if not UNCHECKED.fullmatch(name)]
    assert {"plan/plan.json", "plan/shards.parquet", "shards/00000.parquet"} < {*names}
    for name in names:
        content = (run / name).read_bytes()
        # What is in a result is damaged in every way in tests/run/test_verify.py.
        if content and (way == "a bit flipped" or not name.startswith("result/")):
            WAYS[way](run / name)
            if name == "plan/plan.json" and way == "deleted":
                assert command(["jobs", "verify", str(run)]) == 1
            told = findings(run)
            assert any(one.startswith(f"{run / name}:") for one in told), (name, told)
            (run / name).write_bytes(content)
    WAYS[way](run / names[0])
    assert command(["jobs", "verify", str(run)]) == 1
    assert str(run / names[0]) in capsys.readouterr().out


def test_swapped_and_unknown_files_are_found(run):
    swap(run / "shards" / "00000.parquet", run / "shards" / "00001.parquet")
    (run / "shards" / "00009.parquet").write_bytes(b"x")
    (run / "notes.txt").write_text("x")
    told = findings(run)
    for name in ("shards/00000.parquet", "shards/00001.parquet"):
        assert any(one.startswith(f"{run / name}: it is shard") for one in told), told
    for name in ("shards/00009.parquet", "notes.txt"):
        assert any(one.startswith(f"{run / name}: it is unknown") for one in told), told


def test_an_unfinished_run_is_verified_as_far_as_it_is(run):
    shutil.rmtree(run / "result")
    shutil.rmtree(run / "coded")
    (run / "shards" / "00001.parquet").unlink()
    verified = verify(run)
    assert not verified.findings and "it has 2 of 3 shards" in verified.remarks[0]


@pytest.mark.promise("resumed to the same bytes", "damaged shards", trials=3)
def test_damaged_shards_are_done_again_to_the_same_bytes(root, run, finished):
    shutil.rmtree(run / "result")
    for number, way in enumerate(("cut in half", "a bit flipped", "deleted")):
        WAYS[way](run / "shards" / f"{number:05}.parquet")
    assert go_on(root, run).redone == 3
    for name in files_of(finished / "shards"):
        assert (run / "shards" / name).read_bytes() == (finished / "shards" / name).read_bytes()
    log = (run / "logs" / "driver.log").read_text()
    assert "shard 00000 is damaged, it is done again" in log
    assert "shard 00001 is damaged, it is done again" in log
    assert not findings(run)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "name",
    [
        "result/manifest.json",
        "result/documents.parquet",
        "result/projections/en/x.parquet",
        "coded/codes.parquet",
    ],
)
def test_a_finished_run_is_not_gone_on_with_where_it_is_damaged(root, run, name, way):
    WAYS[way](run / name)
    part = run / name.split("/")[0]
    with pytest.raises(CorpusError) as raised:
        go_on(root, run)
    assert str(run / name) in str(raised.value)
    assert f"Remove {part} and run the same command again" in str(raised.value)
    shutil.rmtree(part)
    assert go_on(root, run).redone == 0
    assert not findings(run)


def test_a_damaged_plan_is_refused_and_made_again_without_a_shard_lost(root, run):
    plan = run / "plan" / "plan.json"
    for way in ("a bit flipped", "cut in half"):
        WAYS[way](plan)
        with pytest.raises(CorpusError, match=r"plan\.json.*Remove plan\.json and run"):
            go_on(root, run)
        plan.unlink()
        shutil.rmtree(run / "result")
        assert go_on(root, run).redone == 0


def test_codes_that_are_damaged_are_neither_scored_nor_read(root, run):
    coded, gold = run / "coded", run / "gold"
    gold.mkdir()
    (gold / "b.txt").write_text("Cough\n")
    (gold / "b.ann").write_text("T1\tX 0 5\tCough\nN1\tReference T1 ICD10:R05\tCough\n")
    for name in ("codes.parquet", "code_list.parquet", "coding.json"):
        content = (coded / name).read_bytes()
        WAYS["a bit flipped"](coded / name)
        with pytest.raises(CorpusError, match=re.escape(str(coded / name))):
            list(read_mentions(coded)) and compare_codes(gold, coded, language="en")
        (coded / name).write_bytes(content)
    compare_codes(gold, coded, language="en")


def test_the_commands_take_what_is_corrected_by_hand_when_that_is_said(run, capsys):
    table, brat = run / "result/tsv/en_x.tsv", run / "result/brat/en"
    (brat / "b.ann").write_text("T1\tX 0 5\tCough\nN1\tReference T1 ICD10:R05\tx\n")
    table.write_bytes(table.read_bytes() + b"a\tX\t0\t5\tFever\n")
    lines = [
        ["submit", str(run / "result"), "-o", str(run / "s.zip")],
        ["evaluate", str(brat), str(brat)],
        ["evaluate", str(table), str(table)],
        ["evaluate", "codes", str(brat), str(brat)],
        ["convert", str(brat), str(run / "converted"), "--to", "tsv", "--accept-losses"],
        ["code", str(brat), "-o", str(run / "again"), "--codes", str(run.parent / "codes.tsv")],
    ]
    for line in lines:
        assert command(line) == 1, line
        told = capsys.readouterr().err
        assert "--edited" in told and str(run / "result") in told, line
        assert command([*line, "--edited"]) in (0, 3), line
        assert "taken as edited" in capsys.readouterr().err
