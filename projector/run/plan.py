"""Plan a run: open its corpora, pair their documents, put the work in order."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from projector.corpus import Reading, pair_names
from projector.corpus.formats.submission import check_labels
from projector.corpus.language_names import same_language
from projector.corpus.open import open_corpus
from projector.corpus.text_only import TextOnlyCorpus
from projector.corpus.unread import without_mentions
from projector.document import Document
from projector.errors import (
    SKIP_ADVICE,
    ConfigurationError,
    CorpusError,
    Notice,
    Problem,
)
from projector.run.target_language import refuse_unknown_language
from projector.storage.file_names import (
    file_name,
    language_name,
    refuse_unwritable,
)

if TYPE_CHECKING:
    from projector.corpus.corpus import Corpus
    from schemas.manifest import InputFiles
    from schemas.run import CorpusConfiguration, RunConfiguration, TaggingConfiguration

Role = Literal["source", "target", "texts", "tagger"]

KEPT = 64 * 1024**2  # bytes of source documents that planning keeps: memory stays flat
_EACH = 512  # bytes that a mention or an annotation takes, or more


@dataclass(frozen=True, slots=True)
class Task:
    """A source document and where its translation is.

    Args:
        source: The source document's name.
        target: Number of the target corpus; None where the source itself is tagged.
        translation: The translation's name; None where there is none.
        prediction: Name of the tagger's document on the translation; None where there is none.
    """

    source: str
    target: int | None = None
    translation: str | None = None
    prediction: str | None = None

    @property
    def leads(self) -> bool:
        """Tell whether its outcome carries the source document: one of its tasks' does."""
        return self.target == 0


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """What planning learns of a source document.

    Args:
        leader: The first document with the same text, which may be itself.
        characters: Length of its text; 0 where it can't be read.
        mentions: How many mentions it states, those that can't be used among them.
    """

    leader: str
    characters: int
    mentions: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done, before anything is encoded.

    Args:
        source: The annotated corpus, or the one that is to be tagged.
        targets: The translations', one a language; none where the source is tagged.
        taggers: For each target the corpus of an auxiliary tagger's predictions, or None.
        tasks: Every source document in every target language; those that share a source text
            stand together, so that it is encoded once.
        unused: For each target the documents that translate nothing.
        problems: What is wrong with the source, and is skipped.
        facts: Of each source document.
        labels: Of the source's mentions, sorted.
        readings: Of source documents, as many as planning kept; each is given out once.
        notices: What was understood otherwise than it is stated, and what is not read.
    """

    source: Corpus
    targets: tuple[Corpus, ...]
    taggers: tuple[Corpus | None, ...]
    tasks: tuple[Task, ...]
    unused: tuple[tuple[str, ...], ...]
    problems: tuple[Problem, ...] = ()
    facts: Mapping[str, SourceFacts] = field(default_factory=dict, repr=False)
    labels: tuple[str, ...] = ()
    readings: dict[str, Reading] = field(default_factory=dict, repr=False, compare=False)
    notices: tuple[Notice, ...] = ()

    def read_source(self, name: str) -> Reading:
        """Read a source document; one that planning has read and kept is not read again."""
        kept = self.readings.pop(name, None)
        return self.source.read(name) if kept is None else kept

    def target(self, task: Task) -> Corpus:
        """Return the corpus of a task's translation."""
        if task.target is None:
            raise ValueError(f"{task.source} is to be tagged, not projected")
        return self.targets[task.target]

    def predictions(self, task: Task) -> Corpus | None:
        """Return the corpus of an auxiliary tagger's predictions on a task's translation."""
        return None if task.target is None else self.taggers[task.target]

    def language(self, task: Task) -> str:
        """Return the language of what a task writes."""
        return self.source.language if task.target is None else self.target(task).language

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

    def paths(self) -> list[tuple[Path, Role, str]]:
        """Return all that the run reads, with its role and language: corpora and their texts."""
        language = self.source.language
        paths: list[tuple[Path, Role, str]] = [(self.source.path, "source", language)]
        paths += [(path, "texts", language) for path in _outside(self.source)]
        for target in self.targets:
            paths.append((target.path, "target", target.language))
            paths += [(path, "texts", target.language) for path in _outside(target)]
        taggers = [tagger for tagger in self.taggers if tagger is not None]
        paths += [(tagger.path, "tagger", tagger.language) for tagger in taggers[:1]]
        return paths

    def _by_target(self, tasks: Sequence[Task]) -> list[list[Task]]:
        """Return the tasks of each target corpus."""
        tasks_of: list[list[Task]] = [[] for _ in self.targets]
        for task in tasks:
            if task.target is not None:
                tasks_of[task.target].append(task)
        return tasks_of

    def unpaired(self, target: int) -> tuple[str, ...]:
        """Return the source documents without a translation in a target corpus, sorted."""
        return tuple(
            sorted(one.source for one in self.tasks if one.target == target and not one.translation)
        )


