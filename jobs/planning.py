"""Plan a collection's run: once, before any worker starts.

Planning happens in a process of its own: what it holds of thirty thousand documents is gone when
it ends, and neither torch nor a model is ever loaded into the driver.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jobs.balance import balance
from jobs.folder import PLAN_FILE, RunFolder
from jobs.plan import CollectionPlan, Device, PlannedInput, read_plan
from jobs.planning_process import Child
from jobs.shard_work import SHARDS_FILE, planned_corpora, write_work
from projector.errors import ConfigurationError, CorpusError
from projector.storage.atomic_file import atomic_write
from projector.storage.atomic_folder import writing
from projector.storage.private_folder import private_folder
from schemas.collection import Collection
from schemas.seal import sealed_json
from schemas.validation import differences

if TYPE_CHECKING:
    from projector.models.devices import ResolvedPrecision
    from projector.run.plan import Plan, Task
    from projector.settings import Precision


class Planning:
    """Make the plan of a run's folder in another process, or find that the one there holds.

    Where one is there, nothing is read as long as configuration, versions, model and the files'
    stamps are those that it was made with; otherwise all is planned anew and must come to the same.

    Args:
        folder: The run's.
        collection: What the user chose.
        directory: What its relative paths are relative to.
        device: Where the model will run; None: on a GPU if this machine has one.
        overwrite: Take no earlier plan, and clear the folder once there is a new one: what was
            asked for wrongly costs nothing that is there.

    Raises:
        CorpusError: The folder's plan can't be read.
    """

    def __init__(
        self,
        folder: RunFolder,
        collection: Collection,
        directory: Path,
        device: Device | None,
        *,
        overwrite: bool = False,
    ) -> None:
        self._folder = folder
        self._overwrite = overwrite
        self._earlier = None
        if (folder.plan / PLAN_FILE).is_file() and not overwrite:
            self._earlier = read_plan(folder)
        self._stack = ExitStack()
        with writing(folder.path):
            self._new_shards = self._stack.enter_context(private_folder(folder.path)) / SHARDS_FILE
        arguments = (self._new_shards, collection, directory, device, self._earlier)
        self._child = Child(_make_plan, *arguments)

    def is_over(self, *, within: float) -> bool:
        """Tell whether planning ends within so many seconds, well or badly."""
        return self._child.answers(within=within)

    def result(self) -> CollectionPlan:
        """Wait for the plan, and put it in its place.

        Raises:
            ProjectorError: A corpus or the model can't be read; the folder's plan is another; or
                an earlier run can't be cleared.
        """
        with self._stack:
            return self._in_place(self._child.result())

    def _in_place(self, plan: CollectionPlan) -> CollectionPlan:
        earlier = self._earlier
        check_same_plan(self._folder, plan, earlier)
        if self._overwrite:
            self._folder.clear()
            self._folder.make()
        if plan != earlier:
            self._new_shards.replace(self._folder.plan / SHARDS_FILE)
            atomic_write(self._folder.plan / PLAN_FILE, sealed_json(plan).encode())
        return plan

    def end(self) -> None:
        """End the process, whatever it is at, and remove what it made for nothing."""
        self._child.end()
        self._stack.close()


def check_same_plan(
    folder: RunFolder, plan: CollectionPlan, earlier: CollectionPlan | None
) -> None:
    """Refuse to go on with a run that was begun under another plan.

    Raises:
        ConfigurationError: It was; every difference is told.
    """
    if earlier is not None and plan.fingerprint != earlier.fingerprint:
        raise ConfigurationError(
            f"{folder.path}: its plan differs from what is asked for now:\n"
            + "\n".join(f"  {line}" for line in differences(earlier.facts(), plan.facts()))
            + "\nGo on as it was begun, choose another folder (--output), or begin anew with "
            "--overwrite: its finished shards are lost then"
        )


def _make_plan(
    new_shards: Path,
    collection: Collection,
    directory: Path,
    device: Device | None,
    earlier: CollectionPlan | None,
) -> CollectionPlan:
    """Plan and write the shards to a new file; or return the earlier plan if it holds."""
    from projector.run.plan import plan_run

    os.chdir(directory)
    made_from, shared = made_from_of(collection, directory, device)
    if earlier is not None and holds(earlier, made_from):
        return earlier
    plan = plan_run(collection.run, keep=0)  # workers read for themselves
    return plan_of(plan, collection, made_from, shared, new_shards)


def made_from_of(
    collection: Collection, directory: Path, device: Device | None
) -> tuple[dict[str, Any], bool | None]:
    """Return what a plan is made from beside files, and whether a tagger shares the model's pass.

    Raises:
        ProjectorError: The model can't be had.
    """
    from projector.run.models import chosen_precision, find_model, model_name
    from projector.storage.provenance import versions

    configuration = collection.run
    device = device or _own_device(model_name(configuration))
    precision = _precision(chosen_precision(configuration), device, model_name(configuration))
    model, shared = find_model(configuration, precision=precision, device=device)
    made_from: dict[str, Any] = {
        "configuration": configuration.model_dump(mode="json"),
        "directory": str(directory),
        "model": model,
        "precision": precision,
        "device": device,
        "versions": versions(),
        "shard_size": collection.jobs.shard_size,
    }
    return made_from, shared


def plan_of(
    plan: Plan,
    collection: Collection,
    made_from: Mapping[str, Any],
    shared: bool | None,
    new_shards: Path | None,
) -> CollectionPlan:
    """Return a collection's plan, its shards being written to a new file.

    Args:
        plan: The run's.
        collection: What the user chose.
        made_from, shared: As `made_from_of` gives them.
        new_shards: The file; None: nothing is to be written.
    """
    from projector.run.plan import input_files
    from projector.storage.provenance import stamp_input

    # Before the contents are read: what is written to in between will be noticed.
    stamps = {str(path): stamp_input(path) for path, _, _ in plan.paths()}
    files = input_files(plan)
    shards = list(shards_of(plan, collection.jobs.shard_size))
    return CollectionPlan(
        **made_from,
        inputs=tuple(PlannedInput(files=one, stamp=stamps[one.path]) for one in files),
        corpora=planned_corpora(plan),
        shards=len(shards),
        work=write_work(new_shards, plan, shards),
        documents=len(plan.facts),
        tasks=len(plan.tasks),
        characters=sum(plan.facts[task.source].characters for task in plan.tasks),
        mentions=sum(plan.facts[task.source].mentions for task in plan.tasks),
        problems=plan.problems,
        notices=plan.notices,
        unused={
            f"{target.language} {target.path}": names
            for target, names in zip(plan.targets, plan.unused, strict=True)
            if names
        },
        shared=shared,
        labels=plan.labels,
    )


def _own_device(model: str) -> Device:
    from projector.models.catalogue import find_entry

    if not find_entry(model).has_weights:  # it computes on the CPU, and needs no torch to say so
        return "cpu"
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def _precision(precision: Precision, device: Device, model: str) -> ResolvedPrecision:
    from projector.models.catalogue import NOT_MEASURED, find_entry

    entry = find_entry(model)
    if precision == "int8" and entry.has_weights and not entry.is_measured:
        raise ConfigurationError(f"{model}: {NOT_MEASURED}")
    if precision != "auto":
        return precision
    from projector.models.devices import resolve_device, resolve_precision

    try:
        return resolve_precision("auto", resolve_device(device), measured=entry.is_measured)
    except ConfigurationError:
        # The driver's machine has no GPU, the workers' have: any of the last years computes in it.
        return "bf16"


def holds(plan: CollectionPlan, made_from: Mapping[str, object]) -> bool:
    """Tell whether a plan was made from just these things, and of files with the same stamps."""
    from projector.storage.provenance import stamp_input

    if any(getattr(plan, name) != value for name, value in made_from.items()):
        return False
    try:
        return all(stamp_input(Path(one.files.path)) == one.stamp for one in plan.inputs)
    except CorpusError:
        return False


def shards_of(plan: Plan, size: int) -> Iterator[list[Task]]:
    """Yield the tasks of each shard; those that share a source text stay together.

    That is a document's languages, and its labels where each has a document of its own. Where
    more documents than a shard is to have share one text, it is encoded once a shard.
    """
    groups: dict[tuple[str, int], list[Task]] = {}
    places: dict[str, dict[str, int]] = {}
    for task in plan.tasks:
        leader = plan.facts[task.source].leader
        sources = places.setdefault(leader, {})
        place = sources.setdefault(task.source, len(sources))
        groups.setdefault((leader, place // size), []).append(task)
    of_groups = list(groups.values())
    lengths = [sum(plan.facts[task.source].characters for task in group) for group in of_groups]
    for shard in balance(lengths, math.ceil(len(plan.facts) / size)):
        yield [task for number in shard for task in of_groups[number]]
