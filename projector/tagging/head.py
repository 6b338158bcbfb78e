"""Put BIO scores on token vectors: linear, or by two convolutions; with or without a chain."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple, cast

import torch
from torch import Tensor, nn

from projector.models.int8_convolution import Int8Convolution
from projector.tagging.bio import BEGIN, INSIDE, LABELS, OUTSIDE
from schemas.tagger_training import HeadConfiguration

_FORBIDDEN = -1e4


class Head(nn.Module):
    """Score every token's BIO labels for each of E entity types.

    `cnn` is that of ClinicalEncoder26AM, §3: two convolutions over neighbouring tokens.

    Args:
        dimension: Width d of the token vectors.
        types: Number of entity types E; each has labels of its own, so that types may overlap.
        chosen: Which kind, how wide.
    """

    def __init__(self, dimension: int, types: int, chosen: HeadConfiguration) -> None:
        super().__init__()
        width = chosen.hidden or dimension
        self.types = types
        self.convolutions = nn.ModuleList()
        if chosen.kind == "cnn":
            for size in (dimension, width):
                self.convolutions.append(Convolution(size, width, chosen.window))
        self.dropout = nn.Dropout(chosen.dropout)
        last = width if chosen.kind == "cnn" else dimension
        self.scores = nn.Linear(last, types * LABELS)
        self.chain = Chain(types) if chosen.crf else None

    def forward(self, vectors: Tensor) -> Tensor:
        """Return [T, E, 3] scores of [T, d] vectors of one text."""
        states = vectors
        for convolution in self.convolutions:
            states = self.dropout(states)
            states = nn.functional.gelu(convolution(states))
        scores: Tensor = self.scores(self.dropout(states))
        return scores.view(len(vectors), self.types, LABELS)

    def quantise(self) -> None:
        """Have the convolutions compute in 8 bits, in place: on a processor, for inference."""
        self.convolutions = nn.ModuleList(
            Int8Convolution(cast("Convolution", one)) for one in self.convolutions
        )

    def loss(self, scores: Tensor, labels: Tensor, known: Tensor) -> Tensor:
        """Return the mean loss a token of scores [T, E, 3] against labels [T, E].

        Args:
            scores: Of one text.
            labels: Its gold.
            known: [E] bool, the types that this text is annotated with; at least one.
        """
        if self.chain is not None:
            return self.chain.loss(scores[:, known], labels[:, known], known) / len(scores)
        return nn.functional.cross_entropy(
            scores[:, known].reshape(-1, LABELS), labels[:, known].reshape(-1)
        )

    def decode(self, scores: Tensor) -> Tensor:
        """Return the best labels [T, E] of scores [T, E, 3]: token by token, or by the chain."""
        return scores.argmax(2) if self.chain is None else self.chain.decode(scores)

    def span_probabilities(self, scores: Tensor, kind: int, spans: Tensor) -> Tensor:
        """Return how likely spans of one type are as they are, with both their edges.

        Without a chain the labels of neighbours are taken as independent. A stray inside begins
        a span, as in `bio_spans`.

        Args:
            scores: [T, E, 3] of one text.
            kind: The type, in 0..E-1.
            spans: [N, 2] half-open tokens, none empty.

        Returns:
            [N] in [0, 1].
        """
        if self.chain is not None:
            return self.chain.span_probabilities(scores[:, [kind]], kind, spans)
        first, last = spans[:, 0], spans[:, 1] - 1
        logs = torch.log_softmax(scores[:, kind], 1).double()
        begins, inside, outside = logs[:, BEGIN], logs[:, INSIDE], logs[:, OUTSIDE]
        before = nn.functional.pad(outside[:-1], (1, 0))  # in front of a text is outside
        not_inside = torch.logaddexp(begins, outside)
        following = nn.functional.pad(not_inside[1:], (0, 1))
        within = inside.cumsum(0)
        opened = torch.logaddexp(begins, inside + before)[first]
        return (opened + within[last] - within[first] + following[last]).exp().clamp_max(1.0)

    def edges(
        self, scores: Tensor, kinds: Sequence[int] | None = None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return how likely each token of scores [T, E, 3] is in a span, begins and ends one.

        Without a chain the labels of neighbours are taken as independent. A stray inside begins
        a span, as in `bio_spans`.

        Args:
            scores: Of one text.
            kinds: The E' types that are asked about; None: all.

        Returns:
            [T, E'] each; T is at least 1.
        """
        some = slice(None) if kinds is None else torch.tensor(kinds, device=scores.device)
        scores, chain = scores[:, some], self.chain
        shares = torch.softmax(scores, 2) if chain is None else chain.marginals(scores, some)
        within = 1 - shares[:, :, OUTSIDE]
        inside = shares[:, :, INSIDE]
        following = nn.functional.pad(inside[1:], (0, 0, 0, 1))
        if chain is not None:  # an inside there follows a begin or an inside here
            return within, shares[:, :, BEGIN], (within - following).clamp_min(0)
        outside = nn.functional.pad(shares[:-1, :, OUTSIDE], (0, 0, 1, 0), value=1.0)
        return within, shares[:, :, BEGIN] + inside * outside, within * (1 - following)


