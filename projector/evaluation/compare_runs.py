"""Compare two runs of one source mention by mention, and with gold tell which of them is right."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from projector.corpus import label_map
from projector.corpus.language_names import same_language
from projector.document import Status
from projector.errors import ConfigurationError, CorpusError, Problem
from projector.evaluation.score_files import score_paths
from projector.run.reader import FinishedRun
from projector.storage.parquet_file import reading_parquet

KINDS = ("same", "moved", "lost", "gained", "neither")
CHANGED = ("moved", "lost", "gained")
_KEYS = ("language", "source_document", "mention_id")
_OF_SOURCE = ("label", "source_fragments", "source_text")
_OF_RUN = ("status", "score", "fragments", "target_text")
_PLACE = ("language", "document", "label", "start", "end")
_ROWS = 256


@dataclass(frozen=True, slots=True)
class KindCount:
    """How many mentions of a label came to what in a language.

    Args:
        same: Both runs have them at the same place.
        moved: Both have them, at different places.
        lost: The first has a span, the second has none.
        gained: The second has a span, the first has none.
        neither: Neither has one.
    """

    language: str
    label: str
    same: int
    moved: int
    lost: int
    gained: int
    neither: int


@dataclass(frozen=True, slots=True)
class RightCount:
    """How many mentions each run has exactly where the gold has one of their label.

    Args:
        both: Both runs.
        first, second: That one alone.
        none: Neither: somewhere else, or nowhere, be that right or not.
    """

    language: str
    label: str
    both: int
    first: int
    second: int
    none: int


@dataclass(frozen=True, slots=True, eq=False)
class RunComparison:
    """How two runs of one source differ.

    Args:
        counts: By language and label, sorted.
        right: The same with gold; none without.
        changes: A row for each mention that is moved, lost or gained: `language`, `document` (the
            source's), `mention`, `label`, `kind`, `source_text`, and of each run `status`, `score`,
            `span`, `text`, called `a_…` and `b_…`; with gold `a_right` and `b_right`.
        remarks: What a user should know: languages that only one has.
    """

    counts: tuple[KindCount, ...]
    right: tuple[RightCount, ...]
    changes: pl.DataFrame
    remarks: tuple[str, ...]


def compare_runs(
    first: FinishedRun, second: FinishedRun, *, gold: Path | None = None
) -> RunComparison:
    """Compare two runs, language by language.

    Args:
        first, second: Of the same source and translations; languages that only one has are told.
        gold: Annotated translations, as `score_paths` takes them.

    Raises:
        CorpusError: They are of different sources or translations, or can't be read.
        ConfigurationError: They have no language in common.
    """
    languages = [code for code in first.languages if code in second.languages]
    if not languages:
        raise ConfigurationError(
            f"{first.path} is in {', '.join(first.languages)}, {second.path} in "
            f"{', '.join(second.languages)}: there is nothing to compare"
        )
    _refuse_other_texts(first, second, languages)
    places = None if gold is None else _gold_places(gold, first, languages)
    counts: list[KindCount] = []
    right: list[RightCount] = []
    changes: list[pl.DataFrame] = []
    for language in languages:
        mentions = _mentions(first, second, language)
        counts += _kind_counts(mentions)
        if places is not None:
            mentions = _judged(mentions, places)
            right += _right_counts(mentions)
        changes.append(_changes(mentions.filter(pl.col("kind").is_in(CHANGED))))
    remarks = [*_left_out(first, languages), *_left_out(second, languages)]
    return RunComparison(tuple(counts), tuple(right), pl.concat(changes), tuple(remarks))


def _left_out(run: FinishedRun, languages: Sequence[str]) -> Iterator[str]:
    left = [code for code in run.languages if code not in languages]
    if left:
        yield f"only in {run.path}, so not compared: {', '.join(left)}"


def _refuse_other_texts(first: FinishedRun, second: FinishedRun, languages: Sequence[str]) -> None:
    """Refuse runs onto translations that differ.

    Raises:
        CorpusError: A text that both have differs.
    """
    texts = dict(_texts(first.path, languages))
    for key, digest in _texts(second.path, languages):
        if texts.get(key, digest) != digest:
            language, name = key
            found = f"its translation {name} in {language} has another text than {first.path}'s"
            raise CorpusError(Problem(second.path, None, found, "runs onto the same translations"))


def _texts(path: Path, languages: Sequence[str]) -> Iterator[tuple[tuple[str, str], bytes]]:
    """Yield the hash of each translation's text."""
    table = path / "documents.parquet"
    with reading_parquet(table), pq.ParquetFile(table) as file:
        for batch in file.iter_batches(_ROWS, columns=["language", "document", "text"]):
            for language, name, text in zip(*map(pl.Series, batch.columns), strict=True):
                if language in languages:
                    yield (language, name), hashlib.sha256(text.encode()).digest()


def _mentions(first: FinishedRun, second: FinishedRun, language: str) -> pl.DataFrame:
    """Return a row for each mention of a language, with what both runs say of it.

    Raises:
        CorpusError: The runs are of different sources.
    """
    columns = (*_KEYS, *_OF_SOURCE, *_OF_RUN)
    a, b = (run.projections([language]) for run in (first, second))
    _refuse_other_sources(first, second, a, b)
    names = {name: f"a_{name}" for name in (*_OF_RUN, "target_document")}
    theirs = b.select(*_KEYS, pl.col(_OF_RUN).name.prefix("b_"))
    ours = a.select(*columns, "target_document").rename(names)
    joined = ours.join(theirs, on=_KEYS, how="left", maintain_order="left")
    has_a, has_b = (pl.col(f"{run}_status").is_in(Status.with_span()) for run in "ab")
    same = pl.col("a_fragments") == pl.col("b_fragments")
    kind = (
        pl.when(has_a & has_b & same)
        .then(pl.lit("same"))
        .when(has_a & has_b)
        .then(pl.lit("moved"))
        .when(has_a)
        .then(pl.lit("lost"))
        .when(has_b)
        .then(pl.lit("gained"))
        .otherwise(pl.lit("neither"))
    )
    return joined.with_columns(kind.alias("kind"))


def _refuse_other_sources(
    first: FinishedRun, second: FinishedRun, a: pl.DataFrame, b: pl.DataFrame
) -> None:
    for run, other, ours, theirs in ((first, second, a, b), (second, first, b, a)):
        for row in ours.join(theirs, on=_KEYS, how="anti").head(1).iter_rows(named=True):
            where = f"{row['mention_id']} of {row['source_document']} ({row['language']})"
            found = f"it has no mention {where}, which {run.path} has"
            raise CorpusError(Problem(other.path, None, found, "runs of the same source"))
    of_source = [*_KEYS, *_OF_SOURCE]
    differing = a.select(of_source).join(b.select(of_source), on=of_source, how="anti")
    for row in differing.head(1).iter_rows(named=True):
        where = f"{row['mention_id']} of {row['source_document']} ({row['language']})"
        span = _span_told(row["source_fragments"])
        found = f"{where} is another mention than {row['label']} {row['source_text']!r} at {span}"
        expected = f"runs of the same source: so {first.path} has it"
        raise CorpusError(Problem(second.path, None, found, expected))


def _span_told(fragments: Iterable[Mapping[str, int]]) -> str:
    return ";".join(f"{part['start']} {part['end']}" for part in fragments) or "no place"


def _kind_counts(mentions: pl.DataFrame) -> Iterator[KindCount]:
    counted = mentions.group_by("language", "label").agg(
        *((pl.col("kind") == kind).sum().alias(kind) for kind in KINDS)
    )
    for row in counted.sort("language", "label").iter_rows(named=True):
        yield KindCount(**row)


def _gold_places(gold: Path, run: FinishedRun, languages: Sequence[str]) -> pl.DataFrame:
    """Return where the gold has mentions, its languages named as the run names them."""
    spans = score_paths(gold, run.path).comparison.gold
    codes = {
        theirs: code
        for theirs in spans["language"].unique().to_list()
        for code in languages
        if same_language(theirs, code)
    }
    renamed = spans.with_columns(pl.col("language").replace(codes))
    return renamed.select(_PLACE).unique().with_columns(right=pl.lit(True))


def _judged(mentions: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """Add whether each run has a mention where the gold has one."""
    names = label_map()
    for run in "ab":
        outcomes = mentions.select(
            "language",
            pl.col("a_target_document").alias("document"),
            pl.col("label").replace(names),
            pl.col(f"{run}_fragments").list.first().struct.field("start").alias("start"),
            pl.col(f"{run}_fragments").list.last().struct.field("end").alias("end"),
        )
        judged = outcomes.join(places, on=_PLACE, how="left", maintain_order="left")
        mentions = mentions.with_columns(judged["right"].fill_null(False).alias(f"{run}_right"))
    return mentions


def _right_counts(mentions: pl.DataFrame) -> Iterator[RightCount]:
    a, b = pl.col("a_right"), pl.col("b_right")
    counted = mentions.group_by("language", "label").agg(
        (a & b).sum().alias("both"),
        (a & ~b).sum().alias("first"),
        (~a & b).sum().alias("second"),
        (~a & ~b).sum().alias("none"),
    )
    for row in counted.sort("language", "label").iter_rows(named=True):
        yield RightCount(**row)


def _changes(mentions: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of mentions that differ, with spans in words."""
    element = pl.element().struct
    told = pl.format("{} {}", element.field("start"), element.field("end"))
    spans = {run: pl.col(f"{run}_fragments").list.eval(told).list.join(";") for run in "ab"}
    right = [name for name in ("a_right", "b_right") if name in mentions.columns]
    return mentions.select(
        "language",
        pl.col("source_document").alias("document"),
        pl.col("mention_id").alias("mention"),
        "label",
        "kind",
        "source_text",
        *(
            column
            for run in "ab"
            for column in (
                pl.col(f"{run}_status"),
                pl.col(f"{run}_score"),
                spans[run].alias(f"{run}_span"),
                pl.col(f"{run}_target_text").alias(f"{run}_text"),
            )
        ),
        *right,
    )
