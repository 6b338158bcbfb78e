"""Measure all that is to be known of a GPU in one run of some minutes, part by part.

Each part is given its share of the time that is left, and is left out, with the reason, where that
doesn't suffice; what was measured is written after each, so that a run that is cut keeps it.
"""

from __future__ import annotations

import os
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from jobs.research.gpu_report import write_report
from projector.errors import ProjectorError
from projector.settings import DEFAULT_MODEL

if TYPE_CHECKING:
    from jobs.research.gpu_workers import Setup, Work
    from projector.models.transformer_encoder import TransformerEncoder

TARGETS = ("cs", "en", "it", "nl", "ro", "sv")
COLLECTION = 30_000  # documents: the shared task's background collection
_MARGIN = 15.0  # seconds kept for ending
_LARGE = {"layers": 24, "width": 1024, "positions": 8192, "heads": 16}  # BGE-M3's
_SMALL = {"layers": 2, "width": 32, "positions": 512, "heads": 4}


@dataclass(slots=True)
class Session:
    """What is measured with, and what came of it so far.

    Args:
        device: `cuda`, or `cpu` to try the command.
        tiny: Whether everything is as small as can be.
        model, tagger: The default encoder and tagger, or folders with them.
        samples: The folder of the sample corpora.
        output: Where the report is written.
        folder: For what is made on the way.
        ends: When it must be done, by the monotonic clock.
        told: What was measured, by part.
        seconds: What each part took.
    """

    device: str
    tiny: bool
    model: str
    tagger: str
    samples: Path
    output: Path
    folder: Path
    ends: float
    told: dict[str, Any] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def left(self) -> float:
        """Return the seconds that are left to measure in."""
        return self.ends - time.monotonic() - _MARGIN * (not self.tiny)

    @property
    def precision(self) -> str:
        """Return what is measured in: that of GPUs."""
        return "fp32" if self.device == "cpu" else "bf16"

    def encoder(
        self, model: str | None = None, *, device: str | None = None, precision: str | None = None
    ) -> TransformerEncoder:
        """Load an encoder."""
        from projector.models import load
        from projector.models.transformer_encoder import TransformerEncoder

        encoder = load(
            model or self.model,
            device=device or self.device,
            precision=precision or self.precision,  # type: ignore[arg-type]
        )
        assert isinstance(encoder, TransformerEncoder)
        return encoder

    def texts(self) -> list[str]:
        """Return the sample documents' texts."""
        paths = sorted(self.samples.glob("*/*.txt"))
        return [path.read_text(encoding="utf-8") for path in paths[: 4 if self.tiny else None]]

    def large(self) -> str:
        """Return the folder of the random encoder of BGE-M3's shape, made when first asked for."""
        from jobs.research.random_model import write_random_model

        folder = self.folder / "large"
        if not folder.exists():
            shape = _SMALL if self.tiny else _LARGE
            words = Path(self.model) if Path(self.model).is_dir() else None
            write_random_model(folder, like=words, **shape)
        return str(folder)


@dataclass(frozen=True, slots=True)
class Part:
    """A measurement.

    Args:
        name: In the report.
        least: Seconds that it takes at least; with fewer it isn't begun.
        share: Of the time that is left when it begins.
        run: Measures, within some seconds, and returns what is told.
    """

    name: str
    least: float
    share: float
    run: Callable[[Session, float], Any]


def run_parts(session: Session, parts: Sequence[Part]) -> None:
    """Measure part after part, and write the report after each."""
    for part in parts:
        seconds = session.left
        begin = time.monotonic()
        if seconds < part.least and not session.tiny:
            session.told[part.name] = f"left out: {seconds:.0f} s are left, {part.least:.0f} needed"
        else:
            try:
                session.told[part.name] = part.run(session, seconds * part.share)
            except Exception as error:
                session.told[part.name] = f"failed: {type(error).__name__}: {error}"
                click.echo(traceback.format_exc(), err=True)
        session.seconds[part.name] = round(time.monotonic() - begin, 1)
        write_report(session.output, session.told, session.seconds)
        click.echo(f"{part.name}: {session.seconds[part.name]} s", err=True)


def machine(session: Session, _: float) -> dict[str, Any]:
    """Say what is measured on, and what a large product and a large copy reach there."""
    import platform

    import torch

    from jobs.research.gpu_passes import copy_speed, matrix_peak

    device = torch.device(session.device)
    cuda = device.type == "cuda"
    dtype = torch.bfloat16 if cuda else torch.float32
    return {
        "device": torch.cuda.get_device_name() if cuda else platform.processor() or "cpu",
        "memory, MiB": torch.cuda.get_device_properties(0).total_memory // 2**20 if cuda else 0,
        "processors": os.cpu_count(),
        "torch": torch.__version__,
        "python": platform.python_version(),
        "peak, TFLOP/s": matrix_peak(device, dtype, size=256 if session.tiny else 8192) / 1e12,
        "copy, GB/s": copy_speed(device, size=10_000 if session.tiny else 2**29) / 1e9,
    }


