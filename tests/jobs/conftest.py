import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from call_here import CallHere
from job_runs import PATIENCE, ray_processes, run, wait_for

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "data_samples" / "brat"
COPIES = 4
RAY = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",  # as there: listen at 127.0.0.1 and nowhere else
}
CLUSTER = """
import sys
from ray.cluster_utils import Cluster

cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 2, "include_dashboard": False})
print(cluster.address, flush=True)
for line in sys.stdin:
    if line.strip() == "add":
        second = cluster.add_node(num_cpus=1)
        cluster.wait_for_nodes()
    else:
        cluster.remove_node(second, allow_graceful=False)
    print(line.strip(), "done", flush=True)
cluster.shutdown()
"""


class RayCluster:
    """A Ray cluster on this machine, of one node and, while a test asks for it, a second.

    It ends with the process that it is in, which ends when nobody is left to write to it.
    """

    def __init__(self, folder: Path) -> None:
        self._errors = (folder / "cluster.log").open("w")
        self._process = subprocess.Popen(
            [sys.executable, "-c", CLUSTER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            env={
                **os.environ,
                "RAY_AUTH_MODE": "disabled",
                # A dead node is found out in a second and not in fifteen; a slow one isn't dead.
                "RAY_health_check_period_ms": "300",
                "RAY_health_check_failure_threshold": "3",
            },
        )
        self.address = self._process.stdout.readline().strip()

    def add_second(self) -> None:
        self._command("add")

    def kill_second(self) -> None:
        self._command("kill")

    def _command(self, line: str) -> None:
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        assert self._process.stdout.readline().strip() == f"{line} done"

    def close(self) -> None:
        self._process.communicate(timeout=PATIENCE)
        self._errors.close()


@pytest.fixture
def planning_here(monkeypatch):
    """Plan in the test's own process, where its being in another is not what is tested."""
    monkeypatch.setattr("jobs.planning.Child", CallHere)


@pytest.fixture(scope="session")
def ray_folder():
    """Where the Rays of this session keep what is theirs; none of them may outlive it."""
    with _folder_of_rays() as folder:
        yield folder


@pytest.fixture
def own_ray_folder():
    """Where the Rays of one test keep what is theirs: there are no others' to be seen."""
    with _folder_of_rays() as folder:
        yield folder


@contextmanager
def _folder_of_rays() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="ray-", dir="/tmp"))  # a socket's path must be short
    with pytest.MonkeyPatch.context() as patched:
        for name, value in {**RAY, "RAY_TMPDIR": str(folder)}.items():
            patched.setenv(name, value)
        yield folder
        try:
            wait_for(lambda: not ray_processes())
        finally:
            for pid in ray_processes():
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def cluster(ray_folder, tmp_path_factory):
    started = RayCluster(tmp_path_factory.mktemp("cluster"))
    yield started
    started.close()


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
def undisturbed(collection, cluster, tmp_path_factory) -> Path:
    """A run that nothing happened to."""
    out = tmp_path_factory.mktemp("undisturbed") / "run"
    run(collection, out, "--address", cluster.address)
    return out
