"""Fit how sure it is that a sentence has no counterpart, on translations spoilt in known places."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

import click
import numpy as np

from jobs.research.sentence_memory import SentenceMemory
from projector.align.aligner import token_vectors
from projector.audit.absence import ENOUGH
from projector.audit.findings import Kind
from projector.audit.sentence_links import SentenceLinks, sentence_links
from projector.corpus.formats.gold_jsonl import gold_sets, holds_word_links, read_pairs
from projector.document import DocumentPair, Fragment
from projector.evaluation.mistranslation import SPOILERS, Translation
from projector.models.encoder import Encoder
from projector.run.models import load_model
from projector.settings import AlignSettings
from projector.training.logistic import fit_logistic
from schemas.run import ModelConfiguration

Example = tuple[float, float, bool]  # links, likeness of the partner, whether it is absent


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("gold", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--times", default=4, show_default=True, help="Sentences of a document, each way.")
@click.option("--seed", default=26, show_default=True)
def main(gold: Path, times: int, seed: int) -> None:
    """Leave sentences of GOLD out, add some, and fit what tells the absent from the others.

    \b
    Example:
      python -m jobs.research.fit_absence ../shared/train
    """
    encoder = SentenceMemory(load_model(ModelConfiguration(), "auto"))
    random = Random(seed)
    examples: list[Example] = []
    for name, path in gold_sets(gold).items():
        if holds_word_links(path):
            continue
        pairs = list(read_pairs(path))
        for number, pair in enumerate(pairs):
            other = pairs[number - 1].target.text
            examples += _examples(pair, other, encoder, random, times)
        click.echo(f"{name}: {len(examples)} sentences", err=True)
    rows = np.array(examples, np.float64)
    covered, alike, constant = fit_logistic(rows[:, :2], rows[:, 2] > 0)
    click.echo(f"covered {covered:.2f}, alike {alike:.2f}, constant {constant:.2f}")


def _examples(
    pair: DocumentPair, other: str, encoder: Encoder, random: Random, times: int
) -> Iterator[Example]:
    """Yield the sentences of a pair as it is, and with one left out or added."""
    clean = _links(pair.source.text, pair.target.text, encoder)
    yield from _labelled(clean, 0, ())
    yield from _labelled(clean, 1, ())
    language = pair.target.language.replace("cz", "cs")
    texts = pair.source.text, pair.target.text
    for side, kind in enumerate((Kind.OMISSION, Kind.ADDITION)):
        for _ in range(times):
            translation = Translation(*texts, language, clean.blocks(), other)
            spoilt = SPOILERS[kind][0](translation, random)
            if spoilt is not None:
                links = _links(pair.source.text, spoilt.text, encoder)
                yield from _labelled(links, side, (spoilt.sources, spoilt.targets)[side])


def _links(source: str, target: str, encoder: Encoder) -> SentenceLinks:
    texts = encoder.tokenize(source), encoder.tokenize(target)
    vectors = token_vectors(*texts, encoder, AlignSettings())
    return sentence_links(*texts, vectors, AlignSettings())


def _labelled(
    links: SentenceLinks, side: int, places: Sequence[Fragment | None]
) -> Iterator[Example]:
    """Yield the sentences of one side, absent where they touch one of some places."""
    signs = (links.source_signs, links.target_signs)[side]
    sentences = (links.sources, links.targets)[side]
    tokens = (links.source_tokens, links.target_tokens)[side]
    for sentence, size, covered, alike in zip(sentences, tokens, *signs, strict=True):
        if size:
            touched = (
                place is not None and place.start < sentence.end and sentence.start < place.end
                for place in places
            )
            yield min(float(covered), ENOUGH), float(alike), any(touched)


if __name__ == "__main__":
    main()
