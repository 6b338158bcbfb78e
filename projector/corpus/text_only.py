"""Read a corpus's texts alone: its annotations, and their faults, play no part."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from projector.corpus.reading import Reading
from projector.document import Document
from projector.errors import (
    CorpusError,
    Notice,
    Problem,
)

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
    def labels(self) -> Mapping[str, str]:
        """Return the new names of labels."""
        return self.corpus.labels

    @property
    def text_folders(self) -> tuple[Path, ...]:
        """Return where its texts are."""
        return self.corpus.text_folders

    def read(self, name: str) -> Reading:
        """Read a document's text; problems are those that leave none."""
        try:
            return Reading(Document(name, self.language, self.text(name)))
        except CorpusError as error:
            return Reading(None, error.problems)

    def text(self, name: str) -> str:
        """Return a document's text."""
        return self.corpus.text(name)

    def only(self, names: Collection[str]) -> TextOnlyCorpus:
        """Return some of its documents."""
        return TextOnlyCorpus(self.corpus.only(names))

    def in_language(self, language: str) -> TextOnlyCorpus:
        """Return the same texts under another name of their language."""
        return TextOnlyCorpus(self.corpus.in_language(language))
