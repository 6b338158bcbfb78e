"""Gather documents until they fill a pass of a GPU, and have it encode and align them meanwhile.

A GPU does what it is told in order, and nobody waits for it: while the processor decodes one
group's pairs, the next group's texts are on their way. What comes back are alignment weights and
vectors, in one copy each; from there on all is as for a document by itself. A group that fails is
done again document by document, so that what is wrong is told of whose fault it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from projector.align import batched
from projector.align.aligner import comparable, text_units
from projector.align.anchors import FLOOR, diagonal
from projector.models.encoder import text_key
from projector.pipeline import AlignedPair

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from projector.align.anchors import SurePairs
    from projector.document import DocumentPair
    from projector.models.encoder import TextKey
    from projector.models.transformer_encoder import TransformerEncoder
    from projector.run.plan import Task
    from projector.settings import AlignSettings
    from projector.tagging.tagger import Tagger
    from projector.text.token_words import TextUnits
    from projector.text.tokens import TokenizedText

_SPECIAL = 4  # tokens that a sentence's window costs beside its own, at most


@dataclass(frozen=True, slots=True)
class GatheredPair:
    """A task's texts, aligned in the company of others.

    Args:
        pair: The document and its translation.
        aligned: How they go together; None where they must be looked at by themselves.
        edges: [3, T, E'] what a tagger says of the translation's tokens; None: nothing.
    """

    pair: DocumentPair
    aligned: AlignedPair | None = None
    edges: Tensor | None = None


def gathered(
    tasks: Iterable[Task],
    encoder: TransformerEncoder,
    settings: AlignSettings,
    read: Callable[[Task], DocumentPair | None],
    *,
    tagger: Tagger | None = None,
    tokens: int | None = None,
) -> Iterator[tuple[Task, GatheredPair | None]]:
    """Yield tasks with their texts aligned, as many at a time as fill a pass.

    Args:
        tasks: In order; those on one source are neighbours.
        encoder: Gives tokens and vectors.
        settings: Of aligning; of another method than transport texts are aligned by themselves.
        read: Gives a task's texts; None where that is to be tried, and told, by itself.
        tagger: Says something of translations from the encoder's own vectors.
        tokens: A pass's; None: as many as the encoder's device takes at once.
    """
    waiting: _Group | None = None
    for members in _groups(tasks, encoder, read, tokens or encoder.pass_tokens):
        if waiting is not None:
            waiting.lay_bands()
        started = _Group(members, encoder, settings, tagger)
        if waiting is not None:
            yield from waiting.results()
        waiting = started
    if waiting is not None:
        waiting.lay_bands()
        yield from waiting.results()


@dataclass(frozen=True, slots=True)
class _Member:
    task: Task
    pair: DocumentPair | None = None
    source: TextUnits | None = None
    target: TextUnits | None = None

    @property
    def texts(self) -> tuple[TokenizedText, ...]:
        return tuple(side.tokens for side in (self.source, self.target) if side is not None)


def _groups(
    tasks: Iterable[Task],
    encoder: TransformerEncoder,
    read: Callable[[Task], DocumentPair | None],
    most: int,
) -> Iterator[list[_Member]]:
    """Yield as many neighbouring tasks as fill a pass; a source's stay together."""
    group: list[_Member] = []
    size = 0
    for _, of_source in groupby(tasks, key=attrgetter("source")):
        members = list(_members(of_source, encoder, read))
        added = sum(map(_cost, {text_key(one): one for m in members for one in m.texts}.values()))
        if group and size + added > most:
            yield group
            group, size = [], 0
        group += members
        size += added
    if group:
        yield group


def _members(
    tasks: Iterable[Task],
    encoder: TransformerEncoder,
    read: Callable[[Task], DocumentPair | None],
) -> Iterator[_Member]:
    source: TextUnits | None = None
    text = None
    for task in tasks:
        try:
            pair = read(task)
            if pair is None:
                yield _Member(task)
                continue
            if source is None or pair.source.text != text:
                source, text = text_units(pair.source, encoder), pair.source.text
            yield _Member(task, pair, source, text_units(pair.target, encoder))
        except Exception:  # it is tried again by itself, and told there
            yield _Member(task)


def _cost(text: TokenizedText) -> int:
    return len(text) + _SPECIAL * (int(text.segments[-1]) + 1 if len(text) else 0)


class _Group:
    """Some tasks' texts on their way through a device.

    Args:
        members: The tasks.
        encoder, settings, tagger: As `gathered` takes them.
    """

    def __init__(
        self,
        members: Sequence[_Member],
        encoder: TransformerEncoder,
        settings: AlignSettings,
        tagger: Tagger | None,
    ) -> None:
        self._members = members
        self._settings = settings
        self._arrived = _Arrivals(encoder.device)
        self._batches: list[list[int]] = []  # which members are aligned together
        self._compared: list[batched.Similarities] = []  # of each batch, on the device
        self._partners: list[tuple[Tensor, Tensor]] = []
        self._vectors: dict[TextKey, Tensor] = {}
        self._edges: dict[TextKey, Tensor] = {}
        self._weights: list[tuple[int, SurePairs, NDArray[np.float64], Tensor]] = []
        self._failed = False
        with self._noticing():
            self._start(encoder, tagger)

    @contextmanager
    def _noticing(self) -> Iterator[None]:
        """Remember that something failed: the members are tried again by themselves."""
        try:
            with torch.inference_mode():
                yield
        except Exception:
            self._failed = True

    def _start(self, encoder: TransformerEncoder, tagger: Tagger | None) -> None:
        """Have the device encode the texts and find which tokens are each other's best."""
        texts = {text_key(text): text for member in self._members for text in member.texts}
        raw = dict(zip(texts, encoder.started(list(texts.values())), strict=True))
        vectors = {key: comparable(one, self._settings) for key, one in raw.items()}
        edges = {} if tagger is None else self._tagged(raw, tagger)
        self._batches = self._sorted_batches()
        self._compared = [
            batched.similarities(*self._sides(batch, vectors), self._settings)
            for batch in self._batches
        ]
        self._vectors = self._arrived.several(vectors)
        self._edges = {key: self._arrived.one(one) for key, one in edges.items()}
        self._partners = [
            (self._arrived.one(one.partner), self._arrived.one(one.near)) for one in self._compared
        ]
        self._arrived.mark()

    def _tagged(self, raw: dict[TextKey, Tensor], tagger: Tagger) -> dict[TextKey, Tensor]:
        targets = {text_key(one.target.tokens) for one in self._members if one.target is not None}
        return {key: tagger.edges(raw[key]) for key in raw if key in targets and len(raw[key])}

    def _sorted_batches(self) -> list[list[int]]:
        whole = [number for number, member in enumerate(self._members) if len(member.texts) == 2]
        sizes = {number: self._size(number) for number in whole}
        fit = [number for number in whole if batched.batchable(self._settings, sizes[number])]
        return [
            [fit[place] for place in batch]
            for batch in batched.batches([sizes[number] for number in fit])
        ]

    def _size(self, number: int) -> tuple[int, int]:
        source, target = self._members[number].texts
        return len(source), len(target)

    def _sides(
        self, batch: Sequence[int], vectors: dict[TextKey, Tensor]
    ) -> tuple[list[Tensor], list[Tensor]]:
        keys = [tuple(map(text_key, self._members[number].texts)) for number in batch]
        return [vectors[source] for source, _ in keys], [vectors[target] for _, target in keys]

    def lay_bands(self) -> None:
        """Find each pair's path, and have the device align within the band around it."""
        if self._failed:
            return
        with self._noticing():
            self._arrived.wait()
            for place, batch in enumerate(self._batches):
                self._lay_bands(place, batch)
            self._arrived.mark()
            self._compared = []

    def _lay_bands(self, place: int, batch: Sequence[int]) -> None:
        compared = self._compared[place]
        partner, near = (one.numpy() for one in self._partners[place])
        sizes = [self._size(number) for number in batch]
        pairs = [
            batched.pairs_of(partner[row, :size], near[row, :size], FLOOR)
            for row, (size, _) in enumerate(sizes)
        ]
        straight = self._settings.path == "diagonal"
        paths = [
            diagonal(*size) if straight else sure.path(*size)
            for sure, size in zip(pairs, sizes, strict=True)
        ]
        weights = self._arrived.one(batched.transported(compared, paths, self._settings))
        self._weights += zip(batch, pairs, paths, weights, strict=True)

    def results(self) -> Iterator[tuple[Task, GatheredPair | None]]:
        """Yield the tasks, in their order, with what came of them."""
        aligned = self._all_aligned()
        for number, member in enumerate(self._members):
            if member.pair is None or member.target is None:
                yield member.task, None
                continue
            edges = self._edges.get(text_key(member.target.tokens))
            if number not in aligned or (edges is not None and not edges.isfinite().all()):
                yield member.task, GatheredPair(member.pair)
                continue
            yield member.task, GatheredPair(member.pair, aligned[number], edges)

    def _all_aligned(self) -> dict[int, AlignedPair]:
        if not self._failed:
            with self._noticing():
                self._arrived.wait()
        if self._failed:
            return {}
        finite = {key: bool(one.isfinite().all()) for key, one in self._vectors.items()}
        aligned: dict[int, AlignedPair] = {}
        for number, pairs, path, weights in self._weights:
            member = self._members[number]
            source, target = map(text_key, member.texts)
            if member.source is None or member.target is None:
                continue
            if not (finite[source] and finite[target]):
                continue  # its own failure is told when it is tried by itself
            vectors = self._vectors[source], self._vectors[target]
            sizes = len(member.target.tokens)
            alignment = batched.alignment_of(weights, path, sizes, self._settings)
            aligned[number] = AlignedPair(
                member.source, member.target, vectors, pairs, path, alignment
            )
        return aligned


class _Arrivals:
    """Copies on their way from a device; on a processor nothing has to travel.

    Args:
        device: Where they come from.
    """

    def __init__(self, device: torch.device) -> None:
        self._cuda = device.type == "cuda"
        event: Any = torch.cuda.Event
        self._event: Any = event(blocking=True) if self._cuda else None

    def one(self, tensor: Tensor) -> Tensor:
        """Return what will hold a tensor's values once it has arrived."""
        if not self._cuda:
            return tensor.cpu()
        there = torch.empty(tensor.shape, dtype=tensor.dtype, pin_memory=True)
        return there.copy_(tensor, non_blocking=True)

    def several(self, tensors: dict[TextKey, Tensor]) -> dict[TextKey, Tensor]:
        """Return the same of [T, d] tensors, which travel as one."""
        if not tensors:
            return {}
        there = self.one(torch.cat(list(tensors.values())))
        parts = torch.split(there, [len(one) for one in tensors.values()])
        return dict(zip(tensors, parts, strict=True))

    def mark(self) -> None:
        """Remember what was asked for so far."""
        if self._event is not None:
            self._event.record()

    def wait(self) -> None:
        """Wait for what was asked for before the last mark."""
        if self._event is not None:
            self._event.synchronize()
