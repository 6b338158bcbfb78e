"""Measure quality and speed on gold, beside baselines on the same weights."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import click
from tqdm import tqdm

from jobs.research.reliability_table import format_tenths
from projector.cli.options import gathered, options_of, stated
from projector.cli.sections import SectionedCommand
from projector.corpus.formats.gold_jsonl import (
    gold_sets,
    holds_word_links,
    read_pairs,
    read_sentences,
)
from projector.document import DocumentPair, Fragment
from projector.errors import ProjectorError
from schemas.options import nested
from schemas.run import ModelConfiguration

if TYPE_CHECKING:
    from projector.corpus.formats.gold_jsonl import GoldSentence
    from projector.evaluation.metrics import Span
    from projector.models.encoder import Encoder
    from projector.tagging.tagger import Tagger

Projected = Mapping[str, tuple[tuple[Fragment, ...], float]]  # mention id → fragments, score
Projector = Callable[[DocumentPair], Projected]
_SURE = 0.8  # a false projection with such a score misleads
_MEMORY = (
    16_000_000  # bytes of vectors that a pair shares with its tagger, but no set with the next
)
Linker = Callable[["Sequence[GoldSentence]"], "list[frozenset[tuple[int, int]]]"]


@dataclass(frozen=True, slots=True)
class SpanFigures:
    """What one system reached on one set of documents.

    Args:
        set: `{corpus}_{source}-{target}`.
        system: Who projected.
        documents: How many.
        mentions: How many source mentions.
        strict, character: F1 in [0, 1]: of whole spans, of their characters.
        precision, recall: Strict, in [0, 1].
        coverage: Share of source mentions that were projected at all, in [0, 1].
        seconds: Wall time of everything between texts and spans.
        area: How well the scores separate right from wrong, under the ROC curve, in [0, 1];
            None without scores.
        error: By how much scores and the share that is right differ, over tenths (expected
            calibration error), in [0, 1]; None without scores.
        absent: Source mentions that gold has no counterpart of.
        false: Share of these that are projected all the same, in [0, 1]; None without any.
        sure: How many of these have a score of .8 or more.
        lost: Share of the other mentions that are not projected, in [0, 1].
        judged: The score of each projection, and whether it is right.
    """

    set: str
    system: str
    documents: int
    mentions: int
    strict: float
    character: float
    precision: float
    recall: float
    coverage: float
    seconds: float
    area: float | None = None
    error: float | None = None
    absent: int = 0
    false: float | None = None
    sure: int = 0
    lost: float = 0.0
    judged: tuple[tuple[float, bool], ...] = ()


@dataclass(frozen=True, slots=True)
class LinkFigures:
    """What one system reached on one set of word alignments.

    Args:
        set: `wordalign_{source}-{target}`.
        system: Who aligned.
        sentences: How many.
        error_rate: Alignment error rate in [0, 1]; lower is better.
        seconds: Wall time of everything between words and links.
    """

    set: str
    system: str
    sentences: int
    error_rate: float
    seconds: float


def measure_spans(
    name: str, system: str, pairs: Iterable[DocumentPair], project: Projector
) -> SpanFigures:
    """Project a set's mentions with one system and score the result."""
    from projector.evaluation.metrics import document_spans, score

    gold: list[Span] = []
    predicted: list[Span] = []
    scores: list[float] = []
    false: list[float] = []
    documents = mentions = absent = lost = 0
    seconds = 0.0
    for pair in pairs:
        started = time.perf_counter()
        projected = project(pair)
        seconds += time.perf_counter() - started
        documents += 1
        mentions += len(pair.source.mentions)
        gold += document_spans(pair.target)
        there = {mention.id for mention in pair.target.mentions}
        absent += sum(mention.id not in there for mention in pair.source.mentions)
        lost += len(there - {name for name, (fragments, _) in projected.items() if fragments})
        for span, score_of_mention in _predicted_spans(pair, projected):
            predicted.append(span)
            scores.append(score_of_mention)
            if span.id not in there:
                false.append(score_of_mention)
    gold_keys = {span[:4] for span in gold}
    right = [span[:4] in gold_keys for span in predicted]
    result = score(gold, predicted)
    area, error = _reliability(scores, right)
    return SpanFigures(
        name,
        system,
        documents,
        mentions,
        round(result.strict.f1, 4),
        round(result.character.f1, 4),
        round(result.strict.precision, 4),
        round(result.strict.recall, 4),
        round(len(predicted) / max(mentions, 1), 4),
        round(seconds, 2),
        area,
        error,
        absent,
        round(len(false) / absent, 4) if absent else None,
        sum(score_of_mention >= _SURE for score_of_mention in false),
        round(lost / max(mentions - absent, 1), 4),
        tuple(zip(scores, right, strict=True)),
    )


