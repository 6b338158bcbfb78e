"""Read coded documents from JSON Lines: a document with its annotations on each line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from projector.coding.mentions import CodedDocument, CodedMention, codes_in
from projector.corpus.language_names import guess_language
from projector.corpus.offsets import RawMention, resolve_offsets
from projector.document import Document
from projector.errors import SKIP_ADVICE, CorpusError, Problem
from projector.storage.json_lines import identifier, objects, sequence, string
from projector.storage.strict_json import WrongFieldError, brief, whole

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
            name, text = identifier(row, "id"), string(row, "text")
            annotations = sequence(row, "annotations")
            spoken = string(row, "lang") if row.get("lang") else language
        except WrongFieldError as error:
            raise CorpusError(Problem(path, number, str(error), _EXPECTED)) from error
        spoken = spoken or guess_language(path, [path.stem])
        stated = _Annotations(path, number, len(text), column, labels or {})
        stated.read(annotations)
        mentions, problems = resolve_offsets(text, stated.raw_mentions)
        problems = [*stated.problems, *map(stated.numbered, problems)]
        if skipped is None and problems:
            raise CorpusError(*problems, advice=SKIP_ADVICE)
        if skipped is not None:
            skipped += problems
        yield _coded_document(Document(name, spoken, text, tuple(mentions)), stated.codes)


def _coded_document(document: Document, codes: Mapping[str, tuple[str, ...]]) -> CodedDocument:
    """Return a document with the codes of its mentions, by id; mentions come without lines."""
    mentions = tuple(replace(mention, line=None) for mention in document.mentions)
    coded = tuple(
        CodedMention(
            document.language,
            document.name,
            mention.id,
            mention.label,
            tuple((fragment.start, fragment.end) for fragment in mention.fragments),
            mention.surface(document.text),
            codes[mention.id],
        )
        for mention in mentions
    )
    return CodedDocument(
        document.language, document.name, coded, replace(document, mentions=mentions)
    )


@dataclass(frozen=True, slots=True)
class _Annotations:
    """What one line's annotations say, as far as they can be understood one by one.

    Args:
        path, line: Where they stand.
        length: Of the text.
        column: Which field of an annotation holds its code.
        labels: New names for labels.
        raw_mentions: Those that are understood, T1 being the first annotation.
        codes: Theirs, by id.
        problems: One for each of the others.
    """

    path: Path
    line: int
    length: int
    column: str
    labels: Mapping[str, str]
    raw_mentions: list[RawMention] = field(default_factory=list)
    codes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def read(self, annotations: Sequence[object]) -> None:
        """Understand each by itself."""
        for count, annotation in enumerate(annotations, start=1):
            id_ = f"T{count}"
            try:
                raw, codes = self._mention(id_, annotation), self._codes(annotation)
            except WrongFieldError as error:
                found = f"annotation {count}: {error}"
                self.problems.append(
                    Problem(self.path, self.line, found, _EXPECTED, mention_id=id_)
                )
                continue
            self.raw_mentions.append(raw)
            self.codes[id_] = codes

    def numbered(self, problem: Problem) -> Problem:
        """Return what is wrong with a mention's offsets, told of its annotation."""
        count = (problem.mention_id or "T").removeprefix("T")
        return replace(problem, found=f"annotation {count}: {problem.found}")

    def _mention(self, id_: str, annotation: object) -> RawMention:
        if not isinstance(annotation, dict):
            raise WrongFieldError(f"{brief(annotation)} is no object")
        ranges = _ranges(annotation)
        if not all(0 <= start < end <= self.length for start, end in ranges):
            raise WrongFieldError(f"{ranges} is nowhere in a text of {self.length} characters")
        label, text = string(annotation, "label"), string(annotation, "text")
        return RawMention(id_, self.labels.get(label, label), ranges, text, self.path, self.line)

    def _codes(self, annotation: object) -> tuple[str, ...]:
        assert isinstance(annotation, dict)
        if annotation.get(self.column, "") is None:
            return ()
        return codes_in(string(annotation, self.column))


def _ranges(annotation: Mapping[str, Any]) -> tuple[tuple[int, int], ...]:
    """Return the (start, end) of an annotation, in text order."""
    if not annotation.get("fragments"):
        return ((_offset(annotation, "start"), _offset(annotation, "end")),)
    ranges = []
    for part in sequence(annotation, "fragments"):
        if not isinstance(part, list) or len(part) != 2:
            raise WrongFieldError(f"the fragment {brief(part)} is no [start, end]")
        start, end = (whole(offset, "an offset") for offset in part)
        ranges.append((start, end))
    return tuple(sorted(ranges))


def _offset(annotation: Mapping[str, Any], key: str) -> int:
    if key not in annotation:
        raise WrongFieldError(f"has no {key}")
    return whole(annotation[key], key)
