"""State what a corpus is, wherever its documents come from."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Protocol

from projector.corpus.reading import Reading
from projector.errors import Notice, Problem


class Corpus(Protocol):
    """Documents in one language, read one by one."""

    @property
    def path(self) -> Path:
        """Return where it is."""

    @property
    def format(self) -> str:
        """Return what it is: `brat`, `tsv`, `tree`, `text`, `parquet`, or another tool's format."""

    @property
    def language(self) -> str:
        """Return its language, as the user wrote it where he did."""

    @property
    def names(self) -> tuple[str, ...]:
        """Return the documents' names, sorted."""

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Return what is wrong beyond single documents."""

    @property
    def notices(self) -> tuple[Notice, ...]:
        """Return what should be known beyond single documents, like files that are not read."""

    @property
    def labels(self) -> Mapping[str, str]:
        """Return the new names that labels get as documents are read."""

    @property
    def text_folders(self) -> tuple[Path, ...]:
        """Return the folders that its texts lie in, sorted; none where they lie in its tables."""

    def read(self, name: str) -> Reading:
        """Read a document; what is wrong with it is in the reading, nothing is raised.

        Raises:
            KeyError: It isn't one of `names`.
        """

    def text(self, name: str) -> str:
        """Return a document's text; its annotations are not looked at.

        Raises:
            KeyError: It isn't one of `names`.
            CorpusError: The text can't be read.
        """

    def only(self, names: Collection[str]) -> Corpus:
        """Return a corpus of some of its documents, small enough to send to another process.

        What is wrong beyond documents stays behind.
        """

    def in_language(self, language: str) -> Corpus:
        """Return the same documents under another name of their language."""
