"""Hold what a user may choose about projecting; plain values, each with its measured default."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from projector.errors import ConfigurationError

# The model that is taken where nobody names one: installed with the project.
DEFAULT_MODEL = "aligner"

Granularity = Literal["sentence", "window"]  # what an encoder sees of a text at once
Precision = Literal["auto", "fp32", "bf16", "fp16", "int8"]
PathMethod = Literal["anchored", "diagonal"]
AlignMethod = Literal["transport", "sinkhorn-converged", "softmax", "argmax", "itermax"]
DecodeMethod = Literal["best-span", "longest-run"]
TextCheck = Literal["strict", "normalised", "off"]  # how stated words are held against the text
# What a table's columns can be.
COLUMN_ROLES = ("filename", "label", "start", "end", "text", "ranges", "id", "code", "note")

# Below this float32 runs out of exponents in Sinkhorn's kernel.
_COLDEST = 0.02


@dataclass(frozen=True, slots=True)
class AlignSettings:
    """How two texts are aligned; lengths are in tokens.

    Args:
        path: Where a source token is expected: along a chain of sure pairs, or proportionally.
        method: How similarities become weights.
        center: Whether each side's mean vector is subtracted.
        context: Weight of the two neighbours on each side added to a vector (published: .1).
        neighbors: Weights of the pairs one, two, … steps along the diagonal.
        search: Least half-width of the band around the diagonal in which the path is sought.
        search_share: Its half-width as a share of the target's length, where that is more.
        search_limit: Its greatest half-width, which keeps the cost of very long texts in bounds.
        full: Distance from the path up to which a pair is free.
        fade: Distance at which it is excluded.
        temperature: Of softmax and transport, on cosines.
        iterations: Of transport. Few are better than many: on development gold 1, 2, 3, 5, 20
            iterations gave a mean strict F1 of .861, .869, .866, .860, .843 (mozilla), because a
            token without a counterpart must not be forced to have one.
    """

    path: PathMethod = "anchored"
    method: AlignMethod = "transport"
    center: bool = True
    context: float = 0.0
    neighbors: tuple[float, ...] = (0.09, 0.01)
    search: int = 60
    search_share: float = 0.1
    search_limit: int = 4000
    full: float = 12.0
    fade: float = 24.0
    temperature: float = 0.05
    iterations: int = 3

    def __post_init__(self) -> None:
        """Refuse values that can't work together."""
        if self.temperature < _COLDEST:
            raise ConfigurationError(
                f"temperature {self.temperature} is too low for float32; use at least {_COLDEST}"
            )
        if not 0 <= self.full <= self.fade:
            raise ConfigurationError(
                f"the band needs 0 <= full <= fade, not full {self.full} and fade {self.fade}"
            )
        if self.iterations < 1:
            raise ConfigurationError(f"iterations must be at least 1, not {self.iterations}")

    def seeks_like(self, other: AlignSettings) -> bool:
        """Tell whether the same sure pairs of tokens are found by other settings."""
        names = ("center", "context", "neighbors", "search", "search_share", "search_limit")
        return all(getattr(self, name) == getattr(other, name) for name in names)

    def search_reach(self, targets: int) -> float:
        """Return how far from the diagonal the path is sought in a target of so many tokens."""
        return min(max(self.search, self.search_share * targets), self.search_limit)


@dataclass(frozen=True, slots=True)
class SpanWeights:
    """The weights of the log-linear span model, one a feature.

    The features are described where they are made, in `decode.span_features`.

    The defaults are fitted by `python -m jobs.research.fit_spans` on development gold; they are a
    dozen numbers about alignments and punctuation and know nothing of a language or an entity type.
    """

    recall: float = 1.5
    precision: float = 2.3
    length: float = -2.2
    inside: float = 3.6
    outside: float = -3.1
    edge_mass: float = 0.5
    function_word: float = -1.9
    cut: float = -1.5
    punctuation: float = -0.9
    separators: float = -2.1
    brackets: float = -10.0  # not fitted: balance holds unless all speaks against it
    edges: float = 1.0  # an edge model is trained for this weight
    tagger: float = 2.0  # fitted beside the shipped tagger, each fold by one not trained on it
    nothing: float = -2.0  # of the mention having no span at all, against the best candidate


@dataclass(frozen=True, slots=True)
class DecodeSettings:
    """How scores become spans.

    Args:
        method: The log-linear span model, or the published longest run.
        weights: Of the span model's features; None: those that go with the model's edges, else
            the defaults.
        threshold: Least membership of a token in a longest run.
        gap: How many tokens in a row may fail within a longest run.
        piece_recall: Share of a mention's mass that a word apart from the chosen span must
            receive to be taken as a second piece of the mention; above 1 there are none.
        piece_precision: Share of its own mass that it must have from the mention.
        piece_reach: How many words away it may stand.
        min_score: Least score of a projection; below it a mention has the status
            `below_threshold`.
        min_precision: In (0, 1]: the share of projections that shall be exactly right. The least
            score is the smallest at which those above it were so on documents that the model did
            not learn from; None: `min_score` holds.
    """

    method: DecodeMethod = "best-span"
    weights: SpanWeights | None = None
    threshold: float = 0.5
    gap: int = 1
    piece_recall: float = 0.2
    piece_precision: float = 0.8
    piece_reach: int = 12
    min_score: float = 0.0
    min_precision: float | None = None

    def __post_init__(self) -> None:
        """Refuse what can be no score, or no precision."""
        if not 0 <= self.min_score <= 1:
            raise ConfigurationError(f"min_score must be from 0 to 1, not {self.min_score}")
        if self.min_precision is None:
            return
        if not 0 < self.min_precision <= 1:
            raise ConfigurationError(
                f"min_precision must be above 0 and at most 1, not {self.min_precision}"
            )
        if self.min_score:
            raise ConfigurationError(
                f"min_score {self.min_score} and min_precision {self.min_precision} both say what "
                "is left out; give one of them"
            )

    @property
    def span_weights(self) -> SpanWeights:
        """Return the weights of the span model's features."""
        return self.weights or SpanWeights()


@dataclass(frozen=True, slots=True)
class ReadingRules:
    """How the files of a corpus are read.

    Args:
        text_check: How the words that a file states for its mentions are held against its text:
            they must be equal; may differ in Unicode form, blanks, entities, tokenising and case;
            or play no part, so that offsets are trusted.
        columns: What a table's columns are called, by what they are (`start` etc.), where its
            header has names of its own.
    """

    text_check: TextCheck = "strict"
    columns: tuple[tuple[str, str], ...] = ()


STRICT = ReadingRules()


@dataclass(frozen=True, slots=True)
class Settings:
    """All of it; the defaults are what measured best on development gold."""

    align: AlignSettings = field(default_factory=AlignSettings)
    decode: DecodeSettings = field(default_factory=DecodeSettings)


def published() -> Settings:
    """Return the recipe as ClinicalAligner26AM publishes it (§3)."""
    return Settings(
        align=AlignSettings(
            path="diagonal",
            method="softmax",
            center=False,
            context=0.1,
            neighbors=(),
            full=50.0,
            fade=100.0,
        ),
        decode=DecodeSettings(method="longest-run", threshold=0.1),
    )
