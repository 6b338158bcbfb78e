"""Project a corpus onto its translations and write a run's folder: the main job, as a function.

from projector import project_corpus

summary = project_corpus("es", ["en", "it"], "out", on_error="skip")
print(summary.by_status())
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from projector.corpus.labels import unused_names
from projector.document import Document, Status
from projector.run.configure import AnyPath, configure
from projector.run.outcome import DocumentOutcome, invalid_mentions, unprojected_outcome
from projector.run.plan import Plan, Task, input_files, plan_run
from projector.run.project_tasks import project_tasks
from projector.run.reporter import SILENT, Progress, Reporter, loading
from projector.run.tag_tasks import tag_tasks
from projector.settings import DEFAULT_MODEL
from projector.storage.claim import claimed
from projector.storage.clock import Clock
from schemas.run import RunConfiguration, TaggingConfiguration

if TYPE_CHECKING:
    from projector.models.encoder import Encoder
    from projector.run.summary import RunSummary
    from projector.settings import Settings
    from projector.tagging.tagger import Tagger


def project_corpus(
    source: AnyPath,
    targets: AnyPath | Sequence[AnyPath],
    output: AnyPath,
    *,
    model: str = DEFAULT_MODEL,
    settings: Settings | None = None,
    overwrite: bool = False,
    device: str = "auto",
    **options: Any,  # noqa: ANN401
) -> RunSummary:
    """Project an annotated corpus onto its translations and write a run's folder.

    Args:
        source: The annotated corpus, in any format that `open_corpus` knows.
        targets: The translations' corpora, one a language.
        output: The run's folder to write.
        model: A known name, a folder or a hub name.
        settings: Of aligning and decoding; None: the defaults.
        overwrite: Replace an earlier run.
        device: Where the model runs.
        options: Any others, as `configure` and the command take them: `tagger="none"`, `layer=7`.

    Returns:
        The counts by language, label and status.

    Raises:
        ProjectorError: What can't be read, loaded or written, or doesn't go together.
    """
    several = [targets] if isinstance(targets, (str, Path)) else targets
    configuration = configure(source, several, model=model, settings=settings, **options)
    return run_configuration(configuration, output, overwrite=overwrite, device=device)


def run_configuration(
    configuration: RunConfiguration | TaggingConfiguration,
    output: AnyPath,
    *,
    overwrite: bool = False,
    device: str = "auto",
    command: Sequence[str] = (),
    reporter: Reporter = SILENT,
) -> RunSummary:
    """Project, or tag, as a configuration says and write the run's folder.

    Args:
        configuration: All that was chosen, see `configure`.
        output: The folder to write.
        overwrite: Replace an earlier run there.
        device: Where the model runs.
        command: The command line, for the log.
        reporter: Is told what happens, and how far it is.

    Raises:
        ProjectorError: What can't be read, loaded or written.
    """
    from projector.run.models import check_models
    from projector.run.writer import check_output

    check_output(output, overwrite=overwrite)
    check_models(configuration)
    with claimed(Path(output)):
        return _carried_out(
            configuration, output, overwrite, device=device, command=command, reporter=reporter
        )


def _carried_out(
    configuration: RunConfiguration | TaggingConfiguration,
    output: AnyPath,
    overwrite: bool,
    *,
    device: str,
    command: Sequence[str],
    reporter: Reporter,
) -> RunSummary:
    """Plan, load, do the work and write; see `run_configuration`."""
    from projector.run.models import load_models, model_facts, with_kernel
    from projector.run.writer import RunOrigin, open_writer
    from projector.tagging.tagger_folder import describe_tagger

    clock = Clock()
    plan = plan_run(configuration)
    reporter.planned(plan)
    if isinstance(configuration, RunConfiguration):
        for remark in unused_names(configuration.labels or {}, plan.labels):
            reporter.told(remark)
    inputs = input_files(plan)
    clock.stop("plan")
    with loading(reporter, _what_is_loaded(configuration)):
        encoder, tagger = load_models(configuration, device)
    if tagger is not None and isinstance(configuration, RunConfiguration):
        reporter.told(describe_tagger(configuration, tagger.encoder is encoder))
    clock.stop("load")
    origin = RunOrigin(
        configuration,
        with_kernel(model_facts(encoder, tagger), encoder),
        inputs,
        problems=plan.problems,
        notices=plan.notices,
        command=command,
    )
    with open_writer(output, origin, overwrite=overwrite) as writer:
        outcomes = carry_out(plan.tasks, plan, configuration, encoder, tagger)
        reporter.progressed(Progress(0, len(plan.tasks)))
        for done, outcome in enumerate(outcomes, start=1):
            writer.put(outcome)
            reporter.progressed(Progress(done, len(plan.tasks)))
        clock.stop("project")
        writer.stages.update(clock.seconds)
    return writer.summary


def _what_is_loaded(configuration: RunConfiguration | TaggingConfiguration) -> str:
    if isinstance(configuration, TaggingConfiguration):
        return f"tagger {configuration.tagger}"
    return f"model {configuration.model.name}"


def carry_out(
    tasks: Iterable[Task],
    plan: Plan,
    configuration: RunConfiguration | TaggingConfiguration,
    encoder: Encoder,
    tagger: Tagger | None,
    *,
    gather: bool | None = None,
) -> Iterator[DocumentOutcome]:
    """Yield what became of each task's document, projected or tagged as the configuration says.

    Args:
        tasks: Some or all of the plan's, in its order.
        plan: Knows the corpora.
        configuration: The same that was planned with.
        encoder, tagger: As `load_models` gives them for it.
        gather: As `project_tasks` takes it.

    Raises:
        ProjectorError: A document can't be processed, unless the configuration says `skip`.
    """
    if isinstance(configuration, RunConfiguration):
        return project_tasks(tasks, plan, encoder, configuration, tagger=tagger, gather=gather)
    if tagger is None:
        raise ValueError("a run that tags needs its tagger")
    return tag_tasks(tasks, plan, tagger, configuration)


def fail_task(task: Task, plan: Plan, reason: str) -> DocumentOutcome:
    """Return the outcome of a task that is not tried."""
    reading = plan.source.read(task.source)
    source = reading.document or Document(task.source, plan.source.language, "")
    invalid = invalid_mentions(reading.problems, unread=reading.unread)
    failed = unprojected_outcome(
        source, plan.language(task), Status.FAILED, reason, invalid=invalid
    )
    return replace(failed, original=reading.document) if task.leads else failed
