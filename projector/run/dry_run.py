"""Tell what a run would do, how long it would take and what it would need; write nothing."""

from __future__ import annotations

import os
import shutil
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from projector.corpus.labels import unused_names
from projector.document import Status
from projector.errors import OutputError
from projector.run.plan import Plan, input_files, plan_run
from projector.run.planned_tasks import PlannedTask, by_text, planned_tasks
from projector.run.project_corpus import carry_out
from projector.run.reporter import SILENT, Reporter
from projector.run.sample_size import SampleSize, sample_size, scaled
from projector.run.sample_time import TimedSample, timed_sample
from projector.storage.clock import Clock
from projector.tagging.tagger_folder import describe_tagger
from schemas.manifest import LOG, MANIFEST, ModelFacts
from schemas.run import RunConfiguration, TaggingConfiguration

if TYPE_CHECKING:
    from projector.models.encoder import Encoder
    from projector.run.configure import AnyPath
    from projector.tagging.tagger import Tagger

_MIB = 1024**2
_BLOCK = 4096  # bytes, where the system doesn't tell
_BESIDE = (MANIFEST, LOG, "problems.tsv")  # what a run writes beside its tables


@dataclass(frozen=True, slots=True)
class LanguageWork:
    """What would be done in a language.

    Args:
        language: Its code, as the user wrote it.
        documents: Source documents.
        tried: Those that would be projected, or tagged.
        unpaired: Those without a translation.
        failed: Those that would fail, as far as reading tells.
        unused: Translations that translate nothing.
        mentions: Of the source.
        mentions_tried: Those of documents that would be projected.
        characters: Of the texts that would be written.
    """

    language: str
    documents: int
    tried: int
    unpaired: int
    failed: int
    unused: int
    mentions: int
    mentions_tried: int
    characters: int


@dataclass(frozen=True, slots=True)
class SkippedDocument:
    """A document of which nothing would come, and why."""

    language: str
    document: str
    status: str
    reason: str


@dataclass(frozen=True, slots=True)
class Estimate:
    """How long a run would take, and what it would need.

    Args:
        seconds: In all.
        least, most: Between these, by what was measured.
        project: Seconds of these for encoding and projecting.
        sampled, texts: How many source texts were tried for it, of how many.
        measured: Seconds that they took.
        memory: MiB, of all processes; None where the system doesn't tell.
        longest: Whether the longest document was tried: else it may need more memory.
        disk: Bytes of the result.
        disk_at_work: Bytes at most, while the run is at work.
        free: Bytes that are free where it would be written.
    """

    seconds: float
    least: float
    most: float
    project: float
    sampled: int
    texts: int
    measured: float
    memory: float | None
    longest: bool
    disk: int
    disk_at_work: int
    free: int


@dataclass(frozen=True, slots=True)
class DryRun:
    """What a run would do, and need.

    Args:
        plan: The run's.
        languages: What would be done in each.
        skipped: The documents of which nothing would come.
        model: What would encode.
        tagger: What would be said of its tagger; empty where there is none.
        files: What would be written, within the run's folder; a folder of many files ends in `/`.
        estimate: What it would take.
    """

    plan: Plan
    languages: tuple[LanguageWork, ...]
    skipped: tuple[SkippedDocument, ...]
    model: ModelFacts
    tagger: str
    files: tuple[str, ...]
    estimate: Estimate

    @property
    def lossy(self) -> bool:
        """Tell whether it is known already that the run would end with losses."""
        return bool(self.skipped or self.plan.problems)


@dataclass(frozen=True, slots=True)
class Trial:
    """What was measured of a run by some of its documents.

    Args:
        sample: Their time.
        size: What the files of the whole run take.
        memory: MiB that this process had at most; None where the system doesn't tell.
    """

    sample: TimedSample
    size: SampleSize
    memory: float | None


def dry_run(
    configuration: RunConfiguration,
    output: AnyPath,
    *,
    overwrite: bool = False,
    device: str = "auto",
    reporter: Reporter = SILENT,
) -> DryRun:
    """Plan a run, load its models, try some of its documents, and say what all would take.

    Args:
        configuration, output, overwrite, device: As `run_configuration` takes them.
        reporter: Is told what happens.

    Raises:
        ProjectorError: Whatever the run itself would raise before its last document is done, of
            the documents that are tried.
    """
    from projector.run.models import check_models, load_models, model_facts
    from projector.run.writer import check_output

    output = Path(output)
    check_output(output, overwrite=overwrite)
    check_models(configuration)
    room = check_room(output)
    clock = Clock()
    plan = plan_run(configuration)
    reporter.planned(plan)
    for remark in unused_names(configuration.labels or {}, plan.labels):
        reporter.told(remark)
    input_files(plan)
    clock.stop("plan")
    planned = planned_tasks(plan, max_characters=configuration.max_characters)
    clock.stop("survey")
    encoder, tagger = load_models(configuration, device)
    clock.stop("load")
    trial = tried(planned, planned, plan, configuration, encoder, tagger, block=room.block)
    once = clock.seconds["plan"] + clock.seconds["load"]
    return DryRun(
        plan,
        language_works(planned, plan),
        skipped_documents(planned),
        model_facts(encoder, tagger),
        "" if tagger is None else describe_tagger(configuration, tagger.encoder is encoder),
        written_files(trial.size, planned),
        _estimate(trial, planned, once, room),
    )


