"""Say what a baseline is: somebody else's aligner of words, driven as its users drive it."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from types import ModuleType
from typing import Protocol

from projector.errors import ConfigurationError

WordList = Sequence[str]
Links = list[tuple[int, int]]


class Baseline(Protocol):
    """Align the words of texts with those of their translations."""

    @property
    def name(self) -> str:
        """Return what it is called in tables."""

    @property
    def whole_documents(self) -> bool:
        """Tell whether it is made for whole documents rather than for paired sentences."""

    def align(
        self, source_words: Sequence[WordList], target_words: Sequence[WordList]
    ) -> list[Links]:
        """Return each text's links (source word, target word), sorted.

        Args:
            source_words: The words of each text; none is empty or has white space within.
            target_words: Those of its translation; as many texts.
        """


def text_links(links_of_blocks: Sequence[Links], blocks: Sequence[tuple[slice, slice]]) -> Links:
    """Count the words of blocks' links from the texts' first word."""
    return [
        (left.start + source, right.start + target)
        for links, (left, right) in zip(links_of_blocks, blocks, strict=True)
        for source, target in links
    ]


def import_package(module: str) -> ModuleType:
    """Import what a baseline needs.

    Raises:
        ConfigurationError: It is not installed.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            f"{module} can't be imported: {error.name} is not installed; "
            "expected the peers' packages. Install them: pip install '.[peers]'"
        ) from error
