"""Align whole documents with the package ctfalign (Wastl, Vamvas and Sennrich 2026)."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jobs.research.baselines.baseline import Links, WordList, import_package


class CtfAlign:
    """Drive `WordAligner` on a transformers folder.

    Args:
        folder: With model and tokenizer.
        layer: Hidden layer to read, 0 being the embeddings.
        method: Its own name of the constraint: `ctfalign` or `mdpalign-fuzzy`.
        mode: `argmax` or `itermax`.
        device: Where it runs.
    """

    whole_documents = True

    def __init__(
        self, folder: Path, *, layer: int, method: str, mode: str, device: str = "cpu"
    ) -> None:
        self.name = f"{method.removesuffix('-fuzzy')}-{mode}"
        self._aligner: Any = import_package("ctfalign").WordAligner.from_huggingface(
            str(folder),
            layer=layer,
            method=method,
            mode=mode,
            device=device,
            trust_remote_code=False,
        )

    def align(
        self, source_words: Sequence[WordList], target_words: Sequence[WordList]
    ) -> list[Links]:
        """Return each pair's links, sorted; see `Baseline.align`."""
        joined = zip(map(" ".join, source_words), map(" ".join, target_words), strict=True)
        with warnings.catch_warnings():
            # It encodes long documents in chunks, says so once, and counts tokens anew in each.
            warnings.simplefilter("ignore", UserWarning)
            return [
                [(int(source), int(target)) for source, target in links]
                for links in self._aligner.align_pairs(joined)
            ]
