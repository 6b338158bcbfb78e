"""`projector explain`: why one mention went where it went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from projector.cli.options import (
    device_option,
    gathered,
    label_options,
    open_configured,
    options_of,
    recipe_option,
    stated,
    tagger_option,
    tell,
)
from projector.cli.output import echo_json, format_option, listed, say
from projector.cli.reporter import TerminalReporter
from projector.cli.run_options import resolved
from projector.cli.sections import SectionedCommand, option
from projector.corpus import pair_names, require_document
from projector.document import Document, DocumentPair
from projector.errors import ConfigurationError, CorpusError, ModelError
from projector.models.catalogue import CONCEPTS
from projector.run.reporter import loading
from schemas.options import READ, WRITTEN
from schemas.run import CorpusConfiguration, RunConfiguration

if TYPE_CHECKING:
    from projector.concepts.token_concepts import TokenConcepts
    from projector.decode.tagger_evidence import TaggerEvidence
    from projector.explain import Explanation
    from projector.run.explain_run import RunExplanation


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is to be explained.

    Args:
        document, mention: The source's.
        run: The run's folder; None where source and target are named.
        language: Of the run's languages; None: its only one.
        configuration: Of a run that would project the mention; None where there is one.
    """

    document: str
    mention: str
    run: Path | None = None
    language: str | None = None
    configuration: RunConfiguration | None = None


def _asked(
    names: tuple[str, ...],
    language: str | None,
    target_language: str | None,
    **values: Any,  # noqa: ANN401
) -> _Asked:
    """Tell a mention of a run from one of a corpus and its translation."""
    if len(names) == 3:
        _refuse_options(values)
        run, document, mention = names
        return _Asked(document, mention, Path(run), language or target_language)
    if len(names) != 4:
        raise click.UsageError("name RUN DOCUMENT MENTION, or SOURCE TARGET DOCUMENT MENTION")
    source, target, document, mention = names
    configuration = _configuration(source, target, language, target_language, **values)
    return _Asked(document, mention, configuration=configuration)


def _refuse_options(values: Mapping[str, Any]) -> None:
    """Refuse options that say what a run says of itself.

    Raises:
        click.UsageError: There are some.
    """
    known = {one.name: one for one in click.get_current_context().command.params}
    given = [max(known[name].opts, key=len) for name in stated(values)]
    if given:
        raise click.UsageError(
            f"{', '.join(given)}: a run has its own model, tagger and settings; such options go "
            "with SOURCE TARGET DOCUMENT MENTION"
        )


def _configuration(
    source: str,
    target: str,
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
@click.argument("names", nargs=-1, required=True, metavar="(RUN | SOURCE TARGET) DOCUMENT MENTION")
@options_of(CorpusConfiguration)
@label_options
@option(
    "--target-language",
    section=READ,
    help="The target's language, or which one of a tree, or of a run, to take.",
)
@options_of(RunConfiguration, without=("on_error", "max_characters", "no_audit", "trust_pairs"))
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
    help="Target words and candidates to list.",
)
@option(
    "--concepts",
    section=WRITTEN,
    metavar="ENCODER",
    help="Tell what mention and span mean by an encoder whose tokens are concepts: "
    f"{CONCEPTS}, which is installed, or one that `projector train encoder` made; by default by "
    "the model itself, if it is one.",
)
@option(
    "--tokens",
    section=WRITTEN,
    is_flag=True,
    help="Show the model's own tokens, parts of words, where otherwise words are shown.",
)
@format_option
@gathered("asked", _asked)
def command(
    asked: _Asked, device: str, most: int, concepts: str | None, tokens: bool, form: str
) -> None:
    """Show why MENTION of DOCUMENT went where it went, in RUN or from SOURCE to TARGET.

    Of a run its own texts, model, tagger and settings are taken, and what people said of the
    mention is told; --language says which of several languages. Named with SOURCE and TARGET it
    need not have been projected before.

    \b
    Examples:
      projector explain out case-01 T1
      projector explain data_samples/brat/es data_samples/brat/en case-01 T1
      projector explain es en case-21 T4 --tagger runs/disease
      projector explain es nl case-21 T4 --recipe published --format json
    """
    if asked.run is not None:
        _explain_run(asked, asked.run, device, most, concepts, tokens, form)
        return
    assert asked.configuration is not None
    configuration = asked.configuration
    pair = _pair(configuration, asked.document, asked.mention)
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
        pair,
        asked.mention,
        encoder,
        configuration.settings,
        most=most,
        evidence=evidence,
        concepts=_concepts(concepts, configuration.model.name, device),
    )
    if form == "json":
        echo_json(asdict(explained))
    else:
        echo_explanation(explained, tokens=tokens)


