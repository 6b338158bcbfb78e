from click.testing import CliRunner
from planned_collections import collection_plan, commit_shard

from jobs.folder import PLAN_FILE, RunFolder
from jobs.plan import ShardPlan
from jobs.research import merging
from schemas.seal import sealed_json


def test_the_command_merges_elsewhere_and_compares(tmp_path, monkeypatch):
    sizes = [2, 3]
    plan = collection_plan(sizes)
    folder = RunFolder(tmp_path / "run")
    folder.prepare()
    (folder.plan / PLAN_FILE).write_text(sealed_json(plan), encoding="utf-8")
    for number, size in enumerate(sizes):
        commit_shard(folder, plan, number, size)
    shards = [
        ShardPlan(shard=number, documents=size, tasks=size, characters=0, mentions=size)
        for number, size in enumerate(sizes)
    ]
    monkeypatch.setattr(merging, "read_shards", lambda *_: shards)
    arguments = [str(folder.path), "--processes", "1", "--processes", "1", "--rounds", "2"]
    result = CliRunner().invoke(merging.main, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    assert result.stdout.startswith("1 processes: ") and "1.00 times as fast" in result.stdout
    assert not folder.result.exists()
