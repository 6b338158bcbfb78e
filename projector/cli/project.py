"""`projector project`: the main job."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from projector.cli.dry_run import dry_run_option, echo_dry_run
from projector.cli.options import (
    PATH,
    accept_losses_option,
    device_option,
    fail_on_option,
    gathered,
    output_option,
    overwrite_option,
)
from projector.cli.output import echo_json, echo_table, exit_code, format_option, hint, say
from projector.cli.reporter import TerminalReporter
from projector.cli.run_options import projection, run_options
from projector.cli.sections import SectionedCommand, option
from projector.errors import counted
from schemas.options import READ

if TYPE_CHECKING:
    from projector.run.plan import Plan
    from projector.run.summary import RunSummary
    from schemas.run import RunConfiguration


@click.command("project", cls=SectionedCommand)
@click.argument("source", type=PATH, required=False)
@click.argument("targets", type=PATH, nargs=-1)
@option(
    "--config",
    section=READ,
    type=PATH,
    help="A TOML file that says what is projected, and how; options given here go before it.",
)
@output_option("The run's folder to write.")
@overwrite_option
@dry_run_option
@run_options()
@accept_losses_option
@fail_on_option
@device_option
@format_option
@gathered("configuration", projection)
def command(
    configuration: RunConfiguration,
    output: Path,
    overwrite: bool,
    dry_run: bool,
    accept_losses: bool,
    fail_on: tuple[str, ...],
    device: str,
    form: str,
) -> int:
    """Project the mentions of SOURCE onto its translations TARGETS.

    Every source mention gets one outcome in every target language: a span, or the reason why
    there is none. OUTPUT holds them as Parquet, BRAT and submission TSVs. Languages are those in
    the paths' or the documents' names. A file given by --config has the keys of a run's
    configuration, and its paths are relative to it; it may name source and targets, too.

    \b
    Examples:
      projector project data_samples/brat/es data_samples/brat/en -o out
      projector project es.tsv en it nl --texts es-texts -o out
      projector project MultiClinNER/MultiClinNER-es MultiClinNER/MultiClinNER-nl -o out
      projector project es en -o out --dry-run
      projector project es en -o out --on-error skip --accept-losses --format json
      projector project --config run.toml -o out --min-score 0.2
    """
    if dry_run:
        return _dry_run(configuration, output, overwrite, accept_losses, device, form)
    from projector.run.project_corpus import run_configuration

    with TerminalReporter() as reporter:
        summary = run_configuration(
            configuration,
            output,
            overwrite=overwrite,
            device=device,
            command=sys.argv,
            reporter=reporter,
        )
    plan = reporter.plan
    assert plan is not None
    losses = summary.count_losses(fail_on)
    if form == "json":
        _echo_json(summary, plan, output, losses)
    else:
        echo_summary(summary, output)
        hint(
            f"projector evaluate GOLD {output}; projector explain {output} DOCUMENT MENTION; "
            f"projector submit {output} -o submission.zip"
        )
    return exit_code(bool(losses or plan.problems), accepted=accept_losses)


def _dry_run(
    configuration: RunConfiguration,
    output: Path,
    overwrite: bool,
    accept_losses: bool,
    device: str,
    form: str,
) -> int:
    """Print what would be done; return what the run would exit with, as far as is known."""
    from projector.run.dry_run import dry_run

    with TerminalReporter() as reporter:
        found = dry_run(
            configuration, output, overwrite=overwrite, device=device, reporter=reporter
        )
    echo_dry_run(found, output, form)
    return exit_code(found.lossy, accepted=accept_losses)


def _echo_json(summary: RunSummary, plan: Plan, output: Path, losses: int) -> None:
    codes = [target.language for target in plan.targets]
    echo_json(
        {
            "output": output,
            "languages": [one.model_dump() for one in summary.languages],
            "counts": [one.model_dump() for one in summary.counts],
            "findings": [one.model_dump() for one in summary.findings],
            "losses": losses,
            "problems": [asdict(problem) for problem in plan.problems],
            "notices": [asdict(notice) for notice in plan.notices],
            "unpaired": {code: plan.unpaired(number) for number, code in enumerate(codes)},
            "unused": dict(zip(codes, plan.unused, strict=True)),
        }
    )


def echo_summary(summary: RunSummary, output: Path) -> None:
    """Print what came of a run, and where the rest is told."""
    # Why mentions are missing, or who says where they are: a column for each that there is.
    statuses = [status for status in summary.by_status() if status != "projected"]
    found = {(one.language, status): 0 for one in summary.languages for status in statuses}
    for count in summary.counts:
        if count.status in statuses:
            found[count.language, count.status] += count.mentions
    fixed = ["language", "documents", "translated", "mentions", "projected", "not projected"]
    echo_table(
        [*fixed, *statuses],
        [
            [
                one.language,
                one.documents,
                one.translated,
                one.mentions,
                one.projected,
                one.mentions - one.projected,
                *(found[one.language, status] for status in statuses),
            ]
            for one in summary.languages
        ],
    )
    say(f"written to {output}; each mention's outcome is in its projections/")
    lost = sum(one.lost_annotations for one in summary.languages)
    if lost:
        say(f"{counted(lost, 'annotation')} could not travel: {output}/lost_annotations.tsv")
    if any(one.projected < one.mentions for one in summary.languages):
        say(f"why mentions are not projected: {output}/unprojected.tsv")
    _echo_audit(summary, output)


def _echo_audit(summary: RunSummary, output: Path) -> None:
    """Print how many findings of which kind the audit has, and which translations are none."""
    for audited in summary.languages:
        if audited.faithfulness is not None:
            found = [count for count in summary.findings if count.language == audited.language]
            told = ", ".join(f"{count.findings} {count.kind}" for count in found)
            shown = f"faithful {audited.faithfulness:.4f}; {told or 'nothing found'}"
            say(f"audit of {audited.language}: {shown}")
    if any(one.audited for one in summary.languages):
        say(f"what translations change, leave out or add: {output}/audit.tsv")
    mispaired = sum(one.mispaired for one in summary.languages)
    if mispaired:
        told = counted(mispaired, "translation is", "translations are")
        say(
            f"{told} another document's, or not translated; nothing is projected there: "
            f"{output}/unprojected.tsv; `projector audit` names better partners, --trust-pairs "
            "projects all the same"
        )
