"""Score predictions against gold in one call, from paths or from documents."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from projector.corpus import label_map
from projector.corpus.language_names import same_language
from projector.document import Document
from projector.errors import ConfigurationError
from projector.evaluation.metrics import (
    Comparison,
    FragmentRule,
    ScoreRow,
    Scores,
    Span,
    compare,
    document_spans,
    score_table,
)
from projector.evaluation.score_files import score_paths

AnyPath = str | os.PathLike[str]
_Key = tuple[str, str]  # language, name


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The scores of predictions, as `projector evaluate` prints them; `print` shows them so.

    Args:
        rows: One for each language and label; None in a row stands for all of them together.
        remarks: What a user should know of the comparison: languages left out, names mended.
    """

    rows: tuple[ScoreRow, ...]
    remarks: tuple[str, ...] = ()

    @property
    def total(self) -> Scores:
        """Return the scores of all spans together (micro)."""
        return self.of()

    def of(self, *, language: str | None = None, label: str | None = None) -> Scores:
        """Return the scores of one language, one label, or both; None: all of them together.

        Raises:
            KeyError: Neither side has any such span.
        """
        for row in self.rows:
            if (row.language, row.label) == (language, label):
                return row.scores
        rows = ", ".join(f"{row.language or 'all'} {row.label or 'all'}" for row in self.rows)
        raise KeyError(f"no span of {language or 'all'} {label or 'all'}; there are: {rows}")

    def __str__(self) -> str:
        """Return a table: strict and character precision, recall and F1, and the spans counted."""
        header = ("language", "label", *_FIGURES, "gold", "predicted")
        # In one language its rows and those of all languages are the same.
        alone = len({row.language for row in self.rows} - {None}) == 1
        table = [header, *(_cells(row) for row in self.rows if row.language or not alone)]
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        aligned = (str.ljust, str.ljust, *[str.rjust] * (len(header) - 2))
        lines = (
            "  ".join(
                align(cell, width)
                for align, cell, width in zip(aligned, cells, widths, strict=True)
            )
            for cells in table
        )
        return "\n".join((*lines, *self.remarks))


_FIGURES = ("strict P", "strict R", "strict F1", "char P", "char R", "char F1")


def _cells(row: ScoreRow) -> tuple[str, ...]:
    strict, character = row.scores.strict, row.scores.character
    figures = (
        strict.precision,
        strict.recall,
        strict.f1,
        character.precision,
        character.recall,
        character.f1,
    )
    counts = (character.n_gold, character.n_pred)
    names = (row.language or "all", row.label or "all")
    return (*names, *(f"{figure:.4f}" for figure in figures), *map(str, counts))


def evaluate(
    gold: AnyPath | Iterable[Document],
    predicted: AnyPath | Iterable[Document],
    *,
    labels: Mapping[str, str] | None = None,
    only: Collection[str] | None = None,
    fragments: FragmentRule = "covering",
    edited: bool = False,
) -> Evaluation:
    """Score predictions against gold as the MultiClinAI task does, strictly and by characters.

    Args:
        gold: The path of a corpus, of a folder of one for each language, or of a table; or
            documents.
        predicted: Likewise, or the path of a run's folder. Both are paths, or both documents.
        labels: New names for labels on both sides; None: the built-in ones, `{}`: none.
        only: Score these labels only.
        fragments: What a discontinuous mention is: `covering`, from its first to its last
            character, as in the task's tables; or `exact`.
        edited: Take BRAT and tables that a run wrote though they were corrected by hand since.

    Raises:
        CorpusError: A path can't be read rightly, or is a run's and not as it was written.
        ConfigurationError: The sides have nothing in common: no language, or a document's text
            is another on each; or one is a path and the other is not.

    Example:
        >>> gold = Document.from_spans("alta fiebre", [(5, 11, "SYMPTOM")], language="es")
        >>> predicted = Document.from_spans("alta fiebre", [(0, 11, "SYMPTOM")], language="es")
        >>> scores = evaluate([gold], [predicted]).total
        >>> scores.strict.f1, round(scores.character.f1, 4)
        (0.0, 0.7059)
        >>> print(evaluate("data_samples/brat/en", "data_samples/brat/en", only=["DISEASE"]))
        language  label    strict P  strict R  strict F1  char P  char R  char F1  gold  predicted
        en        DISEASE    1.0000    1.0000     1.0000  1.0000  1.0000   1.0000    60         60
        en        all        1.0000    1.0000     1.0000  1.0000  1.0000   1.0000    60         60
    """
    if isinstance(gold, (str, os.PathLike)) and isinstance(predicted, (str, os.PathLike)):
        scored = score_paths(
            Path(gold),
            Path(predicted),
            labels=labels,
            only=only,
            fragments=fragments,
            edited=edited,
        )
        return Evaluation(tuple(score_table(scored.comparison)), scored.remarks)
    if isinstance(gold, (str, os.PathLike)) or isinstance(predicted, (str, os.PathLike)):
        raise ConfigurationError(
            "one side is a path, the other documents; give both as paths, or read the path by "
            "read_corpus"
        )
    names = label_map() if labels is None else labels
    comparison = compare_documents(gold, predicted, labels=names, only=only, fragments=fragments)
    return Evaluation(tuple(score_table(comparison)))


def compare_documents(
    gold: Iterable[Document],
    predicted: Iterable[Document],
    *,
    labels: Mapping[str, str],
    only: Collection[str] | None,
    fragments: FragmentRule,
) -> Comparison:
    """Compare the mentions of documents; see `evaluate`.

    A gold document that was not predicted counts as predicted without a mention.

    Raises:
        ConfigurationError: Two documents of a side have the same name and language; a predicted
            one is not among the gold ones, or has another text.
    """
    of_gold = _by_key(gold, "gold")
    of_predicted = _by_key(predicted, "predicted")
    for key, document in of_predicted.items():
        if key not in of_gold:
            listed = ", ".join(f"{name} ({language})" for language, name in list(of_gold)[:5])
            raise ConfigurationError(
                f"predicted: {document.name} ({document.language}) is no gold document; "
                f"gold has {listed or 'none'}"
            )
        if document.text != of_gold[key].text:
            raise ConfigurationError(
                f"{document.name} ({document.language}) has another text in gold than predicted, "
                "so its offsets mean something else"
            )
    languages = {key: document.language for key, document in of_gold.items()}
    return compare(
        _spans(of_gold, languages, labels),
        _spans(of_predicted, languages, labels),
        fragments=fragments,
        labels=only,
    )


def _by_key(documents: Iterable[Document], side: str) -> dict[_Key, Document]:
    """Return documents by language and name; `cz` and `cs` are one language."""
    found: dict[_Key, Document] = {}
    for document in documents:
        language = "cs" if same_language(document.language, "cs") else document.language.lower()
        key = language, document.name
        if key in found:
            raise ConfigurationError(
                f"{side}: two documents are called {document.name} ({document.language}); give "
                "each a name of its own: Document.from_spans(…, name='…')"
            )
        found[key] = document
    return found


def _spans(
    documents: Mapping[_Key, Document], languages: Mapping[_Key, str], labels: Mapping[str, str]
) -> Iterator[Span]:
    """Yield the mentions under the gold's name of their language."""
    for key, document in documents.items():
        for span in document_spans(document):
            label = labels.get(span.label, span.label)
            yield span._replace(language=languages[key], label=label)
