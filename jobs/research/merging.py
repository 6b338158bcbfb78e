"""Measure what merging a finished collection takes by one process and by several."""

from __future__ import annotations

import resource
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import click

from jobs.folder import RunFolder, open_run
from jobs.merge import finished_shards, merge_shards
from jobs.plan import read_plan
from jobs.research.endurance import result_bytes
from jobs.shard_work import read_shards


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("run", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--processes", "counts", multiple=True, type=int, default=[1, 2], show_default=True)
@click.option("--rounds", default=3, show_default=True)
def main(run: Path, counts: Sequence[int], rounds: int) -> None:
    """Merge the shards of a finished RUN anew, in a folder that is removed.

    The least wall seconds of the rounds, and processors' seconds of all processes then; the first
    count's is what the others are compared with, and whose bytes they must have.

    \b
    Example:
      python -m jobs.research.merging run --processes 1 --processes 2
    """
    least = {count: (float("inf"), 0.0) for count in counts}
    expected: dict[str, bytes] | None = None
    for _ in range(rounds):
        for count in counts:
            taken, written = merged(open_run(run), processes=count)
            least[count] = min(least[count], taken)
            expected = written if expected is None else expected
            if written != expected:
                raise click.ClickException(f"{count} processes wrote other bytes")
    for count, (seconds, processor) in least.items():
        ratio = least[counts[0]][0] / seconds
        told = f"{seconds:.2f} s, {processor:.2f} s of processors, {ratio:.2f} times as fast"
        click.echo(f"{count} processes: {told}")


def merged(run: RunFolder, *, processes: int) -> tuple[tuple[float, float], dict[str, bytes]]:
    """Merge a run's shards elsewhere; return wall and processor seconds, and what was written."""
    plan = read_plan(run)
    finished = finished_shards(run, plan, read_shards(run, plan))
    with tempfile.TemporaryDirectory() as temporary:
        folder = RunFolder(Path(temporary))
        folder.shards.symlink_to(run.shards.absolute())
        started, before = time.perf_counter(), _processor_seconds()
        merge_shards(folder, plan, finished, stages={}, processes=processes)
        taken = time.perf_counter() - started, _processor_seconds() - before
        return taken, result_bytes(folder.result)


def _processor_seconds() -> float:
    """Return what processors worked for this process, and for those of it that ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


if __name__ == "__main__":
    main()
