"""Hold the weights of the span model: plain numbers that a configuration may state."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SpanWeights:
    """The weights of the log-linear span model, one a feature (see `span_features` in `decode`).

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
    brackets: float = -0.9
    tagger: float = 2.0  # fitted beside the shipped tagger, each fold by one not trained on it
    nothing: float = -2.0  # of the mention having no span at all, against the best candidate
