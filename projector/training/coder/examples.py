"""Take examples of coded mentions from gold, from a table, from parallel terms."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from projector.coding.code_list import CodeList, make_list
from projector.coding.context import contexts
from projector.coding.icd10 import normal_code
from projector.coding.normalize import words
from projector.coding.read_mentions import documents_of, read_mentions
from projector.errors import Problem
from projector.storage.user_table import read_table
from projector.training.aligner.data import fold_of
from projector.training.aligner.data import read_table as read_sentences

if TYPE_CHECKING:
    from schemas.coder_training import ExamplesConfiguration

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CodedText:
    """A text that means a code.

    Args:
        text: As a mention would have it.
        code: Its number in the list.
        language: A plain code; empty where nobody says.
        origin: What made it.
        context: The sentence around it; empty where it was in none.
    """

    text: str
    code: int
    language: str
    origin: str
    context: str = ""


def gold_examples(codes: CodeList, source: ExamplesConfiguration) -> list[CodedText]:
    """Return the mentions of a corpus whose codes the list has; what teaches nothing is logged.

    Raises:
        CorpusError: It can't be opened; what can't be read rightly in it is passed over.
    """
    assert source.gold is not None
    skipped: list[Problem] = []
    unknown = 0
    examples: list[CodedText] = []
    left_out = documents_of(source.exclude)
    read = read_mentions(
        source.gold,
        language=source.language,
        texts=source.texts,
        column=source.column,
        skipped=skipped,
    )
    for document in read:
        in_fold = source.folds == 1 or fold_of(document.name, source.folds) == source.fold
        if in_fold != (source.only_fold or source.folds == 1) or left_out & document.known_by():
            continue
        for mention, context in zip(document.mentions, contexts(document), strict=True):
            if source.labels and mention.label not in source.labels:
                continue
            for code in mention.codes:
                number = codes.find(code)
                if number is not None and words(mention.text):
                    example = CodedText(mention.text, number, mention.language, "gold", context)
                    examples.append(example)
                unknown += number is None
    if skipped:
        told = "%s: %d things can't be read rightly and are passed over; the first: %s"
        _LOG.warning(told, source.gold, len(skipped), skipped[0])
    _LOG.info("%s: %d codes are not in the list, and teach nothing", source.gold, unknown)
    return examples


def term_examples(codes: CodeList, path: Path) -> list[CodedText]:
    """Return the names in a table of parallel terms, each meaning what its document column names.

    Args:
        codes: A list that has these things, see `with_terms`.
        path: The table.

    Raises:
        CorpusError: See `read_table`.
    """
    examples: dict[CodedText, None] = {}
    for code, language, text in term_rows(path):
        number = codes.find(code)
        assert number is not None
        examples[CodedText(text, number, language, f"terms:{path.stem}")] = None
    return list(examples)


def with_terms(codes: CodeList, paths: Sequence[Path]) -> CodeList:
    """Return a list to which the things in tables of parallel terms are added.

    Raises:
        CorpusError: See `read_table`.
    """
    if not paths:
        return codes
    rows = [(codes.codes[term.code], term.language, term.text) for term in codes.terms]
    known = {normal_code(code): code for code in codes.codes}
    for path in paths:
        rows += [
            (known.setdefault(normal_code(row[0]), row[0]), *row[1:]) for row in term_rows(path)
        ]
    return make_list(codes.name, rows, codes.given)


def term_rows(path: Path) -> Iterator[tuple[str, str, str]]:
    """Yield what a table of parallel terms names, in which language, and how, side by side.

    Raises:
        CorpusError: See `read_table`.
    """
    for pair in read_sentences(path):
        yield pair.document, pair.source_language, pair.source
        yield pair.document, pair.target_language, pair.target


def table_examples(codes: CodeList, path: Path) -> list[CodedText]:
    """Read examples that were made elsewhere; those of unknown codes or without words are left.

    Raises:
        CorpusError: The table can't be read, or lacks a column.
    """
    examples = []
    table = read_table(path, ("text", "code"), "text, code, perhaps language and origin")
    for row in table.iter_rows(named=True):
        number = codes.find(row["code"] or "")
        if number is not None and words(row["text"] or ""):
            language, origin = row.get("language") or "", row.get("origin") or path.name
            examples.append(CodedText(row["text"].strip(), number, language, origin))
    left = table.height - len(examples)
    _LOG.info("%s: %d rows have no words or a code that is not in the list", path, left)
    return examples
