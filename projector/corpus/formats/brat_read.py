r"""Read BRAT standoff, strictly and without loss.

Bytes, UTF-8, split at "\n" only: whatever else Unicode calls a line end stays in its line. One
CR at a line's end belongs to the line end, a byte order mark at the file's start to nothing.

The text behind an annotation's second tab is its value wherever its kind has no better use for
it, so that even `R1\tPart Arg1:T1 Arg2:T2\t`, as BRAT itself writes it, comes back as it was.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import (
    Callable,
    Iterable,
    Mapping,
    Sequence,
)
from dataclasses import dataclass, field, replace
from pathlib import Path

from projector.corpus.labels import rename_event
from projector.corpus.offsets import (
    RawMention,
    parse_ranges,
    resolve_mentions,
)
from projector.corpus.reading import (
    Reading,
    read_bytes,
    read_text,
)
from projector.document import Annotation, AnnotationKind, Document, transferable_annotations
from projector.errors import CorpusError, Notice, Problem
from projector.settings import STRICT, ReadingRules, TextCheck

ID_PATTERN = re.compile(r"(?:[TREAMN#][0-9]+[^\s:;]*|\*)")
_ATTRIBUTE = re.compile(r"([^ \t]+) ([^ \t]+)(?: (.*)|(\t.*))?", re.DOTALL)
# Its code is parted from its resource by a colon; some tools take a blank.
_NORMALIZATION = re.compile(
    r"([^ \t]+) ([^ \t]+) ((?:[^ \t:]+:[^\t]+|[^ \t:]+ [^ \t][^\t]*)(?:\t.*)?)", re.DOTALL
)
_COMMENT = re.compile("#(?![0-9])[^\t]*$")
_BLANK_LINE = re.compile(r"(T[0-9]+) +([^ ]+) +([0-9]+ [0-9]+(?:;[0-9]+ [0-9]+)*)(?: +(.*))?")

EXPECTED = {
    "T": "T1<tab>Label 0 5<tab>text, or 0 5;16 23 for fragments",
    "R": "R1<tab>Type Arg1:T1 Arg2:T2",
    "E": "E1<tab>Type:T1 Role:T2 …",
    "A": "A1<tab>Name T1, or Name T1 value",
    "M": "M1<tab>Name T1, or Name T1 value",
    "N": "N1<tab>Reference T1 resource:code<tab>text",
    "#": "#1<tab>Type T1<tab>text",
    "*": "*<tab>Equiv T1 T2 …",
}


class _MalformedLineError(ValueError):
    """A line isn't what its id's letter promises."""


@dataclass(slots=True)
class _Lines:
    """What the lines of files hold, as far as they can be understood one by one.

    Args:
        places: The file and line that each id is first used in.
    """

    raw_mentions: list[RawMention] = field(default_factory=list)
    annotations: list[Annotation] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    places: dict[str, tuple[Path, int]] = field(default_factory=dict)


def read_brat(
    text_path: Path,
    annotation_path: Path | None = None,
    *,
    language: str = "und",
    labels: Mapping[str, str] | None = None,
    rules: ReadingRules = STRICT,
    name: str | None = None,
) -> Reading:
    """Read a `.txt` and its `.ann`; without one the document has no mentions.

    Args:
        text_path: The `.txt`.
        annotation_path: The `.ann`, or None.
        language: The document's.
        labels: New names for labels; those not in it stay.
        rules: How stated words are held against the text. Where they need not be equal, a mention
            needs no tab either; where offsets are trusted, no words.
        name: The document's; None: the text's stem.
    """
    name = text_path.name.removesuffix(".txt") if name is None else name
    try:
        text = read_text(text_path)
        if annotation_path is None:
            return Reading(Document(name, language, text))
        files = [StandoffFile(annotation_path, read_text(annotation_path))]
    except CorpusError as error:
        return Reading(None, error.problems, unread=_stated_ids(annotation_path))
    return annotated_document(Document(name, language, text), files, labels or {}, rules)


@dataclass(frozen=True, slots=True)
class StandoffFile:
    """A file of annotations and what it holds."""

    path: Path
    content: str


def annotated_document(
    document: Document,
    files: Sequence[StandoffFile],
    labels: Mapping[str, str],
    rules: ReadingRules,
) -> Reading:
    """Hold the annotations of one or several files, which share their ids, against a text.

    Args:
        document: Whose text it is.
        files: In the order in which their problems are told.
        labels: New names for labels.
        rules: How stated words are held against the text.
    """
    lines = _Lines()
    for file in files:
        _parse(file, labels, rules.text_check, lines)
    resolved = resolve_mentions(document.text, lines.raw_mentions, check=rules.text_check)
    usable_ids = {mention.id for mention in resolved.mentions}
    annotations, lost = _split_dangling(lines.annotations, usable_ids)
    usable_ids |= {annotation.id for annotation in annotations}
    paths = {id_: path for id_, (path, _) in lines.places.items()}
    dangling = _dangling_problems(lost, usable_ids, paths, files[-1].path if files else Path())
    order = {file.path: number for number, file in enumerate(files)}
    problems = [*resolved.problems, *lines.problems, *dangling]
    problems.sort(key=lambda problem: (order[problem.path], problem.line or 0))
    document = replace(document, mentions=tuple(resolved.mentions), annotations=tuple(annotations))
    return Reading(document, tuple(problems), (*lines.notices, *resolved.notices))


def _stated_ids(path: Path | None) -> tuple[str, ...]:
    """Return the ids of the mentions that a `.ann` states, be it UTF-8 or not."""
    try:
        content = read_bytes(path) if path is not None else b""
    except CorpusError:
        return ()
    starts = (line.partition(b"\t")[0] for line in content.removeprefix(BOM_UTF8).split(b"\n"))
    ids = (start.removesuffix(b"\r").decode(errors="replace") for start in starts)
    return tuple(dict.fromkeys(filter(_is_mention_id, ids)))


def _is_mention_id(id_: str) -> bool:
    return id_.startswith("T") and ID_PATTERN.fullmatch(id_) is not None


def _parse(file: StandoffFile, labels: Mapping[str, str], check: TextCheck, lines: _Lines) -> None:
    """Understand each line by itself; ids that occur twice are problems."""
    path = file.path
    for line_number, line in enumerate(file.content.removeprefix("\ufeff").split("\n"), start=1):
        line = line.removesuffix("\r")
        if not line:
            continue
        if _COMMENT.match(line):
            lines.notices.append(Notice(path, "comments (# …) are passed over"))
            continue
        if check != "strict":
            line = _tabbed(line, check)
        id_, tab, rest = line.partition("\t")
        mention_id = id_ if _is_mention_id(id_) else None
        if id_ in lines.places:
            taken_in, taken_by = lines.places[id_]
            found = f"the id {id_} is taken by line {taken_by}"
            found += "" if taken_in == path else f" of {taken_in.name}"
            lines.problems.append(Problem(path, line_number, found, "an id of its own"))
            continue
        if id_ != "*":
            lines.places[id_] = path, line_number
        try:
            if not tab or not ID_PATTERN.fullmatch(id_):
                raise _MalformedLineError
            if mention_id:
                lines.raw_mentions.append(_mention(id_, rest, path, line_number, labels))
            else:
                lines.annotations.append(_annotation(id_, rest, line_number, labels))
        except _MalformedLineError:
            lines.problems.append(_malformed_problem(line, path, line_number, mention_id))


def _tabbed(line: str, check: TextCheck) -> str:
    """Return a mention's line with the tabs that it lacks: both, or that before no words."""
    match = None if "\t" in line else _BLANK_LINE.fullmatch(line)
    if match:
        id_, label, ranges, words = match.groups()
        line = f"{id_}\t{label} {ranges}" + ("" if words is None else f"\t{words}")
    lacks_words = line.startswith("T") and line.count("\t") == 1
    return f"{line}\t" if lacks_words and check == "off" else line


