"""Tag a plan's documents, one task after the other: a run that finds mentions by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from projector.document import Document, Status
from projector.errors import ProjectorError
from projector.run.failures import ComesToNothing, check_length, checked, readable, unforeseen
from projector.run.outcome import DocumentOutcome, unprojected_outcome

if TYPE_CHECKING:
    from projector.run.plan import Plan, Task
    from projector.tagging.tagger import Tagger
    from schemas.run import TaggingConfiguration


def tag_tasks(
    tasks: Iterable[Task], plan: Plan, tagger: Tagger, configuration: TaggingConfiguration
) -> Iterator[DocumentOutcome]:
    """Yield what became of each task's document; one that fails has an outcome too.

    Args:
        tasks: Some or all of the plan's; tasks on the same text are best neighbours.
        plan: Knows the corpus.
        tagger: Finds the mentions.
        configuration: The same that was planned with.

    Raises:
        CorpusError: A document can't be read, unless the configuration says `skip`.
        ProjectorError: A document can't be tagged, unless it says so.
    """
    from projector.models.encoder import CachedEncoder

    tagger = replace(tagger, encoder=CachedEncoder(tagger.encoder))
    for task in tasks:
        yield _tag_task(task, plan, tagger, configuration)


def _tag_task(
    task: Task, plan: Plan, tagger: Tagger, configuration: TaggingConfiguration
) -> DocumentOutcome:
    """Tag a document, or say why it can't be."""
    reading = checked(plan.read_source(task.source), configuration.on_error)
    language = plan.language(task)
    try:
        document = readable(reading)
        check_length((document.text,), configuration.max_characters)
        tagged = _tagged(document, tagger, configuration)
    except ComesToNothing as nothing:
        source = Document(task.source, language, "")
        return unprojected_outcome(source, language, nothing.status, nothing.reason)
    return DocumentOutcome(language, task.source, tagged, status=Status.TAGGED)


def _tagged(document: Document, tagger: Tagger, configuration: TaggingConfiguration) -> Document:
    try:
        return tagger.tag(document, min_score=configuration.min_score)
    except ProjectorError:
        raise
    except Exception as error:
        what = f"{document.name}: can't be tagged"
        raise unforeseen(error, what, configuration.on_error) from error
