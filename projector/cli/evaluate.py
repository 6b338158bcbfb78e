"""`projector evaluate`: score predictions against gold."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from projector.cli.options import PATH, corpus_options, opened
from projector.cli.output import echo_json, echo_table, format_option
from projector.corpus import read_spans, strictly
from projector.corpus.names import same_language
from projector.errors import CorpusError

if TYPE_CHECKING:
    import polars as pl

    from projector.corpus.opening import AnyCorpus
    from projector.evaluate import Comparison, Disagreement, Figures, ScoreRow, Spread

_FIGURES = ("strict P", "strict R", "strict F1", "char P", "char R", "char F1")


@click.command("evaluate")
@click.argument("gold", type=PATH)
@click.argument("predicted", type=PATH)
@corpus_options
@click.option("--only", multiple=True, metavar="LABEL", help="Score this label only; repeatable.")
@click.option(
    "--fragments",
    type=click.Choice(["covering", "exact"]),
    default="covering",
    show_default=True,
    help="Score a discontinuous mention by its covering span, as the task does, or its fragments.",
)
@click.option("--errors", type=int, default=0, help="List this many of the worst disagreements.")
@format_option
def command(
    gold: Path,
    predicted: Path,
    language: str | None,
    texts: Path | None,
    labels: tuple[str, ...],
    keep_labels: bool,
    only: tuple[str, ...],
    fragments: str,
    errors: int,
    form: str,
) -> None:
    r"""Score PREDICTED (a run's folder or a corpus) against GOLD (a corpus, or a folder of them).

    Precision, recall and F1, strict and by characters, with the shared task's semantics; with
    several languages also their mean and standard deviation.

    \b
    Examples:
      projector evaluate data_samples/brat/en out
      projector evaluate data_samples/brat out --errors 10
    """
    from projector.evaluate import compare, document_spans, language_spread, score_table, span_table

    corpora = _corpora(gold, language=language, texts=texts, labels=labels, keep_labels=keep_labels)
    corpora = _scored(corpora, predicted)
    documents = [strictly(corpus.read(name)) for corpus in corpora for name in corpus.names]
    spans = span_table(span for document in documents for span in document_spans(document))
    guesses = _predicted(predicted, corpora)
    comparison = compare(spans, guesses, fragments=fragments, labels=only or None)  # type: ignore[arg-type]
    rows = score_table(comparison)
    spreads = language_spread(rows) if len(corpora) > 1 else []
    texts_of = {(one.language, one.name): one.text for one in documents}
    worst = _worst(comparison, texts_of, errors) if errors else []
    if form == "json":
        echo_json(
            {
                "scores": [asdict(row) for row in rows],
                "spread": [asdict(spread) for spread in spreads],
                "errors": [asdict(one) for one in worst],
            }
        )
        return
    _echo_scores(rows, spreads)
    for one in worst:
        _echo_error(one)


def _corpora(
    path: Path,
    *,
    language: str | None = None,
    texts: Path | None = None,
    labels: tuple[str, ...] = (),
    keep_labels: bool = False,
) -> list[AnyCorpus]:
    """Open a corpus, or the corpora in a folder of one for each language."""

    def attempt(place: Path) -> AnyCorpus:
        return opened(place, language=language, texts=texts, labels=labels, keep_labels=keep_labels)

    try:
        return [attempt(path)]
    except CorpusError:
        inside = [one for one in sorted(path.iterdir()) if one.is_dir()] if path.is_dir() else []
        corpora = []
        for folder in inside:
            try:
                corpora.append(attempt(folder))
            except CorpusError:
                continue
        if not corpora:
            raise
        return corpora


def _scored(gold: list[AnyCorpus], predicted: Path) -> list[AnyCorpus]:
    """Keep the languages that a run projected onto, and tell which are not scored."""
    from projector.run import read_run
    from projector.run_read import is_run

    if len(gold) == 1 or not is_run(predicted):
        return gold
    codes = read_run(predicted).languages
    kept = [one for one in gold if any(same_language(one.language, code) for code in codes)]
    left = [one.language for one in gold if one not in kept]
    if left and kept:
        click.echo(f"not in the run, so not scored: {', '.join(left)}", err=True)
    return kept or gold


def _predicted(path: Path, gold: list[AnyCorpus]) -> pl.DataFrame:
    """Return the predicted spans in the languages that there is gold for."""
    import polars as pl

    from projector.evaluate import document_spans, row_spans, span_table
    from projector.run import read_run
    from projector.run_read import is_run

    codes = [corpus.language for corpus in gold]
    if is_run(path):
        finished = read_run(path)
        own = [
            code for code in finished.languages if any(same_language(code, one) for one in codes)
        ]
        # Gold may say cz where the run says cs: they are one language.
        names = {code: next(one for one in codes if same_language(code, one)) for code in own}
        spans = finished.predicted(own)
        return spans.with_columns(pl.col("language").replace(names))
    if path.is_file():
        if len(gold) > 1:
            raise click.UsageError("one table of predictions can't be scored in several languages")
        return span_table(row_spans(read_spans(path), language=codes[0]))
    corpora = _corpora(path)
    if len(gold) == len(corpora) == 1:
        names = {corpora[0].language: codes[0]}
    else:
        names = {
            one.language: code
            for one in corpora
            for code in codes
            if same_language(code, one.language)
        }
    documents = (
        strictly(corpus.read(name))
        for corpus in corpora
        if corpus.language in names
        for name in corpus.names
    )
    spans = span_table(span for document in documents for span in document_spans(document))
    return spans.with_columns(pl.col("language").replace(names))


def _worst(
    comparison: Comparison, texts: dict[tuple[str, str], str], limit: int
) -> list[Disagreement]:
    from projector.evaluate import errors as listed

    return listed(comparison, lambda code, name: texts.get((code, name)), limit=limit)


def _echo_scores(rows: list[ScoreRow], spreads: list[Spread]) -> None:
    from projector.evaluate import figures

    echo_table(
        ["language", "label", *_FIGURES, "gold", "predicted"],
        [
            [
                row.language or "all",
                row.label or "all",
                *figures(row.scores),
                row.scores.character.n_gold,
                row.scores.character.n_pred,
            ]
            for row in rows
        ],
    )
    if spreads:
        click.echo("\nmean ± standard deviation over languages")
        echo_table(
            ["label", "languages", *_FIGURES],
            [
                [one.label or "all", len(one.languages), *_plus_minus(one.mean, one.deviation)]
                for one in spreads
            ],
        )


def _plus_minus(mean: Figures, deviation: Figures) -> list[str]:
    return [f"{one:.4f} ± {other:.4f}" for one, other in zip(mean, deviation, strict=True)]


def _echo_error(one: Disagreement) -> None:
    click.echo(f"\n{one.kind} {one.language} {one.document} {one.label} overlap {one.overlap:.4f}")
    if one.source:
        click.echo(f"  source:    {one.source}")
    click.echo(f"  gold:      {one.gold.text if one.gold else '-'}")
    click.echo(f"  predicted: {one.predicted.text if one.predicted else '-'}")
    click.echo(f"  context:   {' '.join(one.context.split())}")
