"""Audit texts whose words are their meaning: a word's vector is drawn by its spelling."""

import zlib

import numpy as np
import torch

from projector.audit.audit_pair import audit_vectors
from projector.document import Document, DocumentPair
from projector.settings import AlignSettings
from projector.text.tokens import TokenizedText
from projector.text.words import find_words


def tokenized(text):
    """Return a text's words as tokens."""
    offsets = find_words(text, "es").offsets
    zeros = np.zeros(len(offsets), np.int64)
    return TokenizedText(text, zeros, offsets, zeros)


def vectors(tokens):
    """Return a vector of unit length for each token, the same for the same word."""
    rows = []
    for start, end in tokens.offsets.tolist():
        seed = zlib.crc32(tokens.text[start:end].casefold().encode("utf-8", "surrogatepass"))
        rows.append(np.random.default_rng(seed).normal(size=256))
    array = torch.tensor(np.array(rows).reshape(-1, 256), dtype=torch.float32)
    return torch.nn.functional.normalize(array, dim=-1)


def audited(source, target, language="und"):
    """Audit a Spanish text and its translation."""
    pair = DocumentPair(Document("a", "es", source), Document("a", language, target))
    tokens = tokenized(source), tokenized(target)
    return audit_vectors(pair, *tokens, tuple(map(vectors, tokens)), AlignSettings())
