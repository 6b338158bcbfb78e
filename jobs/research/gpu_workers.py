"""Have several processes project a collection at once on one device, and time what each does.

They do what a worker of `projector jobs run` does with a shard (read, encode, align, decode, audit,
write the shard's file), without Ray, which a machine that is only lent may lack.
"""

from __future__ import annotations

import itertools
import multiprocessing
import resource
import tempfile
import time
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from projector.models.transformer_encoder import TransformerEncoder
from projector.run.configure import configure
from projector.run.plan import Plan, Task, plan_run
from projector.storage.file_names import language_name
from schemas.run import RunConfiguration

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    import torch

    from projector.run.outcome import DocumentOutcome
    from projector.tagging.tagger import Tagger
    from projector.text.tokens import TokenizedText

_ENDING = 60.0  # seconds that a worker may take to end beside those it was told to work


@dataclass(frozen=True, slots=True)
class Setup:
    """What workers work with.

    Args:
        corpora: The folder of a collection, a corpus for each language.
        source: The source's language.
        targets: The translations'.
        model, tagger: Folders or names.
        device, precision: Of both.
        gather: Whether documents are encoded many at a time; None: on a GPU.
    """

    corpora: str
    source: str
    targets: tuple[str, ...]
    model: str
    tagger: str
    device: str
    precision: str
    gather: bool | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """What one worker did in a time.

    Args:
        seconds: Wall, from the first task to the last outcome.
        pairs: Documents projected onto one translation each.
        failed: Of these, how many came to nothing.
        tokens: Encoded, of both sides.
        passes: How often the device was given texts to encode.
        device_seconds: That the device encoded; 0 where it can't be told.
        launch_seconds: Of the processor, to give it them; on a processor, to encode.
        processor_seconds: Of the processor, all in all.
        memory: The most that it had of the device's memory, in MiB.
        resident: The most that it had of the machine's, in MiB.
    """

    seconds: float
    pairs: int
    failed: int
    tokens: int
    passes: int
    device_seconds: float
    launch_seconds: float
    processor_seconds: float
    memory: float
    resident: float


@dataclass(frozen=True, slots=True, eq=False)
class TimedEncoder(TransformerEncoder):
    """An encoder that notes how long its passes take."""

    passes: list[tuple[int, float, Any, Any]] = field(default_factory=list)

    @classmethod
    def of(cls, encoder: TransformerEncoder) -> TimedEncoder:
        """Time an encoder."""
        return cls(**{name: getattr(encoder, name) for name in TransformerEncoder.__slots__})

    def started(self, texts: Sequence[TokenizedText]) -> list[torch.Tensor]:
        """Have the device encode texts, timed."""
        import torch

        cuda = self.device.type == "cuda"
        event: Any = torch.cuda.Event
        marks = [event(enable_timing=True) for _ in range(2)] if cuda else []
        begin = time.process_time()
        if cuda:
            marks[0].record()
        vectors = TransformerEncoder.started(self, texts)
        if cuda:
            marks[1].record()
        taken = time.process_time() - begin
        self.passes.append((sum(map(len, texts)), taken, *(marks or (None, None))))
        return vectors

    def device_seconds(self) -> float:
        """Return how long the device encoded, once all is done."""
        return float(sum(one.elapsed_time(other) / 1e3 for *_, one, other in self.passes if one))


class Loaded:
    """A model, its tagger and a plan, ready to work.

    Args:
        setup: What to load.
    """

    def __init__(self, setup: Setup) -> None:
        from projector.models import load
        from projector.tagging.tagger import load_tagger

        root = Path(setup.corpora)
        options: dict[str, Any] = {"on_error": "skip", "model": setup.model}
        encoder = load(setup.model, device=setup.device, precision=setup.precision)  # type: ignore[arg-type]
        assert isinstance(encoder, TransformerEncoder)
        self.setup, self.encoder = setup, TimedEncoder.of(encoder)
        self.tagger: Tagger | None = None
        if setup.tagger != "none":
            self.tagger = load_tagger(
                Path(setup.tagger), encoder=self.encoder, precision="auto", device=setup.device
            )
        targets = [root / language_name(language) for language in setup.targets]
        run = configure(root / setup.source, targets, tagger=setup.tagger, **options)
        assert isinstance(run, RunConfiguration)
        self.run, self.plan = run, plan_run(run)

    def work(self, number: int, of: int, seconds: float) -> Work:
        """Work on every `of`-th source for some seconds, from the first again when all are done."""
        from jobs.shard_file import write_shard
        from projector.run.project_corpus import carry_out

        self.encoder.passes.clear()
        with tempfile.TemporaryDirectory() as folder:
            begin, processor = time.perf_counter(), time.process_time()
            outcomes = carry_out(
                _tasks(self.plan, number, of),
                self.plan,
                self.run,
                self.encoder,
                self.tagger,
                gather=self.setup.gather,
            )
            facts = write_shard(
                Path(folder) / "shard.parquet",
                _until(begin + seconds, outcomes),
                fingerprint="measured",
                shard=number,
            )
            _wait(self.encoder.device)
            ended = time.perf_counter() - begin, time.process_time() - processor
        passes = self.encoder.passes
        return Work(
            ended[0],
            facts.documents,
            facts.failed,
            sum(tokens for tokens, *_ in passes),
            len(passes),
            self.encoder.device_seconds(),
            sum(taken for _, taken, *_ in passes),
            ended[1],
            _device_memory(self.encoder.device),
            resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        )


