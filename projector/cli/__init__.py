"""The command line: parse, call the library, print.

Results go to stdout, progress and messages to stderr. Exit codes: 0 done, 1 a known error, 2 usage,
3 finished with losses that the user did not accept, 130 interrupted.
"""

from __future__ import annotations

import gc
import importlib
import io
import os
import sys
import traceback
from keyword import iskeyword
from typing import NoReturn

import click

from projector.cli.sections import SectionedGroup
from projector.errors import is_panic

_COMMANDS = {
    "project": "Project annotated documents onto their translations.",
    "jobs": "Project collections on Ray: run, status, logs, verify.",
    "review": "Look at what a run projected, and correct it.",
    "export": "Export a run to another annotation tool.",
    "import": "Bring back what was corrected in another tool.",
    "accept": "Make people's corrections part of a run.",
    "compare": "Tell mention by mention how two runs differ.",
    "report": "Show what came of a run, as figures on one page.",
    "explain": "Show why one mention went where it went.",
    "diagnose": "Say what texts, mentions and their spans mean.",
    "evaluate": "Score predictions, or codes, against gold.",
    "audit": "Tell what translations change, leave out or add.",
    "submit": "Pack a run's tables into a submission.",
    "validate": "Read corpora and report every problem.",
    "convert": "Convert a corpus to another format.",
    "tag": "Find entities by themselves.",
    "code": "Propose codes for mentions.",
    "train": "Train models: aligner, edges, tagger, coder, encoder.",
    "concepts": "Look into a space of concepts.",
    "search": "Search texts by meaning, in any language.",
    "models": "List the models that can be loaded.",
    "doctor": "Tell what is installed, and whether it works.",
}


_RARELY = 50_000  # objects that are made before rubbish is looked for; Python's own word is 700


class _Group(SectionedGroup):
    """A group whose commands are imported when they are called, so that help stays quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        name = f"{cmd_name}_" if iskeyword(cmd_name) else cmd_name
        module = importlib.import_module(f"projector.cli.{name}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(
    cls=_Group,
    epilog="Example: projector project data_samples/brat/es data_samples/brat/en -o out",
)
@click.version_option(package_name="projector")
@click.option("--traceback", is_flag=True, help="Show where an error was raised.")
def cli(traceback: bool) -> None:
    """Carry entity annotations from documents to their translations, with exact offsets."""


def main() -> NoReturn:
    """Run the command line and exit."""
    # What libraries make as they are loaded stays: looking for rubbish in it takes a tenth of that.
    gc.set_threshold(_RARELY, *gc.get_threshold()[1:])
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run a command line and return its exit code."""
    wanted = "--traceback" in arguments or bool(os.environ.get("PROJECTOR_TRACEBACK"))
    # Anywhere on the line: whoever repeats a failed command appends it.
    arguments = [one for one in arguments if one != "--traceback"]
    try:
        code = cli.main(args=arguments, prog_name="projector", standalone_mode=False)
    except (click.exceptions.Abort, KeyboardInterrupt):
        return _interrupted()
    except click.ClickException as error:
        _show(error)
        return error.exit_code
    except BrokenPipeError:
        # Whoever read the output has had enough; nothing more can be said there.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except BaseException as error:
        if not isinstance(error, Exception) and not is_panic(error):
            raise
        _tell(error, with_traceback=wanted)
        return 1
    return code if isinstance(code, int) else 0


def _interrupted() -> int:
    """Say so, and return the exit code."""
    from projector.cli.output import say

    say("interrupted", err=True)
    return 130


def _show(error: click.ClickException) -> None:
    """Print what click says of a command line, which may hold anything."""
    from projector.cli.output import say

    told = io.StringIO()
    error.show(told)
    say(told.getvalue(), err=True, nl=False)


def _tell(error: BaseException, *, with_traceback: bool) -> None:
    """Say what ended a command, and of a fault how to see where."""
    from projector.cli.faults import is_fault, told
    from projector.cli.output import say

    if with_traceback:
        say(traceback.format_exc(), err=True)
    shown = with_traceback or not is_fault(error)
    hint = "" if shown else "; run it again with --traceback and report what it shows"
    say(f"error: {told(error)}{hint}", err=True)
