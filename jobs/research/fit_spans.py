"""Fit the span model's weights on gold, and report what they reach on documents not fitted on.

The model is a choice among candidates, so the fit maximises the probability of the gold span
(multinomial logit, with a small ridge). Every set counts by the square root of its size. Printed
are the scores of the present weights and, two-fold cross-validated, of fitted ones, then weights
fitted on everything; with a tagger the same once without what it says and once with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np
import torch
from numpy.typing import NDArray
from tqdm import tqdm

from projector.corpus.formats.gold_jsonl import gold_sets, holds_word_links, read_gold
from projector.decode.candidates import Candidates, best_places
from projector.document import DocumentPair
from projector.evaluation.metrics import Span, document_spans, score
from projector.pipeline import weigh_pair
from projector.settings import DEFAULT_MODEL, Settings, SpanWeights
from projector.training.aligner.data import fold_of

if TYPE_CHECKING:
    from projector.models.encoder import Encoder
    from projector.tagging.tagger import Tagger

_KEPT = 50  # best candidates of a mention under the present weights that the fit looks at
_RIDGE = 1e-3
_FOLDS = 2


@dataclass(frozen=True, slots=True)
class Example:
    """A mention's candidates.

    Args:
        set: Which set of gold it comes from.
        fold: 0 or 1, by its document's name, as in training.
        span: The gold span; None where gold has none.
        language: Its translation's.
        document: Its translation's name.
        label: Its label.
        characters: [K, 2] where the candidates stand.
        features: [K, F] their features.
    """

    set: str
    fold: int
    span: tuple[int, int] | None
    language: str
    document: str
    label: str
    characters: NDArray[np.int64]
    features: NDArray[np.float32]

    @property
    def right(self) -> int | None:
        """Return the index of the gold span among the candidates, if it is one."""
        if self.span is None:
            return None
        hits = np.flatnonzero((self.characters == self.span).all(1))
        return int(hits[0]) if len(hits) else None


def fitted_names(*, tagger: bool) -> tuple[str, ...]:
    """Return the weights that are fitted: a tagger's only where there is one.

    What an edge model says is fitted with the model.
    """
    left = ("nothing", "edges") if tagger else ("nothing", "edges", "tagger")
    return tuple(field.name for field in fields(SpanWeights) if field.name not in left)


def examples(
    name: str, pair: DocumentPair, encoder: Encoder, *, fold: int = 0, tagger: Tagger | None = None
) -> Iterator[Example]:
    """Yield the mentions of a pair with their candidates; mentions without candidates are left."""
    evidence = tagger.evidence(pair.target.text) if tagger else None
    names = fitted_names(tagger=tagger is not None)
    weighed = weigh_pair(pair, encoder, Settings(), evidence=evidence)
    gold = {mention.id: (mention.start, mention.end) for mention in pair.target.mentions}
    for candidates in weighed.candidates:
        if not isinstance(candidates, Candidates):
            continue  # runs of tokens have no features to weigh
        for fragment, best in _best(candidates, names).items():
            mention = pair.source.mentions[weighed.fragments.mention[fragment]]
            span = gold.get(mention.id)
            target = pair.target
            yield Example(name, fold, span, target.language, target.name, mention.label, *best)


def _best(
    candidates: Candidates, names: Sequence[str]
) -> dict[int, tuple[NDArray[np.int64], NDArray[np.float32]]]:
    """Return of each span [K, 2] characters and [K, F] features of its best by present weights."""
    spans = candidates.index.tolist()
    parts: dict[int, list[tuple[NDArray[Any], ...]]] = {span: [] for span in spans}
    for some in candidates.described(SpanWeights()):
        total = some.total(SpanWeights())
        for row, span in enumerate(spans):
            places = best_places(total[row], _KEPT)
            features = some.features_of(row, *places)
            columns = np.stack([features[name] for name in names], 1)
            parts[span].append((total[row][places], some.characters(row, *places), columns))
    return {
        span: _first_of(*map(np.concatenate, zip(*of_span, strict=True)))
        for span, of_span in parts.items()
    }


def _first_of(
    total: NDArray[np.float32], characters: NDArray[np.int64], columns: NDArray[np.float32]
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return as many of the best candidates as are kept."""
    order = np.argsort(-total, kind="stable")[:_KEPT]
    return characters[order], columns[order]


