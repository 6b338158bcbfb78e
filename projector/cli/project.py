"""`projector project`: the main job."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from projector.cli.options import PATH, model_options, renamed
from projector.cli.output import echo_json, echo_table, format_option, with_progress

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
    there is none. OUTPUT holds them as Parquet, BRAT and submission TSVs.

    \b
    Examples:
      projector project data_samples/brat/es data_samples/brat/en -o out
      projector project es.tsv en it nl --texts es-texts -o out
    """
    from projector.batch import run_configuration
    from projector.settings import Settings, published
    from schemas.configuration import RunConfiguration

    settings = published() if recipe == "published" else Settings()
    settings = replace(settings, decode=replace(settings.decode, min_score=min_score))
    configuration = RunConfiguration.model_validate(
        {
            "source": _corpus(source, source_language, texts),
            "targets": _targets(targets, target_languages),
            "model": {
                "name": model,
                "layer": layer,
                "granularity": granularity,
                "window": window,
                "precision": precision,
            },
            "settings": settings,
            "pattern": pattern,
            "labels": renamed(labels, keep_labels),
            "tagger": _corpus(tagger, None, None) if tagger else None,
            "on_error": on_error,
        }
    )
    summary = run_configuration(
        configuration,
        output,
        overwrite=overwrite,
        device=device,
        command=sys.argv,
        planned=_tell_plan,
        progress=with_progress("documents"),
    )
    _echo(summary, output, form)
    return 0 if accept_losses or not summary.losses else 3


def _corpus(path: Path, language: str | None, texts: Path | None) -> dict[str, Any]:
    return {"path": str(path), "language": language, "texts": str(texts) if texts else None}


def _targets(paths: tuple[Path, ...], languages: tuple[str, ...]) -> list[dict[str, Any]]:
    """Match paths with languages; one path with several languages is a tree of them."""
    if len(paths) == 1 and len(languages) > 1:
        paths = paths * len(languages)
    if languages and len(languages) != len(paths):
        raise click.UsageError(
            f"{len(paths)} targets and {len(languages)} --target-language don't go together; "
            "give one for each target, in their order"
        )
    codes = languages or (None,) * len(paths)
    return [_corpus(path, code, None) for path, code in zip(paths, codes, strict=True)]


def _tell_plan(plan: Plan) -> None:
    for problem in plan.problems:
        click.echo(f"skipped: {problem}", err=True)
    for number, target in enumerate(plan.targets):
        missing = [
            one.source for one in plan.tasks if one.target == number and one.translation is None
        ]
        for names, what in (
            (missing, f"have no translation in {target.path}"),
            (plan.unused[number], f"of {target.path} translate nothing in {plan.source.path}"),
        ):
            if names:
                click.echo(f"{len(names)} documents {what}: {', '.join(names)}", err=True)


def _echo(summary: RunSummary, output: Path, form: str) -> None:
    rows = [one.model_dump() for one in summary.counts]
    if form == "json":
        echo_json(
            {
                "output": output,
                "languages": [one.model_dump() for one in summary.languages],
                "counts": rows,
                "losses": summary.losses,
            }
        )
        return
    echo_table(
        ["language", "documents", "translated", "mentions", "projected", "not projected"],
        [
            [
                one.language,
                one.documents,
                one.translated,
                one.mentions,
                one.projected,
                one.mentions - one.projected,
            ]
            for one in summary.languages
        ],
    )
    click.echo(f"written to {output}; each mention's outcome is in its projections.parquet")
    lost = sum(one.lost_annotations for one in summary.languages)
    if lost:
        click.echo(f"{lost} annotations could not travel: {output}/lost_annotations.tsv")
    if summary.losses > lost:
        click.echo(f"why mentions are not projected: {output}/unprojected.tsv")
