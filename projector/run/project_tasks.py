"""Project a plan's documents onto their translations, one task after the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from projector.corpus import Reading
from projector.decode.tagger_evidence import SpanEvidence
from projector.document import Document, DocumentPair, Status
from projector.errors import ConfigurationError, CorpusError, ProjectorError
from projector.run.failures import (
    ComesToNothing,
    OnError,
    check_length,
    checked,
    readable,
    unforeseen,
)
from projector.run.outcome import (
    DocumentOutcome,
    invalid_mentions,
    mispaired_outcome,
    projected_outcome,
    unprojected_outcome,
)
from projector.settings import AlignSettings

if TYPE_CHECKING:
    from projector.corpus.corpus import Corpus
    from projector.decode.tagger_evidence import TaggerEvidence
    from projector.models.encoder import Encoder
    from projector.models.transformer_encoder import TransformerEncoder
    from projector.pipeline import WeighedPair
    from projector.run.audit_outcome import AuditOutcome
    from projector.run.gathered import GatheredPair
    from projector.run.plan import Plan, Task
    from projector.tagging.tagger import Tagger
    from schemas.run import RunConfiguration


def project_tasks(
    tasks: Iterable[Task],
    plan: Plan,
    encoder: Encoder,
    configuration: RunConfiguration,
    *,
    tagger: Tagger | None = None,
    gather: bool | None = None,
) -> Iterator[DocumentOutcome]:
    """Yield what became of each task's document; one that fails has an outcome too.

    Args:
        tasks: Some or all of the plan's; tasks on the same source text are best neighbours.
        plan: Knows the corpora.
        encoder: Gives tokens and vectors.
        configuration: The same that was planned with.
        tagger: Supports the decoder, where the configuration names one.
        gather: Whether documents are read ahead and encoded many at a time; None: where the
            encoder is on a GPU.

    Raises:
        CorpusError: A document can't be read rightly, unless the configuration says `skip`.
        ProjectorError: A document can't be processed, unless it says so.
    """
    from projector.models.encoder import CachedEncoder
    from projector.models.transformer_encoder import TransformerEncoder
    from projector.run.audit_task import judges_pairs

    recent = CachedEncoder(encoder)
    sharing = tagger if tagger is not None and tagger.encoder is encoder else None
    if sharing is not None:
        tagger = replace(sharing, encoder=recent)  # one pass over a text serves both
    means = _Means(plan, recent, configuration, tagger, judges_pairs(configuration.model))
    if isinstance(encoder, TransformerEncoder) and _gathers(encoder, gather):
        yield from _project_gathered(tasks, means, encoder, sharing)
        return
    for name, of_source in groupby(tasks, key=attrgetter("source")):
        reading = checked(plan.read_source(name), configuration.on_error)
        for task in of_source:
            outcome = _project_task(task, reading, means)
            yield replace(outcome, original=reading.document) if task.leads else outcome


@dataclass(frozen=True, slots=True)
class _Means:
    """What all tasks are done with.

    Args:
        plan, encoder, configuration, tagger: As `project_tasks` takes them.
        judges: Whether an audit's limits are known for the model, see `judges_pairs`.
    """

    plan: Plan
    encoder: Encoder
    configuration: RunConfiguration
    tagger: Tagger | None
    judges: bool


def _gathers(encoder: TransformerEncoder, wanted: bool | None) -> bool:
    """Tell whether documents are encoded many at a time: a processor gains nothing by it."""
    return encoder.device.type != "cpu" if wanted is None else wanted


def _project_gathered(
    tasks: Iterable[Task], means: _Means, encoder: TransformerEncoder, tagger: Tagger | None
) -> Iterator[DocumentOutcome]:
    """Yield the same, the texts of many tasks being encoded and aligned at once.

    Args:
        tasks, means: The tasks, and what all are done with.
        encoder: The plain one.
        tagger: That of the means, with the plain encoder, where it has its vectors from that.
    """
    from projector.run.gathered import gathered

    plan, configuration = means.plan, means.configuration
    readings: dict[str, Reading] = {}

    def read(task: Task) -> DocumentPair:
        if task.source not in readings:
            readings[task.source] = checked(plan.read_source(task.source), configuration.on_error)
        return _pair(task, plan, readings[task.source], configuration)

    ready = gathered(tasks, encoder, configuration.settings.align, read, tagger=tagger)
    for name, of_source in groupby(ready, key=lambda item: item[0].source):
        reading = readings.pop(name, None)
        if reading is None:
            reading = checked(plan.read_source(name), configuration.on_error)
        for task, texts in of_source:
            outcome = _project_task(task, reading, means, texts)
            yield replace(outcome, original=reading.document) if task.leads else outcome


def _project_task(
    task: Task, reading: Reading, means: _Means, texts: GatheredPair | None = None
) -> DocumentOutcome:
    """Project a document, or say why it can't be; `texts` are its, where they are aligned."""
    plan, configuration = means.plan, means.configuration
    invalid = invalid_mentions(reading.problems, unread=reading.unread)
    try:
        pair = texts.pair if texts else _pair(task, plan, reading, configuration)
        evidence = _predicted(task, plan, pair.target.text, configuration)
        return _pair_outcome(pair, evidence, invalid, means, texts)
    except ComesToNothing as nothing:
        source = reading.document or Document(task.source, plan.source.language, "")
        return unprojected_outcome(
            source, plan.language(task), nothing.status, nothing.reason, invalid=invalid
        )


