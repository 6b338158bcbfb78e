"""`projector models`: what can be loaded."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from projector.cli.options import PATH
from projector.cli.output import echo_json, echo_table, format_option, hint, say
from projector.cli.sections import SectionedGroup, option
from schemas.options import WRITTEN


@click.group("models", cls=SectionedGroup, invoke_without_command=True)
@format_option
@click.pass_context
def command(context: click.Context, form: str) -> None:
    """List the models known by name: where from, licence, size, and whether they are here.

    Any folder or hub name can be given instead of a known name.

    \b
    Examples:
      projector models
      projector models --format json
      projector models add runs/aligner-1
    """
    if context.invoked_subcommand is None:
        _list(form)


@command.command("add")
@click.argument("folder", type=PATH)
@option("--name", section=WRITTEN, help="What it shall be called; by default as the folder.")
def add(folder: Path, name: str | None) -> None:
    """Copy a model into the cache, to be called by a name from then on.

    FOLDER is a training run's, or one with a transformers model or an adapter.

    \b
    Example:
      projector models add runs/aligner-1
      projector project data_samples/brat/es data_samples/brat/en -m aligner-1 -o out
    """
    from projector.models.add import add_model

    known, place = add_model(folder, name)
    say(f"{known}: added ({place})")
    hint(f"projector project SOURCE TARGETS --model {known} -o OUTPUT")


def _list(form: str) -> None:
    from projector.models import list_models
    from projector.models.catalogue import is_here

    entries = list_models()
    if form == "json":
        echo_json([{**asdict(entry), "here": is_here(entry)} for entry in entries])
        return
    echo_table(
        ["name", "here", "from", "layer", "read by", "licence", "MB", "what"],
        [
            [
                entry.name,
                "yes" if is_here(entry) else "no",
                f"{entry.source} {entry.location}".strip(),
                entry.layer,
                entry.granularity,
                entry.licence,
                None if entry.size is None else str(round(entry.size / 1e6)),
                entry.description,
            ]
            for entry in entries
        ],
    )
