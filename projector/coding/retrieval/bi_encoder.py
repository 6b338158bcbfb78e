"""Turn mentions and names of codes into vectors by a bi-encoder, and find those nearest."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from projector import models
from projector.arrays import Floats
from projector.coding.code_list import CodeList
from projector.coding.coder_folder import RETRIEVER, CoderFolder
from projector.coding.normalize import without_encounter
from projector.coding.retrieval.ranking import Ranking, best_of_terms, joined, starts_of
from projector.coding.retrieval.retriever import Progress
from projector.concepts.token_concepts import TokenConcepts
from projector.concepts.views import Views
from projector.models.transformer_encoder import TransformerEncoder
from projector.text.tokens import TokenizedText, tokenize_stretches

PREFIX = "query: "  # what E5 was trained with, for texts that are alike (Wang et al. 2024)
AT_ONCE = 512  # strings a call: bounds memory, and with the order of the strings fixes their bits


@dataclass(frozen=True, slots=True, eq=False)
class BiEncoder:
    """Turn short texts into single vectors: the mean of their tokens' (Reimers and Gurevych 2019).

    Args:
        encoder: Gives the token vectors.
        prefix: What is put in front of every text.
        views: Turn them into points of a concept space first; None: they are taken as they are.
    """

    encoder: TransformerEncoder
    prefix: str = PREFIX
    views: Views | None = None

    @property
    def dimension(self) -> int:
        """Return the width d of its vectors."""
        return self.encoder.dimension if self.views is None else self.views.concepts.shape[1]

    @property
    def fingerprint(self) -> str:
        """Return a hash of all that its vectors depend on."""
        told = f"{self.encoder.fingerprint}\n{self.prefix}"
        if self.views is not None:
            for weight in self.views.state_dict().values():
                told += "\n" + hashlib.sha256(weight.numpy(force=True).tobytes()).hexdigest()
        return hashlib.sha256(told.encode()).hexdigest()

    def embed(self, texts: Sequence[str], *, progress: Progress = iter) -> Floats:
        """Return [N, d] vectors of length 1; a text without tokens has zeros."""
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        for start in progress(range(0, len(texts), AT_ONCE)):
            part = texts[start : start + AT_ONCE]
            vectors[start : start + len(part)] = self._embed(part)
        return vectors

    def _embed(self, texts: Sequence[str]) -> Floats:
        tokens, owner = self.tokenize(texts)
        vectors = self.encoder.encode([tokens])[0]
        if self.views is not None:
            vectors = self.views.mentioned(pooled(self.views(vectors), owner, len(texts)))
        else:
            vectors = pooled(vectors, owner, len(texts))
        means: Floats = vectors.cpu().numpy()
        return means

    def tokenize(self, texts: Sequence[str]) -> tuple[TokenizedText, torch.Tensor]:
        """Return the tokens of many texts as one text whose segments they are.

        So the encoder sees each by itself, but takes them in few passes.

        Returns:
            The text, and [T] which of the texts each token is of.
        """
        whole = [self.prefix + text for text in texts]
        ends = np.cumsum([len(text) for text in whole], dtype=np.int64)
        stretches = np.stack([ends - [len(text) for text in whole], ends], 1)
        tokens = tokenize_stretches("".join(whole), stretches, self.encoder.pieces)
        owner = np.searchsorted(ends, tokens.offsets[:, 0], side="right")
        return tokens, torch.from_numpy(owner)


def pooled(vectors: torch.Tensor, owner: torch.Tensor, count: int) -> torch.Tensor:
    """Return [count, d] means, of length 1, of the token vectors [T, d] that each text owns."""
    owner = owner.to(vectors.device)
    total = vectors.new_zeros(count, vectors.shape[1]).index_add(0, owner, vectors)
    return torch.nn.functional.normalize(total, dim=1)


def load_bi_encoder(path: Path, *, device: str = "auto") -> BiEncoder:
    """Load a trained retriever's encoder; always in float32, as it was trained.

    Raises:
        ModelError: There is none in the folder.
    """
    folder = CoderFolder.read(path, RETRIEVER)
    if folder.views:
        known = TokenConcepts.load(folder.path, device=device)
        return BiEncoder(known.encoder, folder.prefix, known.views)
    encoder = models.load(folder.path, precision="fp32", device=device)
    assert isinstance(encoder, TransformerEncoder)
    return BiEncoder(encoder, folder.prefix)


class DenseIndex:
    """Find the descriptions nearest to a mention, exactly: a list is small beside an encoder.

    Args:
        codes: The list.
        encoder: Of both sides.
        vectors: [N, d] of the list's distinct names, see `name_vectors`.
    """

    def __init__(self, codes: CodeList, encoder: BiEncoder, vectors: Floats) -> None:
        self._encoder = encoder
        self._vectors = vectors
        numbers = {name: number for number, name in enumerate(distinct_names(codes))}
        compared = (without_encounter(term.text) for term in codes.terms)
        self._name_of_term = np.array([numbers[name] for name in compared], np.int64)
        self._starts = starts_of([term.code for term in codes.terms])

    def find(self, queries: Sequence[str], most: int) -> Ranking:
        """Return the codes of M queries, by cosine."""
        rankings = []
        for start in range(0, len(queries), AT_ONCE):
            similar = self._encoder.embed(queries[start : start + AT_ONCE]) @ self._vectors.T
            rankings.append(best_of_terms(similar[:, self._name_of_term], self._starts, most))
        return joined(rankings, most)


def distinct_names(codes: CodeList) -> list[str]:
    """Return what a list's codes are called, each name once, in the order of the list.

    Without encounters: a third of ICD-10-CM says one thing for ten of them.
    """
    return list(dict.fromkeys(without_encounter(term.text) for term in codes.terms))
