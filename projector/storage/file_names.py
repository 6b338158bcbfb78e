"""Make names out of data into names of files: the only place where that is done.

A name that could lead elsewhere, or that wouldn't come back from the disk as it was, is refused
and not escaped. What we write is read back by its files' names, by our readers and by the tools of
others; an escaped name would be another document for them: it would pair with nothing, differ from
the rows of the tables beside it, and be scored as missing. To undo it while reading would change
names that users gave their own files (`50%2F50`). Parquet tables hold any name, in a cell.
"""

from __future__ import annotations

import os
import secrets
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from projector.errors import OutputError

LONGEST = 255  # bytes of UTF-8 in a file's name, its extension among them
_ROOM = 127  # bytes for a label or a table's name behind a language
_SHOWN = 80  # characters of a name in a message
_SEPARATORS = "/\\"
# Windows's own: "a:b" is a stream of the file "a", and "C:a" lies on another drive.
_RESERVED = '<>:"|?*' if os.name == "nt" else ""
_NUMBERS = "0123456789¹²³"
_DEVICES = {
    *("CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$"),
    *(f"{device}{number}" for device in ("COM", "LPT") for number in _NUMBERS),
}
# Controls and line ends; marks of direction and of no width; halves of pairs; separators of lines.
_UNSEEN = {
    "Cc": "a control character",
    "Cf": "a character that isn't seen",
    "Cs": "half of a character (a name that is no UTF-8)",
    "Zl": "a line end",
    "Zp": "a line end",
}
_EXPECTED = (
    "one without slashes, control and unseen characters, that begins with neither a dot nor a "
    f"blank, is no device of Windows and takes {LONGEST} bytes at most"
)
_REMEDIES = {
    "document": (
        "Rename it in its corpus, or write tables, which hold any name: "
        "projector convert … --to parquet"
    ),
    "language": "Say what it is called: --language (a run's: --target-language)",
    "path in the ZIP": "Choose another layout: --template",
    "label": "Name it anew: --label OLD=NEW (labels)",
}


def file_name(
    name: str, suffix: str = "", *, kind: str, prefix: str = "", where: Path | None = None
) -> str:
    """Return the name of a file or folder that is named after something in data.

    A blank or dot at the end is one of the whole name: behind it there may be an extension.

    Args:
        name: As the data has it.
        suffix: What stands behind it: `.txt`.
        kind: What it is a name of, for messages: `document`, `language`, `label`.
        prefix: What stands before it.
        where: What the data was read from, for messages.

    Returns:
        The three together; a part of a path, never a path.

    Raises:
        OutputError: It can't be a file's name on all systems, or would not be read back.
    """
    whole = f"{prefix}{name}{suffix}"
    found = _wrong(name) or _wrong_as_whole(whole)
    if found:
        raise OutputError(_message(kind, name, found, where))
    return whole


def language_name(language: str, *, where: Path | None = None) -> str:
    """Return the name of a language's folder, so short that its tables can be called after it.

    Raises:
        OutputError: As `file_name`.
    """
    file_name(language, "_" * _ROOM, kind="language", where=where)
    return file_name(language, kind="language", where=where)


def refuse_unwritable(text: str, *, kind: str, where: Path | None = None) -> None:
    """Refuse text that no file can hold, not even in a cell: halves of characters.

    Raises:
        OutputError: There is one, as in the name of a file that isn't UTF-8.
    """
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        place = "" if where is None else f"{where}: "
        raise OutputError(
            f"{place}the {kind} {_shown(text)} can't be written: it holds {_UNSEEN['Cs']}: "
            f"{text[error.start]!r} at {error.start}; expected Unicode. Mend it where it comes "
            "from: a file's name that isn't UTF-8 by `convmv`, a \\ud800 in JSON by hand"
        ) from error


@dataclass(slots=True)
class FileNames:
    """The names given out in a place, so that no two become one file there.

    Args:
        place: An existing folder that can be written to; its file system decides what is one.
        where: What the data was read from, for messages.
    """

    place: Path
    where: Path | None = None
    _folds: tuple[bool, bool] | None = field(default=None, init=False)
    _taken: dict[tuple[str, str], str] = field(default_factory=dict, init=False)

    def take(
        self, name: str, suffix: str = "", *, kind: str, prefix: str = "", folder: str = ""
    ) -> str:
        """Return `file_name`'s; the same name again is the same file.

        Args:
            name, suffix, kind, prefix: See `file_name`.
            folder: Which of the place's folders it is for.

        Raises:
            OutputError: As `file_name`; or another one is taken that would be the same file.
        """
        whole = file_name(name, suffix, kind=kind, prefix=prefix, where=self.where)
        if self._folds is None:
            self._folds = folds(self.place)
        earlier = self._taken.setdefault((folder, folded(whole, *self._folds)), whole)
        if earlier != whole:
            found = f"{earlier!r} is the same file's name where it is to be written"
            expected = "names that differ in more than case or the form of their letters"
            raise OutputError(_message(kind, name, found, self.where, expected))
        return whole


def folds(place: Path) -> tuple[bool, bool]:
    """Tell whether names that differ in case, and in Unicode form, are one file's in a folder."""
    name = f".tmp-{secrets.token_hex(8)}-á"
    probe = place / name
    try:
        probe.touch(mode=0o600)
    except OSError:  # what is written next will tell
        return False, False
    try:
        forms = (name.upper(), unicodedata.normalize("NFD", name))
        return (place / forms[0]).exists(), (place / forms[1]).exists()
    finally:
        with suppress(OSError):
            probe.unlink()


def folded(name: str, case: bool, form: bool) -> str:
    """Return what names have in common that are one file's."""
    if form:
        name = unicodedata.normalize("NFD", name)
    if case:
        name = name.casefold()
        return unicodedata.normalize("NFD", name) if form else name
    return name


def _wrong(name: str) -> str:
    """Return what is wrong with the part that comes from data; empty if nothing is."""
    if not name:
        return "it is empty"
    if name[0] == ".":
        return "it begins with a dot"
    if name[0].isspace() and unicodedata.category(name[0]) == "Zs":
        return "it begins with a blank"
    for place, found in _unfit(name):
        return f"it holds {found}: {name[place]!r} at {place}"
    return ""


def _unfit(name: str) -> Iterator[tuple[int, str]]:
    for place, character in enumerate(name):
        if character in _SEPARATORS:
            yield place, "a slash"
        elif character in _RESERVED:
            yield place, "a character of Windows's own"
        elif not character.isprintable():
            category = unicodedata.category(character)
            if category in _UNSEEN:
                yield place, _UNSEEN[category]


def _wrong_as_whole(name: str) -> str:
    if name[-1] == "." or unicodedata.category(name[-1]) == "Zs":
        return "it ends with a dot or a blank"
    if name.partition(".")[0].rstrip().upper() in _DEVICES:
        return "it is a device's name on Windows"
    length = len(name.encode("utf-8"))
    if length > LONGEST:
        return f"with what belongs before and behind it, it takes {length} bytes"
    return ""


def _message(
    kind: str, name: str, found: str, where: Path | None, expected: str = _EXPECTED
) -> str:
    place = "" if where is None else f"{where}: "
    remedy = _REMEDIES.get(kind, "")
    told = f"{place}the {kind} {_shown(name)} can't be a file's name: {found}; expected {expected}"
    return f"{told}. {remedy}" if remedy else told


def _shown(name: str) -> str:
    return repr(name) if len(name) <= _SHOWN else f"{name[:_SHOWN]!r}…"
