"""Align as awesome-align does (Dou and Neubig 2021): softmax both ways, intersected.

Its command reads WordPiece vocabularies only; this is its extraction, in its words' tokens and its
batches, on any encoder. It gives the links of its own `get_aligned_word` on the same weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from jobs.research.baselines.baseline import Links, WordList, text_links
from jobs.research.baselines.limits import cut_to_fit, token_counts

THRESHOLD = 0.001  # its default
BATCH = 32  # its default


def extract(source: Tensor, target: Tensor, *, threshold: float = THRESHOLD) -> Tensor:
    """Link the tokens that each choose the other with a probability above `threshold`.

    Args:
        source: [S, d] vectors, special tokens left out.
        target: [T, d].
        threshold: In [0, 1].

    Returns:
        [S, T] bool: softmax over the target and over the source of the dot products (eq. 1-3).
    """
    scores = source @ target.T
    return (scores.softmax(1) > threshold) & (scores.softmax(0) > threshold)


class AwesomeAlign:
    """Drive the algorithm on a transformers folder."""

    name = "awesome-align"
    whole_documents = False

    def __init__(self, folder: Path, *, layer: int, device: str = "cpu") -> None:
        from transformers import AutoModel, AutoTokenizer

        from projector.models.pretrained import load_pretrained

        self._tokenizer: Any = load_pretrained(AutoTokenizer, folder)
        self._model: Any = load_pretrained(
            AutoModel,
            folder,
            num_hidden_layers=layer,
            dtype=torch.float32,
            use_safetensors=True,
        )
        self._model.to(device).eval()
        self._room = self._tokenizer.model_max_length - 2

    def align(
        self, source_words: Sequence[WordList], target_words: Sequence[WordList]
    ) -> list[Links]:
        """Return each pair's links, sorted; see `Baseline.align`."""
        links: list[Links] = []
        for start in range(0, len(source_words), BATCH):
            batch = slice(start, start + BATCH)
            links += self._align_batch(source_words[batch], target_words[batch])
        return links

    def _align_batch(self, sources: Sequence[WordList], targets: Sequence[WordList]) -> list[Links]:
        pairs = list(zip(sources, targets, strict=True))
        cuts = [
            cut_to_fit(*(self._lengths(words) for words in pair), room=self._room) for pair in pairs
        ]
        blocks = [
            (source[left], target[right])
            for (source, target), cut in zip(pairs, cuts, strict=True)
            for left, right in cut
        ]
        links_of_blocks = iter(self._align_blocks(blocks) if blocks else [])
        return [sorted(text_links([next(links_of_blocks) for _ in cut], cut)) for cut in cuts]

    def _align_blocks(self, blocks: Sequence[tuple[WordList, WordList]]) -> list[Links]:
        encoded = [self._encode([block[side] for block in blocks]) for side in (0, 1)]
        links_of_blocks: list[Links] = []
        for (source, source_word), (target, target_word) in zip(*encoded, strict=True):
            token_links = extract(source, target).nonzero().tolist()
            links = {(source_word[left], target_word[right]) for left, right in token_links}
            links_of_blocks.append(sorted(links))
        return links_of_blocks

    @torch.inference_mode()
    def _encode(self, texts: Sequence[WordList]) -> list[tuple[Tensor, list[int]]]:
        """Return each text's vectors [T, d] and the word of each, special tokens left out."""
        batch = self._tokenizer(
            [list(words) for words in texts],
            is_split_into_words=True,
            padding=True,
            truncation=True,
            return_tensors="pt",
        )
        states = self._model(**batch.to(self._model.device)).last_hidden_state
        encoded = []
        for number, state in enumerate(states):
            words = batch.word_ids(number)
            positions = [position for position, word in enumerate(words) if word is not None]
            encoded.append((state[positions], [words[position] for position in positions]))
        return encoded

    def _lengths(self, words: WordList) -> list[int]:
        return token_counts(self._tokenizer, words)
