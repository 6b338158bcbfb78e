"""Run generated collections of growing size end to end; show time, memory and reconciled counts.

Each is generated, run, killed half-way in a second run and resumed, and asked for again when
nothing is left to do. Memory is what Linux says each process had at most.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import click

from jobs.research.process_tree import WORKER
from jobs.research.synthetic.generate import sample_passages, write_collection

_JOBS = [sys.executable, "-m", "projector.cli", "jobs", "run"]
_MIB = 1024.0  # /proc counts in KiB


@dataclass(slots=True)
class CommandRun:
    """What a command took.

    Args:
        seconds: From start to exit.
        peaks: Most resident memory in MiB of the driver, of the process that plans, of a worker.
        code: Its exit code; negative if it was killed.
    """

    seconds: float = 0.0
    peaks: dict[str, float] = field(default_factory=dict)
    code: int = 0


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--documents", "sizes", multiple=True, type=int, default=[1000, 10_000, 30_000])
@click.option("--target-language", "targets", multiple=True, default=["en"], show_default=True)
@click.option(
    "--from",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path("data_samples/brat"),
    show_default=True,
)
@click.option("--model", default="tiny", show_default=True)
@click.option("--workers", default=2, show_default=True)
@click.option("--shard-size", default=64, show_default=True)
def main(
    sizes: tuple[int, ...],
    targets: tuple[str, ...],
    folder: Path,
    model: str,
    workers: int,
    shard_size: int,
) -> None:
    """Run collections from planning to merging, with a kill and a resume on the way.

    For each size: wall seconds of a whole run and of its stages, the most resident memory (MiB)
    that a driver, a planning process and a worker had, how many outcomes there are for how many
    source mentions (they must be equal), the seconds to find that nothing is left, what a kill
    half-way and a resume cost over the whole run, and whether they give the same bytes.

    \b
    Example:
      python -m jobs.research.endurance --documents 1000 --documents 30000
    """
    languages = ("es", *targets)
    passages = sample_passages(folder, languages)
    for size in sizes:
        with tempfile.TemporaryDirectory() as temporary:
            root = Path(temporary)
            started = time.perf_counter()
            mentions = write_collection(
                passages, root / "in", documents=size, languages=languages, paragraphs=(2, 3)
            )
            click.echo(
                f"{size} documents, {mentions['es']} mentions, {len(targets)} translations, "
                f"generated in {time.perf_counter() - started:.0f} s"
            )
            inputs = [str(root / "in" / language) for language in languages]
            command = [*_JOBS, *inputs, "--model", model, "--workers", str(workers)]
            command += ["--shard-size", str(shard_size), "--threads-per-worker", "1"]
            _measure(command, root, mentions["es"] * len(targets))


def _measure(command: Sequence[str], root: Path, mentions: int) -> None:
    """Run a collection in four ways and tell what each took."""
    whole = run_command([*command, "--accept-losses", "-o", str(root / "whole")])
    log = json.loads((root / "whole/result/log.json").read_text(encoding="utf-8"))
    stages = {**log["stages"], "merge": log["seconds"]}
    figures = ", ".join(f"{name} {seconds:.0f} s" for name, seconds in stages.items())
    click.echo(f"  whole run: {whole.seconds:.0f} s ({figures})")
    figures = ", ".join(f"{name} {peak:.0f} MiB" for name, peak in whole.peaks.items())
    click.echo(f"  most resident memory: {figures}")
    counts = json.loads((root / "whole/result/manifest.json").read_text("utf-8"))["counts"]
    outcomes = sum(one["mentions"] for one in counts)
    click.echo(f"  outcomes: {outcomes} for {mentions} source mentions in each language")
    repeated = run_command([*command, "--accept-losses", "-o", str(root / "whole")])
    click.echo(f"  nothing left: {repeated.seconds:.1f} s, {repeated.seconds / whole.seconds:.1%}")
    killed = run_command([*command, "-o", str(root / "killed")], kill_after=whole.seconds / 2)
    shards_done = len(list((root / "killed/shards").glob("*.parquet")))
    resumed = run_command([*command, "--accept-losses", "-o", str(root / "killed")])
    interrupted_seconds = killed.seconds + resumed.seconds
    click.echo(
        f"  killed after {killed.seconds:.0f} s with {shards_done} shards done, resumed for "
        f"{resumed.seconds:.0f} s: {interrupted_seconds / whole.seconds - 1:+.1%} in all"
    )
    same = result_bytes(root / "whole/result") == result_bytes(root / "killed/result")
    click.echo(f"  the resumed run's result is {'the same bytes' if same else 'DIFFERENT'}")


def run_command(command: Sequence[str], *, kill_after: float | None = None) -> CommandRun:
    """Run a command and look at its processes' memory twice a second.

    Args:
        command: With its arguments.
        kill_after: Seconds after which it is killed; None: it may end.

    Raises:
        ClickException: It ended otherwise than with 0, or than killed.
    """
    run, started = CommandRun(), time.perf_counter()
    process = subprocess.Popen(
        command,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while process.poll() is None:
        for role, peak in peak_memory(process.pid):
            run.peaks[role] = max(run.peaks.get(role, 0.0), peak)
        if kill_after is not None and time.perf_counter() - started > kill_after:
            process.send_signal(signal.SIGKILL)
            process.wait()
        time.sleep(0.5)
    run.seconds, run.code = time.perf_counter() - started, process.returncode
    if run.code != (0 if kill_after is None else -signal.SIGKILL):
        raise click.ClickException(f"{' '.join(command)} ended with {run.code}")
    return run


def peak_memory(driver: int) -> Iterator[tuple[str, float]]:
    """Yield the most memory that each process of interest has had so far, in MiB."""
    for path in Path("/proc").glob("[0-9]*"):
        try:
            line = (path / "cmdline").read_bytes().decode(errors="replace")
            status = dict(row.split(":", 1) for row in (path / "status").read_text().splitlines())
        except (OSError, ValueError):  # it has just ended
            continue
        if int(path.name) == driver:
            role = "driver"
        elif re.match(WORKER, line):
            role = "worker"
        elif int(status["PPid"]) == driver and "spawn_main" in line:
            role = "planning"
        else:
            continue
        if "VmHWM" in status:
            yield role, int(status["VmHWM"].split()[0]) / _MIB


def result_bytes(folder: Path) -> dict[str, bytes]:
    """Return the bytes of a result's files by path; its log, which holds times, is left out."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "log.json"
    }


if __name__ == "__main__":
    main()
