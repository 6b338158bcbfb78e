"""Match what came back of a document to the run's mentions: by id, else by label and overlap."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from projector.document import Fragment
from projector.exchange.returned import ReturnedMention


@dataclass(frozen=True, slots=True)
class RunMention:
    """A mention of the run: a source mention, and what became of it.

    Args:
        id, label: The source mention's.
        fragments: Where it stands in the translation; empty where it has no span.
        expected: The same as the tool was given it; empty where it was not given it.
    """

    id: str
    label: str
    fragments: tuple[Fragment, ...]
    expected: tuple[Fragment, ...]


@dataclass(frozen=True, slots=True)
class NotTaken:
    """What came back and can't become a correction.

    Args:
        mention: The run's mention it is about; empty where there is none.
        label: As it came back.
        fragments: Where.
        why: In words.
    """

    mention: str
    label: str
    fragments: tuple[Fragment, ...]
    why: str


@dataclass(slots=True)
class Matched:
    """What became of the run's mentions in a tool.

    Args:
        unchanged: Ids of those that came back as they were given.
        moved: The new fragments of those that came back elsewhere.
        absent: Ids of those that were given and did not come back.
        relabelled: Ids of those whose label was changed.
        by_overlap: Ids of those among the moved that were found by label and overlap.
        not_taken: What can't become a correction.
    """

    unchanged: list[str] = field(default_factory=list)
    moved: dict[str, tuple[Fragment, ...]] = field(default_factory=dict)
    absent: list[str] = field(default_factory=list)
    relabelled: set[str] = field(default_factory=set)
    by_overlap: set[str] = field(default_factory=set)
    not_taken: list[NotTaken] = field(default_factory=list)


def matched(mentions: Sequence[RunMention], returned: Sequence[ReturnedMention]) -> Matched:
    """Return what became of a document's mentions."""
    result = Matched()
    known = {mention.id: mention for mention in mentions}
    by_id: dict[str, list[ReturnedMention]] = {}
    nameless: list[ReturnedMention] = []
    for mention in returned:
        if mention.id and mention.id in known:  # a table's mention may have an empty id
            by_id.setdefault(mention.id, []).append(mention)
        else:
            nameless.append(mention)
    for id_, versions in by_id.items():
        _settle(known[id_], versions, result)
    left = [one for one in mentions if one.expected and one.id not in by_id]
    without = [one for one in mentions if not one.fragments and one.id not in by_id]
    for span in _settle_nameless(left, nameless, result):
        result.not_taken.append(_added(span, without))
    return result


def _added(span: _Span, without: Sequence[RunMention]) -> NotTaken:
    """Return that a stretch is of no mention; those that it may be of are named."""
    why = "it was added: no mention of the source is projected there"
    if ids := [mention.id for mention in without if mention.label == span.label]:
        why += f"; of its label {', '.join(ids)} has no place: say in a review if it is this one"
    return NotTaken("", span.label, (span.fragment,), why)


def _settle(mention: RunMention, versions: Sequence[ReturnedMention], result: Matched) -> None:
    """Take what has a mention's id; a label that was changed is not taken."""
    of_label = [one for one in versions if one.label == mention.label]
    for version in versions:
        if version.label != mention.label:
            _relabel(mention, version.label, version.fragments, result)
    _take(mention, (of_label or versions)[0].fragments, result)


def _relabel(
    mention: RunMention, label: str, fragments: tuple[Fragment, ...], result: Matched
) -> None:
    """Note that a label was changed, which is not taken."""
    why = f"its label was changed from {mention.label}, which is the source mention's"
    result.not_taken.append(NotTaken(mention.id, label, fragments, why))
    result.relabelled.add(mention.id)


def _take(mention: RunMention, fragments: tuple[Fragment, ...], result: Matched) -> None:
    """Note where a mention is now."""
    if any(one.end > other.start for one, other in pairwise(fragments)):
        why = "its fragments overlap each other"
        result.not_taken.append(NotTaken(mention.id, mention.label, fragments, why))
    elif fragments in (mention.expected, mention.fragments):
        result.unchanged.append(mention.id)
    else:
        result.moved[mention.id] = fragments


@dataclass(slots=True)
class _Span:
    """A stretch that came back without an id of the run's."""

    label: str
    fragment: Fragment


def _settle_nameless(
    mentions: Sequence[RunMention], returned: Sequence[ReturnedMention], result: Matched
) -> list[_Span]:
    """Match what has no id of the run's, fragment by fragment; return what is of no mention."""
    slots = [(mention, fragment) for mention in mentions for fragment in mention.expected]
    spans = [_Span(one.label, fragment) for one in returned for fragment in one.fragments]
    taken = _assigned(slots, spans)
    places: dict[str, list[Fragment]] = {}
    for slot, number in taken.items():
        mention, _ = slots[slot]
        places.setdefault(mention.id, []).append(spans[number].fragment)
        if spans[number].label != mention.label:
            _relabel(mention, spans[number].label, (spans[number].fragment,), result)
    for mention in mentions:
        if mention.id not in places:
            result.absent.append(mention.id)
            continue
        _take(mention, tuple(sorted(places[mention.id])), result)
        if mention.id in result.moved:
            result.by_overlap.add(mention.id)
    used = set(taken.values())
    return [span for number, span in enumerate(spans) if number not in used]


def _assigned(
    slots: Sequence[tuple[RunMention, Fragment]], spans: Sequence[_Span]
) -> dict[int, int]:
    """Return the number of the span for each slot that has one, each span at most once.

    First what has the same label and place, then the largest overlap of a label, then the same
    place with another label.
    """
    pairs = sorted(_pairs(slots, spans))
    taken: dict[int, int] = {}
    used: set[int] = set()
    for *_, slot, number in pairs:
        if slot not in taken and number not in used:
            taken[slot] = number
            used.add(number)
    return taken


def _pairs(
    slots: Sequence[tuple[RunMention, Fragment]], spans: Sequence[_Span]
) -> Iterator[tuple[int, int, int, int]]:
    """Yield what may be one: how good that is, smaller is better, and the two's numbers."""
    for slot, (mention, fragment) in enumerate(slots):
        for number, span in enumerate(spans):
            same_place = span.fragment == fragment
            common = min(span.fragment.end, fragment.end) - max(span.fragment.start, fragment.start)
            if span.label == mention.label and common > 0:
                yield (0 if same_place else 1, -common, slot, number)
            elif same_place:
                yield 2, 0, slot, number
