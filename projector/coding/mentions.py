"""Hold mentions with their codes: what coding reads, learns from and is measured on."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from projector.corpus.labels import unknown_labels
from projector.document import Document
from projector.errors import ConfigurationError

_NOTED_CODE = re.compile(
    r"[0-9]{4}/[0-9](?:/[A-Za-z0-9]+)?|[A-Z][0-9][0-9A-Z]\.[0-9A-Z]{1,4}|[0-9]{6,18}"
)
_ABSENT = {"", "NONE", "NO_CODE", "NOMAP"}


@dataclass(frozen=True, slots=True)
class CodedMention:
    """A mention with the codes that it has.

    Args:
        language: A plain code.
        document: Its document's name.
        id: Within its document.
        label: Its entity type.
        fragments: Where it stands.
        text: Its words.
        codes: As its source writes them, in its order.
    """

    language: str
    document: str
    id: str
    label: str
    fragments: tuple[tuple[int, int], ...]
    text: str
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CodedDocument:
    """A document with its mentions; of a bare table's there is no text."""

    language: str
    name: str
    mentions: tuple[CodedMention, ...]
    document: Document | None = None

    def known_by(self) -> set[str]:
        """Return its name, and its text where there is one: what tells it in another file."""
        text = self.document.text.strip() if self.document is not None else ""
        return {self.name, text} - {""}


def refuse_unknown(only: Collection[str], labels: Iterable[str]) -> None:
    """Refuse to look at some labels alone where no mention has any of them.

    Raises:
        ConfigurationError: It is so; the labels that there are are told.
    """
    known = {*labels}
    if only and known and not known & {*only}:
        told = unknown_labels([" or ".join(sorted(only))], known)[0]
        raise ConfigurationError(f"{told} (others' names are changed unless --keep-labels)")


def codes_in(cell: str) -> tuple[str, ...]:
    """Return the codes of a cell: `A+B` are two, `None` is none; a dagger's `+` ends a code."""
    parts = (part.strip() for part in re.split(r"[+;|](?=[A-Za-z0-9 ])", cell))
    return tuple(part for part in parts if part.upper() not in _ABSENT)


def code_in_note(note: str | None) -> str | None:
    """Return the code that a note is, as CANTEMIST's are; None where it says anything else.

    Its first column must look like nothing but a code of ICD-O, ICD-10 or SNOMED CT.
    """
    column = (note or "").partition("\t")[0].strip()
    return column if _NOTED_CODE.fullmatch(column) else None
