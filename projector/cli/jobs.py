"""`projector jobs`: collections on Ray."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from projector.cli.options import PATH, configured, renamed, run_options
from projector.cli.output import echo_coded, echo_json, echo_table, exit_code, format_option
from projector.cli.project import echo_summary
from projector.cli.reporter import TerminalReporter, duration

if TYPE_CHECKING:
    from schemas.collection import Collection
    from schemas.run import RunConfiguration, TaggingConfiguration


@click.group("jobs", epilog="Example: projector jobs run es en ro -o run")
def command() -> None:
    """Project a collection on Ray: shard by shard, resumed by itself, nothing lost."""


@command.command("run")
@click.argument("inputs", type=PATH, nargs=-1, required=True)
@click.option("-o", "--output", type=PATH, required=True, help="The run's folder.")
@click.option("--overwrite", is_flag=True, help="Begin anew where a run is there already.")
@click.option(
    "--shard-size",
    type=click.IntRange(min=1),
    help="Source documents a shard, on average.  [default: 64]",
)
@click.option(
    "--workers", type=click.IntRange(min=1), help="One a processor, if not said; four a GPU."
)
@click.option(
    "--threads-per-worker",
    type=click.IntRange(min=1),
    help="Processors are shared out among the workers, if not said.",
)
@click.option(
    "--gpus-per-worker",
    type=click.FloatRange(min=0),
    help="0: on the CPU; parts share a GPU.  [default: 0.25 where there are GPUs]",
)
@click.option("--address", help="Of an existing cluster, like ray://head:10001 or head:6379.")
@click.option(
    "--max-failures", type=click.IntRange(min=0), help="Stop when more documents fail than that."
)
@click.option("--accept-losses", is_flag=True, help="Exit with 0 though mentions are missing.")
@click.option(
    "--codes",
    metavar="PATH|icd10cm",
    help="Code all mentions by this list, too; a TOML file's [coding] can say more.",
)
@click.option("--coder", type=PATH, help="The folder of a trained retriever to code with.")
@run_options
@format_option
def run(
    inputs: tuple[Path, ...],
    output: Path,
    overwrite: bool,
    accept_losses: bool,
    form: str,
    **chosen: Any,  # noqa: ANN401
) -> int:
    """Project a collection, or go on with a run: INPUTS is a TOML file, or a source and targets.

    A source alone is tagged, by the tagger that --tagger names. Finished shards are kept whatever
    happens; the same command goes on where it stopped. Documents that can't be processed are listed
    with their reasons.

    \b
    Examples:
      projector jobs run collection.toml -o run
      projector jobs run es ro -o run --shard-size 64
      projector jobs run es --tagger clinical -o tagged
      projector jobs run es en --codes cie10.tsv -o run
      projector jobs run es en it nl -o run --address ray://head:10001 --gpus-per-worker 0.25
    """
    from jobs.collection import run_collection
    from schemas.run import TaggingConfiguration

    collection, directory = _collection(inputs, chosen)
    with _interruptible(), TerminalReporter() as reporter:
        done = run_collection(
            collection,
            output,
            directory=directory,
            overwrite=overwrite,
            command=sys.argv,
            reporter=reporter,
        )
    summary, result = done.summary, done.folder.result
    failed = sum(one.failed for one in summary.languages)
    tags = isinstance(collection.run, TaggingConfiguration)
    if form == "json":
        echo_json(
            {
                "output": result,
                "documents": done.plan.documents,
                "shards": done.plan.shards,
                "redone": done.redone,
                "failed": failed,
                "languages": [one.model_dump() for one in summary.languages],
                "counts": [one.model_dump() for one in summary.counts],
                "losses": summary.losses,
                **({"tagged": summary.tagged} if tags else {}),
                **({} if done.coded is None else {"coded": done.coded.model_dump()}),
                "problems": [asdict(problem) for problem in done.plan.problems],
                "unused": done.plan.unused,
            }
        )
    else:
        if tags:
            counts = ", ".join(f"{count} {label}" for label, count in summary.tagged.items())
            click.echo(f"{result}: {counts or 'nothing found'}")
        else:
            echo_summary(summary, result)
        if done.coded is not None:
            echo_coded(done.coded)
        if failed:
            click.echo(f"{failed} documents failed: {result}/failed.tsv")
        if done.plan.problems:
            click.echo(f"{len(done.plan.problems)} problems in the source: {result}/problems.tsv")
    return exit_code(bool(summary.losses or done.plan.problems), accepted=accept_losses)


def _collection(inputs: tuple[Path, ...], chosen: dict[str, Any]) -> tuple[Collection, Path]:
    """Return what to run, from a file or from options, and what its paths are relative to."""
    from schemas.coding import LEXICAL, CodingConfiguration
    from schemas.collection import Collection, JobOptions, read_collection

    codes, coder = chosen["codes"], chosen["coder"]
    jobs = {key: chosen.pop(key) for key in JobOptions.model_fields}
    jobs = {key: value for key, value in jobs.items() if value is not None}
    if inputs[0].suffix == ".toml" and not inputs[0].is_dir():
        if len(inputs) > 1:
            raise click.UsageError("give either a TOML file, or a source and its targets")
        said = [key for key in chosen if _is_said(key)]
        if said:
            names = ", ".join(f"--{key.replace('_', '-')}" for key in sorted(said))
            raise click.UsageError(
                f"{names}: say it in {inputs[0]}; only the way of running can "
                "be chosen beside a file"
            )
        collection = read_collection(inputs[0])
        jobs = {**collection.jobs.model_dump(), **jobs}
        changed = collection.model_copy(update={"jobs": JobOptions(**jobs)})
        return changed, inputs[0].parent
    del chosen["codes"], chosen["coder"]
    if coder is not None and codes is None:
        raise click.UsageError("--coder needs --codes: the list that it codes by")
    coding = None
    if codes is not None:
        coding = CodingConfiguration(codes=codes, model=LEXICAL if coder is None else str(coder))
    run: RunConfiguration | TaggingConfiguration
    if len(inputs) > 1:
        run = configured(inputs[0], inputs[1:], on_error="skip", **chosen)
    else:
        run = _tagging(inputs[0], chosen)
    return Collection(run=run, jobs=JobOptions(**jobs), coding=coding), Path()


def _tagging(source: Path, chosen: dict[str, Any]) -> TaggingConfiguration:
    """Return what is asked for where there is a source alone: to tag it."""
    from projector.tagging.tagger_folder import AUTO, NONE, is_tagger
    from schemas.run import CorpusConfiguration, TaggingConfiguration

    tagger, texts = chosen["tagger"], chosen["texts"]
    if str(tagger) in (AUTO, NONE) or not is_tagger(Path(tagger)):
        raise click.UsageError(
            "give a TOML file; a source and at least one target; or a source and --tagger, "
            "a trained one, to tag it"
        )
    return TaggingConfiguration(
        source=CorpusConfiguration(
            path=str(source),
            language=chosen["source_language"],
            texts=None if texts is None else str(texts),
        ),
        tagger=str(tagger),
        precision=chosen["precision"],
        labels=renamed(chosen["labels"], chosen["keep_labels"]),
        on_error="skip",
        max_characters=chosen["max_characters"],
    )


def _is_said(option: str) -> bool:
    context = click.get_current_context()
    return context.get_parameter_source(option) is not click.core.ParameterSource.DEFAULT


@contextmanager
def _interruptible() -> Iterator[None]:
    """End on SIGTERM as on Ctrl-C: schedulers send it before they kill."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    except KeyboardInterrupt:
        click.echo("stopped; finished shards are kept: the same command goes on", err=True)
        raise
    finally:
        signal.signal(signal.SIGTERM, before)


