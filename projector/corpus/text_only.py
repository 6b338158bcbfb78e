"""Read a corpus's texts alone: its annotations, and their faults, play no part."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from projector.corpus.reading import Reading
from projector.errors import Notice, Problem

if TYPE_CHECKING:
    from projector.corpus.corpus import Corpus


@dataclass(frozen=True, slots=True)
class TextOnlyCorpus:
    """The texts of a corpus; see `Corpus`.

    Args:
        corpus: Whose.
    """

    corpus: Corpus

    @property
    def path(self) -> Path:
        """Return where it is."""
        return self.corpus.path

    @property
    def format(self) -> str:
        """Return what it is."""
        return self.corpus.format

    @property
    def language(self) -> str:
        """Return its language."""
        return self.corpus.language

    @property
    def names(self) -> tuple[str, ...]:
        """Return the documents' names."""
        return self.corpus.names

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Return what is wrong with the corpus as a whole."""
        return self.corpus.problems

    @property
    def notices(self) -> tuple[Notice, ...]:
        """Return what should be known of the corpus as a whole."""
        return self.corpus.notices

    @property
    def text_folders(self) -> tuple[Path, ...]:
        """Return where its texts are."""
        return self.corpus.text_folders

    def read(self, name: str) -> Reading:
        """Read a document's text; problems are those that leave none."""
        reading = self.corpus.read(name)
        if reading.document is None:
            return reading
        return Reading(replace(reading.document, mentions=(), annotations=()))

    def only(self, names: Collection[str]) -> TextOnlyCorpus:
        """Return some of its documents."""
        return TextOnlyCorpus(self.corpus.only(names))

    def in_language(self, language: str) -> TextOnlyCorpus:
        """Return the same texts under another name of their language."""
        return TextOnlyCorpus(self.corpus.in_language(language))
