"""Make mentions, attributes and relations of the cells of WebAnno TSV 3's layers."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from projector.corpus.formats.stated import StatedDocument
from projector.corpus.formats.webanno_lines import (
    NO_VALUE,
    NOTHING,
    Layer,
    Unit,
    split_id,
    split_unescaped,
    unescaped,
)
from projector.corpus.formats.webanno_text import PlacedText

# Layers of every token's grammar: no mentions.
_GRAMMAR = re.compile(
    r"de\.tudarmstadt\.ukp\.dkpro\.core\.api\.(?:lexmorph|segmentation|syntax)\..*"
)
_LABELS = ("value", "label", "type", "entity", "category", "class", "referenceType")
_CODES = ("identifier", "kb", "concept", "code")
_LINK = re.compile(r"(?s)(.*?)->([0-9]+)-([0-9]+)")


@dataclass(slots=True)
class _Span:
    """An annotation of a layer: its units, and its features' values as they are written."""

    layer: Layer
    units: list[Unit] = field(default_factory=list)
    values: dict[int, str] = field(default_factory=dict)
    mention: str = ""


_Places = dict[tuple[str, str, str], list[_Span]]  # by layer, unit and number in brackets


def add_layers(
    stated: StatedDocument, layers: Sequence[Layer], units: Sequence[Unit], placed: PlacedText
) -> None:
    """Add all that the layers hold; what can't be kept is told."""
    used = [layer for layer in layers if not _GRAMMAR.fullmatch(layer.name)]
    for layer in layers:
        if layer not in used and any(_cells(layer, unit) for unit in units):
            stated.notice(f"the layer {layer.short} is of grammar: it isn't read")
    spans_of = {layer.name: list(_spans(layer, units)) for layer in used if layer.kind != "RL"}
    several = sum(any(spans) for spans in spans_of.values()) > 1
    spans = [span for of_layer in spans_of.values() for span in of_layer]
    for span in sorted(spans, key=lambda span: span.units[0].line):
        _add_span(stated, span, placed, several=several)
    places = _places(spans)
    for span in spans:
        _add_slots(stated, span, places)
    for layer in used:
        if layer.kind == "CH":
            _add_chains(stated, spans_of[layer.name])
        elif layer.kind == "RL":
            _add_relations(stated, layer, units, places)


def _cells(layer: Layer, unit: Unit) -> dict[int, str]:
    """Return a layer's cells that hold something, by the number of their column."""
    cells = unit.cells[layer.first : layer.first + len(layer.columns)]
    return {number: cell for number, cell in enumerate(cells) if cell not in (NOTHING, "")}


def _spans(layer: Layer, units: Sequence[Unit]) -> Iterator[_Span]:
    """Yield a layer's annotations: what has one number in brackets is one, over all its units."""
    known: dict[str, _Span] = {}
    for unit in units:
        stacked: dict[int, _Span] = {}
        cells = sorted(_cells(layer, unit).items(), reverse=layer.kind == "CH")  # links have ids
        for number, cell in cells:
            for depth, written in enumerate(split_unescaped(cell, "|")):
                value, id_ = _value_and_id(layer, number, written)
                span = stacked.get(depth) or (known.get(id_) if id_ else None)
                if span is None:
                    span = _Span(layer)
                    yield span
                stacked[depth] = span
                if id_:
                    known.setdefault(id_, span)
                if not span.units or span.units[-1] is not unit:
                    span.units.append(unit)
                span.values.setdefault(number, value)


def _value_and_id(layer: Layer, number: int, written: str) -> tuple[str, str]:
    """Return a value, still escaped, and what tells its annotation from others, if it is said."""
    if layer.columns[number].kind == "target":
        return written, ""
    if layer.kind == "CH":
        match = _LINK.fullmatch(written)
        return (written, f"{match[2]}-{match[3]}") if match else (written, "")
    return split_id(written)


def _add_span(stated: StatedDocument, span: _Span, placed: PlacedText, *, several: bool) -> None:
    """Add an annotation's mention, and its features as attributes."""
    columns = span.layer.columns
    chosen = _label_column(span)
    label = _plain(span, chosen) if chosen is not None else ""
    first, last = span.units[0], span.units[-1]
    start, end = placed.true(first.start), placed.true(last.end)
    line = first.line
    words = placed.text[start:end]
    label_or_layer = label or span.layer.short
    span.mention = stated.add_mention("", label_or_layer, [(start, end)], words, line)
    for number, column in enumerate(columns):
        value = _plain(span, number)
        if number == chosen or column.kind != "feature" or not value or not column.name:
            continue
        if column.name in _CODES:
            stated.add_code(column.name, value, span.mention, line)
        else:
            stated.about("attribute", column.name, span.mention, value, line)
    if several and label:
        stated.about("attribute", "layer", span.mention, span.layer.short, line)


def _label_column(span: _Span) -> int | None:
    """Return the number of the column that labels an annotation; None where none does."""
    names = [column.name if column.kind == "feature" else "" for column in span.layer.columns]
    known = [names.index(name) for name in _LABELS if name in names]
    unlike = ("", "referenceRelation", *_CODES)
    others = [number for number, name in enumerate(names) if name not in unlike]
    return next(iter([*known, *others]), None)