def spans(session: Session, seconds: float) -> dict[str, Any]:
    """Count the mentions placed otherwise than by the processor in fp32, by precision."""
    from jobs.research.gpu_passes import same_in_company, span_differences

    deadline = time.monotonic() + seconds
    exact = _projected(session, "cpu", "fp32", gather=False)
    told: dict[str, Any] = {}
    for precision in dict.fromkeys(("fp32", session.precision)):
        for gather in (True, False):
            if time.monotonic() > deadline and told:
                continue
            done = _projected(session, session.device, precision, gather=gather)
            how = "gathered" if gather else "one by one"
            told[f"{precision}, {how}"] = span_differences(exact, done)
    told["alone and in company"] = same_in_company(session.encoder(), session.texts())
    return told


def _projected(session: Session, device: str, precision: str, *, gather: bool) -> list[Any]:
    from projector.run.configure import configure
    from projector.run.plan import plan_run
    from projector.run.project_tasks import project_tasks
    from projector.tagging.tagger import load_tagger
    from schemas.run import RunConfiguration

    encoder = session.encoder(device=device, precision=precision)
    targets = [session.samples / "en", session.samples / "ro"]
    options: dict[str, Any] = {"model": session.model, "tagger": session.tagger}
    run = configure(session.samples / "es", targets, **options)
    assert isinstance(run, RunConfiguration)
    plan = plan_run(run)
    tasks = plan.tasks[: 2 if session.tiny else None]
    tagger = load_tagger(Path(session.tagger), encoder=encoder, device=device)
    return list(project_tasks(tasks, plan, encoder, run, tagger=tagger, gather=gather))


def passes(large: bool) -> Callable[[Session, float], Any]:
    """Return what times an encoder's passes by their size, with and without padding."""

    def run(session: Session, seconds: float) -> dict[str, Any]:
        from jobs.research.gpu_passes import measure_pass

        deadline = time.monotonic() + seconds
        encoder = session.encoder(session.large() if large else None)
        peak = _peak(session)
        sizes = (64, 256) if session.tiny else (16_384, 4096, 1024, 32_768, 8192, 2048, 65_536)
        rows: list[dict[str, Any]] = []
        unmeasured: list[int] = []
        for tokens in sizes:
            for padded in (False, True) if session.device != "cpu" else (False,):
                if time.monotonic() > deadline and rows:
                    unmeasured.append(tokens)
                    continue
                told = measure_pass(encoder, session.texts(), tokens, peak=peak, padded=padded)
                rows.append({**asdict(told), "tokens a second": told.tokens / told.seconds})
        rows.sort(key=lambda row: (row["attention"], row["tokens"]))
        return {"passes": rows, "left out, no time": sorted(set(unmeasured))}

    return run


def _peak(session: Session) -> float:
    measured = session.told.get("machine")
    return measured["peak, TFLOP/s"] * 1e12 if isinstance(measured, dict) else float("nan")


def workers(large: bool) -> Callable[[Session, float], Any]:
    """Return what has 1, 2, 4 and as many workers as processors project at once.

    The last take what time is left: a slice of the collection, read from files and written.
    """

    def run(session: Session, seconds: float) -> dict[str, Any]:
        from jobs.research.gpu_workers import Workers

        deadline = time.monotonic() + seconds
        most = 2 if session.tiny else max(4, os.cpu_count() or 4)
        counts = sorted({1, 2, most} if session.tiny else {1, 2, 4, most})
        told: dict[str, Any] = {"workers": []}
        with Workers(_setup(session, large), most) as several:
            several.ready(300.0 if session.tiny else seconds)
            for count in counts:
                rest = deadline - time.monotonic()
                slot = rest if count == most else min(15.0, rest / (len(counts) + 1))
                if slot < 3 and not session.tiny:
                    told[f"{count} workers"] = f"left out: {rest:.0f} s are left"
                    continue
                done = several.work(count, 3.0 if session.tiny else slot)
                told["workers"].append(summed(count, done))
        fastest = max((row["pairs a second"] for row in told["workers"]), default=0.0)
        if fastest:
            hours = COLLECTION * len(TARGETS) / fastest / 3600
            told[f"{COLLECTION} documents x {len(TARGETS)} languages, minutes"] = hours * 60
        return told

    return run