def _estimate(trial: Trial, planned: Sequence[PlannedTask], once: float, room: Room) -> Estimate:
    sample, size = trial.sample, trial.size
    project = sample.each * sum(one.work for one in planned)
    fixed = once + sample.first + size.seconds
    disk = size.tables + size.reviewed
    return Estimate(
        seconds=fixed + project,
        least=fixed + project * max(0.0, 1 - sample.error),
        most=fixed + project * (1 + sample.error),
        project=project,
        sampled=sample.texts,
        texts=sample.of,
        measured=sample.seconds,
        memory=trial.memory,
        longest=sample.with_longest,
        disk=disk,
        disk_at_work=disk + size.spool,
        free=room.free,
    )


def tried(
    left: Sequence[PlannedTask],
    planned: Sequence[PlannedTask],
    plan: Plan,
    configuration: RunConfiguration | TaggingConfiguration,
    encoder: Encoder,
    tagger: Tagger | None,
    *,
    block: int,
) -> Trial:
    """Try some of a run's documents, and return what was measured.

    Args:
        left: The tasks to choose from.
        planned: All tasks: of these sizes are told.
        plan, configuration, encoder, tagger: As `carry_out` takes them.
        block: See `sample_size`.
    """
    sample = timed_sample(
        list(by_text(left)),
        lambda tasks: list(carry_out(tasks, plan, configuration, encoder, tagger)),
    )
    projects = isinstance(configuration, RunConfiguration)
    part = sample_size(
        sample.outcomes,
        {one.language: set(plan.labels) for one in planned},
        block=block,
        projects=projects,
        audits=isinstance(configuration, RunConfiguration) and configuration.audit,
    )
    of_sample, of_all = _written(sample.tried), _written(planned)
    size = scaled(
        part,
        characters=of_all[0] / of_sample[0] if of_sample[0] else 1.0,
        documents=of_all[1] / of_sample[1] if of_sample[1] else 1.0,
    )
    return Trial(sample, size, most_memory())


def _written(planned: Sequence[PlannedTask]) -> tuple[int, int]:
    """Return how many characters, and texts, tasks write."""
    return sum(one.written for one in planned), sum(bool(one.work) for one in planned)


def language_works(planned: Sequence[PlannedTask], plan: Plan) -> tuple[LanguageWork, ...]:
    """Return what would be done in each language, in the targets' order."""
    unused = {
        target.language: len(names) for target, names in zip(plan.targets, plan.unused, strict=True)
    }
    languages = list(unused) or sorted({one.language for one in planned})
    return tuple(
        _language_work(language, [one for one in planned if one.language == language], unused)
        for language in languages
    )


def _language_work(
    language: str, planned: Sequence[PlannedTask], unused: Mapping[str, int]
) -> LanguageWork:
    statuses = Counter(one.status for one in planned)
    return LanguageWork(
        language,
        documents=len(planned),
        tried=statuses[Status.PROJECTED],
        unpaired=statuses[Status.UNPAIRED],
        failed=statuses[Status.FAILED],
        unused=unused.get(language, 0),
        mentions=sum(one.mentions for one in planned),
        mentions_tried=sum(one.mentions for one in planned if one.status is Status.PROJECTED),
        characters=sum(one.written for one in planned),
    )


def skipped_documents(planned: Sequence[PlannedTask]) -> tuple[SkippedDocument, ...]:
    """Return the documents of which nothing would come, sorted."""
    return tuple(
        SkippedDocument(language, document, status, reason)
        for language, document, status, reason in sorted(
            (one.language, one.task.source, one.status.value, one.reason)
            for one in planned
            if one.status is not Status.PROJECTED
        )
    )


def written_files(size: SampleSize, planned: Sequence[PlannedTask]) -> tuple[str, ...]:
    """Return what a run would write, within its folder."""
    reviewed = {f"brat/{one.language}/" for one in planned if one.work}
    return tuple(sorted({*_BESIDE, *size.files, *reviewed}))


@dataclass(frozen=True, slots=True)
class Room:
    """What there is of a disk: bytes that are free, and those that a file takes at least."""

    free: int
    block: int


def check_room(output: Path) -> Room:
    """Return what room there is where a folder would be made.

    Raises:
        OutputError: It can't be made there.
    """
    parent = next(one for one in output.absolute().parents if one.exists())
    if not (parent.is_dir() and os.access(parent, os.W_OK | os.X_OK)):
        raise OutputError(f"{output}: can't be written: {parent} allows nobody to write there")
    block = os.statvfs(parent).f_frsize if hasattr(os, "statvfs") else _BLOCK
    return Room(shutil.disk_usage(parent).free, block or _BLOCK)


def most_memory() -> float | None:
    """Return the most memory that this process has had, in MiB; None where nobody tells."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    counted_in = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * counted_in / _MIB
