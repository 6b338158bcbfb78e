"""Measure what the concepts of mentions and spans tell of projections, beside their scores."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import click
import numpy as np
import polars as pl
from numpy.typing import NDArray
from tqdm import tqdm

from jobs.research.judged_meaning import OUTCOMES, Judges, judged_set
from projector.corpus.formats.gold_jsonl import gold_sets
from projector.errors import ProjectorError
from projector.evaluation.calibration import calibration
from projector.storage.atomic_file import atomic_write
from projector.training.aligner.data import fold_of
from projector.training.logistic import fit_logistic, logistic

_FOLDS = 6
_RULES = {  # what is fitted, on which signs
    "rule: score, concept": ("score", "concept"),
    "rule: there, concept": ("there", "concept"),
    "rule: there, retriever": ("there", "retriever"),
    "rule: there, concept, retriever": ("there", "concept", "retriever"),
}
_SUMS = {  # a probability's log odds, and those that a rule of one sign alone gives
    "sum: score, concept": ("score", "concept"),
    "sum: there, concept": ("there", "concept"),
    "sum: there, retriever": ("there", "retriever"),
}
_SIGNS = ("score", "there", "concept", "retriever")


def nearness_table(rows: pl.DataFrame) -> Iterator[tuple[str, int, float | None, float | None]]:
    """Yield by outcome of what is projected, and which judge, how often another is nearer.

    Yields:
        The outcome, how many spans, and the share of them that lie nearer to another mention than
        to their own, by concepts and by the retriever.
    """
    given = rows.filter(pl.col("given"))
    wrong = given.filter(pl.col("outcome").is_in(OUTCOMES[1:3]))
    for name, part in [
        ("right", given.filter(pl.col("outcome") == "right")),
        ("wrong", wrong),
        *((f"wrong, {one}", wrong.filter(pl.col("outcome") == one)) for one in OUTCOMES[1:3]),
        ("absent", given.filter(pl.col("outcome") == "absent")),
    ]:
        yield name, part.height, _nearer(part, "concept"), _nearer(part, "retriever")


def _nearer(rows: pl.DataFrame, judge: str) -> float | None:
    share = (rows[f"other_{judge}"] > rows[judge]).mean() if rows.height else None
    return None if share is None else float(str(share))


def area(signs: NDArray[np.float64], right: NDArray[np.bool_]) -> float | None:
    """Return the area under the ROC curve of any signs [N], by their ranks."""
    if not len(signs):
        return None
    order = np.unique(signs, return_inverse=True)[1]
    return calibration(order / max(int(order.max()), 1), right).area


def signs_of(rows: pl.DataFrame, names: Sequence[str]) -> NDArray[np.float64]:
    """Return [N, F] signs, probabilities as log odds."""
    columns = []
    for name in names:
        values = rows[name].to_numpy().astype(np.float64)
        columns.append(_odds(values) if name in ("score", "there") else values)
    return np.stack(columns, 1)


def judged_by(
    rows: pl.DataFrame, learned: pl.DataFrame | None
) -> Mapping[str, NDArray[np.float64]]:
    """Return what each sign, and each rule, says of rows that are right or absent.

    Args:
        rows: What is judged.
        learned: What rules are fitted on; None: on the rows, but for those of the same sixth of
            the documents.
    """
    said = {name: rows[name].to_numpy().astype(np.float64) for name in _SIGNS}

    def ruled(signs: Sequence[str]) -> NDArray[np.float64]:
        return _left_out(rows, signs) if learned is None else _ruled(rows, learned, signs)

    for name, signs in _RULES.items():
        said[name] = ruled(signs)
    for name, (chance, sign) in _SUMS.items():
        said[name] = signs_of(rows, [chance])[:, 0] + _odds(ruled([sign]))
    return said


def _odds(chances: NDArray[np.float64]) -> NDArray[np.float64]:
    chances = chances.clip(1e-6, 1 - 1e-6)
    odds: NDArray[np.float64] = np.log(chances / (1 - chances))
    return odds


def _ruled(rows: pl.DataFrame, learned: pl.DataFrame, signs: Sequence[str]) -> NDArray[np.float64]:
    right = (learned["outcome"] == "right").to_numpy()
    return logistic(signs_of(rows, signs), fit_logistic(signs_of(learned, signs), right))


def _left_out(rows: pl.DataFrame, signs: Sequence[str]) -> NDArray[np.float64]:
    """Judge the rows of each fold of documents by a rule fitted on the others."""
    fold = np.array([fold_of(name, _FOLDS) for name in rows["document"].to_list()])
    chances = np.zeros(rows.height)
    for left_out in np.unique(fold).tolist():
        inside = fold == left_out
        others = rows if inside.all() else rows.filter(~inside)
        chances[inside] = _ruled(rows.filter(inside), others, signs)
    return chances


def area_table(
    rows: pl.DataFrame, learned: pl.DataFrame | None
) -> Iterator[tuple[str, float | None, float | None, float]]:
    """Yield by sign how well it tells right spans from those of absent mentions.

    Yields:
        The sign; the area of all best spans, and of those alone that are projected; and the share
        of absent mentions that would be projected if as many right spans were as now are.
    """
    known = rows.filter(pl.col("outcome").is_in(["right", "absent"]))
    if learned is not None:
        learned = learned.filter(pl.col("outcome").is_in(["right", "absent"]))
    right, given = (known["outcome"] == "right").to_numpy(), known["given"].to_numpy()
    for name, said in judged_by(known, learned).items():
        false = _false_at_equal_recall(said, right, given)
        yield name, area(said, right), area(said[given], right[given]), false


def _false_at_equal_recall(
    said: NDArray[np.float64], right: NDArray[np.bool_], given: NDArray[np.bool_]
) -> float:
    count = int((right & given).sum())
    limit = np.sort(said[right])[::-1][count - 1] if count else np.inf
    return float((said[~right] >= limit).mean()) if (~right).any() else 0.0


def judged_rows(
    gold: Path,
    sets: Sequence[str],
    seeds: Sequence[int | None],
    limit: int | None,
    judges: Judges,
    kept: Path | None,
) -> pl.DataFrame:
    """Return the rows of all sets, spoilt by seeds; what is kept is read.

    Args:
        gold: The folder.
        sets: Prefixes of those that are taken.
        seeds: By which sentences are left out; None: none are.
        limit: Documents of each set; None: all.
        judges: Project and read.
        kept: Where the rows are kept; None: nowhere.
    """
    parts = []
    paths = [path for name, path in gold_sets(gold).items() if name.startswith(tuple(sets))]
    for path in tqdm(paths, desc="sets"):
        for seed in seeds:
            name = f"{path.stem}-{'whole' if seed is None else seed}.parquet"
            parts.append(_kept(kept and kept / name, path, seed, limit, judges))
    return pl.concat(parts)


def _kept(
    file: Path | None, path: Path, seed: int | None, limit: int | None, judges: Judges
) -> pl.DataFrame:
    if file is not None and file.is_file():
        return pl.read_parquet(file)
    rows = judged_set(path, seed, judges, limit)
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        atomic_write(file, _parquet(rows))
    return rows


def _parquet(rows: pl.DataFrame) -> bytes:
    import io

    buffer = io.BytesIO()
    rows.write_parquet(buffer)
    return buffer.getvalue()


def load_judges(model: str, tagger: Path | None, concepts: str, retriever: str) -> Judges:
    """Load what projects, and what says what mentions and spans mean."""
    from projector import models
    from projector.coding.coder_folder import RETRIEVER, coder_path
    from projector.coding.retrieval.bi_encoder import load_bi_encoder
    from projector.concepts.token_concepts import TokenConcepts
    from projector.models.encoder import CachedEncoder
    from projector.tagging.tagger import load_tagger

    encoder = CachedEncoder(models.load(model), memory=2**28)
    helper = load_tagger(tagger, encoder=encoder) if tagger else None
    embedder = load_bi_encoder(coder_path(Path(), retriever, RETRIEVER))
    return Judges(encoder, helper, TokenConcepts.load(concepts), embedder, {})


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("gold", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--concepts", required=True, help="The post-trained encoder.")
@click.option("--set", "sets", multiple=True, default=("",), help="Run this set only; a prefix.")
@click.option("--limit", type=int, help="Documents of each set; all of them without.")
@click.option("--spoilt", type=int, multiple=True, default=(1,), show_default=True, help="Seeds.")
@click.option("-m", "--model", default="aligner", show_default=True, help="What projects.")
@click.option("--tagger", type=click.Path(path_type=Path), help="Whose evidence is heard.")
@click.option("--retriever", default="retriever", show_default=True, help="A coder's first stage.")
@click.option(
    "--fit",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Gold that the rules are fitted on; without it they are fitted on GOLD, each sixth of "
    "the documents judged by rules of the others.",
)
@click.option("--keep", type=click.Path(path_type=Path), help="Keep all rows here, to go on later.")
def main(
    gold: Path,
    concepts: str,
    sets: tuple[str, ...],
    limit: int | None,
    spoilt: tuple[int, ...],
    model: str,
    tagger: Path | None,
    retriever: str,
    fit: Path | None,
    keep: Path | None,
) -> None:
    """Measure on GOLD what the concepts of spans tell of projections.

    The first table: how often a projected span's concept lies nearer to another mention of the
    document, one with other words, than to its own; by the installed retriever, which reads both
    by themselves, too. Of what is projected wrongly the edges may be, or it stands elsewhere.

    The second: how well right spans are told from spans of mentions that are absent, sentences
    having been left out of the translations (--spoilt): by the score, the probability that the
    mention is there, the cosine of the concepts of mention and span, the retriever's cosine, and
    logistic rules of several, and the sum of a score's log odds and those of a rule of one sign
    alone (of documents that the projection's model learned from its score says too much for a rule
    of both to be fitted well); areas under the ROC curve over all best spans, and over those that
    are projected; and which share of the absent would be projected if as many right ones were as
    are.

    \b
    Example:
      python -m jobs.research.diagnosis_benchmark ../shared/gold --set clinical6 \\
          --concepts runs/encoder --tagger clinical --fit ../shared/train
    """
    judges = load_judges(model, tagger, concepts, retriever)
    learned = None
    if fit is not None:
        learned = judged_rows(fit, ("",), spoilt, limit, judges, keep and keep / "fit")
    rows = judged_rows(gold, sets, (None, *spoilt), limit, judges, keep and keep / "gold")
    click.echo("projected\tspans\tnearer to another\tby the retriever")
    for name, count, *shares in nearness_table(rows):
        click.echo("\t".join([name, str(count), *map(_cell, shares)]))
    click.echo("\nsign\tarea\tof the projected\tfalse at equal recall")
    for name, *figures in area_table(rows, learned):
        click.echo("\t".join([name, *map(_cell, figures)]))


def _cell(figure: float | None) -> str:
    return "" if figure is None else f"{figure:.3f}"


if __name__ == "__main__":
    try:
        main()
    except ProjectorError as error:
        raise SystemExit(f"error: {error}") from error
