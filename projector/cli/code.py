"""`projector code`: propose codes for mentions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from projector.cli.options import (
    PATH,
    accept_losses_option,
    corpus_options,
    device_option,
    edited_option,
    gathered,
    on_error_option,
    options_of,
    output_option,
    overwrite_option,
    reading,
    stated,
    tell,
    tell_edited,
)
from projector.cli.output import echo_coded, echo_json, exit_code, format_option, hint, say
from projector.cli.reporter import TerminalReporter, with_progress
from projector.cli.sections import SectionedCommand
from projector.cli.stdin import from_stdin
from projector.corpus.labels import unused_names
from projector.run.reporter import loading
from schemas.coding import CODING, OF_FILES, CodingConfiguration
from schemas.options import nested

if TYPE_CHECKING:
    from projector.errors import Problem


def _configuration(**values: Any) -> CodingConfiguration:  # noqa: ANN401
    """Return how mentions are coded."""
    return CodingConfiguration.model_validate(nested(CodingConfiguration, stated(values)))


@click.command("code", cls=SectionedCommand)
@click.argument("mentions", type=PATH)
@corpus_options
@edited_option
@on_error_option
@options_of(CodingConfiguration)
@output_option("The folder to write.")
@overwrite_option
@accept_losses_option
@device_option
@format_option
@gathered("read_as", reading)
@gathered("configuration", _configuration)
def command(
    mentions: Path,
    read_as: dict[str, Any],
    configuration: CodingConfiguration,
    edited: bool,
    on_error: str,
    output: Path,
    overwrite: bool,
    accept_losses: bool,
    device: str,
    form: str,
) -> int:
    """Propose codes for MENTIONS: those of a run, a corpus, or a table without its texts.

    MENTIONS may be -, a table from the standard input. Codes that a mention has stay, labels that
    the list has no codes for are left alone, and where no code is sure enough there is none. OUTPUT
    holds the ranked proposals as Parquet, and the first ones, marked as proposals, as BRAT
    normalisations and in the tables of DisTEMIST and CodiESP; the rest is in uncoded.tsv.

    \b
    Examples:
      projector code out --codes cie10.tsv -o coded --only DISEASE
      projector code corpus/es -o coded --top-k 5 --min-score 0.4
    """
    from projector.coding.coder import configured_coder
    from projector.coding.read_mentions import read_mentions
    from projector.coding.remarks import coding_remarks
    from projector.coding.writer import write_codes
    from projector.storage.atomic_folder import refuse_existing

    refuse_existing(output, overwrite=overwrite, mark=CODING)
    tell_edited(mentions, edited=edited)
    with TerminalReporter() as reporter, loading(reporter, f"coder {configuration.model}"):
        coder = configured_coder(
            configuration, Path(), device=device, progress=with_progress("names of codes")
        )
    skipped: list[Problem] | None = [] if on_error == "skip" else None
    facts = write_codes(
        read_mentions(from_stdin(mentions, "table"), **read_as, skipped=skipped),
        coder,
        output,
        configuration,
        overwrite=overwrite,
        where=mentions,
    )
    tell(coding_remarks(facts, coder))
    tell(unused_names(read_as["labels"], {one.label for one in facts.counts}))
    losses = [str(one) for one in skipped or ()]
    if form == "json":
        echo_json({"output": output, **facts.model_dump(exclude=OF_FILES), "skipped": losses})
    else:
        for loss in losses:
            say(f"skipped: {loss}", err=True)
        echo_coded(facts)
        say(f"written to {output}; the ranked codes are in its codes.parquet")
        hint(f"projector evaluate codes GOLD {output}")
    missing = bool(losses) or any(one.uncoded for one in facts.counts)
    return exit_code(missing, accepted=accept_losses)
