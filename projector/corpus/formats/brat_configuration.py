"""Write what BRAT must know of a folder: its types, and how they look.

BRAT looks for `annotation.conf` and `visual.conf` beside the documents and in the folders above;
without them it knows no label of ours, and marks nested mentions as errors.
See https://brat.nlplab.org/configuration.html.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from projector.document import Annotation, Document
from projector.html import PALETTE

ANNOTATION, VISUAL = "annotation.conf", "visual.conf"
FILES = (ANNOTATION, VISUAL)

# BRAT makes another name of any that has other characters, and lines of hyphens part groups.
_NAME = re.compile(r"(?=.*[A-Za-z0-9_])[A-Za-z0-9_-]+")
_VALUE = re.compile(r"[^\s,|:<>{}]+")  # an attribute's, as far as a list of them can hold it
_MOST_VALUES = 100  # more are words that somebody wrote, not choices
_ENTITY, _EVENT, _ANY = "<ENTITY>", "<EVENT>", "<ANY>"
_TINT = 0.38  # how much of its colour lies behind a label: black stays legible on it
_HEAD = "# Written by projector: what occurs in these documents; add what you need.\n"


@dataclass(slots=True)
class BratTypes:
    """The types that occur in documents, taken one document at a time.

    Args:
        entities: Labels of mentions that trigger no event.
        relations: The roles of each type, as the first that was met has them, and what fills these.
        events: The roles of each type, without their numbers, and what fills these.
        attributes: What each is said of.
        values: Those of each attribute; None where it has none.
        equivalent: Whether there are equivalences.
    """

    entities: set[str] = field(default_factory=set)
    relations: dict[str, dict[str, set[str]]] = field(default_factory=dict)
    events: dict[str, dict[str, set[str]]] = field(default_factory=dict)
    attributes: dict[str, set[str]] = field(default_factory=dict)
    values: dict[str, set[str | None]] = field(default_factory=dict)
    equivalent: bool = False

    def add(self, document: Document) -> None:
        """Take a document's."""
        events = [one for one in document.annotations if one.kind == "event"]
        triggers = {event.targets[0] for event in events if event.targets}
        self.entities |= {one.label for one in document.mentions if one.id not in triggers}
        filler = {one.id: _ENTITY for one in document.mentions}
        filler |= {one.id: _EVENT for one in events} | dict.fromkeys(triggers, _EVENT)
        for annotation in document.annotations:
            self._add(annotation, filler)

    def include(self, other: BratTypes) -> None:
        """Take the types of other documents."""
        self.entities |= other.entities
        for ours, theirs in ((self.relations, other.relations), (self.events, other.events)):
            for label, roles in theirs.items():
                of_label = ours.setdefault(label, {})
                for role, fillers in roles.items():
                    of_label.setdefault(role, set()).update(fillers)
        for label, what in other.attributes.items():
            self.attributes.setdefault(label, set()).update(what)
        for label, values in other.values.items():
            self.values.setdefault(label, set()).update(values)
        self.equivalent |= other.equivalent

    def _add(self, annotation: Annotation, filler: Mapping[str, str]) -> None:
        fills = [(role, filler.get(target, _ANY)) for role, target in annotation.arguments]
        if annotation.kind == "relation":
            roles = self.relations.setdefault(annotation.label, {role: set() for role, _ in fills})
            for role, what in fills:
                roles.setdefault(role, set()).add(what)
        elif annotation.kind == "event":
            roles = self.events.setdefault(annotation.label, {})
            for role, what in fills[1:]:
                roles.setdefault(role.rstrip("0123456789"), set()).add(what)
        elif annotation.kind == "attribute":
            self.attributes.setdefault(annotation.label, set()).update(what for _, what in fills)
            self.values.setdefault(annotation.label, set()).add(annotation.value)
        elif annotation.kind == "equivalence":
            self.equivalent = True


def brat_settings(types: BratTypes, folder: Path) -> dict[Path, bytes]:
    """Return what BRAT is to know of a folder of documents, by the files that tell it."""
    return {
        folder / ANNOTATION: annotation_conf(types).encode("utf-8"),
        folder / VISUAL: visual_conf(types).encode("utf-8"),
    }


