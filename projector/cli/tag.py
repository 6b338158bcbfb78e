"""`projector tag`: find entities by themselves."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from projector.cli.options import (
    PATH,
    accept_losses_option,
    device_option,
    gathered,
    label_options,
    open_configured,
    options_of,
    output_option,
    overwrite_option,
    tell,
)
from projector.cli.output import echo_json, exit_code, format_option, hint, say
from projector.cli.reporter import TerminalReporter, with_progress
from projector.cli.run_options import tagging
from projector.cli.sections import SectionedCommand, option
from projector.cli.stdin import from_stdin
from projector.corpus.labels import unused_names
from projector.errors import (
    Notice,
    counted,
    summaries,
)
from projector.run.reporter import loading
from schemas.options import WRITTEN
from schemas.run import TaggingConfiguration

if TYPE_CHECKING:
    from projector.corpus.convert import Format


@click.command("tag", cls=SectionedCommand)
@click.argument("corpus", type=PATH)
@options_of(TaggingConfiguration, without=("max_characters",))
@label_options
@output_option("The folder to write.")
@option(
    "--to",
    "target",
    section=WRITTEN,
    type=click.Choice(["brat", "tsv", "parquet"]),
    default="brat",
    show_default=True,
    help="The format to write.",
)
@overwrite_option
@accept_losses_option
@device_option
@format_option
@gathered("configuration", tagging)
def command(
    configuration: TaggingConfiguration,
    output: Path,
    target: Format,
    overwrite: bool,
    accept_losses: bool,
    device: str,
    form: str,
) -> int:
    """Find entities in the texts of CORPUS with a tagger, and write them to the folder OUTPUT.

    CORPUS may be -, a text from the standard input. Annotations that it may have play no part.
    OUTPUT is what `projector evaluate` and `projector project --tagger` take.

    \b
    Examples:
      projector tag corpus/es -m runs/disease -o tagged
      projector tag corpus/es -m runs/disease -o tagged --to tsv
      projector tag - -o tagged --language es < note.txt
    """
    from projector.corpus.convert import convert_corpus
    from projector.tagging.tagged_corpus import TaggedCorpus
    from projector.tagging.tagger import load_tagger

    path = str(from_stdin(Path(configuration.source.path), "text"))
    source = configuration.source.model_copy(update={"path": path})
    corpus = open_configured(source, configuration.labels, configuration.reading)
    place, precision = Path(configuration.tagger), configuration.precision
    with TerminalReporter() as reporter, loading(reporter, f"tagger {place}"):
        tagger = load_tagger(place, precision=precision, device=device)
    # The five columns that scorers of shared tasks read hold no scores.
    tagged = TaggedCorpus(corpus, tagger, configuration.min_score, scored=target != "tsv")
    notices: list[Notice] = []
    losses = convert_corpus(
        tagged,
        output,
        target,
        on_error=configuration.on_error,
        overwrite=overwrite,
        progress=with_progress("documents"),
        notices=notices,
    )
    for line in summaries(notices):
        say(f"note: {line}", err=True)
    counts = tagged.counts()
    if unused_names(configuration.labels or {}, ()):
        tell(["--label: it names what a corpus has anew, not what a tagger finds"])
    if form == "json":
        told = {"output": output, "documents": len(corpus.names), "mentions": counts}
        echo_json({**told, "left_out": tagged.left_out, "losses": losses})
    else:
        for loss in losses:
            say(f"missing: {loss}", err=True)
        listed = ", ".join(f"{count} {label}" for label, count in counts.items())
        say(f"{output}: {counted(len(corpus.names), 'document')}, {listed}")
        if tagged.left_out:
            least = f"less than {configuration.min_score:g}"
            found = counted(tagged.left_out, "more mention scores", "more mentions score")
            say(f"{found} {least} and {'is' if tagged.left_out == 1 else 'are'} left out")
        hint(f"projector evaluate GOLD {output}, or projector project … --tagger {output}")
    return exit_code(bool(losses), accepted=accept_losses)
