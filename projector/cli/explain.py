"""`projector explain`: why one mention went where it went."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from projector.cli.options import (
    PATH,
    corpus_options,
    device_option,
    model_options,
    opened,
    settings_of,
    tagger_option,
)
from projector.cli.output import echo_json, format_option, listed
from projector.corpus import pair_names, require_document
from projector.document import Document, DocumentPair
from projector.errors import ConfigurationError, CorpusError

if TYPE_CHECKING:
    from projector.corpus.corpus import Corpus
    from projector.decode.tagger_evidence import TaggerEvidence
    from projector.explain import Explanation
    from projector.models.encoder import Encoder


@click.command("explain")
@click.argument("source", type=PATH)
@click.argument("target", type=PATH)
@click.argument("document")
@click.argument("mention")
@corpus_options
@model_options
@device_option
@click.option("--target-language", help="The target's language, or which one of a tree to take.")
@click.option("--pattern", help="Regular expression whose groups are what paired names share.")
@tagger_option
@click.option(
    "--most",
    type=click.IntRange(min=1),
    default=5,
    show_default=True,
    help="Target tokens and candidates to list.",
)
@format_option
def command(
    source: Path,
    target: Path,
    document: str,
    mention: str,
    language: str | None,
    texts: Path | None,
    labels: tuple[str, ...],
    keep_labels: bool,
    model: str,
    layer: int | None,
    granularity: str | None,
    window: int | None,
    precision: str,
    device: str,
    recipe: str,
    target_language: str | None,
    pattern: str | None,
    tagger: Path,
    most: int,
    form: str,
) -> None:
    """Show why MENTION of DOCUMENT in SOURCE went where it went in TARGET.

    \b
    Example:
      projector explain data_samples/brat/es data_samples/brat/en case-01 T1
      projector explain es en case-21 T4 --tagger runs/disease
      projector explain es nl case-21 T4 --recipe published --format json
    """
    pair = _pair(
        opened(source, language=language, texts=texts, labels=labels, keep_labels=keep_labels),
        opened(target, language=target_language),
        document,
        mention,
        pattern,
    )
    from projector.explain import explain_mention
    from projector.models import load
    from projector.tagging.tagger_folder import AUTO, NONE, default_tagger

    encoder = load(
        model,
        layer=layer,
        granularity=granularity,  # type: ignore[arg-type]
        window=window,
        precision=precision,  # type: ignore[arg-type]
        device=device,
    )
    settings = settings_of(recipe)
    if str(tagger) == AUTO:
        own = default_tagger(model, settings, layer=layer, granularity=granularity, window=window)
        tagger = Path(own or NONE)
    support = _support(tagger, pair.target, encoder, precision, device)
    found = explain_mention(pair, mention, encoder, settings, most=most, evidence=support)
    if form == "json":
        echo_json(asdict(found))
    else:
        _echo(found)


def _pair(
    source: Corpus, target: Corpus, name: str, mention: str, pattern: str | None
) -> DocumentPair:
    if name not in source.names:
        raise ConfigurationError(
            f"{source.path} has no document {name}; it has {listed(source.names)}"
        )
    translations = dict(pair_names(source.names, target.names, pattern=pattern).pairs)
    if name not in translations:
        raise ConfigurationError(f"{target.path} has no translation of {name}: it is unpaired")
    reading = source.read(name)
    wrong = [problem for problem in reading.problems if problem.mention_id == mention]
    if reading.document is None or wrong:
        raise CorpusError(*(wrong or reading.problems))
    translation = target.read(translations[name])
    if translation.document is None:
        raise CorpusError(*translation.problems)
    bare = Document(translations[name], target.language, translation.document.text)
    return DocumentPair(reading.document, bare)


def _support(
    path: Path, translation: Document, encoder: Encoder, precision: str, device: str
) -> TaggerEvidence | None:
    """Return what a tagger, or a corpus of one's predictions, says of a translation."""
    from projector.decode.tagger_evidence import SpanEvidence
    from projector.tagging.tagger import load_tagger
    from projector.tagging.tagger_folder import NONE, is_tagger

    if str(path) == NONE:
        return None
    if is_tagger(path):
        tagger = load_tagger(path, encoder=encoder, precision=precision, device=device)  # type: ignore[arg-type]
        return tagger.support(translation.text)
    corpus = opened(path)
    name = dict(pair_names((translation.name,), corpus.names).pairs).get(translation.name)
    if name is None:
        return None
    predicted = require_document(corpus.read(name))
    if predicted.text != translation.text:
        raise ConfigurationError(
            f"{path}: the tagger's text of {name} is not the translation's, so its offsets mean "
            "something else"
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
