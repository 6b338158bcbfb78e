import os
import subprocess
import sys
from pathlib import Path

import pytest
from job_runs import run

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "data_samples" / "brat"
COPIES = 4
TWO_NODES = """
import sys
from ray.cluster_utils import Cluster

cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 2, "include_dashboard": False})
second = cluster.add_node(num_cpus=2)
cluster.wait_for_nodes()
print(cluster.address, flush=True)
for line in sys.stdin:
    cluster.remove_node(second, allow_graceful=False)
    print("killed", flush=True)
cluster.shutdown()
"""


class TwoNodes:
    """A Ray cluster of two nodes on this machine; the second can be killed."""

    def __init__(self, folder: Path) -> None:
        self._errors = (folder / "cluster.log").open("w")
        self._process = subprocess.Popen(
            [sys.executable, "-c", TWO_NODES],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            env={**os.environ, "RAY_USAGE_STATS_ENABLED": "0"},
        )
        self.address = self._process.stdout.readline().strip()

    def kill_second(self) -> None:
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        assert self._process.stdout.readline().strip() == "killed"

    def close(self) -> None:
        self._process.communicate(timeout=60)
        self._errors.close()


@pytest.fixture(scope="session")
def two_nodes(tmp_path_factory):
    cluster = TwoNodes(tmp_path_factory.mktemp("cluster"))
    yield cluster
    cluster.close()


@pytest.fixture(scope="session")
def collection(tmp_path_factory) -> Path:
    """Some seconds of work: the sample cases in three languages, several times over."""
    root = tmp_path_factory.mktemp("collection")
    for language in ("es", "en", "ro"):
        folder = root / language
        folder.mkdir()
        for text in sorted((SAMPLES / language).glob("*.txt")):
            for copy in range(COPIES):
                name = f"{text.stem}-{copy}"
                # A text of its own, lest it be encoded once for all.
                own = f"\n{copy}".encode()
                (folder / f"{name}.txt").write_bytes(text.read_bytes() + own)
                annotations = text.with_suffix(".ann").read_bytes()
                (folder / f"{name}.ann").write_bytes(annotations)
    return root


@pytest.fixture(scope="session")
def undisturbed(collection, two_nodes, tmp_path_factory) -> Path:
    """A run that nothing happened to."""
    out = tmp_path_factory.mktemp("undisturbed") / "run"
    run(collection, out, "--address", two_nodes.address)
    return out