def annotation_conf(types: BratTypes) -> str:
    """Return what belongs into `annotation.conf`: sorted, so the same types give the same bytes.

    What BRAT can't state, because a name has other characters than it allows, is told in a comment;
    it shows such annotations all the same.
    """
    sections = {
        "entities": [*_stated(types.entities), *_left_out(types.entities)],
        "relations": [
            *(_relation(label, types.relations[label]) for label in _stated(types.relations)),
            *_special_relations(types),
            *_left_out(types.relations),
        ],
        "events": [
            *(_event(label, types.events[label]) for label in _stated(types.events)),
            *_left_out(types.events),
        ],
        "attributes": [
            *(_attribute(label, types) for label in _stated(types.attributes)),
            *_left_out(types.attributes),
        ],
    }
    parts = [f"[{section}]\n{_lines(lines)}" for section, lines in sections.items()]
    return "\n".join([_HEAD, *parts])


def visual_conf(types: BratTypes) -> str:
    """Return what belongs into `visual.conf`: short labels for long ones, and a colour each."""
    spans = _stated(types.entities | types.events.keys())
    named = _stated({*spans, *types.relations, *types.attributes})
    labels = [f"{name}\t|\t{name}\t|\t{short}" for name, short in _shortened(named).items()]
    drawing = [
        f"{label}\tbgColor:{_tinted(color)}, borderColor:{color}"
        for number, label in enumerate(spans)
        for color in [PALETTE[number % len(PALETTE)]]
    ]
    defaults = [
        "SPAN_DEFAULT\tfgColor:black, bgColor:#e6e6e6, borderColor:#8a8a8a",
        "ARC_DEFAULT\tcolor:black, arrowHead:triangle-5",
        "ATTRIBUTE_DEFAULT\tglyph:*",
    ]
    written = [f"[labels]\n{_lines(labels)}", f"[drawing]\n{_lines([*drawing, *defaults])}"]
    return "\n".join([_HEAD, *written])


def _lines(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _relation(label: str, roles: Mapping[str, Collection[str]]) -> str:
    stated = [role for role in roles if _NAME.fullmatch(role)][:2]
    if len(stated) != 2:  # BRAT's have two
        return f"# {label}: BRAT needs two roles with names of its own"
    return f"{label}\t" + ", ".join(f"{role}:{_fillers(roles[role])}" for role in stated)


def _event(label: str, roles: Mapping[str, Collection[str]]) -> str:
    stated = [role for role in sorted(roles) if _NAME.fullmatch(role)]
    return f"{label}\t" + ", ".join(f"{role}*:{_fillers(roles[role])}" for role in stated)


def _attribute(label: str, types: BratTypes) -> str:
    values = sorted(value for value in types.values[label] if value and _VALUE.fullmatch(value))
    line = f"{label}\tArg:{_fillers(types.attributes[label])}"
    return f"{line}, Value:{'|'.join(values)}" if 0 < len(values) <= _MOST_VALUES else line


def _fillers(what: Collection[str]) -> str:
    return _ANY if _ANY in what or not what else "|".join(sorted(what))


def _special_relations(types: BratTypes) -> Iterator[str]:
    """Yield that mentions may nest and overlap, and what equivalences are."""
    between = f"Arg1:{_ENTITY}, Arg2:{_ENTITY}"
    yield f"<OVERLAP>\t{between}, <OVL-TYPE>:<ANY>"
    if types.equivalent and "Equiv" not in types.relations:
        yield f"Equiv\t{between}, <REL-TYPE>:symmetric-transitive"


def _stated(labels: Iterable[str]) -> list[str]:
    """Return those labels that BRAT takes as names, sorted."""
    return sorted(filter(_NAME.fullmatch, labels))


def _left_out(labels: Iterable[str]) -> Iterator[str]:
    for label in sorted(labels):
        if not _NAME.fullmatch(label):
            yield f"# BRAT takes no such name, with other than A-Z a-z 0-9 _ -: {label!a}"


def _shortened(names: Collection[str]) -> dict[str, str]:
    """Return the least beginning of each name, of three letters or more, that no other has."""
    lengths = range(3, max(map(len, names), default=0) + 1)
    begun = Counter(name[:length] for name in names for length in lengths)
    return {
        name: next((name[:n] for n in lengths if n < len(name) and begun[name[:n]] == 1), name)
        for name in names
    }


def _tinted(color: str) -> str:
    """Return a colour `#rrggbb` mixed with white."""
    parts = (int(color[place : place + 2], 16) for place in (1, 3, 5))
    return "#" + "".join(f"{round(255 - _TINT * (255 - part)):02x}" for part in parts)
