"""`projector review`: a page to look at what a run projected, and to correct it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from projector.cli.options import PATH, device_option, overwrite_option, tell
from projector.cli.output import echo_table, hint, say
from projector.cli.reporter import TerminalReporter
from projector.cli.sections import SectionedCommand, option
from projector.errors import counted
from schemas.options import READ, WRITTEN

if TYPE_CHECKING:
    from projector.review.rivals import Wanted
    from projector.review.write import ReviewSummary
    from projector.run.reader import FinishedRun


@click.command("review", cls=SectionedCommand)
@click.argument("run", type=PATH)
@option(
    "-o",
    "--output",
    section=WRITTEN,
    type=PATH,
    help="The folder to write; by default RUN-review beside the run.",
)
@overwrite_option
@option(
    "--rivals",
    section=WRITTEN,
    type=click.Choice(["none", "doubtful", "all"]),
    default="doubtful",
    show_default=True,
    help="For which mentions the run's model is asked what else they could be.",
)
@option(
    "--codes",
    section=READ,
    type=PATH,
    help="The run's mentions with codes, as `projector code -o` writes them; by default `coded` "
    "beside the run, if it is there.",
)
@device_option
@option(
    "--serve",
    section=WRITTEN,
    is_flag=True,
    help="Serve the page on this machine and save corrections in the folder as they are made.",
)
@option(
    "--port",
    section=WRITTEN,
    type=click.IntRange(1, 65535),
    metavar="N",
    help="Where it is served; by default any that is free.",
)
@option(
    "--reviewer",
    section=WRITTEN,
    default="",
    metavar="NAME",
    help="Who reviews what is served: each has a file of corrections; the page can be told, too.",
)
def command(
    run: Path,
    output: Path | None,
    overwrite: bool,
    rivals: Wanted,
    codes: Path | None,
    device: str,
    serve: bool,
    port: int | None,
    reviewer: str,
) -> None:
    """Write a page that shows what RUN projected, the doubtful first, and takes corrections.

    Open index.html of the folder in any browser: it needs no server and no network. What you
    decide is kept in the browser and saved as corrections.json. With --serve it is saved in the
    folder as you go, and the page is not made anew if it is there.

    \b
    Examples:
      projector review out -o review
      projector review out --serve --reviewer Ana
      projector review out -o review --rivals none --overwrite
    """
    from projector.review.folder import PAGE, is_review_of
    from projector.review.run_parts import run_hash
    from projector.run.reader import read_run

    if (port is not None or reviewer) and not serve:
        raise click.UsageError("--port and --reviewer are of a page that is served: give --serve")
    finished = read_run(run)
    folder = output or Path(f"{run.absolute()}-review")
    there = serve and not overwrite and is_review_of(folder, run, run_hash(finished))
    if there:
        tell([f"{folder} is this run's review already, and is served; --overwrite makes it anew"])
    else:
        _write(finished, folder, rivals, codes, overwrite=overwrite, device=device)
    if serve:
        _serve(folder, port or 0, reviewer)
    else:
        where = f" -o {output}" if output else ""
        served = f"projector review {run}{where} --serve"
        hint(f"open {folder / PAGE} in a browser; {served} saves as you go")


def _write(
    run: FinishedRun,
    folder: Path,
    rivals: Wanted,
    codes: Path | None,
    *,
    overwrite: bool,
    device: str,
) -> None:
    from projector.review.write import write_review

    with TerminalReporter() as reporter:
        summary = write_review(
            run,
            folder,
            rivals=rivals,
            codes=codes,
            overwrite=overwrite,
            device=device,
            reporter=reporter,
        )
    _echo(summary)


def _echo(summary: ReviewSummary) -> None:
    """Print how much there is to look at."""
    found = [[doubt.replace("_", " "), number] for doubt, number in summary.by_doubt.items()]
    if rows := [row for row in found if row[1]]:
        echo_table(["doubt", "mentions"], rows)
    told = f"{summary.doubtful} of {counted(summary.mentions, 'mention')} are doubtful"
    say(f"{told}, in {counted(summary.documents, 'document')}; written to {summary.output}")


def _serve(folder: Path, port: int, reviewer: str) -> None:
    """Serve a review until it is interrupted."""
    from projector.review.server import ReviewServer

    with ReviewServer(folder, port=port, reviewer=reviewer) as server:
        say(f"{server.address}\nserved to you alone, until Ctrl-C; saved in {folder}")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            say("stopped", err=True)
