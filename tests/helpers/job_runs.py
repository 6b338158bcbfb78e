"""Start collections' runs as a user does, and look at what they leave behind."""

import os
import subprocess
import sys
import time
from pathlib import Path

from jobs.folder import RunFolder, driving

PROJECTOR = [sys.executable, "-m", "projector.cli"]


def command(collection: Path, out: Path, *more: str) -> list[str]:
    return [*PROJECTOR, *arguments(collection, out, *more)]


def arguments(collection: Path, out: Path, *more: str) -> list[str]:
    inputs = [str(collection / language) for language in ("es", "en", "ro")]
    return [
        *("jobs", "run", *inputs, "-o", str(out)),
        # A precision that is said needn't be found out: the planner does without torch.
        *("--model", "tiny", "--precision", "fp32", "--shard-size", "4", "--accept-losses", *more),
    ]


def environment(line: list[str]) -> dict[str, str]:
    """Return what a command runs in: it needn't ask a cluster whether that wants a token."""
    return {**os.environ, **({"RAY_AUTH_MODE": "disabled"} if "--address" in line else {})}


# A machine that is shared may take many times as long; what hangs still ends.
PATIENCE = 600


def start(collection: Path, out: Path, *more: str) -> subprocess.Popen:
    return start_command(command(collection, out, *more))


def start_command(line: list[str]) -> subprocess.Popen:
    return subprocess.Popen(
        line,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(line),
    )


def finish(process: subprocess.Popen) -> str:
    """Wait for a run that must end well; return what it said."""
    out, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, errors
    return out + errors


def run(collection: Path, out: Path, *more: str) -> str:
    return finish(start(collection, out, *more))


def attempt(line: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a command that may end badly."""
    return subprocess.run(line, capture_output=True, text=True, check=False, env=environment(line))


def hold(path: Path) -> None:
    """Drive a run's folder for a minute; here, where a process that is spawned can import it."""
    with driving(RunFolder(path)):
        (path / "held").touch()
        time.sleep(60)


def contents(folder: Path) -> dict[str, bytes]:
    """Return all files of a finished run but the one that tells when and where."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "log.json"
    }


def told_done(shards: int) -> str:
    """Return what a run says of the shards that were done before."""
    return f"of which {shards} {'is' if shards == 1 else 'are'} done"


def done(out: Path) -> list[str]:
    """Return the shards that are committed."""
    return sorted(path.stem for path in (out / "shards").glob("*.parquet"))


def wait_for(condition, *, seconds: float = PATIENCE) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.05)


def ray_processes(title: str = "ray::|/raylet |/gcs_server ") -> list[int]:
    """Return the processes of this session's Rays whose command line matches.

    Those of another session, whose workers have the same names, write their logs elsewhere.
    """
    listed = subprocess.run(["pgrep", "-f", title], capture_output=True, text=True, check=False)
    return [pid for pid in map(int, listed.stdout.split()) if _is_ours(pid)]


def _is_ours(pid: int) -> bool:
    try:
        log = Path(f"/proc/{pid}/fd/1").readlink()
    except OSError:  # it is gone; or this is no Linux, and we must hope to be alone
        return not Path("/proc/self").exists()
    return log.is_relative_to(os.environ["RAY_TMPDIR"])