@command.command("status")
@click.argument("run", type=PATH)
@format_option
def status(run: Path, form: str) -> None:
    """Tell how far the run in the folder RUN is.

    \b
    Example:
      projector jobs status run
    """
    from jobs.folder import open_run
    from jobs.status import read_status

    found = read_status(open_run(run))
    if form == "json":
        echo_json(asdict(found))
        return
    state = "finished" if found.finished else "running" if found.driven else "not running"
    click.echo(state)
    running = len(found.running)
    waiting = found.shards - found.shards_done - running
    echo_table(
        ["", "all", "done", "running", "waiting", "failed"],
        [
            ["shards", found.shards, found.shards_done, running, waiting, "-"],
            [
                "documents",
                found.documents,
                found.documents_done,
                sum(found.running.values()),
                found.documents - found.documents_done - sum(found.running.values()),
                str(found.failed),
            ],
        ],
    )
    if found.mentions:
        counts = ", ".join(f"{number} {name}" for name, number in found.mentions.items())
        click.echo(f"mentions: {counts}")
    if found.rate is not None and found.seconds_left is not None:
        left = duration(found.seconds_left)
        click.echo(f"{found.rate:.2f} documents/s, about {left} left")


@command.command("logs")
@click.argument("run", type=PATH)
@click.option("--shard", type=click.IntRange(min=0), help="A shard's log, not the run's.")
def logs(run: Path, shard: int | None) -> None:
    """Print the log of the run in the folder RUN, or of one of its shards.

    \b
    Examples:
      projector jobs logs run
      projector jobs logs run --shard 12
    """
    from jobs.folder import open_run
    from jobs.plan import read_plan
    from projector.corpus.reading import read_text

    folder = open_run(run)
    shards = read_plan(folder).shards
    if shard is not None and shard >= shards:
        raise click.BadParameter(f"the run has {shards} shards, from 0", param_hint="--shard")
    click.echo(read_text(folder.driver_log if shard is None else folder.log(shard)), nl=False)