def _setup(session: Session, large: bool) -> Setup:
    from jobs.research.gpu_workers import Setup

    model = session.large() if large else session.model
    return Setup(
        corpora=str(_collection(session)),
        source="es",
        targets=TARGETS[:1] if session.tiny else TARGETS,
        model=model,
        tagger="none" if large else session.tagger,
        device=session.device,
        precision=session.precision,
        gather=True,
    )


def _collection(session: Session) -> Path:
    """Write a collection of the samples' paragraphs, once."""
    from jobs.research.synthetic.generate import sample_passages, write_collection

    folder = session.folder / "collection"
    if not folder.exists():
        languages = ["es", *(TARGETS[:1] if session.tiny else TARGETS)]
        write_collection(
            sample_passages(session.samples, languages),
            folder,
            documents=4 if session.tiny else 800,
            languages=languages,
            paragraphs=(1, 2) if session.tiny else (4, 8),
        )
    return folder


def summed(count: int, done: Sequence[Work]) -> dict[str, float]:
    """Return what some workers did at once, as sums and means."""
    seconds = max(one.seconds for one in done)
    pairs, passed = sum(one.pairs for one in done), sum(one.passes for one in done)
    device = sum(one.device_seconds for one in done)
    return {
        "workers": count,
        "seconds": seconds,
        "pairs": pairs,
        "failed": sum(one.failed for one in done),
        "pairs a second": sum(one.pairs / one.seconds for one in done),
        "documents a second": sum(one.pairs / one.seconds for one in done) / len(TARGETS),
        "tokens a second": sum(one.tokens / one.seconds for one in done),
        "host ms a pair": 1e3 * sum(map(_host_seconds, done)) / max(pairs, 1),
        "device ms a pass": 1e3 * device / max(passed, 1),
        "launch ms a pass": 1e3 * sum(one.launch_seconds for one in done) / max(passed, 1),
        "between passes, ms": 1e3 * (sum(one.seconds for one in done) - device) / max(passed, 1),
        "device memory, MiB": sum(one.memory for one in done),
        "resident a worker, MiB": sum(one.resident for one in done) / len(done),
    }


def _host_seconds(work: Work) -> float:
    """Return the processor's seconds for all but the passes."""
    return work.processor_seconds - work.launch_seconds


PARTS = (
    Part("machine", 10, 1.0, machine),
    Part("spans that differ from the processor's in fp32", 45, 0.25, spans),
    Part("passes of the default", 20, 0.1, passes(large=False)),
    Part("passes of BGE-M3's shape", 45, 0.15, passes(large=True)),
    Part("workers with the default", 60, 0.55, workers(large=False)),
    Part("workers with BGE-M3's shape", 60, 1.0, workers(large=True)),
)


def chosen_parts(names: Sequence[str]) -> Iterator[Part]:
    """Yield the parts whose names contain one of some words; all where there is none."""
    for part in PARTS:
        if not names or any(name in part.name for name in names):
            yield part


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--minutes", default=9.0, show_default=True, help="In which all must be done.")
@click.option("--device", default="cuda", show_default=True)
@click.option("--tiny", is_flag=True, help="As small as can be, to try the command.")
@click.option("--model", default=DEFAULT_MODEL, show_default=True, help="Of `cut_model`, say.")
@click.option("--part", "names", multiple=True, help="Only parts whose name has this in it.")
@click.option(
    "--from",
    "samples",
    default="data_samples/brat",
    show_default=True,
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="The folder of the sample corpora.",
)
@click.option(
    "-o",
    "--output",
    default="gpu",
    show_default=True,
    type=click.Path(path_type=Path),
    help="The folder of the report: gpu.json and gpu.md.",
)
def main(
    minutes: float,
    device: str,
    tiny: bool,
    model: str,
    names: tuple[str, ...],
    samples: Path,
    output: Path,
) -> None:
    """Measure a GPU: speed by pass and by workers, memory, spans, and a collection's time.

    The default encoder and a random one of BGE-M3's shape. Without the default's package, `--model`
    names the folder that `cut_model` wrote.

    \b
    Example:
      python -m jobs.research.gpu --minutes 9 -o figures
    """
    ends = time.monotonic() + 60 * minutes
    tagger = model if Path(model).is_dir() else "clinical"
    with tempfile.TemporaryDirectory() as folder:
        session = Session(device, tiny, model, tagger, samples, output, Path(folder), ends)
        try:
            output.mkdir(parents=True, exist_ok=True)
            run_parts(session, list(chosen_parts(names)))
        except (OSError, ProjectorError) as error:
            raise click.ClickException(str(error)) from error
    click.echo((output / "gpu.md").read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
