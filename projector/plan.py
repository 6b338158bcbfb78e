"""Plan a run: open its corpora, pair their documents, put the work in order."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from projector.corpus import pair_names
from projector.corpus.names import same_language
from projector.corpus.opening import open_any
from projector.errors import ConfigurationError, CorpusError, Problem

if TYPE_CHECKING:
    from projector.corpus.opening import AnyCorpus
    from schemas.configuration import CorpusConfiguration, RunConfiguration
    from schemas.manifest import InputFiles


@dataclass(frozen=True, slots=True)
class Task:
    """A source document and where its translation is.

    Args:
        source: The source document's name.
        target: Number of the target corpus.
        translation: The translation's name; None where there is none.
        prediction: Name of the tagger's document on the translation; None where there is none.
    """

    source: str
    target: int
    translation: str | None
    prediction: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done, before anything is encoded.

    Args:
        source: The annotated corpus.
        targets: The translations', one a language.
        taggers: For each target the corpus of an auxiliary tagger's predictions, or None.
        tasks: Every source document in every target language; those that share a source text
            stand together, so that it is encoded once.
        unused: For each target the documents that translate nothing.
        problems: What is wrong with the source, and is skipped.
        leaders: For each source document the first one with its text.
        lengths: Of the source texts, in characters.
    """

    source: AnyCorpus
    targets: tuple[AnyCorpus, ...]
    taggers: tuple[AnyCorpus | None, ...]
    tasks: tuple[Task, ...]
    unused: tuple[tuple[str, ...], ...]
    problems: tuple[Problem, ...] = ()
    leaders: Mapping[str, str] = field(default_factory=dict, repr=False)
    lengths: Mapping[str, int] = field(default_factory=dict, repr=False)

    def only(self, tasks: Sequence[Task]) -> Plan:
        """Return the plan of some tasks, with nothing in it that they don't need."""
        source = self.source.only({task.source for task in tasks})
        targets = tuple(
            corpus.only({task.translation for task in of_target if task.translation is not None})
            for corpus, of_target in zip(self.targets, self._by_target(tasks), strict=True)
        )
        taggers = tuple(
            corpus
            and corpus.only({task.prediction for task in of_target if task.prediction is not None})
            for corpus, of_target in zip(self.taggers, self._by_target(tasks), strict=True)
        )
        return Plan(source, targets, taggers, tuple(tasks), ((),) * len(targets))

    def _by_target(self, tasks: Sequence[Task]) -> list[list[Task]]:
        """Return the tasks of each target corpus."""
        found: list[list[Task]] = [[] for _ in self.targets]
        for task in tasks:
            found[task.target].append(task)
        return found

    def unpaired(self, target: int) -> tuple[str, ...]:
        """Return the source documents without a translation in a target corpus, sorted."""
        return tuple(
            sorted(one.source for one in self.tasks if one.target == target and not one.translation)
        )


def plan_run(configuration: RunConfiguration) -> Plan:
    """Open the corpora of a configuration and pair their documents.

    Every source document is read, so that its faults are known before a model is loaded.

    Raises:
        CorpusError: A corpus can't be opened; a source document has a fault, unless the
            configuration says `skip`; or no document has a translation.
        ConfigurationError: Names pair in more than one way; two targets are in one language; or
            the tagger's predictions are on no target.
    """
    if configuration.source is None or not configuration.targets:
        raise ConfigurationError("a run needs a source corpus and at least one target")
    source = _opened(configuration.source, configuration)
    targets = tuple(_opened(one, configuration) for one in configuration.targets)
    _refuse_twins(targets)
    taggers = _taggers(targets, configuration)
    tasks: list[Task] = []
    unused = []
    for number, (target, tagger) in enumerate(zip(targets, taggers, strict=True)):
        pairing = pair_names(source.names, target.names, pattern=configuration.pattern)
        if not pairing.pairs:
            raise CorpusError(_nothing_pairs(source, target))
        translations = dict(pairing.pairs)
        predictions = dict(pair_names(target.names, tagger.names).pairs) if tagger else {}
        for name in source.names:
            translation = translations.get(name)
            tasks.append(Task(name, number, translation, predictions.get(translation or "")))
        unused.append(pairing.unpaired_target)
    leaders, lengths, problems = _leaders(source)
    problems = (*source.problems, *problems)
    if problems and configuration.on_error == "stop":
        raise CorpusError(*problems)
    tasks.sort(key=lambda task: (leaders[task.source], task.source, task.target))
    return Plan(source, targets, taggers, tuple(tasks), tuple(unused), problems, leaders, lengths)


