"""Hold proposed codes against gold, whatever files they are in."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from projector.coding.code_list import CodeList, make_list, read_codes
from projector.coding.icd10 import category, normal_code
from projector.coding.mentions import refuse_unknown
from projector.coding.read_mentions import read_mentions
from projector.corpus.language_names import same_language
from projector.errors import ConfigurationError, CorpusError, Problem
from projector.evaluation.code_metrics import (
    CodeScores,
    Coverage,
    Gold,
    Place,
    Proposed,
    coverage_curve,
    score_codes,
)
from schemas.coding import CODING


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
    """

    rows: tuple[CodeRow, ...]
    curve: tuple[Coverage, ...]
    lacking: int
    near: int
    skipped: tuple[Problem, ...] = ()


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

    Raises:
        CorpusError: A side can't be read rightly.
        ConfigurationError: They have no document in common, or gold has no codes.
    """
    skipped: list[Problem] | None = [] if skip else None
    wanted = _gold(gold, only, language, texts, labels, skipped)
    if not wanted:
        raise ConfigurationError(f"{gold}: no mention has a code; there is nothing to score")
    said = dict(_proposed(proposed, language, labels))
    said = _in_language_of(wanted, said)
    if only:
        said = {place: own for place, own in said.items() if place in wanted}
    if not {place[:2] for place in wanted} & {place[:2] for place in said}:
        raise ConfigurationError(
            f"{gold} and {proposed} have no document in common: names and languages must agree"
        )
    known = _list(proposed, codes)
    covered = wanted if known is None else _covered(wanted, known)
    lacking = {place: own for place, own in wanted.items() if place not in covered}
    languages = sorted({place[0] for place in wanted})
    rows = []
    for one in ("", *languages) if len(languages) > 1 else ("",):
        rows.append(CodeRow(one, False, _scores(wanted, said, one)))
        if known is not None:
            # What is not in the list is left out on both sides.
            inside = {place: own for place, own in said.items() if place not in lacking}
            rows.append(CodeRow(one, True, _scores(covered, inside, one)))
    at_gold = {place: own for place, own in said.items() if place in wanted}
    near = sum(any(_near(code, known) for code in own) for own in lacking.values()) if known else 0
    curve = tuple(coverage_curve(wanted, at_gold))
    return ComparedCodes(tuple(rows), curve, len(lacking), near, tuple(skipped or ()))


def _scores(gold: Gold, said: Proposed, language: str) -> CodeScores:
    return score_codes(
        {place: own for place, own in gold.items() if language in ("", place[0])},
        {place: own for place, own in said.items() if language in ("", place[0])},
    )


def _gold(
    path: Path,
    only: Collection[str],
    language: str | None,
    texts: Path | None,
    labels: Mapping[str, str] | None,
    skipped: list[Problem] | None,
) -> dict[Place, set[str]]:
    found: dict[Place, set[str]] = {}
    names: set[str] = set()
    read = read_mentions(path, language=language, texts=texts, labels=labels, skipped=skipped)
    for one in read:
        names.update(mention.label for mention in one.mentions)
        for mention in one.mentions:
            if mention.codes and (not only or mention.label in only):
                place = (one.language, one.name, mention.fragments)
                found.setdefault(place, set()).update(mention.codes)
    refuse_unknown(only, names)
    return found


def _proposed(
    path: Path, language: str | None, labels: Mapping[str, str] | None
) -> Iterator[tuple[Place, list[tuple[str, float]]]]:
    if (path / CODING).is_file():
        yield from _ranked(path / "codes.parquet").items()
        return
    for one in read_mentions(path, language=language, labels=labels):
        for mention in one.mentions:
            if mention.codes:
                place = (one.language, one.name, mention.fragments)
                yield place, [(code, 1.0) for code in mention.codes]


def _ranked(path: Path) -> dict[Place, list[tuple[str, float]]]:
    try:
        table = pl.read_parquet(path)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise CorpusError(Problem(path, None, f"can't be read: {error}")) from error
    found: dict[Place, list[tuple[str, float]]] = {}
    for row in table.sort("rank", maintain_order=True).iter_rows(named=True):
        fragments = tuple((part["start"], part["end"]) for part in row["fragments"])
        place = (row["language"], row["document"], fragments)
        found.setdefault(place, []).append((row["code"], row["score"]))
    return found


def _in_language_of(
    gold: Collection[Place], said: Mapping[Place, list[tuple[str, float]]]
) -> dict[Place, list[tuple[str, float]]]:
    """Return proposals under gold's names of their languages (cz and cs are one)."""
    codes = sorted({place[0] for place in gold})
    names = {
        one: next((code for code in codes if same_language(code, one)), one)
        for one in {place[0] for place in said}
    }
    return {(names[place[0]], *place[1:]): own for place, own in said.items()}


def _list(proposed: Path, codes: Path | None) -> CodeList | None:
    if codes is not None:
        return read_codes(codes)
    held = proposed / "code_list.parquet"
    if not held.is_file():
        return None
    return make_list(str(held), ((code, "", code) for code in pl.read_parquet(held)["code"]))


def _covered(gold: Mapping[Place, set[str]], known: CodeList) -> dict[Place, set[str]]:
    inside = {
        place: {code for code in own if known.find(code) is not None} for place, own in gold.items()
    }
    return {place: own for place, own in inside.items() if own}


def _near(code: str, known: CodeList) -> bool:
    own = category(normal_code(code))
    return known.find(own) is not None or known.covers(own)
