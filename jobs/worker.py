"""Work on shards: one model, one shard after the other, each committed whole or not at all."""

from __future__ import annotations

import json
import os
import platform
import time
import traceback
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from jobs.folder import RunFolder
from jobs.plan import CollectionPlan, read_plan
from jobs.shard_file import ShardFacts, write_shard
from jobs.shard_work import read_lengths, read_work
from projector.errors import ConfigurationError, ModelError
from schemas.validation import differences

if TYPE_CHECKING:
    from projector.models.encoder import Encoder
    from projector.run.outcome import DocumentOutcome
    from projector.run.plan import Plan, Task
    from projector.tagging.tagger import Tagger
    from schemas.manifest import ModelFacts

# Modules that are imported with the first document.
_LATER = ("projector.pipeline", "projector.run.audit_task", "projector.run.project_corpus")


class ShardWorker:
    """Hold a model and work on a run's shards.

    Args:
        path: The run's folder, as this machine sees it.
        threads: Of the processor, for the model.
    """

    def __init__(self, path: str, threads: int) -> None:
        self._folder = RunFolder(Path(path))
        self._threads = threads
        self._plan: CollectionPlan | None = None
        self._encoder: Encoder | None = None
        self._tagger: Tagger | None = None

    def load(self) -> None:
        """Load the model that the plan names.

        Raises:
            ConfigurationError: This machine can't compute as the plan says.
            ModelError: The model can't be loaded here, or is another here than it was when
                planning.
        """
        import torch

        from projector.models.memory import give_back_memory
        from projector.run.models import load_models, model_facts, with_precision

        torch.set_num_threads(self._threads)
        plan = read_plan(self._folder)
        os.chdir(plan.directory)
        _check_machine(plan)
        encoder, tagger = load_models(with_precision(plan.run, plan.precision), plan.device)
        _check_model(plan, model_facts(encoder, tagger))
        self._plan, self._encoder, self._tagger = plan, encoder, tagger
        give_back_memory()  # of weights in a precision that nobody computes in

    def get_ready(self) -> None:
        """Load, too, what comes with a worker's first documents, for its forks to share."""
        from projector.models.embedded.vocabulary import VocabularyTokenizer

        for name in _LATER:
            import_module(name)
        tokenizer = getattr(self._encoder, "tokenizer", None)
        if isinstance(tokenizer, VocabularyTokenizer):
            tokenizer.expect_many()

    def run(self, shard: int, attempt: int, fatal: Mapping[int, str]) -> ShardFacts:
        """Work on a shard and commit it.

        Args:
            shard: Its number.
            attempt: Which try it is, from 1.
            fatal: Tasks, by their number in the shard, that killed workers before, each with what
                is known of it: they fail without being tried again.

        Raises:
            OutputError: The shard can't be written.
        """
        assert self._plan is not None and self._encoder is not None
        work = read_work(self._folder, self._plan, shard)
        started = time.monotonic()
        lengths = read_lengths(self._folder, self._plan, shard)
        with _ShardLog(self._folder, shard, lengths) as log:
            log.line(f"try {attempt} on {platform.node()}, process {os.getpid()}")
            try:
                facts = write_shard(
                    self._folder.shard(shard),
                    self._outcomes(work, fatal, log, gather=None if attempt == 1 else False),
                    fingerprint=self._plan.fingerprint,
                    shard=shard,
                )
            except BaseException:
                log.line(f"given up:\n{traceback.format_exc().rstrip()}")
                raise
            seconds = time.monotonic() - started
            log.line(f"done: {facts.documents} documents, {facts.failed} failed, {seconds:.1f} s")
        return facts

    def _outcomes(
        self, work: Plan, fatal: Mapping[int, str], log: _ShardLog, *, gather: bool | None
    ) -> Iterator[DocumentOutcome]:
        """Yield what became of a shard's tasks.

        Where a worker died before, documents aren't read ahead: what is told to be in work must be
        what kills.
        """
        from projector.run.project_corpus import carry_out, fail_task

        assert self._plan is not None and self._encoder is not None
        tried = _told(work.tasks, fatal, log)
        run = self._plan.run
        outcomes = carry_out(tried, work, run, self._encoder, self._tagger, gather=gather)
        for number, task in enumerate(work.tasks):
            reason = fatal.get(number)
            outcome = fail_task(task, work, reason) if reason else next(outcomes)
            if outcome.failed:
                log.line(f"{outcome.source} in {outcome.language} failed: {outcome.reason}")
            yield outcome


