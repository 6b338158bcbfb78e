"""Score what lies on disk against gold that lies on disk: corpora, tables, finished runs."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from projector.coding.mentions import refuse_unknown
from projector.corpus import (
    SpanRow,
    label_map,
    read_spans,
    require_document,
)
from projector.corpus.formats.parquet_read import open_parquet
from projector.corpus.labels import (
    label_twins,
    unknown_labels,
    unused_names,
)
from projector.corpus.language_names import (
    UNKNOWN_LANGUAGE,
    guess_language,
    same_language,
)
from projector.corpus.open_languages import open_languages
from projector.errors import (
    ConfigurationError,
    CorpusError,
    Notice,
    Problem,
    summaries,
)
from projector.evaluation.metrics import (
    Calibration,
    Comparison,
    FragmentRule,
    Span,
    calibration,
    compare,
    document_spans,
    row_spans,
    span_table,
)
from projector.evaluation.span_table import checked
from projector.run.reader import is_run, read_run
from projector.settings import (
    STRICT,
    ReadingRules,
)
from projector.storage.run_files import (
    check_edited,
    check_tables,
)
from schemas.manifest import PROJECTIONS_FOLDER

if TYPE_CHECKING:
    from projector.corpus.corpus import Corpus

_EXTENSION = ".txt"


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """Predictions held against gold.

    Args:
        comparison: What became of every span.
        languages: Those that are scored, as the gold names them.
        remarks: What a user should know: languages that are left out, names that had to be mended.
        corpora: The gold's, for the texts; empty where it is a bare table.
    """

    comparison: Comparison
    languages: tuple[str, ...]
    remarks: tuple[str, ...]
    corpora: tuple[Corpus, ...] = ()

    def text(self, language: str, document: str) -> str | None:
        """Return a document's text, None where the gold has none."""
        for corpus in self.corpora:
            if corpus.language == language and document in corpus.names:
                found = corpus.read(document).document
                return None if found is None else found.text
        return None

    def calibration(self) -> Calibration | None:
        """Return how well scores separate right from wrong; None where there are no scores."""
        predicted = self.comparison.predicted
        if "score" not in predicted.columns:
            return None
        return calibration(predicted["score"].to_numpy(), predicted["matched"].to_numpy())


@dataclass(frozen=True, slots=True, eq=False)
class _Side:
    """One side's spans by language, and how its documents are named."""

    spans: Mapping[str, pl.DataFrame]
    corpora: tuple[Corpus, ...] = ()
    extension: bool | None = None  # whether names end in .txt; None: it is no bare table
    notices: tuple[Notice, ...] = ()


def score_paths(
    gold: Path,
    predicted: Path,
    *,
    language: str | None = None,
    texts: Path | None = None,
    labels: Mapping[str, str] | None = None,
    only: Collection[str] | None = None,
    fragments: FragmentRule = "covering",
    rules: ReadingRules = STRICT,
    edited: bool = False,
) -> Scored:
    """Hold predictions against gold, language by language.

    Args:
        gold: A corpus in any format, a folder of one for each language, or a bare table.
        predicted: Likewise, or a finished run.
        language: What to score, where several are there; what both are in, where nothing says it.
        texts: The folder of the gold's texts, if they lie elsewhere.
        labels: New names for labels on both sides; None: the built-in ones.
        only: Score these labels only.
        fragments: See `compare`.
        rules: How the files of both sides are read.
        edited: Take BRAT and tables that a run wrote though they were corrected by hand since.

    Raises:
        CorpusError: A side can't be read rightly, or is a run's and not as it was written.
        ConfigurationError: They have no language in common.
    """
    names = dict(label_map() if labels is None else labels)
    taken = [told for path in (gold, predicted) for told in check_edited(path, edited=edited)]
    of_gold = _gold_side(gold, language, names, texts, rules)
    of_predicted = _predicted_side(predicted, language, names, rules)
    pairs = _pair(of_gold, of_predicted, gold, predicted, language)
    remarks = [
        *taken,
        *summaries((*of_gold.notices, *of_predicted.notices)),
        *_left_out(of_gold, [code for code, _ in pairs], f"not in {predicted}"),
        *_left_out(of_predicted, [code for _, code in pairs], f"not in {gold}"),
    ]
    if {of_gold.extension, of_predicted.extension} == {True, False}:
        remarks.append(
            f"one table writes file names with {_EXTENSION}, the other without: they are taken "
            "as equal here, the official scorer takes them as different documents"
        )
    remarks += [
        f"{code}: no document of {predicted} has the name of one of {gold}"
        for code, theirs in pairs
        if not _share_documents(of_gold.spans[code], of_predicted.spans[theirs])
    ]
    remarks += label_twins(
        {label for code, _ in pairs for label in of_gold.spans[code]["label"]},
        {label for _, code in pairs for label in of_predicted.spans[code]["label"]},
    )
    there = _labels(of_gold, of_predicted)
    refuse_unknown(only or (), there)
    remarks += [*unknown_labels(only or (), there), *unused_names(names, there)]
    try:
        comparison = compare(
            _together([of_gold.spans[code] for code, _ in pairs]),
            _together([_renamed(of_predicted.spans[theirs], code) for code, theirs in pairs]),
            fragments=fragments,
            labels=only,
        )
    except ValueError as error:  # of offsets beyond any text's
        raise CorpusError(Problem(predicted, None, f"beside {gold}: {error}")) from error
    return Scored(comparison, tuple(code for code, _ in pairs), tuple(remarks), of_gold.corpora)