def _predicted_spans(pair: DocumentPair, projected: Projected) -> Iterator[tuple[Span, float]]:
    """Yield the covering span of each mention that was projected, and its score."""
    from projector.evaluation.metrics import Span

    language, name = pair.target.language, pair.target.name
    for mention in pair.source.mentions:
        fragments, score_of_mention = projected.get(mention.id, ((), 0.0))
        if fragments:
            ranges = ((fragments[0].start, fragments[-1].end),)
            yield Span(language, name, mention.label, ranges, mention.id), score_of_mention


def _reliability(
    scores: Sequence[float], is_right: Sequence[bool]
) -> tuple[float | None, float | None]:
    """Return the area under the ROC curve and the expected calibration error."""
    from projector.evaluation.calibration import calibration

    if not any(scores):
        return None, None
    result = calibration(scores, is_right)
    area = None if result.area is None else round(result.area, 4)
    return area, round(result.error, 4)


def measure_links(
    name: str, system: str, sentences: Sequence[GoldSentence], link: Linker
) -> LinkFigures:
    """Align a set's sentences with one system and score the links."""
    from projector.evaluation.metrics import alignment_error_rate

    started = time.perf_counter()
    links = link(sentences)
    seconds = time.perf_counter() - started
    error_rate = alignment_error_rate([one.links for one in sentences], links)
    return LinkFigures(name, system, len(sentences), round(error_rate, 4), round(seconds, 2))


def own_projector(
    encoder: Encoder, *, recipe: str = "default", tagger: Tagger | None = None
) -> Projector:
    """Return this project's way from a pair to spans, by recipe (`default`, `published`)."""
    from projector.pipeline import project_pair
    from projector.settings import Settings, published

    settings = published() if recipe == "published" else Settings()

    def project(pair: DocumentPair) -> Projected:
        evidence = tagger.evidence(pair.target.text) if tagger else None
        outcomes = project_pair(pair, encoder, settings, evidence=evidence).projections
        return {one.mention_id: (one.fragments, one.score) for one in outcomes}

    return project


def own_linker(encoder: Encoder) -> Linker:
    """Return this project's way from tokenised sentences to word links."""
    from projector.align.word_links import link_words

    def link(sentences: Sequence[GoldSentence]) -> list[frozenset[tuple[int, int]]]:
        return [link_words(one.source, one.target, encoder) for one in sentences]

    return link


def format_table(rows: Sequence[SpanFigures | LinkFigures]) -> str:
    """Lay figures out as a Markdown table, one row each."""
    if not rows:
        return ""
    figures = [_figures(row) for row in rows]
    names = list(figures[0])
    lines = [" | ".join(names), " | ".join("---" for _ in names)]
    lines += [" | ".join(_cell(value) for value in row.values()) for row in figures]
    return "\n".join(f"| {line} |" for line in lines)


def _figures(row: SpanFigures | LinkFigures) -> dict[str, Any]:
    """Return a row's figures, without each projection's."""
    return {name: value for name, value in asdict(row).items() if name != "judged"}


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.4f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def _model(**values: Any) -> ModelConfiguration:  # noqa: ANN401
    return ModelConfiguration.model_validate(nested(ModelConfiguration, stated(values)))


