"""Hold what a file states of a document until it is held against the text: then it is one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

from projector.corpus.formats.utf16 import UNCHECKED, beyond
from projector.corpus.offsets import RawMention, resolve_mentions
from projector.corpus.reading import Reading
from projector.document import Annotation, AnnotationKind, Document, transferable_annotations
from projector.errors import Notice, Problem
from projector.settings import STRICT, ReadingRules

_LETTERS: Mapping[AnnotationKind, str] = {
    "attribute": "A",
    "relation": "R",
    "event": "E",
    "normalization": "N",
    "note": "#",
}
_NO_CODES = ("", "-", "-1", "None", "null")

Ranges = tuple[tuple[int, int], ...]


@dataclass(slots=True)
class StatedDocument:
    """What a file states of one document.

    Args:
        name: The document's.
        path: The file.
        labels: New names for labels.
        rules: How stated words are held against the text.
    """

    name: str
    path: Path
    labels: Mapping[str, str] = field(default_factory=dict)
    rules: ReadingRules = STRICT
    mentions: list[RawMention] = field(default_factory=list)
    annotations: list[Annotation] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    _ids: set[str] = field(default_factory=set)
    _kinds: Counter[str] = field(default_factory=Counter)
    _unstated: set[str] = field(default_factory=set)

    def add_mention(
        self,
        stated_id: str,
        label: str,
        ranges: Iterable[tuple[int, int]],
        text: str | None,
        line: int,
    ) -> str:
        """Add a mention; return its id: the stated one, or another where that is none or taken.

        Args:
            stated_id: As the file has it; empty where it has none.
            label: As the file has it.
            ranges: As the file counts.
            text: As the file states it; None where it doesn't.
            line: Where it stands.
        """
        id_ = self._free_id(stated_id)
        if text is None:
            self._unstated.add(id_)
        new = self.labels.get(label, label)
        self.mentions.append(RawMention(id_, new, tuple(ranges), text or "", self.path, line))
        return id_

    def _free_id(self, stated_id: str) -> str:
        usable = bool(stated_id) and not any(one.isspace() for one in stated_id)
        id_ = stated_id if usable else f"T{len(self._ids) + 1}"
        more = (f"{id_}.{number}" for number in count(2))
        while id_ in self._ids:
            id_ = next(more)
        self._ids.add(id_)
        return id_

    def about(
        self, kind: AnnotationKind, label: str, target: str, value: str | None, line: int
    ) -> str:
        """Add an attribute, a note or a normalisation; return its id."""
        return self.add(kind, label, (("", target),), value, line)

    def add_code(self, resource: str, code: str, target: str, line: int) -> None:
        """Add a normalisation, unless the code is one of the words for none.

        Args:
            resource: What the code is of, where it doesn't say that itself (`MESH:D001249`).
            code: As the file has it.
            target: The mention's id.
            line: Where it stands.
        """
        code = code.strip()
        if code in _NO_CODES:
            return
        head, colon, rest = code.partition(":")
        stated = colon and rest and not rest.startswith("//") and head.isidentifier()
        resource = resource.replace(":", "_") or "code"
        value = code if stated else f"{resource}:{code}"
        self.about("normalization", "Reference", target, value, line)

    def add(
        self,
        kind: AnnotationKind,
        label: str,
        arguments: Sequence[tuple[str, str]],
        value: str | None,
        line: int,
    ) -> str:
        """Add an annotation of any kind; return its id."""
        self._kinds[kind] += 1
        id_ = f"{_LETTERS[kind]}{self._kinds[kind]}" if kind in _LETTERS else "*"
        words = "_".join(label.split()) or kind
        self.annotations.append(Annotation(id_, kind, words, tuple(arguments), value, line))
        return id_

    def problem(
        self, line: int, found: str, expected: str = "", hint: str = "", mention: str | None = None
    ) -> None:
        """Add what is wrong; `mention` is the id of one that is lost by it."""
        said = f"{self.name}: {found}"
        self.problems.append(Problem(self.path, line, said, expected, hint, mention))

    def notice(self, told: str, mentions: int = 0) -> None:
        """Add how something was understood; said alike of several documents, it is told once."""
        self.notices.append(Notice(self.path, told, mentions))

    def lose(self, line: int, found: str) -> None:
        """Add what the file says and a document has no room for."""
        self.notices.append(
            Notice(self.path, f"{self.name}, line {line}: {found}: it can't be kept")
        )

    def reading(self, language: str, text: str) -> Reading:
        """Hold all against the text: what doesn't fit is a problem, the rest the document."""
        if encoding_fault(text):
            fault = Problem(self.path, None, f"{self.name}: {encoding_fault(text)}")
            return Reading(None, (*self.problems, fault), tuple(self.notices))
        raw = [self._with_text(mention, text) for mention in self.mentions]
        resolved = resolve_mentions(text, raw, check=self.rules.text_check)
        mentions = resolved.mentions
        annotations, lost = transferable_annotations(
            self.annotations, {mention.id for mention in mentions}
        )
        problems = [replace(one, found=f"{self.name}: {one.found}") for one in resolved.problems]
        problems = [*self.problems, *problems, *map(self._lost, lost)]
        problems.sort(key=lambda problem: problem.line or 0)
        document = Document(self.name, language, text, tuple(mentions), tuple(annotations))
        return Reading(
            document, tuple(problems), (*self._unchecked(text), *resolved.notices, *self.notices)
        )

    def _with_text(self, mention: RawMention, text: str) -> RawMention:
        """Return a mention whose text isn't stated with the one that its offsets give."""
        if mention.id not in self._unstated:
            return mention
        surface = " ".join(text[max(start, 0) : end] for start, end in sorted(mention.ranges))
        return replace(mention, text=surface)

    def _unchecked(self, text: str) -> Iterator[Notice]:
        """Yield that offsets are taken as they are, where they could count something else."""
        ids = {mention.id for mention in self.mentions}
        if ids and ids == self._unstated and beyond(text):
            yield Notice(self.path, UNCHECKED, len(ids))

    def _lost(self, annotation: Annotation) -> Problem:
        about = ", ".join(annotation.targets)
        found = f"{annotation.id} ({annotation.label}) is about {about}, not all of it usable"
        return Problem(self.path, annotation.line, f"{self.name}: {found}")


def encoding_fault(text: str) -> str:
    """Return what keeps a text from being UTF-8, empty where nothing does."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        return f"half a character ({text[error.start]!r}) at {error.start} of the text"
    return ""
