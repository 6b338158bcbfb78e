"""Show where the time of whole runs goes, stage by stage, in this process on one thread."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import wraps
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from projector.corpus.formats.brat_write import write_brat
from projector.corpus.formats.gold_jsonl import read_pairs
from projector.settings import DEFAULT_MODEL, Precision
from projector.storage.file_names import language_name
from schemas.manifest import read_manifest

ENCODING, LOADING, REST = "encoding", "loading", "the rest"
# The functions whose time is a stage's, less that of other stages within, where they are called.
STAGES: Mapping[str, Sequence[str]] = {
    "reading": (
        "projector.run.project_corpus:plan_run",
        "projector.run.project_corpus:input_files",
        "projector.run.plan:Plan.read_source",
        "projector.run.project_tasks:_pair",
    ),
    LOADING: ("projector.run.models:load_models",),
    "tokenising": (
        "projector.models.encoder:CachedEncoder.tokenize",
        "projector.models.transformer_encoder:TransformerEncoder.tokenize",
    ),
    ENCODING: ("projector.models.encoder:CachedEncoder.encode",),
    "aligning": ("projector.pipeline:align_pair",),
    "decoding": (
        "projector.pipeline:weigh_aligned",
        "projector.pipeline:project_weighed",
        "projector.decode.verdicts:claimed_spans",
    ),
    "verdicts": ("projector.pipeline:verdicts",),
    "tagging": ("projector.tagging.tagger:Tagger.evidence",),
    "audit": ("projector.run.project_tasks:_audited",),
    "writing": (
        "projector.run.writer:RunWriter.put",
        "projector.run.writer:RunWriter.finish",
        "projector.storage.atomic_folder:put_in_place",
    ),
}


@dataclass(slots=True)
class StageClock:
    """Processor seconds by stage; while one is within another, only the inner one's clock runs.

    Args:
        seconds: Spent so far.
        open: The stages that have begun, the innermost last.
        since: When the innermost went on.
    """

    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    open: list[str] = field(default_factory=list)
    since: float = 0.0

    @contextmanager
    def within(self, stage: str) -> Iterator[None]:
        """Count the block's time as a stage's."""
        self._turn()
        self.open.append(stage)
        try:
            yield
        finally:
            self._turn()
            self.open.pop()

    def _turn(self) -> None:
        now = time.process_time()
        if self.open:
            self.seconds[self.open[-1]] += now - self.since
        self.since = now

    def timed(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function whose time is counted as a stage's."""

        @wraps(function)
        def counted(*arguments: object, **options: object) -> object:
            with self.within(stage):
                return function(*arguments, **options)

        return counted


def named(path: str) -> tuple[Any, str]:
    """Return what holds a function, and the function's name in it, from `module:Class.function`."""
    module, _, inner = path.partition(":")
    *holders, name = inner.split(".")
    holder: Any = import_module(module)
    for part in holders:
        holder = getattr(holder, part)
    return holder, name


@contextmanager
def clocked(clock: StageClock) -> Iterator[None]:
    """Time all stages in the block."""
    with ExitStack() as stack:
        for stage, paths in STAGES.items():
            for holder, name in map(named, paths):
                function = getattr(holder, name)
                setattr(holder, name, clock.timed(stage, function))
                stack.callback(setattr, holder, name, function)
        yield


def corpora_of(gold: Sequence[Path], root: Path, *, limit: int | None) -> list[list[Path]]:
    """Write gold sets as BRAT: for each corpus its source's folder, then its targets'.

    Sets of one name but for the target's language are one corpus, whose source is read once.

    Args:
        gold: Files `{corpus}_{source}-{target}.jsonl`.
        root: The folder to write to.
        limit: Documents of each set at most.
    """
    folders: dict[str, list[Path]] = {}
    for path in gold:
        corpus = path.stem.rpartition("-")[0]
        for pair in read_pairs(path, limit=limit):
            for document in (pair.source, pair.target):
                folder = root / corpus / language_name(document.language)
                write_brat(document, folder)
                known = folders.setdefault(corpus, [])
                if folder not in known:
                    known.append(folder)
    return list(folders.values())


def measured(
    corpora: Sequence[Sequence[Path]], clock: StageClock, output: Path, **options: object
) -> int:
    """Project corpora, timed; return how many pairs of documents that were."""
    from projector.run.project_corpus import project_corpus

    pairs = 0
    with clocked(clock), clock.within(REST):
        for number, (source, *targets) in enumerate(corpora):
            path = output / str(number)
            project_corpus(source, targets, path, overwrite=True, **options)  # type: ignore[arg-type]
            pairs += sum(one.translated for one in read_manifest(path).languages)
    return pairs


def table(seconds: Mapping[str, float], *, pairs: int) -> Iterator[str]:
    """Yield the stages' seconds, their share of a run without loading, milliseconds a pair."""
    stages = [stage for stage in (*STAGES, REST) if stage != LOADING]
    total = sum(seconds.get(stage, 0.0) for stage in stages)
    yield f"{'':12}{'seconds':>9}{'share':>8}{'ms/pair':>9}"
    for stage in stages:
        taken = seconds.get(stage, 0.0)
        yield f"{stage:12}{taken:9.2f}{taken / total:8.1%}{1000 * taken / pairs:9.1f}"
    besides = total - seconds.get(ENCODING, 0.0)
    yield f"{'but encoding':12}{besides:9.2f}{besides / total:8.1%}{1000 * besides / pairs:9.1f}"
    loading = seconds.get(LOADING, 0.0)
    yield f"{pairs} pairs of documents, {total:.2f} s, and {loading:.2f} s loading"


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--gold",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Gold sets to project, as JSON lines; instead of the samples.",
)
@click.option("--limit", type=click.IntRange(1), help="Documents of each set at most.")
@click.option("--model", default=DEFAULT_MODEL, show_default=True)
@click.option("--tagger", default="auto", show_default=True)
@click.option("--precision", default="auto", show_default=True)
@click.option("--repeat", default=1, show_default=True, type=click.IntRange(1))
def main(
    gold: tuple[Path, ...],
    limit: int | None,
    model: str,
    tagger: str,
    precision: Precision,
    repeat: int,
) -> None:
    """Time the stages of whole runs over the samples in all languages, or over gold sets.

    Processor seconds with one thread (waiting for a disk isn't among them), after a first run that
    isn't timed; of several rounds each stage's least. A stage's time is its own, less that of other
    stages within.

    \b
    Example:
      python -m jobs.research.stage_profile --gold ../shared/train/clinical6train_es-en.jsonl
    """
    import torch

    torch.set_num_threads(1)
    options: dict[str, object] = {"model": model, "tagger": tagger, "precision": precision}
    with TemporaryDirectory() as temporary:
        samples = [sorted(Path("data_samples/brat").iterdir(), key=lambda path: path.name != "es")]
        corpora = corpora_of(gold, Path(temporary), limit=limit) if gold else samples
        if not corpora:
            raise click.ClickException("the sets hold no documents; there is nothing to time")
        output = Path(temporary) / "out"
        measured([of_one[:2] for of_one in corpora[:1]], StageClock(), output, **options)
        rounds = []
        for _ in range(repeat):
            clock = StageClock()
            pairs = measured(corpora, clock, output, **options)
            rounds.append(clock.seconds)
    least = {stage: min(one[stage] for one in rounds) for stage in (*STAGES, REST)}
    for line in table(least, pairs=pairs):
        click.echo(line)


if __name__ == "__main__":
    main()
