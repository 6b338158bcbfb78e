"""Measure whether terms that were translated as others are found by what they mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import click
import numpy as np
import polars as pl
from tqdm import tqdm

from jobs.research.diagnosis_benchmark import area, load_judges
from jobs.research.judged_meaning import SCHEMA, Judges, judged_pair
from projector.corpus.formats.gold_jsonl import gold_sets, read_gold
from projector.document import DocumentPair, Fragment, Mention
from projector.errors import ProjectorError

_SIGNS = {
    "score": pl.col("score"),
    "concepts": pl.col("concept"),
    "retriever": pl.col("retriever"),
    "both": pl.col("concept") + pl.col("retriever"),
}


@dataclass(frozen=True, slots=True)
class Term:
    """What a mention is called on both sides.

    Args:
        label: Its type.
        source, target: Its words.
    """

    label: str
    source: str
    target: str


def terms_of(pair: DocumentPair, labels: Sequence[str]) -> Iterator[Term]:
    """Yield what the mentions of a document with gold are called, those with a counterpart."""
    source = {one.id: one.surface(pair.source.text) for one in pair.source.mentions}
    for one in pair.target.mentions:
        if one.label in labels and one.id in source:
            yield Term(one.label, source[one.id], one.surface(pair.target.text))


def with_other_terms(
    pair: DocumentPair, terms: Sequence[Term], share: float, random: Random
) -> tuple[DocumentPair, frozenset[str]]:
    """Put other terms of the same type in the place of some of a translation.

    Args:
        pair: With gold on both sides.
        terms: To be put in their places.
        share: How many of the mentions that stand alone and in one piece.
        random: Draws both.

    Returns:
        The pair, its gold where it now stands; the mentions whose words are now others'.
    """
    source = {one.id: one.surface(pair.source.text).casefold() for one in pair.source.mentions}
    text, mentions, replaced = pair.target.text, list(pair.target.mentions), set()
    for one in sorted(mentions, key=lambda mention: -mention.start):
        others = [
            term.target
            for term in terms
            if term.label == one.label and term.source.casefold() != source.get(one.id)
        ]
        if not _is_alone(one, mentions) or not others or random.random() >= share:
            continue
        words = random.choice(others)
        grown = len(words) - (one.end - one.start)
        text = text[: one.start] + words + text[one.end :]
        mentions = [_moved(other, one.end, grown) for other in mentions]
        replaced.add(one.id)
    target = replace(pair.target, text=text, mentions=tuple(mentions), annotations=())
    return replace(pair, target=target), frozenset(replaced)


def _is_alone(one: Mention, mentions: Sequence[Mention]) -> bool:
    return len(one.fragments) == 1 and not any(
        part.start < one.end and one.start < part.end
        for other in mentions
        if other.id != one.id
        for part in other.fragments
    )


def _moved(mention: Mention, behind: int, grown: int) -> Mention:
    """Move what of a mention ends at a place or behind it."""
    fragments = tuple(
        Fragment(
            part.start + (grown if part.start >= behind else 0),
            part.end + (grown if part.end >= behind else 0),
        )
        for part in mention.fragments
    )
    return replace(mention, fragments=fragments)


def judged_terms(
    path: Path, labels: Sequence[str], share: float, seed: int, judges: Judges, limit: int | None
) -> pl.DataFrame:
    """Return a row for each span that is projected onto translations with wrong terms.

    Returns:
        Columns as in `SCHEMA`, and `wrong`: whether the mention's words are now another's.
    """
    pairs = [gold.pair for gold in read_gold(path, limit=limit)]
    rows: list[dict[str, object]] = []
    for number, pair in enumerate(pairs):
        terms = [t for other in pairs if other is not pair for t in terms_of(other, labels)]
        random = Random(f"{seed} {path.stem} {number}")
        spoilt, replaced = with_other_terms(pair, terms, share, random)
        known = {one.id for one in spoilt.source.mentions if one.label in labels}
        rows += (
            dict(row, set=path.stem, document=str(number), wrong=row["mention"] in replaced)
            for row in judged_pair(spoilt, judges)
            if row["given"] and row["mention"] in known
        )
    return pl.DataFrame(rows, {**SCHEMA, "wrong": pl.Boolean})


def found_by(rows: pl.DataFrame) -> Mapping[str, tuple[float | None, float]]:
    """Return by sign how well wrong terms are told from right ones.

    Returns:
        The area under the ROC curve; and of as many spans as are wrong, those by which the sign is
        lowest, the share that is wrong.
    """
    right = ~rows["wrong"].to_numpy()
    count = int((~right).sum())
    told = {}
    for name, sign in _SIGNS.items():
        signs = rows.select(sign).to_series().to_numpy().astype(np.float64)
        first = np.argsort(signs, kind="stable")[:count]
        told[name] = area(signs, right), float((~right[first]).mean()) if count else 0.0
    return told


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("gold", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--concepts", default="clinical-concepts", show_default=True, help="The encoder.")
@click.option("--set", "sets", multiple=True, default=("",), help="Run this set only; a prefix.")
@click.option("--only", "labels", multiple=True, default=("DISEASE", "SYMPTOM"), show_default=True)
@click.option("--share", type=float, default=0.1, show_default=True, help="Of terms made wrong.")
@click.option("--seed", type=int, default=1, show_default=True, help="Draws them.")
@click.option("--limit", type=int, help="Documents of each set; all of them without.")
@click.option("-m", "--model", default="aligner", show_default=True, help="What projects.")
@click.option("--tagger", type=click.Path(path_type=Path), help="Whose evidence is heard.")
@click.option("--retriever", default="retriever", show_default=True, help="A coder's first stage.")
def main(
    gold: Path,
    concepts: str,
    sets: tuple[str, ...],
    labels: tuple[str, ...],
    share: float,
    seed: int,
    limit: int | None,
    model: str,
    tagger: Path | None,
    retriever: str,
) -> None:
    """Measure on GOLD how well terms that were translated as others are found by their meaning.

    Some terms of each translation become others of the same type, of other documents of the set.
    All is projected, and the spans are listed by the score, by the cosine of the concepts of
    mention and span, as `projector diagnose RUN` does, by that of the retriever, which reads both
    by themselves, and by the sum of these: the area under the ROC curve of wrong and right ones,
    and, of as many spans as are wrong, from the top of the list, the share that is.

    \b
    Example:
      python -m jobs.research.meaning_benchmark ../shared/gold --set clinical6 --tagger clinical
    """
    judges = load_judges(model, tagger, concepts, retriever)
    paths = [path for name, path in gold_sets(gold).items() if name.startswith(tuple(sets))]
    signs = [f"{name}: {what}" for name in _SIGNS for what in ("area", "first")]
    click.echo("\t".join(["set", "spans", "wrong", *signs]))
    parts = []
    for path in tqdm(paths, desc="sets"):
        parts.append(judged_terms(path, labels, share, seed, judges, limit))
        click.echo(_row(path.stem, parts[-1]))
    click.echo(_row("all", pl.concat(parts)))


def _row(name: str, rows: pl.DataFrame) -> str:
    figures = [figure for pair in found_by(rows).values() for figure in pair]
    told = ["" if figure is None else f"{figure:.3f}" for figure in figures]
    return "\t".join([name, str(rows.height), str(int(rows["wrong"].sum())), *told])


if __name__ == "__main__":
    try:
        main()
    except ProjectorError as error:
        raise SystemExit(f"error: {error}") from error