def _explain_run(
    asked: _Asked,
    path: Path,
    device: str,
    most: int,
    concepts: str | None,
    tokens: bool,
    form: str,
) -> None:
    from projector.run.explain_run import explain_in_run
    from projector.run.reader import read_run

    run = read_run(path)
    explained = explain_in_run(
        run,
        asked.document,
        asked.mention,
        language=asked.language,
        device=device,
        most=most,
        concepts=_concepts(concepts, run.model_name, device),
    )
    if form == "json":
        echo_json(asdict(explained))
        return
    tell(explained.remarks)
    _echo_recorded(explained)
    if explained.explanation is not None:
        say("\nwhat the model says")
        echo_explanation(explained.explanation, tokens=tokens)


def _concepts(stated: str | None, model: str, device: str) -> TokenConcepts | None:
    """Load what says what tokens mean: an encoder that is named, or the model if its tokens do.

    Raises:
        ModelError: What is named has no views.
    """
    from projector.concepts.token_concepts import TokenConcepts, has_views

    if stated is None:
        try:
            if not has_views(model):
                return None
        except ModelError:  # told where the model is needed
            return None
    return TokenConcepts.load(stated or model, device=device)


def _echo_recorded(explained: RunExplanation) -> None:
    """Print what became of a mention in its run, and who said what of it since."""
    row = explained.recorded
    say(f"{row['mention_id']} {row['label']} {row['source_text']!r} in {row['language']}")
    for change in explained.changes:
        old = f"{change['old_text']!r}" if change["old_text"] else change["old_status"]
        new = f"{change['new_text']!r}" if change["new_fragments"] else "absent"
        comment = f": {change['comment']}" if change["comment"] else ""
        who = change["reviewer"] or "a reviewer"
        told = f"{change['decision']} by {who}, {change['time']}"
        say(f"  the run had {old}; {told}: {new}{comment}")
    places = ";".join(f"{part['start']} {part['end']}" for part in row["fragments"])
    reason = f": {row['reason']}" if row["reason"] else ""
    words = f" {row['target_text']!r} ({places})" if places else ""
    say(f"  {row['status']}{words}, score {row['score']}{reason}")


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


def echo_explanation(found: Explanation, *, tokens: bool = False) -> None:
    """Print why a mention went where it went."""
    say(f"{found.mention.id} {found.mention.label}: {found.text}")
    outcome = found.projection
    places = ";".join(f"{part.start} {part.end}" for part in outcome.fragments)
    say(
        f"→ {found.projected} ({places}), score {outcome.score}"
        if outcome.fragments
        else f"→ {outcome.status}: {outcome.reason}"
    )
    if outcome.collapsed_with:
        say(f"  on words that {', '.join(outcome.collapsed_with)} ended on, too")
    for judged in found.verdicts:
        if judged is not None:
            say(
                f"  {judged.text!r} {judged.start} {judged.end} is right with probability "
                f"{judged.right:.2f}, wrong {judged.wrong:.2f}; the mention absent "
                f"{judged.absent:.2f}"
            )
            say(f"    told by {_parts(judged.told)}")
    meaning = found.meaning
    if meaning is not None and meaning.words:
        say(f"  {meaning.words}; cosine {meaning.cosine:.2f}")
    say(f"\nits sentence: {_one_line(found.sentence)}")
    if found.target_sentence:
        say(f"it went to: {_one_line(found.target_sentence)}")
    say(f"\nits {'tokens' if tokens else 'words'}, and where their mass goes")
    for link in found.tokens if tokens else found.words:
        targets = "  ".join(f"{text}@{start} {share:.2f}" for text, start, share in link.targets)
        say(f"  {link.text}: {targets}")
    for part, rivals in zip(found.mention.fragments, found.rivals, strict=True):
        which = f" for {part.start} {part.end}" if len(found.rivals) > 1 else ""
        none = "" if found.nothing is None else f" (having none: {found.nothing:.2f})"
        say(f"\ncandidate spans{which}{none}")
        for rival in rivals:
            place = f"{rival.text!r} {rival.start} {rival.end}"
            say(f"  {rival.total:.2f}  {rival.share:.2f}  {place}: {_parts(rival.parts)}")
        if not rivals:
            say("  none: nothing of it arrives in the translation")
        if len(rivals) > 1:
            ahead = dict(list(rivals[0].ahead_of(rivals[1]).items())[:3])
            say(f"  {rivals[0].text!r} is ahead by {_parts(ahead) or 'its place only'}")


def _parts(parts: dict[str, float]) -> str:
    return "  ".join(f"{name} {part:+.2f}" for name, part in parts.items() if part)


def _one_line(text: str) -> str:
    return " ".join(text.split())