class Convolution(nn.Conv1d):
    """A convolution over neighbouring tokens, of which there are as many after it.

    Args:
        before, after: Widths of the states before and after it.
        window: Tokens that it sees, an odd number.
    """

    def __init__(self, before: int, after: int, window: int) -> None:
        super().__init__(before, after, window, padding=window // 2)

    def forward(self, states: Tensor) -> Tensor:
        """Return the states [T, after] of [T, before]."""
        return super().forward(states.T[None])[0].T


class _Sums(NamedTuple):
    """Logarithms of sums over the labellings of a text of T tokens, of one type.

    Args:
        moves: [3, 3] of one label to the next.
        logs: [T, 3] of the labels' shares by the scores alone.
        onwards, rest: [3, T] up to each token with each label, and from behind it to the end.
        following: [3, T] from behind it to the end, where no inside follows.
        whole: Of all labellings.
    """

    moves: Tensor
    logs: Tensor
    onwards: Tensor
    rest: Tensor
    following: Tensor
    whole: Tensor


class Chain(nn.Module):
    """A linear-chain conditional random field over BIO labels (Lafferty et al. 2001), one a type.

    No inside follows an outside.

    Args:
        types: Number of entity types E.
    """

    def __init__(self, types: int) -> None:
        super().__init__()
        self.moves = nn.Parameter(torch.zeros(types, LABELS, LABELS))  # from, to
        self.starts = nn.Parameter(torch.zeros(types, LABELS))
        barred = torch.zeros(LABELS, LABELS)
        barred[OUTSIDE, INSIDE] = _FORBIDDEN
        self.register_buffer("barred", barred, persistent=False)
        first = torch.zeros(LABELS)
        first[INSIDE] = _FORBIDDEN
        self.register_buffer("first", first, persistent=False)

    def _weights(self) -> tuple[Tensor, Tensor]:
        return self.moves + self.get_buffer("barred"), self.starts + self.get_buffer("first")

    def loss(self, scores: Tensor, labels: Tensor, known: Tensor) -> Tensor:
        """Return the negative log likelihood of labels [T, K], the mean over the K known types."""
        moves, starts = (weights[known] for weights in self._weights())
        kinds = torch.arange(len(moves), device=scores.device)
        gold_score = scores.gather(2, labels[:, :, None]).sum()
        gold_score = gold_score + starts[kinds, labels[0]].sum()
        gold_score = (
            gold_score + moves[kinds.expand(len(labels) - 1, -1), labels[:-1], labels[1:]].sum()
        )
        steps = scores[:, :, None] + moves  # [T, K, from, to]
        first = (scores[:1] + starts)[:, :, None].expand(-1, -1, LABELS, -1)
        reached = _product(torch.cat([first, steps[1:]]))[:, 0]
        return (torch.logsumexp(reached, 1).sum() - gold_score) / len(moves)

    def marginals(self, scores: Tensor, kinds: Tensor | slice = slice(None)) -> Tensor:
        """Return the probability [T, K, 3] of each label of each token, over all labellings.

        Args:
            scores: [T, K, 3] of K types.
            kinds: Which they are, [K]; all by themselves.
        """
        onwards, rest = self._sums(scores, kinds)
        return torch.softmax((onwards + rest).permute(1, 2, 0), 2)

    def span_probabilities(self, scores: Tensor, kind: int, spans: Tensor) -> Tensor:
        """Return the probability [N] of spans, with both their edges, over all labellings.

        Args:
            scores: [T, 1, 3] of one type.
            kind: Which it is.
            spans: [N, 2] half-open tokens, none empty.
        """
        sums = self._sums_of(scores, kind)
        # Moves into inside: from a begin to the second token, from an inside to each further one.
        further = (sums.logs[:, INSIDE] + sums.moves[INSIDE, INSIDE]).cumsum(0)
        first, last = spans[:, 0], spans[:, 1] - 1
        second = sums.moves[BEGIN, INSIDE] - sums.moves[INSIDE, INSIDE]
        reached = further[last] - further[first] + second * (last > first)
        reached = reached + sums.onwards[BEGIN, first]
        labels = torch.where(last > first, INSIDE, BEGIN)
        return (reached + sums.following[labels, last] - sums.whole).exp().clamp_max(1.0)

    def likely_spans(self, scores: Tensor, kind: int, least: float) -> tuple[Tensor, Tensor]:
        """Return all spans that are at least so likely, [N, 2] half-open tokens, and how likely.

        All begins grow by a token at a time, as long as that they have grown so far is likely
        enough: at no token are more than 1 / least of them alive, whatever the scores.

        Args:
            scores: [T, 1, 3] of one type.
            kind: Which it is.
            least: In (0, 1).
        """
        sums = self._sums_of(scores, kind)
        bound = sums.whole + math.log(least)
        first = torch.arange(len(scores), device=scores.device)
        last, reached, label = first, sums.onwards[BEGIN], BEGIN
        spans, likely = [], []
        while len(first):
            alive = reached + sums.rest[label, last] >= bound
            first, last, reached = first[alive], last[alive], reached[alive]
            ending = reached + sums.following[label, last]
            ends = ending >= bound
            spans.append(torch.stack([first[ends], last[ends] + 1], 1))
            likely.append((ending[ends] - sums.whole).exp().clamp_max(1.0))
            inner = last + 1 < len(scores)
            first, last, reached = first[inner], last[inner] + 1, reached[inner]
            reached = reached + sums.moves[label, INSIDE] + sums.logs[last, INSIDE]
            label = INSIDE
        return torch.cat(spans), torch.cat(likely)

    def _sums_of(self, scores: Tensor, kind: int) -> _Sums:
        """Return what the probabilities of spans of one type, scores [T, 1, 3], are made of."""
        moves = self._weights()[0][kind].double()
        onwards, rest = (
            sums[:, :, 0].double() for sums in self._sums(scores, torch.tensor([kind]))
        )
        logs = torch.log_softmax(scores[:, 0], 1).double()
        # What may follow: the end of the text, or any label but an inside.
        ending = torch.tensor([OUTSIDE, BEGIN])
        onto = (logs[1:, ending].T + rest[ending, 1:])[:, None] + moves[:, ending].T[:, :, None]
        following = nn.functional.pad(torch.logsumexp(onto, 0), (0, 1))
        return _Sums(moves, logs, onwards, rest, following, torch.logsumexp(onwards[:, -1], 0))

    def _sums(self, scores: Tensor, kinds: Tensor | slice) -> tuple[Tensor, Tensor]:
        """Return over all labellings of [T, K, 3] the logarithms [3, T, K] of two sums.

        Up to each token with each label, and from behind it to the end.
        """
        moves, starts = (weights[kinds] for weights in self._weights())
        steps = torch.log_softmax(scores, 2)[:, :, None] + moves  # [T, E, from, to]
        first = (steps[:1] - moves + starts[:, None]).expand(-1, -1, LABELS, -1)
        forwards = torch.cat([first, steps[1:]]).permute(2, 3, 0, 1)
        backwards = torch.cat([steps[1:].flip(0), first]).permute(3, 2, 0, 1)  # its last is unused
        onwards, back = _running(torch.cat([forwards, backwards], 3)).chunk(2, 3)
        rest = _logsumexp(back[:, :, :-1]).flip(1)  # [L, T - 1, K] to the end
        return onwards[0], nn.functional.pad(rest, (0, 0, 0, 1))

    def decode(self, scores: Tensor) -> Tensor:
        """Return the likeliest labels [T, E] (Viterbi)."""
        moves, starts = self._weights()
        best = scores[0] + starts
        back = []
        for row in scores[1:]:
            reached, origin = (best[:, :, None] + moves).max(1)
            back.append(origin)
            best = reached + row
        labels = [best.argmax(1)]
        for origin in reversed(back):
            labels.append(origin.gather(1, labels[-1][:, None])[:, 0])
        return torch.stack(labels[::-1])


def _product(steps: Tensor) -> Tensor:
    """Multiply [T, E, L, L] matrices of logarithms, neighbours by twos, to one [E, L, L]."""
    while len(steps) > 1:
        even = len(steps) // 2 * 2
        pairs = steps[0:even:2, ..., :, :, None] + steps[1:even:2, ..., None, :, :]
        steps = torch.cat([torch.logsumexp(pairs, -2), steps[even:]])
    return steps[0]


def _running(steps: Tensor) -> Tensor:
    """Multiply T matrices of logarithms, [L, L, T, E], from the first up to each: log T rounds.

    The labels come first, so that what is added up lies as far apart as can be: a sum of three
    neighbours takes five times as long.
    """
    reach, length = 1, steps.shape[2]
    while reach < length:
        before, after = steps[:, :, :-reach], steps[:, :, reach:]
        joined = _logsumexp((before[:, :, None] + after[None]).transpose(0, 1))
        steps = torch.cat([steps[:, :, :reach], joined], 2)
        reach *= 2
    return steps


def _logsumexp(values: Tensor) -> Tensor:
    """Return the logarithm of the sum of exponentials over the first dimension, all finite."""
    top = values.amax(0)
    return (values - top).exp_().sum(0).log_().add_(top)
