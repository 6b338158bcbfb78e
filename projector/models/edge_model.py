"""Say how well spans may begin and end with each word of a translation, as learned from gold.

An edge model goes with the encoder whose vectors it was trained on, and lies in its folder. What
it is told of words, and how its answers are used, is in `projector.decode`.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from safetensors import safe_open
from safetensors.torch import save
from torch import Tensor, nn
from torch.nn.functional import gelu, linear

from projector.errors import ModelError
from projector.models.foreign_errors import foreign_reading
from projector.models.unfilled import unfilled
from projector.models.verdict_model import VERDICT_FEATURES, Reliability, VerdictModel
from projector.models.weights import check_finite, read_state
from projector.settings import SpanWeights

if TYPE_CHECKING:
    from projector.models.encoder import View

EDGES_FILE = "edges.safetensors"
WORD_FEATURES = 25  # numbers that are said of each word of a translation
MENTION_FEATURES = 17  # of a mention
ABSENCE_FEATURES = 11  # of whether it is there at all
CONTEXT = 2  # words to each side of a word that are looked at, too
_SCALE = 4.0  # length of the words' vectors, so that what is made of them is of the size of 1
_EXPECTED = "an edge model, as `projector train edges` writes it"
_GREATEST = 1e6  # weight that counting with can't make infinite


@dataclass(frozen=True, slots=True)
class EdgeShape:
    """How wide an edge model is.

    Args:
        dimension: Of the encoder's vectors.
        features: Numbers said of each word of a translation.
        mention: Numbers said of a mention.
        absence: Numbers said of whether a mention is there at all.
        reduced: Numbers that a word's vector is reduced to.
        hidden: Width of the hidden layer.
        verdict: Numbers said of a span that was found; 0: nobody judges it.
        judging: Width of the verdict's hidden layer.
    """

    dimension: int
    features: int
    mention: int
    absence: int
    reduced: int = 32
    hidden: int = 64
    verdict: int = 0
    judging: int = 24


@dataclass(frozen=True, slots=True)
class EdgeQuestions:
    """What is asked about m source spans: each about a row of W target words.

    Args:
        origin: [m] the place in the text that each row begins at; it may lie before the text.
        word: [m, W] which target words.
        inside: [m, W] whether they are words of the text, or padding.
        features: [m, W, F] what is said of each.
        mention: [m, G] what is said of the spans.
        absence: [m, H] what is said of whether they are there at all.
        edges: [m, 4] the source words at their edges, and next to those.
        span: [m, d] the mean of their words' vectors, of unit length.
    """

    origin: Tensor
    word: Tensor
    inside: Tensor
    features: Tensor
    mention: Tensor
    absence: Tensor
    edges: Tensor
    span: Tensor

    def row(self, number: int) -> EdgeQuestions:
        """Return what is asked about one span, without padding behind it."""
        width = int(self.inside[number].nonzero().max()) + 1
        row = slice(number, number + 1)
        return EdgeQuestions(
            self.origin[row],
            *(part[row, :width] for part in (self.word, self.inside, self.features)),
            *(part[row] for part in (self.mention, self.absence, self.edges, self.span)),
        )


class EdgeModel(nn.Module):
    """Score the words of a translation as first and as last word of a mention's span.

    A network of one hidden layer looks at each word with its neighbours: at what alignment and text
    say of them, and at their vectors, reduced, beside those of the mention. It scores the word as
    the first, as the last, and as one within; what a span's words within it score belongs to the
    pair of its edges, as a difference of running sums, so that all of it is said of edges.
    """

    def __init__(self, shape: EdgeShape, *, dropout: float = 0.0) -> None:
        super().__init__()
        self.shape = shape
        # What is said comes in all sizes: its mean and spread are those of what was learned from.
        self.feature_mean = nn.Buffer(torch.zeros(shape.features))
        self.feature_scale = nn.Buffer(torch.ones(shape.features))
        self.absence_mean = nn.Buffer(torch.zeros(shape.absence))
        self.absence_scale = nn.Buffer(torch.ones(shape.absence))
        self.target = nn.Linear(shape.dimension, shape.reduced, bias=False)
        self.source = nn.Linear(shape.dimension, shape.reduced, bias=False)
        seen = (2 * CONTEXT + 1) * (shape.features + 2 * shape.reduced)
        self.dropout = nn.Dropout(dropout)
        self.hidden = nn.Linear(seen + shape.mention + 4 * shape.reduced, shape.hidden)
        self.scores = nn.Linear(shape.hidden, 3)
        self.absent = nn.Sequential(
            nn.Linear(shape.absence, 16), nn.GELU(), nn.Linear(16, 1, bias=True)
        )
        self.verdict = VerdictModel(shape.verdict, shape.judging) if shape.verdict else None

    def forward(
        self, questions: EdgeQuestions, source: Tensor, target: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Score first words, last words, and that there is no span.

        Args:
            questions: About m source spans.
            source, target: [N, d] vectors of the texts' words, of unit length.

        Returns:
            [m, W], [m, W], [m]: a span's score is that of its first word and that of its last
            together; of padding there is none.
        """
        m, width = questions.word.shape
        row, column = questions.inside.nonzero(as_tuple=True)  # of padding nothing is asked
        asked = row * width + column  # index_select copies rows whole
        word = questions.word.flatten().index_select(0, asked)
        vectors = self.target(_SCALE * target).index_select(0, word)
        span = self.source(_SCALE * questions.span).index_select(0, row)
        features = questions.features.flatten(0, 1).index_select(0, asked)
        features = (features - self.feature_mean) / self.feature_scale
        seen = torch.cat([features, vectors, vectors * span], -1)  # [K, C]
        # One after the other, with room between the rows: what stands beside a row is nought.
        place = torch.arange(CONTEXT, len(row) + CONTEXT, device=row.device) + CONTEXT * row
        apart = seen.new_zeros(len(row) + CONTEXT * (m + 1), seen.shape[1])
        apart = apart.index_copy(0, place, seen)
        steps = torch.arange(-CONTEXT, CONTEXT + 1, device=place.device)
        around = apart.index_select(0, (place[:, None] + steps).flatten()).view(len(row), -1)
        edges = self.source(_SCALE * source[questions.edges]).flatten(1)
        mention = torch.cat([questions.mention, edges], -1)
        # What is said of a mention is the same for all words: it is weighed once.
        of_word, of_mention = self.hidden.weight.tensor_split([around.shape[1]], 1)
        hidden = linear(self.dropout(mention), of_mention, self.hidden.bias).index_select(0, row)
        hidden = hidden + linear(self.dropout(around), of_word)
        scores = self.scores(self.dropout(gelu(hidden)))
        scored = scores.new_zeros(m, width, 3).index_put((row, column), scores)
        first, last, within = scored.unbind(-1)
        running = within.cumsum(1)
        before = running - within
        absence = (questions.absence - self.absence_mean) / self.absence_scale
        return first - before, last + running, self.absent(absence)[:, 0]


