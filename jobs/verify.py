"""Read everything in a collection's run, and tell what is not as it was written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from jobs.folder import PLAN_FILE, RunFolder
from jobs.plan import CollectionPlan, ShardPlan, read_plan
from jobs.shard_file import read_facts, read_outcomes
from jobs.shard_seal import sealed_content
from jobs.shard_work import SHARDS_FILE, read_shards
from projector.document import Document, Status, surface
from projector.errors import CorpusError, Problem, counted
from projector.run.outcome import DocumentOutcome
from projector.run.reader import is_run, read_run
from projector.run.verify import Verified, verify_codes, verify_run
from schemas.coding import CODING
from schemas.manifest import MANIFEST, PROJECTIONS_FOLDER

_HINT = "It is none of a run's files: remove it, if you did not put it there"


def verify(path: Path) -> Verified:
    """Verify a collection's run, begun or finished; a run of `projector project`; or codes.

    Raises:
        CorpusError: It is none of them.
    """
    folder = RunFolder(path)
    if folder.holds_run() or (folder.plan / PLAN_FILE).is_file():
        return verify_collection(folder)
    if (path / MANIFEST).is_file() or (path / PROJECTIONS_FOLDER).is_dir():
        return verify_run(path)
    if (path / CODING).is_file() or (path / "codes.parquet").is_file():
        return verify_codes(path)
    found = "it holds no run and no codes"
    raise CorpusError(Problem(path, None, found, "what -o named for `projector jobs run`"))


def verify_collection(folder: RunFolder) -> Verified:
    """Verify a collection's run: its plan, its shards, and its result and codes if there are."""
    verified = Verified()
    finished = is_run(folder.result)
    plan: CollectionPlan | None = None
    with verified.reading(folder.plan / PLAN_FILE):
        verified.files += 1
        plan = read_plan(folder)
    shards: Sequence[ShardPlan] = ()
    if plan is not None:
        with verified.reading(folder.plan / SHARDS_FILE):
            verified.files += 1
            shards = read_shards(folder, plan)
    if plan is not None and shards:
        _verify_shards(folder, plan, shards, verified, finished=finished)
    else:
        for path in sorted(folder.shards.glob("[0-9]*.parquet")):
            with verified.reading(path):
                verified.files += 1
                sealed_content(path)
    verified.findings += _unknown(folder, plan)
    if folder.result.exists():
        verified.include(verify_run(folder.result))
    if folder.coded.exists():
        verified.include(verify_codes(folder.coded))
    if plan is not None and finished:
        with verified.reading(folder.result):
            if read_run(folder.result).manifest.inputs != tuple(one.files for one in plan.inputs):
                told = "it was made from other inputs than the plan's"
                verified.findings.append(Problem(folder.result / MANIFEST, None, told))
    return verified


def _verify_shards(
    folder: RunFolder,
    plan: CollectionPlan,
    shards: Sequence[ShardPlan],
    verified: Verified,
    *,
    finished: bool,
) -> None:
    fingerprint, missing = plan.fingerprint, 0
    for shard in shards:
        path = folder.shard(shard.shard)
        if not path.exists():
            missing += 1
            if finished:
                told = "it is missing, though the run is finished"
                verified.findings.append(Problem(path, None, told))
            continue
        with verified.reading(path):
            verified.files += 1
            facts = read_facts(path, whole=True)
            if (facts.fingerprint, facts.shard) != (fingerprint, shard.shard):
                told = f"it is shard {facts.shard} of the plan {facts.fingerprint}"
                expected = f"shard {shard.shard} of {fingerprint}"
                hint = "`projector jobs run` does it again"
                verified.findings.append(Problem(path, None, told, expected, hint))
            if facts.documents != shard.tasks:
                told = counted(facts.documents, "document")
                verified.findings.append(Problem(path, None, told, f"{shard.tasks}, as planned"))
            for outcome in read_outcomes(path):
                verified.findings += _untrue(outcome, path)
    if not finished:
        done = f"{len(shards) - missing} of {counted(len(shards), 'shard')}"
        verified.remarks.append(f"{folder.path}: the run is not finished, it has {done}")


def _untrue(outcome: DocumentOutcome, path: Path) -> Iterator[Problem]:
    """Yield what an outcome says of its translation, or source, and that is not there."""
    target = outcome.target or Document("", outcome.language, "")
    for document in (target, outcome.original or Document("", "", "")):
        for mention in document.mentions:
            if mention.end > len(document.text):
                told = f"{document.name}: {mention.id} ends at {mention.end}"
                yield Problem(path, None, told, f"{len(document.text)} characters at most")
    for told_of in outcome.mentions:
        there = surface(told_of.fragments, target.text)
        if told_of.status is Status.PROJECTED and there != told_of.text:
            told = f"{target.name}: {told_of.mention_id} is said to be {told_of.text!r}"
            yield Problem(path, None, told, f"{there!r}, as the text has")


def _unknown(folder: RunFolder, plan: CollectionPlan | None) -> Iterator[Problem]:
    """Yield what is none of the run's files; its logs and what is temporary are not looked at."""
    known = {folder.plan / PLAN_FILE, folder.plan / SHARDS_FILE}
    if plan is None:
        known.update(folder.shards.glob("[0-9]*.parquet"))
    else:
        known.update(map(folder.shard, range(plan.shards)))
    passed = {folder.logs, folder.progress(0).parent, folder.result, folder.coded}
    for parent in (folder.path, folder.plan, folder.shards):
        for path in sorted(parent.iterdir()) if parent.is_dir() else ():
            ours = path in known or path in passed or path in (folder.plan, folder.shards)
            if not ours and path.name[0] != ".":
                yield Problem(path, None, "it is unknown", hint=_HINT)