def plan_run(configuration: RunConfiguration | TaggingConfiguration, *, keep: int = KEPT) -> Plan:
    """Open the corpora of a configuration and pair their documents, or list those that it tags.

    Every source document is read, and every translation's text where a fault is to stop the run, so
    that faults are known before a model is loaded.

    Args:
        configuration: What is to be done.
        keep: Bytes of source documents to keep for the run, at most: those are read once in all,
            the others twice.

    Raises:
        CorpusError: A corpus can't be opened; a source document has a fault, or a translation's
            text can't be read, unless the configuration says `skip`; or no document has a
            translation.
        ConfigurationError: Names pair in more than one way; two targets are in one language; one
            is in a language that nobody named; or the tagger's predictions are on no target.
        OutputError: A label, a language or a document's name can't be part of a file's.
    """
    from schemas.run import TaggingConfiguration

    if isinstance(configuration, TaggingConfiguration):
        plan = _plan_tagging(configuration)
    else:
        plan = _plan_projecting(configuration)
    return _with_facts(plan, configuration.on_error, keep)


def _plan_tagging(configuration: TaggingConfiguration) -> Plan:
    source = TextOnlyCorpus(_opened(configuration.source, configuration))
    return Plan(source, (), (), tuple(map(Task, source.names)), ())


def _plan_projecting(configuration: RunConfiguration) -> Plan:
    if configuration.source is None or not configuration.targets:
        raise ConfigurationError(
            "a run needs a source corpus and at least one target: name SOURCE and TARGETS, or a "
            "file that does (--config)"
        )
    source = _opened(configuration.source, configuration)
    targets = tuple(_opened(corpus, configuration) for corpus in configuration.targets)
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
    for target, chosen in zip(targets, configuration.targets, strict=True):
        refuse_unknown_language(target, chosen)
    return Plan(source, targets, taggers, tuple(tasks), tuple(unused))


def _with_facts(plan: Plan, on_error: str, keep: int) -> Plan:
    """Return a plan with what reading its source tells, its tasks in the order of their texts."""
    survey = _Survey(keep)
    for name in plan.source.names:
        survey.add(name, plan.source.read(name))
    facts, labels = survey.facts, tuple(sorted(survey.labels))
    _refuse_names(plan, labels)
    problems = (*plan.source.problems, *survey.problems)
    notices = _notices(plan, survey)
    if on_error == "stop" and (faults := (*problems, *_unreadable_translations(plan))):
        raise CorpusError(*faults, advice=SKIP_ADVICE)
    tasks = sorted(
        plan.tasks, key=lambda task: (facts[task.source].leader, task.source, task.target or 0)
    )
    return replace(
        plan,
        tasks=tuple(tasks),
        problems=problems,
        facts=facts,
        labels=labels,
        readings=survey.readings,
        notices=notices,
    )


def _notices(plan: Plan, survey: _Survey) -> tuple[Notice, ...]:
    """Return what should be known of all that a plan reads."""
    source = plan.source
    taggers = {id(tagger): tagger for tagger in plan.taggers if tagger is not None}
    corpora = (source, *plan.targets, *taggers.values())
    notices = [notice for corpus in corpora for notice in corpus.notices]
    stated = sum(facts.mentions for facts in survey.facts.values())
    if plan.targets and source.names and not stated:
        notices.append(without_mentions(source.path, len(source.names)))
    return (*notices, *survey.notices)