@dataclass(frozen=True, slots=True, eq=False)
class Edges:
    """An edge model, with the weights of the other features that it was fitted beside.

    Args:
        model: The network, in evaluation mode.
        weights: Of the span model's features.
        reliability: How often its verdicts were right; None where it gives none, or nobody knows.
    """

    model: EdgeModel
    weights: SpanWeights
    reliability: Reliability | None = None


def save_edges(path: Path, edges: Edges, view: View, made: dict[str, Any]) -> None:
    """Write an edge model, in half precision, to a file.

    Args:
        path: The file.
        edges: The model.
        view: How the encoder was read whose vectors it takes.
        made: How it was made.
    """
    said = {
        "shape": asdict(edges.model.shape),
        "weights": asdict(edges.weights),
        "view": asdict(view),
        "made": made,
    }
    if edges.reliability is not None:
        said["reliability"] = asdict(edges.reliability)
    state = {name: value.half().contiguous() for name, value in edges.model.state_dict().items()}
    # One entry: their order is drawn by chance.
    path.write_bytes(save(state, metadata={"projector": json.dumps(said)}))


def load_edges(path: Path, view: View, dimension: int) -> Edges | None:
    """Load an edge model; None where the encoder isn't read as it was when this was trained.

    Raises:
        ModelError: The file can't be read, or is none.
    """
    with foreign_reading(path, _EXPECTED), safe_open(path, "pt") as file:
        said = json.loads((file.metadata() or {})["projector"])
        shape, weights = _shape(said["shape"]), _weights(said["weights"])
        same = said["view"] == asdict(view)
        known = said.get("reliability")
        reliability = None if known is None else Reliability.of(known)
    if not same:
        return None
    _check_shape(path, shape, dimension)
    with foreign_reading(path, _EXPECTED), unfilled():
        model = EdgeModel(shape)
    state = {name: value.float() for name, value in read_state(path, model, _EXPECTED).items()}
    check_finite(path, state.items())
    for name in ("feature_scale", "absence_scale", "verdict.scale"):
        if name in state and not bool((state[name] > 0).all()):
            raise ModelError(f"{path}: {name} holds zero or less; expected {_EXPECTED}")
    model.load_state_dict(state)
    return Edges(model.eval(), weights, reliability)


def _shape(said: dict[str, Any]) -> EdgeShape:
    shape = EdgeShape(**said)
    for name, value in asdict(shape).items():
        least = 0 if name == "verdict" else 1
        if type(value) is not int or value < least:
            raise ValueError(f"{name} is {value!r}, no whole number of at least {least}")
    return shape


def _weights(said: dict[str, Any]) -> SpanWeights:
    weights = SpanWeights(**said)
    for name, value in asdict(weights).items():
        if type(value) not in (int, float) or not abs(value) <= _GREATEST:
            raise ValueError(f"the weight {name} is {value!r}, no number that can be counted with")
    return weights


def _check_shape(path: Path, shape: EdgeShape, dimension: int) -> None:
    """Refuse a model that other things are said to than it was trained on."""
    if shape.dimension != dimension:
        raise ModelError(
            f"{path}: it takes vectors of {shape.dimension} numbers, and the model gives "
            f"{dimension}; expected one that was trained on it"
        )
    had = shape.features, shape.mention, shape.absence
    if had != (WORD_FEATURES, MENTION_FEATURES, ABSENCE_FEATURES):
        raise ModelError(
            f"{path}: it takes {', '.join(map(str, had))} features; expected {WORD_FEATURES}, "
            f"{MENTION_FEATURES}, {ABSENCE_FEATURES}, as this version gives. Train it again"
        )
    if shape.verdict not in (0, VERDICT_FEATURES):
        raise ModelError(
            f"{path}: its verdict takes {shape.verdict} features; expected {VERDICT_FEATURES}, as "
            "this version gives. Fit it again"
        )