def _pair(
    task: Task, plan: Plan, reading: Reading, configuration: RunConfiguration
) -> DocumentPair:
    """Return a document and its translation, whose own annotations play no part."""
    source, target = readable(reading), plan.target(task)
    if task.translation is None:
        raise ComesToNothing(Status.UNPAIRED, f"{target.path} has no translation of {task.source}")
    text = _text(target, task.translation, configuration.on_error)
    check_length((source.text, text), configuration.max_characters)
    return DocumentPair(source, Document(task.translation, target.language, text))


def _text(target: Corpus, name: str, on_error: OnError) -> str:
    """Return a translation's text, whatever its own annotations are."""
    try:
        return target.text(name)
    except CorpusError as error:
        return readable(checked(Reading(None, error.problems), on_error)).text


def _predicted(
    task: Task, plan: Plan, text: str, configuration: RunConfiguration
) -> SpanEvidence | None:
    """Return what a corpus of a tagger's predictions says of a translation."""
    corpus = plan.predictions(task)
    if corpus is None or task.prediction is None:
        return None
    predicted = readable(checked(corpus.read(task.prediction), configuration.on_error))
    if predicted.text == text:
        return SpanEvidence(predicted)
    reason = (
        f"{corpus.path}: the tagger's text of {task.prediction} is not that of "
        f"{task.translation} in {plan.target(task).path}, so its offsets mean something else. "
        "Let it tag these very texts, or do without (--tagger none)"
    )
    if configuration.on_error == "skip":
        raise ComesToNothing(Status.FAILED, reason)
    raise ConfigurationError(reason)


def _pair_outcome(
    pair: DocumentPair,
    evidence: TaggerEvidence | None,
    invalid: Mapping[str, str],
    means: _Means,
    texts: GatheredPair | None,
) -> DocumentOutcome:
    """Audit a translation and project onto it, unless it turns out to be none."""
    from projector.pipeline import align_pair, project_weighed, weigh_aligned

    settings = means.configuration.settings
    try:
        aligned = texts.aligned if texts else None
        if aligned is None:
            aligned = align_pair(pair, means.encoder, settings)
        if means.tagger is not None:
            if texts is not None and texts.edges is not None:
                evidence = means.tagger.evidence_of(aligned.target.tokens, texts.edges)
            else:
                evidence = means.tagger.evidence(pair.target.text)
        edges = means.encoder.edges
        weighed = weigh_aligned(pair, aligned, edges, settings, evidence=evidence)
        audit, reason = _audited(pair, weighed, means)
        if reason:
            return mispaired_outcome(pair, reason, audit, invalid=invalid)
        projected = project_weighed(pair, weighed)
    except ProjectorError:
        raise
    except Exception as error:
        what = f"{pair.source.name}: can't be projected onto {pair.target.language}"
        raise unforeseen(error, what, means.configuration.on_error) from error
    return projected_outcome(projected, invalid=invalid, audit=audit)


def _audited(
    pair: DocumentPair, weighed: WeighedPair, means: _Means
) -> tuple[AuditOutcome | None, str]:
    """Return what an audit says of a translation, and why nothing can be projected onto it."""
    from projector.align.aligner import token_vectors
    from projector.run.audit_task import audit_outcome, reason_unpaired, with_advice

    configuration, judges = means.configuration, means.judges
    if not configuration.audit:
        return None, ""
    source, target, vectors = weighed.source.tokens, weighed.target.tokens, weighed.vectors
    # An audit's limits are set on the vectors of the default settings; encoded is nothing anew.
    settings, chosen = AlignSettings(), configuration.settings.align
    if (chosen.context, chosen.center) != (settings.context, settings.center):
        vectors = token_vectors(source, target, means.encoder, settings)
    pairs = weighed.pairs if chosen.seeks_like(settings) else None
    audit = audit_outcome(pair, source, target, vectors, settings, pairs)
    reason = "" if configuration.trust_pairs else reason_unpaired(audit, pair, judges=judges)
    return with_advice(audit, judges=judges), reason