def _malformed_problem(line: str, path: Path, line_number: int, mention_id: str | None) -> Problem:
    found = f"{line[:80]!r} is not understood"
    expected = EXPECTED.get(line[0], "an id like T1, R1, E1, A1, N1, #1 or *, then a tab")
    hint = "" if "\t" in line else "There is no tab in it"
    if hint and _BLANK_LINE.fullmatch(line):
        hint += ': take blanks for it: --text-check normalised (text_check="normalised")'
    if mention_id and line.count("\t") == 1:
        hint = 'Where no text is stated, trust the offsets: --text-check off (text_check="off")'
    return Problem(path, line_number, found, expected, hint, mention_id)


def _mention(id_: str, rest: str, path: Path, line: int, labels: Mapping[str, str]) -> RawMention:
    data, tab, text = rest.partition("\t")
    label, _, stated_ranges = data.partition(" ")
    ranges = parse_ranges(stated_ranges)
    if not tab or not label or ranges is None:
        raise _MalformedLineError
    return RawMention(id_, labels.get(label, label), ranges, text, path, line)


def _annotation(id_: str, rest: str, line: int, labels: Mapping[str, str]) -> Annotation:
    annotation = _PARSERS[id_[0]](id_, rest)
    return replace(rename_event(annotation, labels), line=line)