def _refuse_names(plan: Plan, labels: Sequence[str]) -> None:
    """Refuse names that the run's files can't have, before a model is loaded."""
    for name in plan.source.names:
        refuse_unwritable(name, kind="document", where=plan.source.path)
    for corpus in plan.targets or (plan.source,):
        language_name(corpus.language, where=corpus.path)
        check_labels(labels, language=corpus.language)
    for task in plan.tasks:
        corpus = plan.source if task.target is None else plan.target(task)
        written = task.source if task.target is None else task.translation
        if written is not None:
            file_name(written, ".txt", kind="document", where=corpus.path)


def _unreadable_translations(plan: Plan) -> Iterator[Problem]:
    """Yield what is wrong with translations' texts, before any is projected onto."""
    for task in plan.tasks:
        if task.translation is not None:
            try:
                plan.target(task).text(task.translation)
            except CorpusError as error:
                yield from error.problems


class _Survey:
    """What planning learns of source documents as it reads them, each once.

    Args:
        room: Bytes of readings to keep at most.
    """

    def __init__(self, room: int) -> None:
        self.facts: dict[str, SourceFacts] = {}
        self.labels: set[str] = set()
        self.problems: list[Problem] = []
        self.notices: list[Notice] = []
        self.readings: dict[str, Reading] = {}
        self._room = room
        self._leaders: dict[bytes, str] = {}

    def add(self, name: str, reading: Reading) -> None:
        """Learn from a document, and keep it if there is room."""
        document = reading.document or Document(name, "", "")
        text = document.text if reading.document else name
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
        mentions = {mention.id for mention in document.mentions}
        mentions |= {one.mention_id for one in reading.problems if one.mention_id is not None}
        mentions |= {*reading.unread}
        leader = self._leaders.setdefault(digest, name)
        self.facts[name] = SourceFacts(leader, len(document.text), len(mentions))
        self.labels |= {mention.label for mention in document.mentions}
        self.problems += reading.problems
        self.notices += reading.notices
        size = sys.getsizeof(document.text) + _EACH * (
            len(document.mentions) + len(document.annotations) + len(reading.problems)
        )
        if size <= self._room:
            self._room -= size
            self.readings[name] = reading


def _opened(
    corpus: CorpusConfiguration, configuration: RunConfiguration | TaggingConfiguration
) -> Corpus:
    return open_corpus(
        corpus.path,
        language=corpus.language,
        texts=corpus.texts,
        labels=configuration.labels,
        rules=configuration.reading.rules,
    )


def _refuse_twins(targets: Sequence[Corpus]) -> None:
    """Refuse two targets in one language: their outputs would have one place."""
    for number, target in enumerate(targets):
        for other in targets[:number]:
            if target.language == other.language:
                raise ConfigurationError(
                    f"{other.path} and {target.path} are both in the language {target.language!r}; "
                    "say by --target-language (target_languages) which ones they are in, in "
                    "their order"
                )


def _taggers(
    targets: Sequence[Corpus], configuration: RunConfiguration
) -> tuple[Corpus | None, ...]:
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
            f"is; the targets are in {codes}. Give predictions on one of them, or --tagger none"
        )
    return found


def _nothing_pairs(source: Corpus, target: Corpus) -> Problem:
    return Problem(
        target.path,
        None,
        f"no document's name goes with one of {source.path} "
        f"({next(iter(target.names), 'none')} beside {next(iter(source.names), 'none')})",
        "names that are equal, or differ in their language code only",
        "Give --pattern, a regular expression whose groups are what the names share",
    )


def input_files(plan: Plan) -> list[InputFiles]:
    """Hash all that a plan reads: its corpora, and the folders of texts that lie outside them.

    Raises:
        CorpusError: A file can't be read.
    """
    from projector.storage.provenance import hash_input

    return [hash_input(path, role=role, language=language) for path, role, language in plan.paths()]


def _outside(corpus: Corpus) -> list[Path]:
    """Return the folders of a corpus's texts that its own path doesn't cover."""
    whole = corpus.path.resolve()
    return [one for one in corpus.text_folders if not one.resolve().is_relative_to(whole)]
