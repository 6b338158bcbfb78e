"""Print what a run would do, how long it would take and what it would need."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from projector.cli.options import tell
from projector.cli.output import echo_json, echo_table, listed, say
from projector.cli.sections import option
from projector.errors import counted
from schemas.options import WRITTEN

if TYPE_CHECKING:
    from jobs.dry_run import CollectionDryRun
    from projector.run.dry_run import DryRun, Estimate, LanguageWork, SkippedDocument
    from schemas.manifest import ModelFacts

_TOLD = 20  # of documents of which nothing would come
_GIB = 1024**3

dry_run_option = option(
    "--dry-run",
    section=WRITTEN,
    is_flag=True,
    help="Write nothing: tell what would be done and written, and, by trying some documents for a "
    "few seconds, how long it would take and what memory and disk it would need.",
)


def echo_dry_run(found: DryRun, output: Path, form: str) -> None:
    """Print what `projector project` would do."""
    if form == "json":
        codes = [target.language for target in found.plan.targets]
        echo_json(
            {
                "output": output,
                "dry_run": True,
                "languages": [asdict(one) for one in found.languages],
                "skipped": [asdict(one) for one in found.skipped],
                "model": found.model.model_dump(),
                "files": found.files,
                "estimate": asdict(found.estimate),
                "problems": [asdict(problem) for problem in found.plan.problems],
                "notices": [asdict(notice) for notice in found.plan.notices],
                "unused": dict(zip(codes, found.plan.unused, strict=True)),
            }
        )
        return
    tell_skipped(found.skipped)
    echo_languages(found.languages)
    say(f"by {told_model(found.model)}")
    if found.tagger:
        say(found.tagger)
    say(f"would write to {output}: {told_files(found.files)}")
    echo_estimate(found.estimate)


def echo_dry_collection(found: CollectionDryRun, output: Path, form: str) -> None:
    """Print what `projector jobs run` would do."""
    plan = found.plan
    if form == "json":
        echo_json(
            {
                "output": output,
                "dry_run": True,
                "documents": plan.documents,
                "shards": plan.shards,
                "shards_done": found.shards_done,
                "finished": found.finished,
                "workers": None if found.pool is None else asdict(found.pool),
                "languages": [asdict(one) for one in found.languages],
                "skipped": [asdict(one) for one in found.skipped],
                "model": plan.model.model_dump(),
                "files": found.files,
                "estimate": None if found.estimate is None else asdict(found.estimate),
                "problems": [asdict(problem) for problem in plan.problems],
                "notices": [asdict(notice) for notice in plan.notices],
                "unused": plan.unused,
            }
        )
        return
    tell(f"skipped: {problem}" for problem in plan.problems)
    tell_skipped(found.skipped)
    echo_languages(found.languages)
    say(f"by {told_model(plan.model)}")
    done = counted(found.shards_done, "is", "are")
    say(f"{counted(plan.shards, 'shard')}, of which {done} done")
    if found.finished:
        say("the run is finished already: nothing is left to do")
        return
    if found.pool is not None:
        workers = counted(found.pool.workers, "worker, with", "workers, each with")
        say(f"{workers} {counted(found.pool.threads, 'thread')}")
    if found.files:
        say(f"would write to {output}/result: {told_files(found.files)}")
    if found.estimate is None:
        tell([f"no {plan.device} is here to measure on: run it on a machine that has one"])
        return
    echo_estimate(found.estimate)


def tell_skipped(skipped: Sequence[SkippedDocument]) -> None:
    """Say which documents would fail, and why; those without a translation are told before."""
    failed = [one for one in skipped if one.status != "unpaired"]
    tell(f"would fail: {one.document} in {one.language}: {one.reason}" for one in failed[:_TOLD])
    if len(failed) > _TOLD:
        tell([f"would fail: {counted(len(failed) - _TOLD, 'more document')}; see --format json"])


def echo_languages(languages: Iterable[LanguageWork]) -> None:
    """Print what would be done in each language."""
    echo_table(
        ["language", "documents", "projected", "unpaired", "failing", "mentions", "projected"],
        [
            [
                *(one.language, one.documents, one.tried, one.unpaired, one.failed),
                *(one.mentions, one.mentions_tried),
            ]
            for one in languages
        ],
    )


def told_model(model: ModelFacts) -> str:
    """Return a model, and how it would compute, in words."""
    layer = "" if model.layer is None else f", layer {model.layer}"
    by = "by sentence" if model.granularity == "sentence" else "in windows"
    window = "" if model.window is None else f", {by} of {model.window} tokens at most"
    return f"{model.name}{layer}{window}, {model.precision} on {model.device}"


def told_files(files: Sequence[str]) -> str:
    """Return names of files in words, those of a folder together."""
    folders: dict[str, int] = {}
    plain = []
    for name in files:
        folder, _, rest = name.rpartition("/")
        if folder and rest:
            folders[f"{folder}/"] = folders.get(f"{folder}/", 0) + 1
        elif folder:
            folders[f"{folder}/"] = 0
        else:
            plain.append(name)
    several = [
        f"{folder} ({counted(number, 'table')})" if number else f"{folder} (two files a document)"
        for folder, number in folders.items()
    ]
    return listed([*plain, *several], most=100)


def echo_estimate(estimate: Estimate) -> None:
    """Print how long it would take, and what it would need."""
    span = f"{about(estimate.least)} to {about(estimate.most)}"
    tried = counted(estimate.sampled, "text")
    say(
        f"about {about(estimate.seconds)} ({span}), {about(estimate.project)} of it projecting: "
        f"measured by {tried} of {estimate.texts} in {estimate.measured:.1f} s"
    )
    if estimate.memory is not None:
        more = "" if estimate.longest else "; the longest document was not tried: it may need more"
        say(f"about {estimate.memory:.0f} MiB of memory{more}")
    say(
        f"about {size(estimate.disk)} of disk, {size(estimate.disk_at_work)} while at work; "
        f"{size(estimate.free)} are free"
    )
    if estimate.disk_at_work > estimate.free:
        tell(["there is not enough room for it; make room, or write elsewhere: --output"])


def about(seconds: float) -> str:
    """Return a duration as roughly as it is known: two figures."""
    if seconds < 100:
        return f"{_two_figures(seconds):g} s"
    if seconds < 100 * 60:
        return f"{_two_figures(seconds / 60):g} min"
    return f"{_two_figures(seconds / 3600):g} h"


def _two_figures(value: float) -> float:
    if value <= 0:
        return 0.0
    return round(value, 1 - math.floor(math.log10(value)))


def size(number: int) -> str:
    """Return a number of bytes as people say it."""
    if number < 0.1 * _GIB:
        return f"{number / 1024**2:.1f} MiB"
    return f"{number / _GIB:.1f} GiB"