@click.command(cls=SectionedCommand)
@click.argument("gold", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--set", "sets", multiple=True, help="Run this set only; a prefix will do.")
@click.option("--limit", type=int, help="Documents or sentences of each set; all of them without.")
@options_of(ModelConfiguration)
@click.option(
    "--spoilt",
    type=int,
    multiple=True,
    help="Leave sentences out of the translations, drawn by this seed: what isn't there must not "
    "be projected; repeatable.",
)
@click.option(
    "--calibration",
    is_flag=True,
    help="Print how often projections are right by tenth of score, over all sets; with --spoilt, "
    "those of the sets as they are among them.",
)
@click.option("--published", is_flag=True, help="Add the published recipe, on the same vectors.")
@click.option("--tagger", type=click.Path(path_type=Path), help="Add rows with its evidence.")
@click.option(
    "--peer",
    "baselines",
    multiple=True,
    help="Add a peer (see jobs/research/baselines); repeatable.",
)
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write figures as JSON here."
)
@gathered("model", _model)
def main(
    gold: Path,
    sets: tuple[str, ...],
    limit: int | None,
    spoilt: tuple[int, ...],
    calibration: bool,
    model: ModelConfiguration,
    published: bool,
    tagger: Path | None,
    baselines: tuple[str, ...],
    output: Path | None,
) -> None:
    """Measure projection and word alignment on a folder of GOLD sets.

    A row for each set and system. Of documents: F1 of whole spans (strict) and of characters,
    strict precision and recall, the share of mentions projected at all (coverage), and how well
    the scores separate right from wrong (area under the ROC curve) and how far they are from
    probabilities (expected calibration error), all in [0, 1]; of the mentions that are absent from
    the translation how many are projected (false; with .8 or more: sure), of the others how many
    are not (lost). Of sentences:
    the alignment error rate in [0, 1]. Seconds are wall time between texts and spans or links;
    loading models is not in them.

    \b
    Example:
      python -m jobs.research.benchmark ../shared/gold --set mozilla \\
          --peer simalign --output figures.json
    """
    from projector.models.encoder import CachedEncoder
    from projector.run.models import load_model
    from projector.tagging.tagger import load_tagger

    encoder = CachedEncoder(
        load_model(model, "auto"),
        memory=_MEMORY,
    )
    projectors = {"projector": own_projector(encoder)}
    if published:
        projectors["published recipe"] = own_projector(encoder, recipe="published")
    if tagger:
        helper = load_tagger(tagger, encoder=encoder, precision=model.precision)
        shared = "one pass" if helper.encoder is encoder else "an encoder of its own"
        projectors[f"with the tagger, {shared}"] = own_projector(encoder, tagger=helper)
    linkers = {"projector": own_linker(encoder)}
    if baselines:
        from jobs.research.baselines.systems import load_baselines

        for name, baseline in load_baselines(baselines).items():
            projectors[name] = baseline.project
            if baseline.link is not None:
                linkers[name] = baseline.link
    seeds: tuple[int | None, ...] = spoilt or (None,)
    if calibration and spoilt:
        seeds = (None, *spoilt)
    rows = [row for seed in seeds for row in _run(gold, sets, limit, seed, projectors, linkers)]
    for kind in (SpanFigures, LinkFigures):
        click.echo(format_table([row for row in rows if isinstance(row, kind)]) + "\n")
    if calibration:
        for system in projectors:
            spans = [row for row in rows if isinstance(row, SpanFigures) and row.system == system]
            judged = [projection for row in spans for projection in row.judged]
            click.echo(format_tenths(system, judged))
    if output:
        output.write_text(json.dumps(list(map(_figures, rows)), indent=1), encoding="utf-8")


def _run(
    gold: Path,
    sets: tuple[str, ...],
    limit: int | None,
    spoilt: int | None,
    projectors: Mapping[str, Projector],
    linkers: Mapping[str, Linker],
) -> Iterable[SpanFigures | LinkFigures]:
    paths = {
        name: path
        for name, path in gold_sets(gold).items()
        if not sets or name.startswith(tuple(sets))
    }
    if not paths:
        raise click.UsageError(f"no set of {gold} begins with {' or '.join(sets)}")
    for name, path in tqdm(paths.items(), desc="sets"):
        if holds_word_links(path):
            sentences = list(read_sentences(path, limit=limit))
            for system, link in linkers.items():
                yield measure_links(name, system, sentences, link)
            continue
        for system, project in projectors.items():
            yield measure_spans(name, system, _pairs(path, limit, spoilt), project)


def _pairs(path: Path, limit: int | None, spoilt: int | None) -> Iterator[DocumentPair]:
    """Yield a set's pairs, spoilt alike whoever projects them."""
    from projector.evaluation.corruption import without_sentences

    for number, pair in enumerate(read_pairs(path, limit=limit)):
        if spoilt is None:
            yield pair
        else:
            yield without_sentences(pair, Random(f"{spoilt} {path.stem} {number}"))


if __name__ == "__main__":
    try:
        main()
    except ProjectorError as error:
        raise SystemExit(f"error: {error}") from error
