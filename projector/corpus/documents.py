"""Read a corpus document by document, and write a document down: for scripts and notebooks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from projector.corpus.formats.brat_write import format_ann
from projector.corpus.open import open_corpus
from projector.corpus.reading import require_document
from projector.document import Document
from projector.errors import CorpusError
from projector.settings import ReadingRules, TextCheck

if TYPE_CHECKING:
    from projector.corpus.corpus import Corpus


@dataclass(frozen=True, slots=True)
class Documents:
    """The documents of a corpus on disk: an iterable that reads each when it comes to it.

    Args:
        corpus: Where they are; no problem with it as a whole.
    """

    corpus: Corpus

    @property
    def names(self) -> tuple[str, ...]:
        """Return the documents' names, sorted, which is the order that they come in."""
        return self.corpus.names

    @property
    def language(self) -> str:
        """Return the corpus's language, a plain code; `und` where nothing tells it."""
        return self.corpus.language

    def __len__(self) -> int:
        """Return how many documents there are."""
        return len(self.names)

    def __iter__(self) -> Iterator[Document]:
        """Read document after document.

        Raises:
            CorpusError: One can't be read rightly; all that is wrong with it is told.
        """
        return map(self.__getitem__, self.names)

    def __getitem__(self, name: str) -> Document:
        """Read a document by its name.

        Raises:
            KeyError: There is none of that name.
            CorpusError: It can't be read rightly; all that is wrong with it is told.
        """
        if name not in self.names:
            raise KeyError(f"{self.corpus.path} has no document {name!r}; see its .names")
        return require_document(self.corpus.read(name))


def read_corpus(
    path: Path | str,
    *,
    language: str | None = None,
    texts: Path | str | None = None,
    labels: Mapping[str, str] | None = None,
    text_check: TextCheck = "strict",
    columns: Mapping[str, str] | None = None,
) -> Documents:
    """Open a corpus in any format that the commands know; its documents are read one by one.

    Args:
        path: A BRAT folder, a folder of texts, a TSV file or a folder of such, a published tree,
            a folder of Parquet tables, or a file or folder in a format of another tool.
        language: Its language, and which one to take of a tree that holds several; None: as the
            names have it.
        texts: The folder of the `.txt` files where they don't lie beside the annotations.
        labels: New names for labels; None: the built-in ones (`ENFERMEDAD` is `DISEASE`), `{}`:
            none.
        text_check: How the words that a file states are held against its text: `strict`: they
            must be equal; `normalised`: they may differ in blanks, Unicode form, entities, case
            and tokenising; `off`: offsets are trusted.
        columns: What a table's columns are called: `{"start": "begin"}`.

    Raises:
        CorpusError: Nothing known is there, texts are missing, or several languages are there and
            none was asked for.

    Example:
        >>> documents = read_corpus("data_samples/brat/es")
        >>> len(documents), documents.language, documents.names[0]
        (14, 'es', 'case-01')
        >>> documents["case-01"].mentions[0].label
        'DISEASE'
        >>> sum(len(document.mentions) for document in documents)
        260
    """
    rules = ReadingRules(text_check, tuple((columns or {}).items()))
    corpus = open_corpus(path, language=language, texts=texts, labels=labels, rules=rules)
    if corpus.problems:
        raise CorpusError(*corpus.problems)
    return Documents(corpus)


def to_brat(document: Document) -> str:
    r"""Return a document's annotations in BRAT's standoff format: what belongs into its `.ann`.

    Mentions keep their ids where those are BRAT's (T1), and are numbered anew where not.

    Raises:
        OutputError: A label has white space in it, which BRAT can't hold.

    Example:
        >>> to_brat(Document.from_spans("Alta fiebre", [(5, 11, "SYMPTOM")], language="es"))
        'T1\tSYMPTOM 5 11\tfiebre\n'
    """
    return format_ann(document)
