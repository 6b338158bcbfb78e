"""Hold how the shards of a collection are seen through to the end."""

import pytest

import jobs.collection
from jobs.cluster import Resources
from jobs.folder import RunFolder
from jobs.planning import Planning
from projector.errors import ProjectorError
from projector.run.configure import configure
from projector.run.reporter import SILENT
from schemas.collection import Collection, JobOptions


@pytest.fixture
def planned(tmp_path, planning_here):
    for language in ("es", "en"):
        (tmp_path / language).mkdir()
        (tmp_path / language / "a.txt").write_text("Tos.", encoding="utf-8")
    run = configure(tmp_path / "es", [tmp_path / "en"], model="tiny", precision="fp32")
    folder = RunFolder(tmp_path / "run")
    folder.prepare()
    return folder, Planning(folder, Collection(run=run), tmp_path, "cpu").result()


class IdleDriver:
    """Drive nothing, as if all that is committed were gone at once."""

    def __init__(self, *_, **__):
        pass

    def run(self, shards):
        assert shards == [0]


def test_shards_that_do_not_stay_are_told_before_anything_is_merged(planned, monkeypatch):
    monkeypatch.setattr(jobs.collection, "Driver", IdleDriver)
    work = jobs.collection._Work(*planned, JobOptions(), SILENT)
    with pytest.raises(ProjectorError, match="1 shard is not there though committed 3 times"):
        work.finish([Resources(2, 0)])


def test_a_cluster_without_a_node_is_told(monkeypatch):
    ray = pytest.importorskip("ray")
    monkeypatch.setattr(jobs.cluster, "_knock", lambda address: None)
    monkeypatch.setattr(jobs.cluster, "_wants_token", lambda address: False)
    monkeypatch.setattr(ray, "init", lambda *_, **__: None)
    monkeypatch.setattr(ray, "nodes", lambda: [{"Alive": False, "Resources": {}}])
    monkeypatch.setattr(ray, "shutdown", lambda: None)
    with (
        pytest.raises(ProjectorError, match="head:6379: no node of it is alive"),
        jobs.cluster.connected("head:6379"),
    ):
        pass