def _relation(id_: str, rest: str) -> Annotation:
    parts, value = _split_tail(rest)
    if len(parts) != 3:
        raise _MalformedLineError
    return Annotation(id_, "relation", parts[0], tuple(map(_role, parts[1:])), value)


def _event(id_: str, rest: str) -> Annotation:
    parts, value = _split_tail(rest)
    if not parts:
        raise _MalformedLineError
    arguments = tuple(map(_role, parts))
    return Annotation(id_, "event", arguments[0][0], arguments, value)


def _attribute(id_: str, rest: str) -> Annotation:
    match = _ATTRIBUTE.fullmatch(rest)
    if not match:
        raise _MalformedLineError
    label, target, value, tail = match.groups()
    return Annotation(id_, "attribute", label, (("", target),), tail if value is None else value)


def _normalization(id_: str, rest: str) -> Annotation:
    match = _NORMALIZATION.fullmatch(rest)
    if not match:
        raise _MalformedLineError
    label, target, value = match.groups()
    return Annotation(id_, "normalization", label, (("", target),), value)


def _note(id_: str, rest: str) -> Annotation:
    parts, value = _split_tail(rest)
    if not 1 <= len(parts) <= 2:  # one about nothing is about the document
        raise _MalformedLineError
    return Annotation(id_, "note", parts[0], tuple(("", part) for part in parts[1:]), value)


def _equivalence(id_: str, rest: str) -> Annotation:
    parts, value = _split_tail(rest)
    if len(parts) < 3:
        raise _MalformedLineError
    members = tuple(("", part) for part in parts[1:])
    return Annotation(id_, "equivalence", parts[0], members, value)


_PARSERS: dict[str, Callable[[str, str], Annotation]] = {
    "R": _relation,
    "E": _event,
    "A": _attribute,
    "M": _attribute,
    "N": _normalization,
    "#": _note,
    "*": _equivalence,
}

LETTERS: dict[AnnotationKind, str] = {
    "relation": "R",
    "event": "E",
    "attribute": "AM",
    "normalization": "N",
    "note": "#",
    "equivalence": "*",
}


def _split_tail(rest: str) -> tuple[list[str], str | None]:
    """Return the words before the next tab, and what is behind it."""
    data, tab, tail = rest.partition("\t")
    return [word for word in data.split(" ") if word], tail if tab else None


def _role(argument: str) -> tuple[str, str]:
    role, _, target = argument.partition(":")
    if not role or not target or ":" in target:
        raise _MalformedLineError
    return role, target


def _split_dangling(
    annotations: list[Annotation], mention_ids: set[str]
) -> tuple[tuple[Annotation, ...], tuple[Annotation, ...]]:
    if mention_ids.issuperset(target for one in annotations for target in one.targets):
        return tuple(annotations), ()
    return transferable_annotations(annotations, mention_ids)


def _dangling_problems(
    lost: Iterable[Annotation], usable_ids: set[str], paths: Mapping[str, Path], last: Path
) -> list[Problem]:
    """Return a problem for each annotation about what isn't there, or what can't be used."""
    problems = []
    for annotation in lost:
        missing = ", ".join(sorted(set(annotation.targets) - usable_ids))
        subject = f"{annotation.id} ({annotation.label})"
        found = f"{subject} is about {missing}, which is not there or not usable"
        expected = "ids of this file's usable annotations"
        path = paths.get(annotation.id, last)  # equivalences have no id of their own
        problems.append(Problem(path, annotation.line, found, expected))
    return problems