def _tasks(plan: Plan, number: int, of: int) -> Iterator[Task]:
    """Yield tasks without end: those of every `of`-th source."""
    names = list(dict.fromkeys(task.source for task in plan.tasks))
    mine = set(names[number % len(names) :: of])
    if len(mine) < 2:  # one source's tasks, without end, would be one group
        raise ValueError(f"{len(names)} sources are too few for {of} workers; two each at least")
    return itertools.cycle([task for task in plan.tasks if task.source in mine])


def _until(deadline: float, outcomes: Iterator[DocumentOutcome]) -> Iterator[DocumentOutcome]:
    for outcome in outcomes:
        yield outcome
        if time.perf_counter() > deadline:
            return


def _wait(device: torch.device) -> None:
    import torch

    if device.type == "cuda":
        torch.cuda.synchronize(device)


def _device_memory(device: torch.device) -> float:
    import torch

    return torch.cuda.max_memory_reserved(device) / 2**20 if device.type == "cuda" else 0.0


def serve(connection: Connection, setup: Setup, number: int) -> None:
    """Load, tell so, and work whenever told to, until told nothing; what fails is told."""
    import torch

    torch.set_num_threads(1)
    try:
        loaded = Loaded(setup)
        loaded.work(number, number + 1, 0.0)  # what is done once only is done here
        connection.send("ready")
        while (order := connection.recv()) is not None:
            connection.send(asdict(loaded.work(number, *order)))
    except BaseException:
        connection.send(traceback.format_exc())
        raise


class Workers:
    """Processes that are loaded once and work in any number of them.

    Args:
        setup: What they work with.
        count: How many.
    """

    def __init__(self, setup: Setup, count: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._ends = []
        self._processes = []
        for number in range(count):
            ours, theirs = context.Pipe()
            process = context.Process(target=serve, args=(theirs, setup, number), daemon=True)
            process.start()
            self._ends.append(ours)
            self._processes.append(process)

    def __enter__(self) -> Workers:
        """Return themselves."""
        return self

    def __exit__(self, *_: object) -> None:
        """End them."""
        for process in self._processes:
            process.terminate()
            process.join(10)

    def ready(self, timeout: float) -> None:
        """Wait until all are loaded.

        Raises:
            TimeoutError: They are not in time.
            RuntimeError: One can't be.
        """
        deadline = time.monotonic() + timeout
        for number in range(len(self._ends)):
            told = self._answer(number, deadline)
            if told != "ready":
                raise RuntimeError(f"worker {number}: {told}")

    def work(self, count: int, seconds: float) -> list[Work]:
        """Have the first `count` of them work at once for some seconds; return what each did.

        Raises:
            TimeoutError: One doesn't end.
            RuntimeError: One fails.
        """
        for number in range(count):
            self._ends[number].send((count, seconds))
        deadline = time.monotonic() + seconds + _ENDING
        told = [self._answer(number, deadline) for number in range(count)]
        for number, answer in enumerate(told):
            if not isinstance(answer, dict):
                raise RuntimeError(f"worker {number}: {answer}")
        return [Work(**answer) for answer in told]

    def _answer(self, number: int, deadline: float) -> Any:  # noqa: ANN401
        if not self._ends[number].poll(max(deadline - time.monotonic(), 0.0)):
            raise TimeoutError(f"worker {number} didn't answer in time")
        try:
            return self._ends[number].recv()
        except EOFError:
            return "it ended without a word"
