"""`projector submit`: pack a run for the shared task."""

from __future__ import annotations

from pathlib import Path

import click

from projector.cli.options import PATH, edited_option, output_option, overwrite_option
from projector.cli.output import echo_json, format_option, say
from projector.cli.sections import SectionedCommand, option
from projector.corpus.formats.submission import LAYOUT
from projector.storage.atomic_file import check_place
from schemas.options import WRITTEN


@click.command("submit", cls=SectionedCommand)
@click.argument("run", type=PATH)
@output_option("The ZIP to write.")
@option(
    "--team",
    section=WRITTEN,
    default="",
    help="The team's name: for the template, and told in the ZIP.",
)
@option(
    "--number",
    section=WRITTEN,
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    metavar="N",
    help="The submission's number.",
)
@option(
    "--template",
    section=WRITTEN,
    default=LAYOUT,
    show_default=True,
    help="Where each table goes; it can hold {lang} {LANG} {entity} {ENTITY} {n} {team}.",
)
@option("--readme", section=WRITTEN, default="", help="Text of the README.md inside.")
@edited_option
@overwrite_option
@format_option
def command(
    run: Path,
    output: Path,
    team: str,
    number: int,
    template: str,
    readme: str,
    edited: bool,
    overwrite: bool,
    form: str,
) -> None:
    """Pack the tables of RUN into the task's ZIP layout.

    \b
    Examples:
      projector submit out -o submission.zip --team ours
      projector submit out -o s.zip --team ours --template "{team}/{lang}/{lang}_{entity}.tsv"
    """
    from projector.corpus import pack_submission
    from projector.run.reader import read_run

    check_place(output, overwrite=overwrite, example="submission.zip")
    finished = read_run(run)
    for remark in finished.check_submission(edited=edited):
        say(remark, err=True)
    paths = pack_submission(
        output,
        finished.tables,
        number=number,
        layout=_with_team(template, team),
        configuration={**finished.manifest.configuration, **({"team": team} if team else {})},
        readme=readme or _readme(team, finished.manifest.model.name),
    )
    if form == "json":
        echo_json({"output": output, "files": paths})
        return
    for path in paths:
        say(path)


def _with_team(template: str, team: str) -> str:
    """Return the template with the team's name in it."""
    if "{team}" in template and (not team or any(character in team for character in "/\\{}")):
        raise click.UsageError(
            "the template names the team: give --team, without slashes and braces"
        )
    return template.replace("{team}", team)


def _readme(team: str, model: str) -> str:
    by = f" by {team}" if team else ""
    return f"Projected{by} with projector, model {model}.\n"
