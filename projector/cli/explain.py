"""`projector explain`: why one mention went where it went."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from projector.cli.options import PATH, corpus_options, model_options, opened
from projector.cli.output import echo_json, format_option
from projector.corpus import pair_names, strictly
from projector.document import Document, DocumentPair
from projector.errors import ConfigurationError

if TYPE_CHECKING:
    from projector.corpus.opening import AnyCorpus
    from projector.explain import Explanation


@click.command("explain")
@click.argument("source", type=PATH)
@click.argument("target", type=PATH)
@click.argument("document")
@click.argument("mention")
@corpus_options
@model_options
@click.option("--most", default=5, show_default=True, help="Target tokens and candidates to list.")
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
    most: int,
    form: str,
) -> None:
    r"""Show why MENTION of DOCUMENT in SOURCE went where it went in TARGET.

    \b
    Example:
      projector explain data_samples/brat/es data_samples/brat/en case-01 T1
    """
    pair = _pair(
        opened(source, language=language, texts=texts, labels=labels, keep_labels=keep_labels),
        opened(target),
        document,
    )
    from projector.explain import explain_mention
    from projector.models import load
    from projector.settings import Settings, published

    encoder = load(
        model,
        layer=layer,
        granularity=granularity,  # type: ignore[arg-type]
        window=window,
        precision=precision,  # type: ignore[arg-type]
        device=device,
    )
    settings = published() if recipe == "published" else Settings()
    found = explain_mention(pair, mention, encoder, settings, most=most)
    if form == "json":
        echo_json(asdict(found))
    else:
        _echo(found)


def _pair(source: AnyCorpus, target: AnyCorpus, name: str) -> DocumentPair:
    if name not in source.names:
        near = ", ".join(source.names[:8])
        raise ConfigurationError(f"{source.path} has no document {name}; it has {near}, …")
    translations = dict(pair_names(source.names, target.names).pairs)
    if name not in translations:
        raise ConfigurationError(f"{target.path} has no translation of {name}")
    translation = strictly(target.read(translations[name]))
    bare = Document(translation.name, translation.language, translation.text)
    return DocumentPair(strictly(source.read(name)), bare)


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
    for rivals in found.rivals:
        click.echo(f"\ncandidate spans (having none: {found.nothing:.2f})")
        for rival in rivals:
            parts = "  ".join(f"{name} {part:+.2f}" for name, part in rival.parts.items() if part)
            click.echo(f"  {rival.total:.2f}  {rival.text!r} {rival.start} {rival.end}: {parts}")
