"""`projector models`: what can be loaded."""

from __future__ import annotations

from dataclasses import asdict

import click

from projector.cli.output import echo_json, echo_table, format_option


@click.command("models")
@format_option
def command(form: str) -> None:
    """List the models known by name: where from, licence, size, and whether they are here.

    Any folder or hub name can be given instead of a known name.

    \b
    Examples:
      projector models
      projector models --format json
    """
    from projector.models import list_models
    from projector.models.presence import is_here

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