def fit(chosen: Sequence[Example]) -> NDArray[np.float32]:
    """Return [F] weights that make the gold spans of the examples likeliest."""
    usable = [(example, example.right) for example in chosen if example.right is not None]
    sizes = Counter(example.set for example, _ in usable)
    width = usable[0][0].features.shape[1]
    features = torch.zeros(len(usable), _KEPT, width)
    mask = torch.full((len(usable), _KEPT), -1e9)
    for row, (example, _) in enumerate(usable):
        features[row, : len(example.features)] = torch.from_numpy(example.features)
        mask[row, : len(example.features)] = 0
    right = torch.tensor([index for _, index in usable])
    share = torch.tensor([sizes[example.set] ** -0.5 for example, _ in usable])
    share /= share.sum()
    weights = torch.zeros(width, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=200, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        surprise = torch.nn.functional.cross_entropy(
            features @ weights + mask, right, reduction="none"
        )
        total = (share * surprise).sum() + _RIDGE * (weights**2).sum()
        total.backward()  # type: ignore[no-untyped-call]
        return total

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    return weights.detach().numpy()


def predicted_spans(chosen: Sequence[Example], weights: NDArray[np.float32]) -> list[Span]:
    """Choose every example's best candidate."""
    spans = []
    for example in chosen:
        start, end = example.characters[int((example.features @ weights).argmax())].tolist()
        spans.append(Span(example.language, example.document, example.label, ((start, end),)))
    return spans


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("gold", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--set", "sets", multiple=True, required=True, help="Fit on this set; repeatable.")
@click.option("--limit", type=int, help="Documents of each set; all of them without.")
@click.option(
    "--model",
    "models",
    multiple=True,
    default=[DEFAULT_MODEL],
    show_default=True,
    help="Given twice: for each of two folds of documents the one not trained on it.",
)
@click.option(
    "--tagger", "taggers", multiple=True, type=click.Path(path_type=Path), help="Likewise."
)
def main(
    gold: Path,
    sets: tuple[str, ...],
    limit: int | None,
    models: tuple[str, ...],
    taggers: tuple[Path, ...],
) -> None:
    """Fit the span model's weights on sets of GOLD.

    \b
    Examples:
      python -m jobs.research.fit_spans ../shared/gold --set multiclinai_ --set mozilla --set gnome
      python -m jobs.research.fit_spans ../shared/gold --set mozilla \\
          --model runs/fold-0 --model runs/fold-1
    """
    from projector.models import load
    from projector.models.encoder import CachedEncoder
    from projector.tagging.tagger import load_tagger

    if max(len(models), len(taggers)) > _FOLDS:
        raise click.UsageError(f"there are {_FOLDS} folds; expected no more models or taggers")
    encoders = [CachedEncoder(load(model)) for model in models]
    helpers: list[Tagger | None] = [
        load_tagger(path, encoder=encoders[fold % len(encoders)])
        for fold, path in enumerate(taggers)
    ]
    helpers = helpers or [None]
    names = fitted_names(tagger=bool(taggers))
    gathered: list[Example] = []
    golds: dict[str, list[Span]] = {}
    for name, path in gold_sets(gold).items():
        if not name.startswith(sets) or holds_word_links(path):
            continue
        for entry in tqdm(read_gold(path, limit=limit), desc=name):
            fold = fold_of(entry.document, _FOLDS)
            encoder, helper = encoders[fold % len(encoders)], helpers[fold % len(helpers)]
            gathered += examples(name, entry.pair, encoder, fold=fold, tagger=helper)
            golds.setdefault(name, []).extend(document_spans(entry.pair.target))
    if taggers:
        _report([_without(one, names.index("tagger")) for one in gathered], golds, names)
    _report(gathered, golds, names)


def _without(example: Example, column: int) -> Example:
    """Return an example as if a feature said nothing."""
    features = example.features.copy()
    features[:, column] = 0
    return replace(example, features=features)


def _report(
    gathered: Sequence[Example], golds: Mapping[str, Sequence[Span]], names: Sequence[str]
) -> None:
    """Print what present and fitted weights reach on each set, and the fitted ones."""
    by_fold = [fit([one for one in gathered if one.fold != fold]) for fold in range(_FOLDS)]
    present = np.array([getattr(SpanWeights(), name) for name in names], np.float32)
    for name, spans in golds.items():
        of_set = [one for one in gathered if one.set == name]
        fitted = [
            span
            for fold, weights in enumerate(by_fold)
            for span in predicted_spans([one for one in of_set if one.fold == fold], weights)
        ]
        for what, chosen in (("present", predicted_spans(of_set, present)), ("fitted", fitted)):
            result = score(spans, chosen)
            figures = f"strict {result.strict.f1:.4f} character {result.character.f1:.4f}"
            click.echo(f"{name}, {what} weights: {figures}")
    weights = zip(names, fit(gathered), strict=True)
    click.echo(", ".join(f"{name} {weight:.2f}" for name, weight in weights) + "\n")


if __name__ == "__main__":
    main()
