"""`projector explain`: why one mention went where it went."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from projector.cli.options import (
    PATH,
    device_option,
    gathered,
    label_options,
    open_configured,
    options_of,
    recipe_option,
    tagger_option,
)
from projector.cli.output import echo_json, format_option, listed
from projector.cli.reporter import TerminalReporter
from projector.cli.run_options import resolved
from projector.cli.sections import SectionedCommand, option
from projector.corpus import pair_names, require_document
from projector.document import Document, DocumentPair
from projector.errors import ConfigurationError, CorpusError
from projector.run.reporter import loading
from schemas.options import READ, WRITTEN
from schemas.run import CorpusConfiguration, RunConfiguration

if TYPE_CHECKING:
    from projector.decode.tagger_evidence import TaggerEvidence
    from projector.explain import Explanation


def _configuration(
    source: Path,
    target: Path,
    language: str | None,
    target_language: str | None,
    **values: Any,  # noqa: ANN401
) -> RunConfiguration:
    """Return the configuration of a run that would project the mention."""
    from projector.run.configure import configure

    languages = () if target_language is None else (target_language,)
    chosen = resolved(values)
    return configure(
        source, [target], source_language=language, target_languages=languages, **chosen
    )


@click.command("explain", cls=SectionedCommand)
@click.argument("source", type=PATH)
@click.argument("target", type=PATH)
@click.argument("document")
@click.argument("mention")
@options_of(CorpusConfiguration)
@label_options
@option(
    "--target-language",
    section=READ,
    help="The target's language, or which one of a tree to take.",
)
@options_of(RunConfiguration, without=("on_error", "max_characters"))
@tagger_option
@recipe_option
@device_option
@option(
    "--most",
    section=WRITTEN,
    type=click.IntRange(min=1),
    default=5,
    show_default=True,
    metavar="N",
    help="Target tokens and candidates to list.",
)
@format_option
@gathered("configuration", _configuration)
def command(
    configuration: RunConfiguration, document: str, mention: str, device: str, most: int, form: str
) -> None:
    """Show why MENTION of DOCUMENT in SOURCE went where it went in TARGET.

    \b
    Example:
      projector explain data_samples/brat/es data_samples/brat/en case-01 T1
      projector explain es en case-21 T4 --tagger runs/disease
      projector explain es nl case-21 T4 --recipe published --format json
    """
    pair = _pair(configuration, document, mention)
    from projector.explain import explain_mention
    from projector.run.models import load_models

    with TerminalReporter() as reporter, loading(reporter, f"model {configuration.model.name}"):
        encoder, tagger = load_models(configuration, device)
    evidence = (
        _predicted(configuration, pair.target)
        if tagger is None
        else tagger.evidence(pair.target.text)
    )
    explained = explain_mention(
        pair, mention, encoder, configuration.settings, most=most, evidence=evidence
    )
    if form == "json":
        echo_json(asdict(explained))
    else:
        _echo(explained)


def _pair(configuration: RunConfiguration, name: str, mention: str) -> DocumentPair:
    """Read the document and its translation.

    Raises:
        ConfigurationError: One of them is not there.
        CorpusError: One of them can't be read, or the mention can't be true.
    """
    assert configuration.source is not None
    source = open_configured(configuration.source, configuration.labels, configuration.reading)
    target = open_configured(configuration.targets[0], configuration.labels, configuration.reading)
    if name not in source.names:
        raise ConfigurationError(
            f"{source.path} has no document {name}; it has {listed(source.names)}"
        )
    pairs = pair_names(source.names, target.names, pattern=configuration.pattern).pairs
    translations = dict(pairs)
    if name not in translations:
        raise ConfigurationError(
            f"{target.path} has no translation of {name}: it is unpaired. Where names go together "
            "otherwise, --pattern says how"
        )
    reading = source.read(name)
    wrong = [problem for problem in reading.problems if problem.mention_id == mention]
    if reading.document is None or wrong:
        raise CorpusError(*(wrong or reading.problems))
    translation = target.read(translations[name])
    if translation.document is None:
        raise CorpusError(*translation.problems)
    bare = Document(translations[name], target.language, translation.document.text)
    return DocumentPair(reading.document, bare)


def _predicted(configuration: RunConfiguration, translation: Document) -> TaggerEvidence | None:
    """Return what a corpus of a tagger's predictions says of a translation."""
    from projector.decode.tagger_evidence import SpanEvidence

    if configuration.tagger is None:
        return None
    corpus = open_configured(configuration.tagger, configuration.labels, configuration.reading)
    name = dict(pair_names((translation.name,), corpus.names).pairs).get(translation.name)
    if name is None:
        return None
    predicted = require_document(corpus.read(name))
    if predicted.text != translation.text:
        raise ConfigurationError(
            f"{corpus.path}: the tagger's text of {name} is not the translation's, so its offsets "
            "mean something else"
        )
    return SpanEvidence(predicted)


def _echo(found: Explanation) -> None:
    click.echo(f"{found.mention.id} {found.mention.label}: {found.text}")
    outcome = found.projection
    places = ";".join(f"{part.start} {part.end}" for part in outcome.fragments)
    click.echo(
        f"→ {found.projected} ({places}), score {outcome.score}"
        if outcome.fragments
        else f"→ {outcome.status}: {outcome.reason}"
    )
    if outcome.collapsed_with:
        click.echo(f"  on words that {', '.join(outcome.collapsed_with)} ended on, too")
    click.echo("\nits tokens, and where their mass goes")
    for token in found.tokens:
        targets = "  ".join(f"{text}@{start} {share:.2f}" for text, start, share in token.targets)
        click.echo(f"  {token.text}: {targets}")
    for part, rivals in zip(found.mention.fragments, found.rivals, strict=True):
        which = f" for {part.start} {part.end}" if len(found.rivals) > 1 else ""
        none = "" if found.nothing is None else f" (having none: {found.nothing:.2f})"
        click.echo(f"\ncandidate spans{which}{none}")
        for rival in rivals:
            place = f"{rival.text!r} {rival.start} {rival.end}"
            click.echo(f"  {rival.total:.2f}  {rival.share:.2f}  {place}: {_parts(rival.parts)}")
        if not rivals:
            click.echo("  none: nothing of it arrives in the translation")
        if len(rivals) > 1:
            ahead = dict(list(rivals[0].ahead_of(rivals[1]).items())[:3])
            click.echo(f"  {rivals[0].text!r} is ahead by {_parts(ahead) or 'its place only'}")


def _parts(parts: dict[str, float]) -> str:
    return "  ".join(f"{name} {part:+.2f}" for name, part in parts.items() if part)
