"""Say why a mention went where it went: its tokens, the rivals of its span, what decided."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from projector.arrays import Floats, Ints
from projector.decode.best_span import best_candidates, span_probabilities
from projector.decode.bounds import Feature
from projector.decode.candidates import Candidates, Described, best_places
from projector.decode.longest_run import TokenRuns
from projector.decode.tagger_evidence import TaggerEvidence
from projector.decode.verdicts import FEATURES, Verdicts
from projector.document import Document, DocumentPair, Fragment, Mention, Projection
from projector.errors import ConfigurationError
from projector.models.encoder import Encoder
from projector.pipeline import WeighedPair, decide, weigh_pair
from projector.settings import DecodeSettings, Settings, SpanWeights
from projector.text.sentences import split_sentences
from projector.text.token_words import TextUnits
from projector.text.tokens import TokenizedText
from projector.text.words import overlap_range

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, slots=True)
class TokenLinks:
    """A source token and the target tokens that receive most of it, or a word and its words.

    Args:
        text: The token's characters, or the word's.
        targets: (characters, start, share of its mass), strongest first.
    """

    text: str
    targets: tuple[tuple[str, int, float], ...]


@dataclass(frozen=True, slots=True)
class RankedCandidate:
    """A candidate span.

    Args:
        text: Its characters.
        start, end: Where it stands.
        total: What it is ranked by: its weighted sum, or a run's length in tokens.
        share: Its probability among all that were weighed, having none among them; a run's mean
            membership. The best one's is the projection's score where nobody judges.
        parts: Each feature's part in the sum, or what there is to say of a run.
    """

    text: str
    start: int
    end: int
    total: float
    share: float
    parts: dict[str, float]

    def ahead_of(self, other: RankedCandidate) -> dict[str, float]:
        """Return by how much each feature sets it ahead of another, the most telling first."""
        names = self.parts.keys() | other.parts.keys()
        gains = {name: self.parts.get(name, 0.0) - other.parts.get(name, 0.0) for name in names}
        ranked = sorted(gains.items(), key=lambda gain: (-abs(gain[1]), gain[0]))
        return {name: round(gain, 3) for name, gain in ranked if round(gain, 3)}


@dataclass(frozen=True, slots=True)
class JudgedSpan:
    """The span that was decided on, and what decided.

    Args:
        text: Its characters.
        start, end: Where it stands.
        right: Probability that it is exactly right: the projection's score.
        wrong: That the mention is there, and the span not exactly right.
        absent: That the mention is not there.
        told: What the verdict comes from, see `projector.decode.verdicts.FEATURES`.
    """

    text: str
    start: int
    end: int
    right: float
    wrong: float
    absent: float
    told: dict[str, float]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a mention went where it went.

    Args:
        mention: The source mention.
        text: Its words.
        words: Its words with their best target words.
        tokens: Its tokens with their best target tokens.
        sentence: The sentences of the source that it stands in.
        target_sentence: Those of the translation that it went to; empty where it went nowhere.
        rivals: For each of its fragments the best candidate spans, best first; none where nothing
            of the fragment arrives in the translation.
        nothing: The sum that having no span has; None where runs are taken, which have none.
        projection: What became of it, with its status and the reason.
        projected: The words it became; empty where it is not projected.
        verdicts: What was decided of the best span of each of its fragments, None of one of which
            nothing arrives; empty where nobody judges.
    """

    mention: Mention
    text: str
    tokens: tuple[TokenLinks, ...]
    rivals: tuple[tuple[RankedCandidate, ...], ...]
    nothing: float | None
    projection: Projection
    projected: str
    words: tuple[TokenLinks, ...] = ()
    sentence: str = ""
    target_sentence: str = ""
    verdicts: tuple[JudgedSpan | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Rivals:
    """What a mention could have become.

    Args:
        spans: For each of its fragments the best candidate spans, as in `Explanation`.
        nothing: The sum that having no span has, as there.
    """

    spans: tuple[tuple[RankedCandidate, ...], ...]
    nothing: float | None


def explain_mention(
    pair: DocumentPair,
    mention_id: str,
    encoder: Encoder,
    settings: Settings,
    *,
    most: int = 5,
    evidence: TaggerEvidence | None = None,
) -> Explanation:
    """Explain one mention of a pair.

    Args:
        pair: The document and its translation.
        mention_id: The source mention.
        encoder: Gives tokens and vectors.
        settings: Of aligning and decoding.
        most: How many target tokens and candidates are listed.
        evidence: What an auxiliary tagger says of the translation.

    Raises:
        ConfigurationError: The document has no such mention.
    """
    mention = _mention(pair.source, mention_id)
    weighed = weigh_pair(pair, encoder, settings, evidence=evidence)
    number = pair.source.mentions.index(mention)
    own = np.flatnonzero(weighed.fragments.mention == number)
    candidates, judged = list(weighed.candidates_of(own)), weighed.judged()
    projection = decide(pair, weighed, judged)[number]
    parts = [pair.target.text[part.start : part.end] for part in projection.fragments]
    return Explanation(
        mention,
        mention.surface(pair.source.text),
        _tokens(weighed, own, most),
        _rivals(weighed, candidates, own, most),
        _nothing(weighed.decode, candidates, own),
        projection,
        " … ".join(parts),
        _words(weighed, own, most),
        _sentences(pair.source.text, mention.fragments),
        _sentences(pair.target.text, projection.fragments),
        () if judged is None else tuple(_verdict(judged, part, weighed) for part in own.tolist()),
    )


def mention_rivals(
    pair: DocumentPair,
    mention_ids: Collection[str],
    encoder: Encoder,
    settings: Settings,
    *,
    most: int = 5,
    evidence: TaggerEvidence | None = None,
) -> dict[str, Rivals]:
    """Return what several mentions of a pair could have become, by id; the pair is weighed once.

    Args:
        pair, encoder, settings, most, evidence: As `explain_mention` takes them.
        mention_ids: The source mentions.

    Raises:
        ConfigurationError: The document has no such mention.
    """
    numbers = {id_: pair.source.mentions.index(_mention(pair.source, id_)) for id_ in mention_ids}
    weighed = weigh_pair(pair, encoder, settings, evidence=evidence)
    rivals: dict[str, Rivals] = {}
    for id_, row in numbers.items():
        own = np.flatnonzero(weighed.fragments.mention == row)
        candidates = list(weighed.candidates_of(own))
        spans = _rivals(weighed, candidates, own, most)
        rivals[id_] = Rivals(spans, _nothing(weighed.decode, candidates, own))
    return rivals


def _verdict(judged: Verdicts, fragment: int, weighed: WeighedPair) -> JudgedSpan | None:
    """Return what was decided of a fragment's best span; None where nothing of it arrives."""
    spans = judged.spans
    rows = np.flatnonzero(spans.fragment == fragment).tolist()
    if not rows:
        return None
    row = rows[0]
    offsets = weighed.target.words.offsets
    start, end = int(offsets[spans.first[row], 0]), int(offsets[spans.last[row] - 1, 1])
    right, wrong, absent = (round(float(one), 4) for one in judged.probabilities[row])
    told = {
        name: round(float(value), 3)
        for name, value in zip(FEATURES, judged.features[row], strict=True)
    }
    return JudgedSpan(weighed.target.text[start:end], start, end, right, wrong, absent, told)


def _mention(source: Document, mention_id: str) -> Mention:
    for mention in source.mentions:
        if mention.id == mention_id:
            return mention
    ids = ", ".join(mention.id for mention in source.mentions) or "none"
    raise ConfigurationError(f"{source.name} has no mention {mention_id}; its mentions are: {ids}")


def _nothing(
    settings: DecodeSettings, candidates: Sequence[Candidates | TokenRuns], own: Ints
) -> float | None:
    """Return the sum that having no span has for a mention's first fragment that is weighed."""
    weights, sums = settings.span_weights, dict[int, float]()
    for some in candidates:
        if isinstance(some, Candidates):
            sums |= zip(some.index.tolist(), some.nothing(weights).tolist(), strict=True)
    weighed = [sums[fragment] for fragment in own.tolist() if fragment in sums]
    if weighed:
        return round(weighed[0], 3)
    return None if settings.method == "longest-run" else weights.nothing


def _tokens(weighed: WeighedPair, own: Ints, most: int) -> tuple[TokenLinks, ...]:
    """Return the tokens of own fragments in text order, each with what receives most of it."""
    source = weighed.source.tokens
    characters = weighed.fragments.characters[own]
    ranges = zip(*overlap_range(source.offsets, characters), strict=True)
    tokens = sorted({token for first, last in ranges for token in range(first, last)})
    weights, columns = weighed.alignment.weights, weighed.alignment.band.columns
    links = []
    for token in tokens:
        start, end = source.offsets[token].tolist()
        targets = _targets(weighed.target.tokens, weights[token], columns[token], most)
        links.append(TokenLinks(source.text[start:end], targets))
    return tuple(links)


def _targets(
    target: TokenizedText, weights: Tensor, columns: Tensor, most: int
) -> tuple[tuple[str, int, float], ...]:
    """Return the target tokens that receive most of a source token, of its row [W] of the band."""
    shares = weights / weights.sum().clamp_min(1e-30)
    best = shares.topk(min(most, len(shares)))
    targets = []
    for share, column in zip(best.values.tolist(), columns[best.indices].tolist(), strict=True):
        start, end = target.offsets[column].tolist()
        if share > 0:
            targets.append((target.text[start:end], start, round(share, 4)))
    return tuple(targets)


def _words(weighed: WeighedPair, own: Ints, most: int) -> tuple[TokenLinks, ...]:
    """Return the words of own fragments in text order, each with what receives most of it."""
    source, target = weighed.source, weighed.target
    ranges = zip(*source.words.range_of(weighed.fragments.characters[own]), strict=True)
    words = sorted({word for first, last in ranges for word in range(first, last)})
    of_source, of_target = source.word_map(), target.word_map()
    links = []
    for word in words:
        mass = np.zeros(len(target.tokens.offsets))  # [T] of the word's
        for entry in np.flatnonzero(of_source.word == word):
            token = of_source.token[entry]
            weights = weighed.alignment.weights[token].double().cpu().numpy()
            columns = weighed.alignment.band.columns[token].cpu().numpy()
            np.add.at(mass, columns, weights * of_source.share[entry])
        parts = mass[of_target.token] * of_target.share
        shares = np.zeros(len(target.words))
        np.add.at(shares, of_target.word, parts)
        start, end = source.words.offsets[word].tolist()
        links.append(TokenLinks(source.text[start:end], _best_words(target, shares, most)))
    return tuple(links)


def _best_words(
    target: TextUnits, shares: NDArray[np.float64], most: int
) -> tuple[tuple[str, int, float], ...]:
    """Return the target words with the largest shares [N], as parts of all."""
    total = max(float(shares.sum()), 1e-30)
    best = []
    for word in np.argsort(-shares, kind="stable")[:most].tolist():
        start, end = target.words.offsets[word].tolist()
        if shares[word] > 0:
            best.append((target.text[start:end], start, round(float(shares[word]) / total, 4)))
    return tuple(best)


def _sentences(text: str, fragments: Sequence[Fragment]) -> str:
    """Return the sentences that fragments stand in, in text order."""
    if not fragments:
        return ""
    sentences = split_sentences(text)
    spans = np.array([(part.start, part.end) for part in fragments], np.int64)
    ranges = zip(*overlap_range(sentences, spans), strict=True)
    numbers = sorted({number for first, last in ranges for number in range(first, last)})
    return " … ".join(text[start:end] for start, end in sentences[numbers].tolist())


def _rivals(
    weighed: WeighedPair,
    candidates: Sequence[Candidates | TokenRuns],
    own: Ints,
    most: int,
) -> tuple[tuple[RankedCandidate, ...], ...]:
    """List the best candidates of each of a mention's own fragments."""
    text = weighed.target.text
    rivals: dict[int, tuple[RankedCandidate, ...]] = {}
    for some in candidates:
        if isinstance(some, TokenRuns):
            ranked = [_runs(some, row, text, most) for row in range(len(some.index))]
            rivals |= zip(some.index.tolist(), ranked, strict=True)
        else:
            rivals |= _spans(some, text, weighed.decode.span_weights, most)
    return tuple(rivals.get(number, ()) for number in own.tolist())


def _runs(candidates: TokenRuns, row: int, text: str, most: int) -> tuple[RankedCandidate, ...]:
    """Return the longest of a fragment's runs of target tokens."""
    ranked = []
    for run in candidates.runs[row][:most]:
        start = int(candidates.offsets[run.first, 0])
        end = int(candidates.offsets[run.last - 1, 1])
        tokens = float(run.last - run.first)
        parts = {"tokens": tokens, "membership": round(run.mass, 3)}
        share = round(run.score, 4)
        ranked.append(RankedCandidate(text[start:end], start, end, tokens, share, parts))
    return tuple(ranked)


def _spans(
    candidates: Candidates, text: str, weights: SpanWeights, most: int
) -> dict[int, tuple[RankedCandidate, ...]]:
    """Return the best spans by fragment, with the decoder's own sums and probabilities."""
    best = best_candidates(candidates, weights=weights)
    fragments = candidates.index.tolist()
    ranked: dict[int, list[tuple[float, RankedCandidate]]] = {number: [] for number in fragments}
    for some in candidates.described(weights):
        total = some.total(weights)
        probability = span_probabilities(total, best, nothing=candidates.nothing(weights))
        for row, fragment in enumerate(fragments):
            first, last = best_places(total[row], most)
            sums = total[row, first, last], probability[row, first, last]
            spans = _described(some, row, (first, last), sums, text, weights)
            ranked[fragment] += zip(sums[0].tolist(), spans, strict=True)
    return {
        fragment: tuple(span for _, span in sorted(spans, key=lambda one: -one[0])[:most])
        for fragment, spans in ranked.items()
    }


def _described(
    candidates: Described,
    row: int,
    places: tuple[Ints, Ints],
    sums: tuple[Floats, Floats],
    text: str,
    weights: SpanWeights,
) -> list[RankedCandidate]:
    """Return some candidates of fragment `row`, given by their places, sums and probabilities."""
    rows = zip(
        candidates.characters(row, *places).tolist(),
        *(values.tolist() for values in sums),
        _parts(candidates.features_of(row, *places), weights, len(places[0])),
        strict=True,
    )
    return [
        RankedCandidate(text[start:end], start, end, round(whole, 3), round(share, 4), parts)
        for (start, end), whole, share, parts in rows
    ]


def _parts(
    features: Mapping[str, Feature], weights: SpanWeights, count: int
) -> list[dict[str, float]]:
    """Return each feature's part in the sums of so many candidates."""
    return [
        {
            name: round(float(values[candidate]) * getattr(weights, name), 3)
            for name, values in features.items()
        }
        for candidate in range(count)
    ]
