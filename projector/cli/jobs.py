"""`projector jobs`: collections on Ray."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from types import FrameType
from typing import Any

import click

from projector.cli.dry_run import dry_run_option, echo_dry_collection
from projector.cli.options import (
    PATH,
    accept_losses_option,
    fail_on_option,
    gathered,
    options_of,
    output_option,
    overwrite_option,
    stated,
    tell,
)
from projector.cli.output import (
    echo_coded,
    echo_json,
    echo_table,
    exit_code,
    format_option,
    hint,
    say,
)
from projector.cli.project import echo_summary
from projector.cli.reporter import TerminalReporter, duration
from projector.cli.run_options import projection, run_options, tagging_collection
from projector.cli.sections import SectionedGroup, option
from projector.errors import counted
from projector.run.summary import RunSummary
from schemas.coding import LEXICAL, OF_FILES, CodingConfiguration
from schemas.collection import Collection, JobOptions, read_collection
from schemas.options import CODED, READ
from schemas.run import RunConfiguration, TaggingConfiguration


@click.group("jobs", cls=SectionedGroup, epilog="Example: projector jobs run es en ro -o run")
def command() -> None:
    """Project a collection on Ray: shard by shard, resumed by itself, nothing lost."""


def _work(inputs: tuple[Path, ...], **values: Any) -> tuple[Collection, Path]:  # noqa: ANN401
    """Return what to run, from a file or from options, and what its paths are relative to."""
    jobs = {key: values.pop(key) for key in JobOptions.model_fields}
    jobs = stated(jobs)
    if inputs[0].suffix == ".toml" and not inputs[0].is_dir():
        return _of_file(inputs, values, jobs)
    coding = _coding(values.pop("codes"), values.pop("coder"))
    run: RunConfiguration | TaggingConfiguration
    if len(inputs) > 1:
        run = projection(inputs[0], inputs[1:], **values)
    else:
        run = tagging_collection(inputs[0], **values)
    run = run.model_copy(update={"on_error": "skip"})
    return Collection(run=run, jobs=JobOptions(**jobs), coding=coding), Path()


def _of_file(
    inputs: tuple[Path, ...], values: dict[str, Any], jobs: dict[str, Any]
) -> tuple[Collection, Path]:
    """Return what a file says is to be run, shared out as the options say."""
    if len(inputs) > 1:
        raise click.UsageError("give either a TOML file, or a source and its targets")
    if unfit := stated(values):
        names = ", ".join(sorted(f"--{key.replace('_', '-')}" for key in unfit))
        raise click.UsageError(
            f"{names}: say it in {inputs[0]}; only the way of running can be chosen beside a file"
        )
    collection = read_collection(inputs[0])
    shared = collection.jobs.model_copy(update=jobs)
    return collection.model_copy(update={"jobs": shared}), inputs[0].parent


def _coding(codes: str | None, coder: Path | None) -> CodingConfiguration | None:
    """Return how mentions are coded; None where they are not."""
    if codes is None:
        if coder is not None:
            raise click.UsageError("--coder needs --codes: the list that it codes by")
        return None
    return CodingConfiguration(codes=codes, model=LEXICAL if coder is None else str(coder))


@command.command("run")
@click.argument("inputs", type=PATH, nargs=-1, required=True)
@output_option("The run's folder.")
@overwrite_option
@dry_run_option
@run_options(without=("on_error",))
@option(
    "--codes",
    section=CODED,
    metavar="PATH|icd10cm",
    help="Code all mentions by this list, too; a TOML file's [coding] can say more.",
)
@option("--coder", section=CODED, type=PATH, help="The folder of a trained retriever to code with.")
@accept_losses_option
@fail_on_option
@options_of(JobOptions)
@format_option
@gathered("work", _work)
def run(
    work: tuple[Collection, Path],
    output: Path,
    overwrite: bool,
    dry_run: bool,
    accept_losses: bool,
    fail_on: tuple[str, ...],
    form: str,
) -> int:
    """Project a collection, or go on with a run: INPUTS is a TOML file, or a source and targets.

    A source alone is tagged, by the tagger that --tagger names. Finished shards are kept whatever
    happens; the same command goes on where it stopped. Documents that can't be processed are listed
    with their reasons.

    \b
    Examples:
      projector jobs run collection.toml -o run
      projector jobs run es ro -o run --shard-size 64 --dry-run
      projector jobs run es --tagger clinical -o tagged
      projector jobs run es en --codes cie10.tsv -o run
      projector jobs run es en it nl -o run --address ray://head:10001 --gpus-per-worker 0.25
    """
    collection, directory = work
    if dry_run:
        return _dry_run(collection, directory, output, overwrite, accept_losses, fail_on, form)
    from jobs.collection import run_collection

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
    losses = summary.count_losses(fail_on)
    failed = sum(one.failed for one in summary.languages)
    tags = isinstance(collection.run, TaggingConfiguration)
    coded = None if done.coded is None else done.coded.facts.model_dump(exclude=OF_FILES)
    tell(done.coded.remarks if done.coded is not None else ())
    uncoded = done.coded is not None and any(one.uncoded for one in done.coded.facts.counts)
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
                "findings": [one.model_dump() for one in summary.findings],
                "losses": losses,
                **({"tagged": summary.tagged} if tags else {}),
                **({} if coded is None else {"coded": coded}),
                "problems": [asdict(problem) for problem in done.plan.problems],
                "notices": [asdict(notice) for notice in done.plan.notices],
                "unused": done.plan.unused,
            }
        )
    else:
        if tags:
            counts = ", ".join(f"{count} {label}" for label, count in summary.tagged.items())
            say(f"{result}: {counts or 'nothing found'}")
        else:
            echo_summary(summary, result)
        if done.coded is not None:
            echo_coded(done.coded.facts)
            say(f"the ranked codes are in {done.folder.coded}")
        if failed:
            say(f"{counted(failed, 'document')} failed: {result}/failed.tsv")
        if done.plan.problems:
            say(
                f"{counted(len(done.plan.problems), 'problem')} in the source: "
                f"{result}/problems.tsv"
            )
        hint(f"projector evaluate GOLD {result}")
    return exit_code(bool(losses or done.plan.problems or uncoded), accepted=accept_losses)


def _dry_run(
    collection: Collection,
    directory: Path,
    output: Path,
    overwrite: bool,
    accept_losses: bool,
    fail_on: tuple[str, ...],
    form: str,
) -> int:
    """Print what would be done; return what the run would exit with, as far as is known."""
    from jobs.dry_run import dry_run_collection
    from projector.run.reader import read_run

    with TerminalReporter() as reporter:
        found = dry_run_collection(
            collection, output, directory=directory, overwrite=overwrite, reporter=reporter
        )
    echo_dry_collection(found, output, form)
    lossy = found.lossy
    if found.finished:
        manifest = read_run(output / "result").manifest
        summary = RunSummary(manifest.languages, manifest.counts, manifest.findings)
        lossy = bool(summary.count_losses(fail_on) or found.plan.problems)
    return exit_code(lossy, accepted=accept_losses)


@contextmanager
def _interruptible() -> Iterator[None]:
    """End on SIGTERM as on Ctrl-C: schedulers send it before they kill."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    except KeyboardInterrupt:
        say("stopped; finished shards are kept: the same command goes on", err=True)
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
    say(state)
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
        say(f"mentions: {counts}")
    if found.rate is not None and found.seconds_left is not None:
        left = duration(found.seconds_left)
        say(f"{found.rate:.2f} documents/s, about {left} left")


