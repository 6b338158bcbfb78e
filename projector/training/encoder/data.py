"""Turn what an encoder learns from into tokens: sentences with concepts, names, translations."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from projector.models.transformer_encoder import TransformerEncoder
from projector.text.token_words import inside_of
from projector.text.tokens import TokenizedText, tokenize_stretches
from projector.training.aligner.data import read_source
from projector.training.aligner.units import TranslationUnit, units_of
from projector.training.encoder.mentions import (
    Concepts,
    ConceptSentence,
    as_mentioned,
    concept_sentences,
)
from projector.training.schedule import Part

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from projector.concepts.space import ConceptSpace
    from schemas.encoder_training import EncoderTraining

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ConceptText:
    """A text some of whose tokens have a known concept.

    Args:
        text: At least one token.
        mentions: The number of each one's concept, and [K] which tokens it consists of.
        is_name: Whether it is a name by itself, in no sentence.
    """

    text: TokenizedText
    mentions: tuple[tuple[int, NDArray[np.int64]], ...]
    is_name: bool = False

    def __len__(self) -> int:
        """Return the number of tokens."""
        return len(self.text)


Example = ConceptText | TranslationUnit


def whole(text: str, encoder: TransformerEncoder) -> TokenizedText:
    """Tokenise a text as one segment: a sentence, or a name."""
    return tokenize_stretches(text, np.array([[0, len(text)]], np.int64), encoder.pieces)


def concept_text(sentence: ConceptSentence, encoder: TransformerEncoder) -> ConceptText | None:
    """Return a sentence as an encoder's tokens; None where no mention has one."""
    text = whole(sentence.text, encoder)
    mentions = tuple(
        (concept, inside)
        for concept, fragments in sentence.mentions
        if len(inside := inside_of(text, fragments))
    )
    return ConceptText(text, mentions) if mentions else None


def read_examples(
    configuration: EncoderTraining, encoder: TransformerEncoder, space: ConceptSpace
) -> tuple[list[Example], list[Part]]:
    """Read all that there is to learn from, and which part of it comes from where.

    Raises:
        CorpusError: A source can't be read, or nothing is left of it.
    """
    examples: list[Example] = []
    parts: list[Part] = []

    def add(new: Iterator[Example], repeat: float) -> None:
        first = len(examples)
        examples.extend(new)
        parts.append(Part(range(first, len(examples)), repeat))
        told = sum(len(one) for one in examples[first:])
        _LOG.info("%d examples of %d tokens", len(examples) - first, told)

    if configuration.names:
        add(_names(space, encoder), configuration.names)
    concepts = Concepts.of(space)
    for number, source in enumerate(configuration.mentions):
        sentences = concept_sentences(source, concepts, configuration.seed + number)
        texts = (concept_text(sentence, encoder) for sentence in sentences)
        add((text for text in texts if text is not None), source.repeat)
    for pairs in configuration.pairs:
        units = (unit for pair in read_source(pairs) for unit in units_of(pair, encoder))
        add(units, pairs.repeat)
    return examples, parts


def _names(space: ConceptSpace, encoder: TransformerEncoder) -> Iterator[ConceptText]:
    """Yield every name as a text of its own."""
    for name in space.names.iter_rows(named=True):
        text = whole(as_mentioned(name["text"]), encoder)
        if len(text):
            yield ConceptText(text, ((name["concept"], np.arange(len(text))),), is_name=True)