def _plain(span: _Span, number: int) -> str:
    """Return a feature's value, empty where there is none."""
    written = span.values.get(number, NOTHING)
    if span.layer.kind == "CH":
        match = _LINK.fullmatch(written)
        written = match[1] if match else split_id(written)[0]
    return "" if written in (NOTHING, NO_VALUE) else unescaped(written)


def _places(spans: Sequence[_Span]) -> _Places:
    """Return the annotations by where a reference to them can point."""
    places: _Places = defaultdict(list)
    for span in spans:
        for unit in span.units:
            for layer in (span.layer.name, ""):
                places[layer, unit.id, ""].append(span)
            for id_ in _ids(span, unit):
                places["", unit.id, id_].append(span)
                places["", "", id_].append(span)
    return places


def _ids(span: _Span, unit: Unit) -> set[str]:
    """Return the numbers in brackets of an annotation at a unit."""
    ids = set()
    for number, cell in _cells(span.layer, unit).items():
        if span.layer.columns[number].kind != "target":
            for written in split_unescaped(cell, "|"):
                value, id_ = split_id(written)
                if id_ and span.values.get(number) == value:
                    ids.add(id_)
    return ids


def _referred(places: _Places, layer: str, unit: str, id_: str) -> _Span | None:
    """Return the annotation that `1-3[4]` means."""
    if id_ and id_ != "0":
        spans = places.get(("", unit, id_)) or places.get(("", "", id_)) or []
    else:
        spans = places.get((layer, unit, "")) or places.get(("", unit, "")) or []
    return spans[0] if spans else None


def _add_slots(stated: StatedDocument, span: _Span, places: _Places) -> None:
    """Add a relation for each filler of an annotation's slots."""
    for number, column in enumerate(span.layer.columns):
        written = span.values.get(number + 1, NOTHING)
        if column.kind != "role" or written in (NOTHING, NO_VALUE):
            continue
        roles = split_unescaped(span.values.get(number, NO_VALUE), ";")
        target = span.layer.columns[number + 1].name
        for depth, reference in enumerate(split_unescaped(written, ";")):
            role = roles[depth] if depth < len(roles) else NO_VALUE
            label = column.name if role in (NO_VALUE, NOTHING) else unescaped(role)
            filler = _referred(places, target, *split_id(reference))
            _add_relation(stated, label, span, filler, span.units[0].line, reference)


def _add_relation(
    stated: StatedDocument,
    label: str,
    source: _Span | None,
    target: _Span | None,
    line: int,
    reference: str,
) -> str:
    if source is None or target is None:
        stated.problem(line, f"{label}: no annotation is at {reference}", "a token that has one")
        return ""
    arguments = [("Arg1", source.mention), ("Arg2", target.mention)]
    return stated.add("relation", label, arguments, None, line)


def _add_relations(
    stated: StatedDocument, layer: Layer, units: Sequence[Unit], places: _Places
) -> None:
    """Add the relations of a layer: each ends at its unit, and comes from the one referred to."""
    base = next((n for n, column in enumerate(layer.columns) if column.kind == "base"), None)
    if base is None:
        if any(_cells(layer, unit) for unit in units):
            stated.lose(1, f"the relations of {layer.short} say nothing of their ends")
        return
    hint = layer.columns[base].name
    if _GRAMMAR.fullmatch(hint):
        if any(_cells(layer, unit) for unit in units):
            stated.notice(f"the relations of {layer.short} are of grammar: they aren't read")
        return
    for unit in units:
        cells = {n: split_unescaped(cell, "|") for n, cell in _cells(layer, unit).items()}
        for depth, reference in enumerate(cells.get(base, ())):
            origin, ids = split_id(reference)
            from_id, _, to_id = ids.partition("_")
            source = _referred(places, hint, origin, from_id)
            target = _referred(places, hint, unit.id, to_id)
            features = _features(layer, cells, depth)
            chosen = next((n for n in _LABELS if n in features), next(iter(features), ""))
            label = features.pop(chosen, "") or layer.short
            added = _add_relation(stated, label, source, target, unit.line, reference)
            for name, value in features.items() if added else ():
                stated.about("attribute", name, added, value, unit.line)


def _features(layer: Layer, cells: dict[int, list[str]], depth: int) -> dict[str, str]:
    """Return the values of a relation's features."""
    features = {}
    for number, column in enumerate(layer.columns):
        values = cells.get(number, [])
        value = split_id(values[depth])[0] if depth < len(values) else NOTHING
        if column.kind == "feature" and value not in (NOTHING, NO_VALUE, ""):
            features[column.name] = unescaped(value)
    return features


def _add_chains(stated: StatedDocument, spans: Sequence[_Span]) -> None:
    """Add an equivalence for each chain of two or more."""
    chains: dict[str, list[_Span]] = defaultdict(list)
    for span in spans:
        for written in span.values.values():
            if match := _LINK.fullmatch(written):
                chains[match[2]].append(span)
                break
    for members in chains.values():
        if len(members) > 1:
            arguments = [("", span.mention) for span in members]
            stated.add("equivalence", "Equiv", arguments, None, members[0].units[0].line)
