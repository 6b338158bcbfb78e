"""Read coded documents from JSON Lines: a document with its annotations on each line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from projector.coding.mentions import CodedDocument, CodedMention, codes_in
from projector.corpus.language_names import guess_language
from projector.document import Document, Fragment, Mention
from projector.errors import CorpusError, Problem
from projector.storage.json_lines import objects

CODED_LINES = ".jsonl"
_EXPECTED = (
    "a document: id, text, annotations (each with label, text, start and end or fragments, and "
    "a code in the column asked for)"
)


def read_coded_lines(
    path: Path,
    *,
    language: str | None = None,
    column: str = "code",
    labels: Mapping[str, str] | None = None,
    skipped: list[Problem] | None = None,
) -> Iterator[CodedDocument]:
    """Yield documents of the layout `{id, text, annotations: [{label, text, start, end, code}]}`.

    Args:
        path: The file.
        language: Where a document has no `lang`; None: what the file's name tells.
        column: Which field of an annotation holds its code.
        labels: New names for labels.
        skipped: Takes annotations that can't be read rightly; None: that is an error.

    Raises:
        CorpusError: A line or an annotation is not of this layout.
    """
    for number, row in objects(path, _EXPECTED):
        try:
            name, text, annotations = str(row["id"]), str(row["text"]), list(row["annotations"])
        except (KeyError, TypeError) as error:
            raise CorpusError(Problem(path, number, f"has no {error}", _EXPECTED)) from error
        spoken = row.get("lang") or language or guess_language(path, [path.stem])
        if not isinstance(spoken, str):
            found = f"lang is {spoken!r}"
            raise CorpusError(Problem(path, number, found, "a language's code, like 'es'"))
        mentions = []
        for count, mention in enumerate(annotations, start=1):
            try:
                mentions.append(
                    _mention(mention, name, spoken, f"T{count}", column, text, labels or {})
                )
            except (AttributeError, KeyError, TypeError, ValueError) as error:
                problem = Problem(path, number, f"annotation {count}: {error!r}", _EXPECTED)
                if skipped is None:
                    raise CorpusError(problem) from error
                skipped.append(problem)
        document = Document(
            name,
            spoken,
            text,
            tuple(
                Mention(
                    mention.id, mention.label, tuple(Fragment(*part) for part in mention.fragments)
                )
                for mention in mentions
            ),
        )
        yield CodedDocument(spoken, name, tuple(mentions), document)


def _mention(
    annotation: Mapping[str, Any],
    document: str,
    language: str,
    id: str,
    column: str,
    text: str,
    labels: Mapping[str, str],
) -> CodedMention:
    fragments = annotation.get("fragments") or [[annotation["start"], annotation["end"]]]
    ranges = tuple(sorted((int(start), int(end)) for start, end in fragments))
    if not all(0 <= start < end <= len(text) for start, end in ranges):
        raise ValueError(f"{ranges} is nowhere in a text of {len(text)} characters")
    label = labels.get(annotation["label"], annotation["label"])
    return CodedMention(
        language,
        document,
        id,
        label,
        ranges,
        str(annotation["text"]),
        codes_in(annotation[column] or ""),
    )
