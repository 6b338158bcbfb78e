"""Align with the package simalign (Jalili Sabet et al. 2020), sentence by sentence."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jobs.research.baselines.baseline import Links, WordList, import_package, text_links
from jobs.research.baselines.limits import cut_to_fit, token_counts

# Its letter for each method, and its name in the results.
_METHODS = {"argmax": ("a", "inter"), "itermax": ("i", "itermax"), "mwmf": ("m", "mwmf")}


class SimAlign:
    """Drive `SentenceAligner` on a transformers folder; method: `argmax`, `itermax` or `mwmf`."""

    whole_documents = False

    def __init__(self, folder: Path, *, layer: int, method: str, device: str = "cpu") -> None:
        self.name = f"simalign-{method}"
        letter, self._result = _METHODS[method]
        package = import_package("simalign")
        logging.getLogger("simalign.simalign").setLevel(logging.WARNING)
        self._aligner: Any = package.SentenceAligner(
            model=str(folder),
            token_type="bpe",
            matching_methods=letter,
            device=device,
            layer=layer,
        )
        self._tokenizer: Any = self._aligner.embed_loader.tokenizer

    def align(
        self, source_words: Sequence[WordList], target_words: Sequence[WordList]
    ) -> list[Links]:
        """Return each pair's links, sorted; see `Baseline.align`."""
        return [
            self._align(source, target)
            for source, target in zip(source_words, target_words, strict=True)
        ]

    def _align(self, source: WordList, target: WordList) -> Links:
        """Align one pair; it truncates in silence, so what is too long is cut before."""
        counts = [token_counts(self._tokenizer, words) for words in (source, target)]
        blocks = cut_to_fit(*counts, room=self._tokenizer.model_max_length - 2)
        links_of_blocks: list[Links] = []
        for left, right in blocks:
            if sum(counts[0][left]) and sum(counts[1][right]):  # it crashes on no tokens at all
                words = list(source[left]), list(target[right])
                links_of_blocks.append(self._aligner.get_word_aligns(*words)[self._result])
            else:
                links_of_blocks.append([])
        return sorted(text_links(links_of_blocks, blocks))
