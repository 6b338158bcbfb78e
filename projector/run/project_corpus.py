"""Project a corpus onto its translations and write a run's folder: the main job, as a function.

from projector import project_corpus

summary = project_corpus("es", ["en", "it"], "out", on_error="skip")
print(summary.by_status())
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from projector.corpus import Reading
from projector.decode.tagger_evidence import Predictions
from projector.document import Document, DocumentPair, Status
from projector.errors import ConfigurationError, CorpusError, ProjectorError
from projector.run.configure import AnyPath, Options, configure
from projector.run.plan import Plan, Task, input_files, plan_run
from projector.settings import DEFAULT_MODEL
from projector.storage.clock import Clock

if TYPE_CHECKING:
    from projector.decode.tagger_evidence import Support
    from projector.models.encoder import Encoder
    from projector.pipeline import ProjectedDocument
    from projector.run.outcome import DocumentOutcome
    from projector.run.summary import RunSummary
    from projector.run.writer import RunWriter
    from projector.settings import Settings
    from projector.tagging.tagger import Tagger
    from schemas.run import RunConfiguration


def project_corpus(
    source: AnyPath,
    targets: AnyPath | Sequence[AnyPath],
    output: AnyPath,
    *,
    model: str = DEFAULT_MODEL,
    settings: Settings | None = None,
    overwrite: bool = False,
    device: str = "auto",
    **options: Unpack[Options],
) -> RunSummary:
    """Project an annotated corpus onto its translations and write a run's folder.

    Args:
        source: The annotated corpus, in any format that `open_any` knows.
        targets: The translations' corpora, one a language.
        output: The run's folder to write.
        model: A known name, a folder or a hub name.
        settings: Of aligning and decoding; None: the defaults.
        overwrite: Replace an earlier run.
        device: Where the model runs.
        options: Any others, see `configure`.

    Returns:
        The counts by language, label and status.

    Raises:
        ProjectorError: What can't be read, loaded or written, or doesn't go together.
    """
    several = [targets] if isinstance(targets, (str, Path)) else targets
    configuration = configure(source, several, model=model, settings=settings, **options)
    return run_configuration(configuration, output, overwrite=overwrite, device=device)


def run_configuration(
    configuration: RunConfiguration,
    output: AnyPath,
    *,
    overwrite: bool = False,
    device: str = "auto",
    command: Sequence[str] = (),
    planned: Callable[[Plan], None] | None = None,
    loaded: Callable[[bool], None] | None = None,
    progress: Callable[[Sequence[Task]], Iterator[Task]] | None = None,
) -> RunSummary:
    """Project as a configuration says and write the run's folder.

    Args:
        configuration: All that was chosen, see `configure`.
        output: The folder to write.
        overwrite: Replace an earlier run there.
        device: Where the model runs.
        command: The command line, for the log.
        planned: Is shown the plan before a model is loaded.
        loaded: Is told of a tagger whether it shares the model's pass over a text.
        progress: See `run_plan`.

    Raises:
        ProjectorError: What can't be read, loaded or written.
    """
    from projector.models.catalogue import find_entry
    from projector.run.models import load_models, model_facts
    from projector.run.writer import RunOrigin, check_output, open_writer

    check_output(output, overwrite=overwrite)
    find_entry(configuration.model.name)
    clock = Clock()
    plan = plan_run(configuration)
    if planned:
        planned(plan)
    inputs = input_files(plan)
    clock.stop("plan")
    encoder, tagger = load_models(configuration, device)
    if loaded and tagger is not None:
        loaded(tagger.encoder is encoder)
    clock.stop("load")
    model = model_facts(encoder, tagger)
    origin = RunOrigin(configuration, model, inputs, plan.problems, command)
    with open_writer(output, origin, overwrite=overwrite) as writer:
        run_plan(plan, encoder, configuration, writer, tagger=tagger, progress=progress)
        clock.stop("project")
        writer.stages.update(clock.seconds)
    return writer.summary


def run_plan(
    plan: Plan,
    encoder: Encoder,
    configuration: RunConfiguration,
    writer: RunWriter,
    *,
    tagger: Tagger | None = None,
    progress: Callable[[Sequence[Task]], Iterator[Task]] | None = None,
) -> None:
    """Carry out a plan, document by document.

    Args:
        plan: From `plan_run`.
        encoder: Gives tokens and vectors.
        configuration: The same that was planned with.
        writer: Takes every outcome; open.
        tagger: Supports the decoder, where the configuration names one.
        progress: Wraps the tasks to show how far it is.

    Raises:
        CorpusError: A document can't be read rightly, unless the configuration says `skip`.
        ProjectorError: A document can't be processed, unless it says so.
    """
    tasks = progress(plan.tasks) if progress else plan.tasks
    for outcome in project_tasks(tasks, plan, encoder, configuration, tagger=tagger):
        writer.put(outcome)


def project_tasks(
    tasks: Iterable[Task],
    plan: Plan,
    encoder: Encoder,
    configuration: RunConfiguration,
    *,
    tagger: Tagger | None = None,
) -> Iterator[DocumentOutcome]:
    """Yield what became of each task's document; one that fails has an outcome too.

    Args:
        tasks: Some or all of the plan's; tasks on the same source text are best neighbours.
        plan: Knows the corpora.
        encoder: Gives tokens and vectors.
        configuration: The same that was planned with.
        tagger: Supports the decoder, where the configuration names one.

    Raises:
        CorpusError: A document can't be read rightly, unless the configuration says `skip`.
        ProjectorError: A document can't be processed, unless it says so.
    """
    from projector.models.encoder import RecentTexts
    from projector.run.outcome import (
        DocumentOutcome,
        invalid_mentions,
        projected_outcome,
        unprojected_outcome,
    )

    recent = RecentTexts(encoder)
    if tagger is not None and tagger.encoder is encoder:
        tagger = replace(tagger, encoder=recent)  # one pass over a text serves both
    for task in tasks:
        reading = _checked(plan.source.read(task.source), configuration)
        outcome = _outcome(task, plan, reading, recent, configuration, tagger)
        invalid = invalid_mentions(reading.problems)
        if isinstance(outcome, Document):
            yield DocumentOutcome(outcome.language, task.source, outcome)
            continue
        if not isinstance(outcome, _Nothing):
            yield projected_outcome(outcome, invalid=invalid)
            continue
        source = reading.document or Document(task.source, plan.source.language, "")
        language = plan.targets[task.target].language
        yield unprojected_outcome(source, language, outcome.status, outcome.reason, invalid=invalid)


def fail_task(task: Task, plan: Plan, reason: str) -> DocumentOutcome:
    """Return the outcome of a task that is not tried."""
    from projector.run.outcome import invalid_mentions, unprojected_outcome

    reading = plan.source.read(task.source)
    source = reading.document or Document(task.source, plan.source.language, "")
    language = plan.targets[task.target].language
    invalid = invalid_mentions(reading.problems)
    return unprojected_outcome(source, language, Status.FAILED, reason, invalid=invalid)


@dataclass(frozen=True, slots=True)
class _Nothing:
    """Why nothing could be projected from a document."""

    status: Status
    reason: str


def _outcome(
    task: Task,
    plan: Plan,
    reading: Reading,
    encoder: Encoder,
    configuration: RunConfiguration,
    tagger: Tagger | None,
) -> ProjectedDocument | Document | _Nothing:
    """Project a document, or tag it, or say why it can't be."""
    target = plan.targets[task.target]
    if reading.document is None:
        return _Nothing(Status.FAILED, _told(reading))
    if task.translation is None:
        return _Nothing(Status.UNPAIRED, f"{target.path} has no translation of {task.source}")
    # A translation's own annotations play no part, so neither do their faults.
    translated = target.read(task.translation)
    if translated.document is None:
        _checked(translated, configuration)
        return _Nothing(Status.FAILED, _told(translated))
    text = translated.document.text
    longest = max(len(reading.document.text), len(text))
    if configuration.max_characters is not None and longest > configuration.max_characters:
        found = f"{longest} characters, more than {configuration.max_characters} are not wanted"
        return _Nothing(Status.FAILED, found)
    translation = Document(task.translation, target.language, text)
    support = _predicted(task, plan, text, configuration)
    if isinstance(support, _Nothing):
        return support
    pair = DocumentPair(reading.document, translation)
    return _projected(pair, encoder, configuration, support, tagger)


