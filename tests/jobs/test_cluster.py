"""Hold how workers share a cluster's machines, and what is told where there is none."""

import pytest

from jobs.cluster import Resources, connected, share
from projector.errors import ConfigurationError, ProjectorError

LAPTOP, BOX = [Resources(2, 0)], [Resources(16, 1)]


@pytest.mark.parametrize(
    ("nodes", "options", "expected"),
    [
        (LAPTOP, {}, (2, 1, 1, 0)),
        (LAPTOP, {"workers": 1}, (1, 2, 2, 0)),
        (LAPTOP, {"workers": 4}, (4, 0.5, 1, 0)),
        (LAPTOP, {"workers": 1, "threads_per_worker": 1}, (1, 1, 1, 0)),
        (LAPTOP, {"shards": 1}, (1, 2, 2, 0)),
        (BOX, {"gpus_per_worker": 0.25}, (4, 4, 4, 0.25)),
        (BOX, {"gpus_per_worker": 1.0}, (1, 16, 16, 1)),
        (BOX, {"gpus_per_worker": 0.25, "workers": 9}, (4, 4, 4, 0.25)),
        ([Resources(2, 0)] * 2, {"workers": 1}, (1, 2, 2, 0)),  # no machine has four
        ([Resources(4, 0), Resources(2, 0)], {"workers": 3}, (3, 2, 2, 0)),
        ([Resources(0, 0), Resources(8, 2)], {"gpus_per_worker": 0.5}, (4, 2, 2, 0.5)),
    ],
)
def test_workers_get_what_a_machine_has(nodes, options, expected):
    pool = share(nodes, **{"shards": 99, "workers": None, "gpus_per_worker": 0.0, **options})
    assert (pool.workers, pool.cpus, pool.threads, pool.gpus) == expected


def test_more_of_a_gpu_than_there_is_is_refused():
    with pytest.raises(ConfigurationError, match="at most 0 on a machine"):
        share(LAPTOP, shards=1, workers=None, gpus_per_worker=0.5)


@pytest.mark.parametrize(
    ("address", "told"),
    [(None, "no Ray could be started .*run the same command again"), ("auto", "auto: no Ray")],
)
def test_a_ray_that_does_not_start_is_told(monkeypatch, address, told):
    """Ray raises a bare exception where a node is long in starting, as on a busy machine."""
    ray = pytest.importorskip("ray")

    def late(*_, **__):
        raise Exception("The current node timed out during startup.\nmore")

    monkeypatch.setattr(ray, "init", late)
    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")
    with pytest.raises(ProjectorError, match=told) as raised, connected(address):
        pass
    assert "(The current node timed out during startup.)" in str(raised.value)