def _opened(corpus: CorpusConfiguration, configuration: RunConfiguration) -> AnyCorpus:
    return open_any(
        corpus.path, language=corpus.language, texts=corpus.texts, labels=configuration.labels
    )


def _refuse_twins(targets: Sequence[AnyCorpus]) -> None:
    """Refuse two targets in one language: their outputs would have one place."""
    for number, one in enumerate(targets):
        for other in targets[:number]:
            if one.language == other.language:
                raise ConfigurationError(
                    f"{other.path} and {one.path} are both in the language {one.language!r}; "
                    "say which languages they are in, in the order of the targets"
                )


def _taggers(
    targets: Sequence[AnyCorpus], configuration: RunConfiguration
) -> tuple[AnyCorpus | None, ...]:
    """Return for each target the tagger's predictions on its language, if they are."""
    if configuration.tagger is None:
        return (None,) * len(targets)
    tagger = _opened(configuration.tagger, configuration)
    if len(targets) == 1:
        return (tagger,)
    found = tuple(
        tagger if same_language(tagger.language, target.language) else None for target in targets
    )
    if not any(found):
        codes = ", ".join(target.language for target in targets)
        raise ConfigurationError(
            f"{tagger.path}: the tagger's predictions are in {tagger.language!r}, and no target "
            f"is; the targets are in {codes}"
        )
    return found


def _nothing_pairs(source: AnyCorpus, target: AnyCorpus) -> Problem:
    return Problem(
        target.path,
        None,
        f"no document's name goes with one of {source.path} "
        f"({next(iter(target.names), 'none')} beside {next(iter(source.names), 'none')})",
        "names that are equal, or differ in their language code only",
        "Give a pattern whose groups are what the names share",
    )


def _leaders(
    source: AnyCorpus,
) -> tuple[Mapping[str, str], Mapping[str, int], tuple[Problem, ...]]:
    """Return for each document the first one with its text, its length, and what is wrong."""
    first: dict[bytes, str] = {}
    leaders: dict[str, str] = {}
    lengths: dict[str, int] = {}
    problems: list[Problem] = []
    for name in source.names:
        reading = source.read(name)
        problems += reading.problems
        text = reading.document.text if reading.document else name
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
        leaders[name] = first.setdefault(digest, name)
        lengths[name] = len(text)
    return leaders, lengths, tuple(problems)


def input_files(plan: Plan) -> list[InputFiles]:
    """Hash all that a plan reads: its corpora, and the folders of texts that lie outside them.

    Raises:
        CorpusError: A file can't be read.
    """
    from projector.run_facts import hash_input

    language = plan.source.language
    files = [hash_input(plan.source.path, role="source", language=language)]
    files += [hash_input(one, role="texts", language=language) for one in _outside(plan.source)]
    for target in plan.targets:
        language = target.language
        files.append(hash_input(target.path, role="target", language=language))
        files += [hash_input(one, role="texts", language=language) for one in _outside(target)]
    for tagger in [one for one in plan.taggers if one is not None][:1]:
        files.append(hash_input(tagger.path, role="tagger", language=tagger.language))
    return files


def _outside(corpus: AnyCorpus) -> list[Path]:
    """Return the folders of a corpus's texts that its own path doesn't cover."""
    folders: tuple[Path, ...] = getattr(corpus, "text_folders", ())
    whole = corpus.path.resolve()
    return [one for one in folders if not one.resolve().is_relative_to(whole)]
