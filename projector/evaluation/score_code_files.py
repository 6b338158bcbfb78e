"""Hold proposed codes against gold, whatever files they are in."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from projector.coding.code_list import CodeList, make_list, read_codes
from projector.coding.icd10 import category, normal_code
from projector.coding.mentions import refuse_unknown
from projector.coding.read_mentions import read_mentions
from projector.corpus.labels import unknown_labels, unused_names
from projector.corpus.language_names import same_language
from projector.errors import ConfigurationError, CorpusError, Problem
from projector.evaluation.code_metrics import (
    CodeScores,
    Coverage,
    Place,
    coverage_curve,
    score_codes,
)
from projector.settings import (
    STRICT,
    ReadingRules,
)
from projector.storage.parquet_file import reading_parquet
from projector.storage.run_files import written_folder
from projector.storage.user_table import read_table
from schemas.coding import CODING

_COLUMNS = ("language", "document", "fragments", "code", "rank", "score")
GoldSets = dict[Place, set[str]]
Ranked = dict[Place, list[tuple[str, float]]]  # codes with scores, best first


@dataclass(frozen=True, slots=True)
class CodeRow:
    """Scores of a language, or of all where it is empty; over all gold or what the list has."""

    language: str
    covered: bool
    scores: CodeScores


@dataclass(frozen=True, slots=True)
class ComparedCodes:
    """How proposals did.

    Args:
        rows: All languages together first, then each where there are several.
        curve: Of proposals for places with gold.
        lacking: Mentions none of whose codes the list has; 0 where nobody knows the list.
        near: Those of them whose category it has, or something in it.
        skipped: What of gold could not be read rightly.
        remarks: What a user should know: labels that are asked for, or named anew, and are none's.
    """

    rows: tuple[CodeRow, ...]
    curve: tuple[Coverage, ...]
    lacking: int
    near: int
    skipped: tuple[Problem, ...] = ()
    remarks: tuple[str, ...] = ()


def compare_codes(
    gold: Path,
    proposed: Path,
    *,
    codes: Path | None = None,
    only: Collection[str] = (),
    skip: bool = False,
    language: str | None = None,
    texts: Path | None = None,
    labels: Mapping[str, str] | None = None,
    rules: ReadingRules = STRICT,
    encoding: str = "utf-8",
) -> ComparedCodes:
    """Score what is proposed, mention by mention.

    Args:
        gold: A run, a corpus, a folder of one for each language, or a bare table; with codes.
        proposed: Likewise, or a folder of `projector code`.
        codes: The list that says what is covered; None: the one that the folder holds.
        only: Labels of gold to score; none: all. Proposals elsewhere then play no part.
        skip: Pass over what can't be read rightly in gold.
        language: What to score, where several are there.
        texts: The folder of gold's texts, if they lie elsewhere.
        labels: New names for labels.
        rules: How corpora and tables are read.
        encoding: Of the list.

    Raises:
        CorpusError: A side can't be read rightly, or is a run's and not as it was written.
        ConfigurationError: They have no document in common, or gold has no codes.
    """
    skipped: list[Problem] | None = [] if skip else None
    there: set[str] = set()
    wanted = _read_gold(gold, only, language, texts, labels, rules, skipped, there)
    remarks = (*unknown_labels(only, there), *unused_names(labels or {}, there))
    if not wanted:
        raise ConfigurationError(f"{gold}: no mention has a code; there is nothing to score")
    offered = _in_language_of(wanted, _read_proposed(proposed, language, labels, rules))
    if only:
        offered = _at(wanted, offered)
    if not {place[:2] for place in wanted} & {place[:2] for place in offered}:
        raise ConfigurationError(
            f"{gold} and {proposed} have no document in common: names and languages must agree"
        )
    compared = _compared(wanted, offered, _code_list(proposed, codes, encoding), skipped or ())
    return replace(compared, remarks=remarks)


def _compared(
    gold: GoldSets, proposed: Ranked, known: CodeList | None, skipped: Sequence[Problem]
) -> ComparedCodes:
    """Score proposals over all gold, and over what a list has where one is known."""
    covered = gold if known is None else _covered(gold, known)
    lacking = {place: codes for place, codes in gold.items() if place not in covered}
    # What is not in the list is left out on both sides.
    inside = {place: codes for place, codes in proposed.items() if place not in lacking}
    rows = []
    for language in _languages(gold):
        rows.append(CodeRow(language, False, _scores(gold, proposed, language)))
        if known is not None:
            rows.append(CodeRow(language, True, _scores(covered, inside, language)))
    near = 0 if known is None else sum(_is_near(codes, known) for codes in lacking.values())
    curve = tuple(coverage_curve(gold, _at(gold, proposed)))
    return ComparedCodes(tuple(rows), curve, len(lacking), near, tuple(skipped))


def _languages(gold: GoldSets) -> list[str]:
    """Return the languages to score: all together (empty) first, then each if there are several."""
    languages = sorted({language for language, _, _ in gold})
    return ["", *languages] if len(languages) > 1 else [""]


def _at(places: Collection[Place], proposed: Ranked) -> Ranked:
    """Return the proposals at some places."""
    return {place: codes for place, codes in proposed.items() if place in places}


def _scores(gold: GoldSets, proposed: Ranked, language: str) -> CodeScores:
    return score_codes(
        {place: codes for place, codes in gold.items() if language in ("", place[0])},
        {place: codes for place, codes in proposed.items() if language in ("", place[0])},
    )


def _read_gold(
    path: Path,
    only: Collection[str],
    language: str | None,
    texts: Path | None,
    labels: Mapping[str, str] | None,
    rules: ReadingRules,
    skipped: list[Problem] | None,
    known_labels: set[str],
) -> GoldSets:
    """Read the codes of gold's mentions, of some labels only where they are given.

    `known_labels` takes the labels that there are.
    """
    gold: GoldSets = {}
    documents = read_mentions(
        path, language=language, texts=texts, labels=labels, rules=rules, skipped=skipped
    )
    for document in documents:
        known_labels.update(mention.label for mention in document.mentions)
        for mention in document.mentions:
            if mention.codes and (not only or mention.label in only):
                place = (document.language, document.name, mention.fragments)
                gold.setdefault(place, set()).update(mention.codes)
    refuse_unknown(only, known_labels)
    return gold


def _read_proposed(
    path: Path, language: str | None, labels: Mapping[str, str] | None, rules: ReadingRules
) -> Ranked:
    """Read proposals with their scores: ranked ones, or a corpus's codes, each surely meant."""
    if (path / CODING).is_file():
        folder = written_folder(path)
        if folder is not None:
            folder.check(("codes.parquet", "code_list.parquet"))
        return read_ranked(path / "codes.parquet")
    return {
        (document.language, document.name, mention.fragments): [
            (code, 1.0) for code in mention.codes
        ]
        for document in read_mentions(
            path, language=language, labels=labels, rules=rules, proposals=True
        )
        for mention in document.mentions
        if mention.codes
    }


