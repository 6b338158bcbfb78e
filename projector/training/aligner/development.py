"""Measure an aligner while it is trained: word links and projected spans against gold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING

from projector.align.word_links import link_words
from projector.corpus.formats.gold_jsonl import GoldPair, GoldSentence, read_sentences
from projector.evaluation.alignment_error import alignment_error_rate
from projector.evaluation.metrics import document_spans, score
from projector.pipeline import project_pairs
from projector.settings import Settings
from projector.training.aligner.data import fold_of
from projector.training.gold import gold_pairs

if TYPE_CHECKING:
    from projector.models.encoder import Encoder
    from schemas.aligner_training import DevelopmentConfiguration


@dataclass(frozen=True, slots=True)
class Development:
    """What an aligner is measured on, in memory.

    Args:
        links: Tokenised sentences with gold word links, by the file's stem.
        gold: Documents with gold spans, by the file's stem.
    """

    links: Mapping[str, Sequence[GoldSentence]]
    gold: Mapping[str, Sequence[GoldPair]]

    @classmethod
    def read(cls, chosen: DevelopmentConfiguration) -> Development:
        """Read what a configuration names.

        Raises:
            CorpusError: A file can't be read.
        """

        def wanted(path: Path) -> list[GoldPair]:
            every = chosen.folds == 1
            pairs = (
                pair
                for pair in gold_pairs(path)
                if every or fold_of(pair.document, chosen.folds) == chosen.fold
            )
            return list(pairs)[: chosen.limit]

        return cls(
            {path.stem: list(read_sentences(path, limit=chosen.limit)) for path in chosen.links},
            {path.stem: wanted(path) for path in chosen.gold},
        )

    def measure(self, encoder: Encoder) -> dict[str, float]:
        """Return the figures of an encoder, and their mean as `score`.

        Returns:
            Alignment error rate by set (`aer …`), strict and character F1 by set (`strict …`,
            `character …`), and `score`: the mean of 1 minus the mean error rate and of the mean
            strict F1. Empty where there is nothing to measure on.
        """
        rates = {
            f"aer {name}": alignment_error_rate(
                [one.links for one in sentences],
                [link_words(one.source, one.target, encoder) for one in sentences],
            )
            for name, sentences in self.links.items()
        }
        strict: dict[str, float] = {}
        character: dict[str, float] = {}
        for name, pairs in self.gold.items():
            strict[f"strict {name}"], character[f"character {name}"] = _spans(pairs, encoder)
        parts = [1 - fmean(rates.values())] if rates else []
        parts += [fmean(strict.values())] if strict else []
        return {"score": fmean(parts), **rates, **strict, **character} if parts else {}


def _spans(pairs: Sequence[GoldPair], encoder: Encoder) -> tuple[float, float]:
    """Return strict and character F1 of projecting gold documents' mentions."""
    projected = project_pairs((one.pair for one in pairs), encoder, Settings())
    predicted = [span for one in projected for span in document_spans(one.document)]
    gold = [span for one in pairs for span in document_spans(one.pair.target)]
    scores = score(gold, predicted)
    return scores.strict.f1, scores.character.f1
