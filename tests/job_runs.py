"""Start collections' runs as a user does, and look at what they leave behind."""

import subprocess
import sys
import time
from pathlib import Path


def command(collection: Path, out: Path, *more: str) -> list[str]:
    inputs = [str(collection / language) for language in ("es", "en", "ro")]
    return [
        *(sys.executable, "-m", "projector.cli", "jobs", "run", *inputs, "-o", str(out)),
        *("--model", "tiny", "--shard-size", "4", "--accept-losses", *more),
    ]


def start(collection: Path, out: Path, *more: str) -> subprocess.Popen:
    return subprocess.Popen(
        command(collection, out, *more),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen) -> str:
    """Wait for a run that must end well; return what it said."""
    out, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    return out + errors


def run(collection: Path, out: Path, *more: str) -> str:
    return finish(start(collection, out, *more))


def contents(folder: Path) -> dict[str, bytes]:
    """Return all files of a finished run but the one that tells when and where."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "log.json"
    }


def done(out: Path) -> list[str]:
    """Return the shards that are committed."""
    return sorted(path.stem for path in (out / "shards").glob("*.parquet"))


def wait_for(condition, *, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.02)


def processes(pattern: str) -> list[int]:
    """Return the processes of this machine whose command line matches."""
    found = subprocess.run(["pgrep", "-f", pattern], capture_output=True, text=True, check=False)
    return [int(line) for line in found.stdout.split()]