def _gold_side(
    path: Path,
    language: str | None,
    labels: Mapping[str, str],
    texts: Path | None,
    rules: ReadingRules,
) -> _Side:
    """Read gold as corpora, held against their texts; a table that has none as it is."""
    if is_run(path):
        return _run_side(path, language, labels)
    try:
        corpora = open_languages(path, language=language, texts=texts, labels=labels, rules=rules)
    except CorpusError:
        if not path.is_file() or texts is not None:
            raise
        return _table_side(path, language, labels, rules)
    if path.is_file() and texts is None and corpora[0].problems:  # other texts lie beside it
        return _table_side(path, language, labels, rules)
    return _corpus_side(corpora)


def _predicted_side(
    path: Path, language: str | None, labels: Mapping[str, str], rules: ReadingRules
) -> _Side:
    if is_run(path):
        return _run_side(path, language, labels)
    if path.is_file():
        return _table_side(path, language, labels, rules)
    return _corpus_side(open_languages(path, language=language, labels=labels, rules=rules))


def _corpus_side(corpora: Sequence[Corpus]) -> _Side:
    for corpus in corpora:
        if corpus.problems:
            raise CorpusError(*corpus.problems)
    notices = [notice for corpus in corpora for notice in corpus.notices]
    spans = {corpus.language: span_table(_spans(corpus, notices)) for corpus in corpora}
    return _Side(spans, tuple(corpora), notices=tuple(notices))


def _spans(corpus: Corpus, notices: list[Notice]) -> Iterator[Span]:
    for name in corpus.names:
        reading = corpus.read(name)
        notices += reading.notices
        yield from document_spans(require_document(reading))


def _table_side(
    path: Path, language: str | None, labels: Mapping[str, str], rules: ReadingRules
) -> _Side:
    """Read a table without its texts, as the official scorer does."""
    rows = read_spans(path, rules)
    code = language or guess_language(path, [path.stem])
    extension = any(row.filename.endswith(_EXTENSION) for row in rows)
    plain = (
        row._replace(
            filename=row.filename.removesuffix(_EXTENSION),
            label=labels.get(row.label, row.label),
        )
        for row in rows
    )
    spans = {code: span_table(row_spans(plain, language=code))}
    return _Side(spans, extension=extension, notices=tuple(_inclusive(path, rows)))


def _inclusive(path: Path, rows: Sequence[SpanRow]) -> Iterator[Notice]:
    """Tell of ends that seem to be inclusive; without its texts nobody knows for sure."""
    if rows and all(row.text and len(row.text) == row.end - row.start + 1 for row in rows):
        told = (
            "every text is one character longer than its offsets say, as where ends are "
            "inclusive; they are scored as they stand. Beside its texts (--texts) the table is "
            "read rightly: projector convert"
        )
        yield Notice(path, told, len(rows))


def _run_side(path: Path, language: str | None, labels: Mapping[str, str]) -> _Side:
    run = read_run(path)
    codes = [code for code in run.languages if language is None or same_language(code, language)]
    if not codes:
        raise ConfigurationError(f"{path}: no {language}; the run has {', '.join(run.languages)}")
    if run.tags:  # a corpus of what was found
        check_tables(path)
        return _corpus_side([open_parquet(path, language=code, labels=labels) for code in codes])
    spans = run.predicted(codes).with_columns(pl.col("label").replace(dict(labels)))
    if spans["document"].null_count():
        found = "a mention is projected onto no document"
        raise CorpusError(Problem(path / PROJECTIONS_FOLDER, None, found, "its target_document"))
    try:
        checked(spans)
    except ValueError as error:
        raise CorpusError(Problem(path / PROJECTIONS_FOLDER, None, str(error))) from error
    return _Side({code: spans.filter(pl.col("language") == code) for code in codes})


def _pair(
    gold: _Side, predicted: _Side, path: Path, other: Path, language: str | None
) -> list[tuple[str, str]]:
    """Return which language of the gold goes with which of the predictions."""
    ours, theirs = list(gold.spans), list(predicted.spans)
    pairs = [(one, code) for one in ours for code in theirs if same_language(one, code)]
    alone = len(ours) == len(theirs) == 1
    if not pairs and alone and (language or UNKNOWN_LANGUAGE in (*ours, *theirs)):
        return [(ours[0], theirs[0])]
    if not pairs:
        raise ConfigurationError(
            f"{path} is in {', '.join(ours)}, {other} in {', '.join(theirs)}: there is nothing to "
            "score; if the names are misread, say by --language what they are in"
        )
    return pairs


def _left_out(side: _Side, scored: Sequence[str], why: str) -> Iterator[str]:
    left = [code for code in side.spans if code not in scored]
    if left:
        yield f"{why}, so not scored: {', '.join(left)}"


def _share_documents(gold: pl.DataFrame, predicted: pl.DataFrame) -> bool:
    """Tell whether any document has both; where a side is empty, there is nothing to doubt."""
    ours, theirs = set(gold["document"]), set(predicted["document"])
    return not (ours and theirs and ours.isdisjoint(theirs))


def _labels(*sides: _Side) -> set[str]:
    return {label for side in sides for spans in side.spans.values() for label in spans["label"]}


def _together(spans: Sequence[pl.DataFrame]) -> pl.DataFrame:
    return pl.concat(spans)


def _renamed(spans: pl.DataFrame, code: str) -> pl.DataFrame:
    """Return the spans under the gold's name of the language (cz and cs are one)."""
    return spans.with_columns(pl.lit(code).alias("language"))
