"""Make one run of finished shards, with every source mention accounted for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from jobs.folder import RunFolder
from jobs.plan import CollectionPlan, ShardPlan
from jobs.shard_file import ShardFacts, read_facts, read_outcomes
from projector.document import Status
from projector.errors import CorpusError, OutputError, counted
from projector.run.summary import RunSummary
from projector.run.writer import RunOrigin, open_writer


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
) -> RunSummary:
    """Write the run's result from its finished shards; it appears whole or not at all.

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
    with open_writer(folder.result, origin) as writer:
        for number in sorted(finished):
            for outcome in read_outcomes(folder.shard(number)):
                writer.put(outcome)
        writer.stages.update(stages)
    return writer.summary