def read_ranked(path: Path) -> Ranked:
    """Read the ranked codes of each place.

    Raises:
        CorpusError: The table can't be read, or has a null or a score that is none.
    """
    with reading_parquet(path):
        file = pq.ParquetFile(path)
        columns = file.schema_arrow.names
        rows = file.read(columns=[name for name in _COLUMNS if name in columns]).to_pylist()
    if missing := [name for name in _COLUMNS if name not in columns]:
        found = f"the column {missing[0]} is missing"
        raise CorpusError(Problem(path, None, found, ", ".join(_COLUMNS)))
    for number, row in enumerate(rows, start=1):
        if not _is_ranked(row):
            expected = "words, a rank, a score from 0 to 1 and fragments"
            raise CorpusError(Problem(path, number, f"no ranked code: {str(row)[:200]}", expected))
    ranked: Ranked = {}
    for row in sorted(rows, key=itemgetter("rank")):
        fragments = tuple((part["start"], part["end"]) for part in row["fragments"])
        place = (row["language"], row["document"], fragments)
        ranked.setdefault(place, []).append((row["code"], row["score"]))
    return ranked


def _is_ranked(row: Mapping[str, Any]) -> bool:
    score, fragments = row["score"], row["fragments"]
    return (
        all(isinstance(row[name], str) for name in ("language", "document", "code"))
        and isinstance(row["rank"], int)
        and isinstance(score, float)
        and 0 <= score <= 1
        and isinstance(fragments, list)
        and all(_is_fragment(part) for part in fragments)
    )


def _is_fragment(part: object) -> bool:
    return isinstance(part, dict) and all(
        isinstance(part.get(edge), int) for edge in ("start", "end")
    )


def _in_language_of(gold: GoldSets, proposed: Ranked) -> Ranked:
    """Return proposals under gold's names of their languages (cz and cs are one)."""
    known = sorted({language for language, _, _ in gold})
    names = {
        language: next((name for name in known if same_language(name, language)), language)
        for language in {place[0] for place in proposed}
    }
    return {(names[place[0]], *place[1:]): codes for place, codes in proposed.items()}


def _code_list(proposed: Path, codes: Path | None, encoding: str) -> CodeList | None:
    """Return the list that could be proposed from: the user's, or the one that a folder holds."""
    if codes is not None:
        return read_codes(codes, encoding=encoding)
    table = proposed / "code_list.parquet"
    if not table.is_file():
        return None
    codes_there = read_table(table, ("code",), "code")["code"].drop_nulls()
    return make_list(str(table), ((code, "", code) for code in codes_there))


def _covered(gold: GoldSets, known: CodeList) -> GoldSets:
    """Return gold less the codes that a list lacks."""
    inside = {
        place: {code for code in codes if known.find(code) is not None}
        for place, codes in gold.items()
    }
    return {place: codes for place, codes in inside.items() if codes}


def _is_near(codes: Collection[str], known: CodeList) -> bool:
    """Tell whether a list has the category of any of some codes, or something in it."""
    categories = (category(normal_code(code)) for code in codes)
    return any(known.find(code) is not None or known.covers(code) for code in categories)
