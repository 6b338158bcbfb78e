"""Make one run of finished shards, with every source mention accounted for."""

from __future__ import annotations

import os
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from jobs.folder import RunFolder
from jobs.plan import CollectionPlan, ShardPlan
from jobs.planning_process import Child
from jobs.shard_file import Key, ShardFacts, read_facts, read_keys, read_outcomes
from projector.document import Status
from projector.errors import CorpusError, OutputError, counted
from projector.run.outcome import DocumentOutcome
from projector.run.part import Part
from projector.run.summary import RunSummary
from projector.run.write_parts import write_part, write_parts
from projector.run.writer import RunOrigin, open_writer

_WORTH = 4000  # outcomes that take a process some times as long as its start
_MOST = 8  # processes; what they wrote is joined by one


def finished_shards(
    folder: RunFolder,
    plan: CollectionPlan,
    shards: Sequence[ShardPlan],
    *,
    whole: bool = True,
    damaged: Callable[[int, CorpusError], None] = lambda *_: None,
) -> dict[int, ShardFacts]:
    """Return the shards that are done: whole, of this plan, with a row for every task.

    Whatever else lies in a shard's place counts as not there and will be replaced.

    Args:
        folder: The run's.
        plan: The run's.
        shards: What is planned of each.
        whole: Read all of each and hold it against its hash, or its footer only, at a glance.
        damaged: Is told of those that are there, but not as they were written.
    """
    fingerprint = plan.fingerprint
    found = {}
    for shard in shards:
        path = folder.shard(shard.shard)
        if not path.exists():
            continue
        try:
            facts = read_facts(path, whole=whole)
        except CorpusError as error:
            damaged(shard.shard, error)
            continue
        told = (facts.fingerprint, facts.shard, facts.documents)
        if told == (fingerprint, shard.shard, shard.tasks):
            found[shard.shard] = facts
    return found


def merge_shards(
    folder: RunFolder,
    plan: CollectionPlan,
    finished: Mapping[int, ShardFacts],
    *,
    stages: Mapping[str, float],
    command: Sequence[str] = (),
    processes: int | None = None,
) -> RunSummary:
    """Write the run's result from its finished shards; it appears whole or not at all.

    Args:
        folder: The run's.
        plan: The run's.
        finished: All its shards.
        stages: Seconds, for the log.
        command: The command line, for the log.
        processes: How many write it, which changes no byte; None: as many as are worth their start.

    Raises:
        OutputError: Mentions are missing or too many; or the result can't be written.
    """
    counts = [count for facts in finished.values() for count in facts.counts]
    mentions = sum(count.mentions for count in counts if count.status != Status.TAGGED)
    if (len(finished), mentions) != (plan.shards, plan.mentions):
        raise OutputError(
            f"{folder.path}: {counted(len(finished), 'shard')} with "
            f"{counted(mentions, 'outcome')} don't reconcile with "
            f"the plan's {plan.shards} shards and {plan.mentions} mentions: did a source document "
            "change since it was planned? Run it again with its inputs as they are now"
        )
    origin = RunOrigin(
        configuration=plan.run,
        model=plan.model,
        inputs=[planned.files for planned in plan.inputs],
        problems=plan.problems,
        notices=plan.notices,
        command=command,
    )
    paths = [folder.shard(number) for number in sorted(finished)]
    if processes is None:
        processes = min(os.cpu_count() or 1, plan.tasks // _WORTH, _MOST)
    if processes > 1:
        run = partial(_run_parts, folder.result, paths, origin, processes)
        return write_parts(folder.result, origin, run, stages=stages)
    with open_writer(folder.result, origin) as writer:
        for path in paths:
            for outcome in read_outcomes(path):
                writer.put(outcome)
        writer.stages.update(stages)
    return writer.summary


def _run_parts(
    result: Path,
    paths: Sequence[Path],
    origin: RunOrigin,
    processes: int,
    folder: Path,
    parts: Path,
) -> list[Part]:
    """Write each part in a process of its own."""
    with ExitStack() as stack:
        children = []
        for number, between in enumerate(_stretches(paths, processes)):
            outcomes = partial(outcomes_between, paths, between)
            arguments = (result, folder, parts, number, outcomes, origin)
            children.append(Child(write_part, *arguments, what="merges the shards"))
            stack.callback(children[-1].end)
        return [child.result() for child in children]


def _stretches(paths: Sequence[Path], number: int) -> list[tuple[Key, Key]]:
    """Return the first and last outcome of each of so many stretches of about equal length."""
    keys = sorted(key for path in paths for key in read_keys(path))
    size = -(-len(keys) // number)
    cuts = [bisect_left(keys, keys[start]) for start in range(0, len(keys), size)]
    ends = [*cuts[1:], len(keys)]
    return [
        (keys[start], keys[end - 1]) for start, end in zip(cuts, ends, strict=True) if start < end
    ]


def outcomes_between(paths: Sequence[Path], between: tuple[Key, Key]) -> Iterator[DocumentOutcome]:
    """Yield those outcomes of shards that lie between two, these among them."""
    for path in paths:
        yield from read_outcomes(path, between=between)
