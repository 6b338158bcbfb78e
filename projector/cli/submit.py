"""`projector submit`: pack a run for the shared task."""

from __future__ import annotations

from pathlib import Path

import click

from projector.cli.options import PATH
from projector.cli.output import echo_json, format_option
from projector.corpus.submission import LAYOUT
from projector.errors import OutputError


@click.command("submit")
@click.argument("run", type=PATH)
@click.option("-o", "--output", type=PATH, required=True, help="The ZIP to write.")
@click.option("--number", default=1, show_default=True, help="The submission's number.")
@click.option("--template", default=LAYOUT, show_default=True, help="Where each table goes.")
@click.option("--readme", default="", help="Text of the README.md inside.")
@click.option("--overwrite", is_flag=True, help="Replace an earlier file.")
@format_option
def command(
    run: Path, output: Path, number: int, template: str, readme: str, overwrite: bool, form: str
) -> None:
    r"""Pack the tables of RUN into the task's ZIP layout.

    \b
    Example:
      projector submit out -o submission.zip
    """
    from projector.corpus import pack_submission
    from projector.run import read_run

    if output.exists() and not overwrite:
        raise OutputError(f"{output}: exists already; choose another name or give --overwrite")
    finished = read_run(run)
    paths = pack_submission(
        output,
        finished.tables,
        number=number,
        layout=template,
        configuration=finished.manifest.configuration,
        readme=readme or f"Projected with projector, model {finished.manifest.model.name}.\n",
    )
    if form == "json":
        echo_json({"output": output, "files": paths})
        return
    for path in paths:
        click.echo(path)