def _predicted(
    task: Task, plan: Plan, text: str, configuration: RunConfiguration
) -> Predictions | _Nothing | None:
    """Return what a corpus of a tagger's predictions says of a translation."""
    corpus = plan.taggers[task.target]
    if corpus is None or task.prediction is None:
        return None
    found = _checked(corpus.read(task.prediction), configuration).document
    if found is None or found.text == text:
        return None if found is None else Predictions(found)
    reason = (
        f"{corpus.path}: the tagger's text of {task.prediction} is not that of "
        f"{task.translation} in {plan.targets[task.target].path}, so its offsets mean something "
        "else"
    )
    if configuration.on_error == "skip":
        return _Nothing(Status.FAILED, reason)
    raise ConfigurationError(reason)


def _projected(
    pair: DocumentPair,
    encoder: Encoder,
    configuration: RunConfiguration,
    support: Support | None,
    tagger: Tagger | None,
) -> ProjectedDocument | Document | _Nothing:
    from projector.pipeline import project_pair

    try:
        if tagger is not None and configuration.tags:
            return tagger.tag(pair.target)
        if tagger is not None:
            support = tagger.support(pair.target.text)
        return project_pair(pair, encoder, configuration.settings, support=support)
    except ProjectorError:
        raise
    except Exception as error:  # one document must not end a run over thirty thousand
        found = _found(error)
        if configuration.on_error == "skip":
            return _Nothing(Status.FAILED, found)
        what = "tagged" if configuration.tags else f"projected onto {pair.target.language}"
        raise ProjectorError(
            f"{pair.source.name}: can't be {what} ({found}). "
            "To go on without such documents, let errors be skipped"
        ) from error


def _found(error: Exception) -> str:
    """Return what went wrong, in the same words each time it does."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return "there was not enough memory for it"  # torch tells how much was free just then
    return f"{type(error).__name__}: {error}"


def _told(reading: Reading) -> str:
    return "; ".join(map(str, reading.problems))


def _checked(reading: Reading, configuration: RunConfiguration) -> Reading:
    if reading.problems and configuration.on_error == "stop":
        raise CorpusError(*reading.problems)
    return reading