def _check_machine(plan: CollectionPlan) -> None:
    """Refuse a machine that would compute otherwise than the plan says."""
    import torch

    from projector.models.devices import refuse_int8, resolve_device, resolve_precision

    if plan.model.device != plan.device:  # a model without weights computes anywhere
        return
    try:
        device = resolve_device(plan.device)
        native = resolve_precision("auto", device)
        if plan.precision == "int8":
            refuse_int8(device, measured=True)
    except ConfigurationError as error:
        raise _unfit(plan, str(error)) from error
    if plan.device == "cuda" and plan.precision == "bf16" and native != "bf16":
        name = torch.cuda.get_device_name()
        raise _unfit(plan, f"{name} computes in {native}, and could only emulate bf16")


def _unfit(plan: CollectionPlan, reason: str) -> ConfigurationError:
    return ConfigurationError(
        f"{platform.node()}: {reason}; expected {plan.device} and {plan.precision}, as the plan "
        "says, on every machine that takes part. Leave this one out; or begin anew with "
        "--overwrite, and --precision fp32 or --gpus-per-worker 0 as its machines allow"
    )


def _check_model(plan: CollectionPlan, here: ModelFacts) -> None:
    """Refuse a model that is not the plan's in all that its vectors depend on."""
    told = "; ".join(differences(plan.model.model_dump(), here.model_dump()))
    if told:
        raise ModelError(
            f"{plan.model.name}: on {platform.node()} it is another model than the plan's "
            f"({told}); expected the same weights, layer, precision and device on every machine"
        )


def _told(tasks: Sequence[Task], fatal: Collection[int], log: _ShardLog) -> Iterator[Task]:
    """Pass on the tasks to try, telling which is in work: should the process die, it was that."""
    for number, task in enumerate(tasks):
        if number not in fatal:
            log.at(number, task)
            yield task


class _ShardLog:
    """Tell what happens to a shard: lines for people, and how far it is.

    Args:
        folder: The run's.
        shard: Its number.
        lengths: Characters of each of its tasks.
    """

    def __init__(self, folder: RunFolder, shard: int, lengths: Sequence[int]) -> None:
        self._log = folder.log(shard).open("a", encoding="utf-8", buffering=1)
        self._progress = folder.progress(shard)
        self._lengths = lengths
        self._started = time.time()
        self._clock = time.monotonic()

    def __enter__(self) -> _ShardLog:
        self._progress.unlink(missing_ok=True)
        return self

    def __exit__(self, *_: object) -> None:
        self._log.close()
        with suppress(OSError):
            self._progress.unlink(missing_ok=True)

    def line(self, text: str) -> None:
        """Append a line."""
        with suppress(OSError):  # a full disk shows when committing
            self._log.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {text}\n")

    def at(self, number: int, task: Task) -> None:
        """Tell which task is begun, and what was done in which time."""
        content = {
            "task": number,
            "tasks": len(self._lengths),
            "characters": sum(self._lengths[:number]),
            "current": self._lengths[number],
            "seconds": time.monotonic() - self._clock,
            "document": task.source,
            "host": platform.node(),
            "pid": os.getpid(),
            "started": self._started,
        }
        temporary = self._progress.with_suffix(f".{os.getpid()}")
        with suppress(OSError):
            temporary.write_text(json.dumps(content), encoding="utf-8")
            temporary.replace(self._progress)
