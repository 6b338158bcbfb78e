"""Say why a mention went where it went: its tokens, the rivals of its span, what decided."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from projector.concepts.compared_meaning import ComparedMeaning, compared_meaning
from projector.concepts.named_concepts import NamedConcepts
from projector.concepts.text_points import TextPoints
from projector.decode.tagger_evidence import TaggerEvidence
from projector.decode.verdicts import FEATURES, Verdicts
from projector.document import Document, DocumentPair, Fragment, Mention, Projection
from projector.errors import ConfigurationError
from projector.explain.links import TokenLinks, token_links, word_links
from projector.explain.rivals import RankedCandidate, Rivals, best_rivals, nothing_sum
from projector.models.encoder import Encoder
from projector.pipeline import WeighedPair, decide, weigh_pair
from projector.settings import Settings
from projector.text.sentences import split_sentences
from projector.text.words import overlap_range

if TYPE_CHECKING:
    from projector.concepts.token_concepts import TokenConcepts

_MEANT = 3  # concepts of a mention, and of its span


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
    meaning: ComparedMeaning | None = None


def explain_mention(
    pair: DocumentPair,
    mention_id: str,
    encoder: Encoder,
    settings: Settings,
    *,
    most: int = 5,
    evidence: TaggerEvidence | None = None,
    concepts: TokenConcepts | None = None,
) -> Explanation:
    """Explain one mention of a pair.

    Args:
        pair: The document and its translation.
        mention_id: The source mention.
        encoder: Gives tokens and vectors.
        settings: Of aligning and decoding.
        most: How many target tokens and candidates are listed.
        evidence: What an auxiliary tagger says of the translation.
        concepts: An encoder whose tokens say what they mean.

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
        token_links(weighed, own, most),
        best_rivals(weighed, candidates, own, most),
        nothing_sum(weighed.decode, candidates, own),
        projection,
        " … ".join(parts),
        word_links(weighed, own, most),
        _sentences(pair.source.text, mention.fragments),
        _sentences(pair.target.text, projection.fragments),
        () if judged is None else tuple(_verdict(judged, part, weighed) for part in own.tolist()),
        None if concepts is None else _meaning(pair, mention, projection, concepts),
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
        spans = best_rivals(weighed, candidates, own, most)
        rivals[id_] = Rivals(spans, nothing_sum(weighed.decode, candidates, own))
    return rivals


def _meaning(
    pair: DocumentPair, mention: Mention, projection: Projection, concepts: TokenConcepts
) -> ComparedMeaning:
    mentioned, span = (
        TextPoints.of(document.text, document.language, concepts).mention_points([fragments])[0]
        for document, fragments in (
            (pair.source, mention.fragments),
            (pair.target, projection.fragments),
        )
    )
    return compared_meaning(NamedConcepts.of(concepts), mentioned, span, _MEANT)


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


def _sentences(text: str, fragments: Sequence[Fragment]) -> str:
    """Return the sentences that fragments stand in, in text order."""
    if not fragments:
        return ""
    sentences = split_sentences(text)
    spans = np.array([(part.start, part.end) for part in fragments], np.int64)
    ranges = zip(*overlap_range(sentences, spans), strict=True)
    numbers = sorted({number for first, last in ranges for number in range(first, last)})
    return " … ".join(text[start:end] for start, end in sentences[numbers].tolist())
