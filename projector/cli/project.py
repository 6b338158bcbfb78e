"""`projector project`: the main job."""

from __future__ import annotations

import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from projector.cli.options import PATH, model_options, renamed, settings_of
from projector.cli.output import echo_json, echo_table, format_option, listed, with_progress
from projector.errors import ConfigurationError

if TYPE_CHECKING:
    from projector.plan import Plan
    from projector.run import RunSummary


@click.command("project")
@click.argument("source", type=PATH)
@click.argument("targets", type=PATH, nargs=-1, required=True)
@click.option("-o", "--output", type=PATH, required=True, help="The run's folder to write.")
@click.option("--overwrite", is_flag=True, help="Replace an earlier run.")
@click.option("--source-language", help="The source's language, if its path does not say.")
@click.option(
    "--target-language",
    "target_languages",
    multiple=True,
    help="The targets' languages, in their order; or which ones to take of one tree.",
)
@click.option("--texts", type=PATH, help="The folder of the source's texts, if it is elsewhere.")
@click.option("--label", "labels", multiple=True, metavar="OLD=NEW", help="Rename a label.")
@click.option("--keep-labels", is_flag=True, help="Don't apply the built-in label names.")
@click.option("--pattern", help="Regular expression whose groups are what paired names share.")
@click.option("--tagger", type=PATH, help="Predictions of an entity tagger on the translations.")
@click.option("--min-score", type=click.FloatRange(0, 1), default=0.0, show_default=True)
@click.option(
    "--on-error",
    type=click.Choice(["stop", "skip"]),
    default="stop",
    show_default=True,
    help="Whether what can't be read rightly stops the run, or is skipped and listed.",
)
@click.option("--accept-losses", is_flag=True, help="Exit with 0 though mentions are missing.")
@model_options
@format_option
def command(
    source: Path,
    targets: tuple[Path, ...],
    output: Path,
    overwrite: bool,
    source_language: str | None,
    target_languages: tuple[str, ...],
    texts: Path | None,
    labels: tuple[str, ...],
    keep_labels: bool,
    pattern: str | None,
    tagger: Path | None,
    min_score: float,
    on_error: str,
    accept_losses: bool,
    model: str,
    layer: int | None,
    granularity: str | None,
    window: int | None,
    precision: str,
    device: str,
    recipe: str,
    form: str,
) -> int:
    r"""Project the mentions of SOURCE onto its translations TARGETS.

    Every source mention gets one outcome in every target language: a span, or the reason why
    there is none. OUTPUT holds them as Parquet, BRAT and submission TSVs. Languages are those in
    the paths' or the documents' names.

    \b
    Examples:
      projector project data_samples/brat/es data_samples/brat/en -o out
      projector project es.tsv en it nl --texts es-texts -o out
      projector project MultiClinNER/MultiClinNER-es MultiClinNER/MultiClinNER-nl -o out
      projector project es en -o out --on-error skip --accept-losses --format json
    """
    from projector.batch import run_configuration
    from projector.configure import configure

    settings = settings_of(recipe)
    settings = replace(settings, decode=replace(settings.decode, min_score=min_score))
    try:
        configuration = configure(
            source,
            targets,
            source_language=source_language,
            target_languages=target_languages,
            texts=texts,
            labels=renamed(labels, keep_labels),
            pattern=pattern,
            tagger=tagger,
            model=model,
            layer=layer,
            granularity=granularity,
            window=window,
            precision=precision,
            settings=settings,
            on_error=on_error,
        )
    except ConfigurationError as error:
        raise click.UsageError(str(error)) from error
    plans: list[Plan] = []

    def planned(plan: Plan) -> None:
        plans.append(plan)
        _tell(plan)

    summary = run_configuration(
        configuration,
        output,
        overwrite=overwrite,
        device=device,
        command=sys.argv,
        planned=planned,
        progress=with_progress("documents"),
    )
    if form == "json":
        _echo_json(summary, plans[0], output)
    else:
        _echo(summary, output)
    if accept_losses or not (summary.losses or plans[0].problems):
        return 0
    click.echo("losses were not accepted: exit code 3; --accept-losses accepts them", err=True)
    return 3


def _tell(plan: Plan) -> None:
    """Tell what will be missing, before the long work begins."""
    for problem in plan.problems:
        click.echo(f"skipped: {problem}", err=True)
    for number, target in enumerate(plan.targets):
        for names, what in (
            (plan.unpaired(number), f"have no translation in {target.path}"),
            (plan.unused[number], f"of {target.path} translate nothing in {plan.source.path}"),
        ):
            if names:
                click.echo(f"{len(names)} documents {what}: {listed(names)}", err=True)


def _echo_json(summary: RunSummary, plan: Plan, output: Path) -> None:
    codes = [target.language for target in plan.targets]
    echo_json(
        {
            "output": output,
            "languages": [one.model_dump() for one in summary.languages],
            "counts": [one.model_dump() for one in summary.counts],
            "losses": summary.losses,
            "problems": [asdict(problem) for problem in plan.problems],
            "unpaired": {code: plan.unpaired(number) for number, code in enumerate(codes)},
            "unused": dict(zip(codes, plan.unused, strict=True)),
        }
    )


def _echo(summary: RunSummary, output: Path) -> None:
    # Why mentions are missing: a column for each reason that there is.
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
    click.echo(f"written to {output}; each mention's outcome is in its projections/")
    lost = sum(one.lost_annotations for one in summary.languages)
    if lost:
        click.echo(f"{lost} annotations could not travel: {output}/lost_annotations.tsv")
    if summary.losses > lost:
        click.echo(f"why mentions are not projected: {output}/unprojected.tsv")
