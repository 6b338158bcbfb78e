"""`projector audit`: what translations change, leave out or add."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from projector.cli.options import (
    PATH,
    accept_losses_option,
    device_option,
    gathered,
    options_of,
    output_option,
    overwrite_option,
    stated,
    tell_unknown_languages,
)
from projector.cli.output import echo_json, echo_table, exit_code, format_option, say
from projector.cli.reporter import TerminalReporter
from projector.cli.sections import SectionedCommand, option
from projector.errors import ConfigurationError
from schemas.audit import AuditConfiguration
from schemas.options import READ

if TYPE_CHECKING:
    from projector.run.audit_corpus import AuditSummary


def auditing(source: Path, targets: tuple[Path, ...], **values: Any) -> AuditConfiguration:  # noqa: ANN401
    """Return the configuration of an audit from its arguments and options.

    Raises:
        click.UsageError: They don't go together.
    """
    from projector.run.configure import configure

    tell_unknown_languages("--source-language", [values.get("source_language")])
    tell_unknown_languages("--target-language", values.get("target_languages") or ())
    try:
        run = configure(source, targets, tagger="none", **stated(values))
    except ConfigurationError as error:
        raise click.UsageError(str(error)) from error
    assert run.source is not None
    return AuditConfiguration(
        source=run.source,
        targets=run.targets,
        model=run.model,
        pattern=run.pattern,
        on_error=run.on_error,
        reading=run.reading,
    )


@click.command("audit", cls=SectionedCommand)
@click.argument("source", type=PATH)
@click.argument("targets", type=PATH, nargs=-1, required=True)
@output_option("The audit's folder to write.")
@overwrite_option
@option(
    "--source-language",
    section=READ,
    help="The source's language; by default as its path or its documents' names say.",
)
@option(
    "--target-language",
    "target_languages",
    section=READ,
    multiple=True,
    help="The targets' languages, in their order, or which ones to take of one tree; repeatable.",
)
@option(
    "--texts",
    section=READ,
    type=PATH,
    help="The folder of the source's texts; by default beside its annotations.",
)
@options_of(AuditConfiguration, without=("language", "texts"))
@accept_losses_option
@device_option
@format_option
@gathered("configuration", auditing)
def command(
    configuration: AuditConfiguration,
    output: Path,
    overwrite: bool,
    accept_losses: bool,
    device: str,
    form: str,
) -> int:
    """Compare the texts of SOURCE with its translations TARGETS and tell what differs.

    Corpora may be annotated or plain texts. OUTPUT holds every finding with its places in both
    texts (audit.tsv, audit.parquet), how faithful each document is (faithfulness.tsv), and which
    sentences tell the same (sentences.parquet). Exit code 3 if a document is a wrong pair, or
    untranslated.

    \b
    Examples:
      projector audit data_samples/brat/es data_samples/brat/en -o audit
      projector audit es en it nl -o audit --accept-losses --format json
    """
    from projector.run.audit_corpus import audit_configuration

    with TerminalReporter() as reporter:
        summary = audit_configuration(
            configuration, output, overwrite=overwrite, device=device, reporter=reporter
        )
    if form == "json":
        _echo_json(summary, output)
    else:
        _echo(summary, output)
    lossy = bool(summary.unpaired.total() or summary.problems)
    return exit_code(lossy, accepted=accept_losses)


def _echo_json(summary: AuditSummary, output: Path) -> None:
    languages = [
        {
            "language": language,
            "documents": summary.documents[language],
            "unpaired": summary.unpaired[language],
            "faithfulness": dict(zip(_PARTS, parts, strict=True)),
            "findings": {
                kind: count
                for (theirs, kind), count in sorted(summary.findings.items())
                if theirs == language
            },
        }
        for language, parts in summary.faithfulness.items()
    ]
    echo_json({"output": output, "languages": languages, "problems": summary.problems})


_PARTS = ("score", "source_covered", "target_covered", "intact")


def _echo(summary: AuditSummary, output: Path) -> None:
    """Print how faithful the translations are, and how many findings there are of which kind."""
    echo_table(
        ["language", "documents", "unpaired", "faithful", *_PARTS[1:]],
        [
            [language, summary.documents[language], summary.unpaired[language], *parts]
            for language, parts in summary.faithfulness.items()
        ],
    )
    if summary.findings:
        say()
        rows = [[*key, count] for key, count in sorted(summary.findings.items())]
        echo_table(["language", "kind", "findings"], rows)
    say(f"written to {output}; each finding with its places is in {output / 'audit.tsv'}")