@command.command("logs")
@click.argument("run", type=PATH)
@option(
    "--shard",
    section=READ,
    type=click.IntRange(min=0),
    metavar="N",
    help="A shard's log; by default the run's.",
)
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
        raise click.BadParameter(
            f"the run has {counted(shards, 'shard')}, from 0", param_hint="--shard"
        )
    say(read_text(folder.driver_log if shard is None else folder.log(shard)), nl=False)


@command.command("verify")
@click.argument("run", type=PATH)
@format_option
def verify(run: Path, form: str) -> int:
    """Read everything in the folder RUN and report what is not as it was written.

    RUN is a collection's run, finished or not, one of `projector project`, or a folder of codes.
    Files are held against the hashes that were taken when they were written, counts against the
    manifest, and what is said of texts against the texts. Exit code 1 if anything differs, is
    missing or is unknown.

    \b
    Examples:
      projector jobs verify run
      projector jobs verify out --format json
    """
    from jobs.verify import verify as verified_folder

    verified = verified_folder(run)
    if form == "json":
        echo_json({**asdict(verified), "path": run})
    else:
        for remark in verified.remarks:
            say(remark, err=True)
        for problem in verified.findings:
            say(str(problem))
        files, findings = (
            counted(verified.files, "file"),
            counted(len(verified.findings), "finding"),
        )
        say(f"{run}: {files}, {findings}")
    return int(bool(verified.findings))
