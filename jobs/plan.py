"""Plan a collection's run: once, before any worker starts, and in a form that can be compared.

Planning happens in a process of its own: what it holds of thirty thousand documents is gone when
it ends, and neither torch nor a model is ever loaded into the driver.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import pickle
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import Field, JsonValue, ValidationError

from jobs.balance import balance
from jobs.folder import PLAN_FILE, RunFolder
from jobs.planning_process import Child
from projector.errors import ConfigurationError, CorpusError, Problem
from projector.storage.atomic_file import atomic_file, atomic_write
from schemas.collection import Collection, run_kind
from schemas.manifest import InputFiles, ModelFacts, Record
from schemas.validation import faults

if TYPE_CHECKING:
    from projector.run.plan import Plan, Task
    from projector.settings import Precision
    from schemas.run import RunConfiguration, TaggingConfiguration

_SHARDS_FILE = "shards.parquet"
_SHARDS = pa.schema(
    [
        pa.field("shard", pa.int64(), nullable=False),
        pa.field("documents", pa.int64(), nullable=False),
        pa.field("tasks", pa.int64(), nullable=False),
        pa.field("characters", pa.int64(), nullable=False),
        pa.field("mentions", pa.int64(), nullable=False),
        pa.field("sources", pa.list_(pa.string()), nullable=False),
        pa.field("work", pa.binary(), nullable=False),  # a pickled `Plan`: for workers alone
    ]
)

Device = Literal["cpu", "cuda"]


class PlannedInput(Record):
    """A corpus that is read; `stamp` changes when its files are written to."""

    files: InputFiles
    stamp: str


class CollectionPlan(Record):
    """What a collection's run is to do.

    All of it but `directory`, `problems`, `unused`, `shared` and the stamps goes into the
    fingerprint.

    Args:
        configuration: A `RunConfiguration` or `TaggingConfiguration` as JSON.
        directory: What relative paths in it are relative to.
        model: Its name and fingerprint.
        precision: What it computes in, resolved.
        device: Where.
        inputs: What is read.
        versions: Of what the outcomes may depend on.
        shard_size: Source documents a shard, on average.
        shards: How many there are.
        documents: Source documents.
        tasks: Source documents times languages.
        characters: Of the source texts, times languages.
        mentions: Source mentions times languages, those that can't be used among them.
        problems: What is wrong with the source, and is passed over.
        unused: By target, the documents that translate nothing.
        shared: Whether a tagger takes its vectors from the model's own pass; None without one.
    """

    version: Literal[1] = 1
    configuration: dict[str, JsonValue]
    directory: str
    model: ModelFacts
    precision: Literal["fp32", "bf16", "fp16", "auto"]
    device: Device
    inputs: tuple[PlannedInput, ...]
    versions: dict[str, str]
    shard_size: int
    shards: int
    documents: int
    tasks: int
    characters: int
    mentions: int
    problems: tuple[Problem, ...] = ()
    unused: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    shared: bool | None = None

    @property
    def run(self) -> RunConfiguration | TaggingConfiguration:
        """Return the configuration."""
        return run_kind(self.configuration).model_validate(self.configuration)

    def facts(self) -> dict[str, Any]:
        """Return all that the outcomes, and their division into shards, depend on."""
        left = {"directory", "problems", "unused", "shared", "inputs"}
        facts = self.model_dump(mode="json", exclude=left)
        inputs = [one.files.model_dump(mode="json") for one in self.inputs]
        return {
            **facts,
            "inputs": {f"{one['role']} {one['language']} {one['path']}": one for one in inputs},
        }

    @property
    def fingerprint(self) -> str:
        """Return the hash of `facts`."""
        return hashlib.sha256(json.dumps(self.facts(), sort_keys=True).encode()).hexdigest()


class ShardPlan(Record):
    """What a driver knows of a shard: numbers only."""

    shard: int
    documents: int
    tasks: int
    characters: int
    mentions: int


class Planning:
    """Make the plan of a run's folder in another process, or find that the one there holds.

    Where one is there, nothing is read as long as configuration, versions, model and the files'
    stamps are those that it was made with; otherwise all is planned anew and must come to the same.

    Args:
        folder: The run's.
        collection: What the user chose.
        directory: What its relative paths are relative to.
        device: Where the model will run; None: on a GPU if this machine has one.

    Raises:
        CorpusError: The folder's plan can't be read.
    """

    def __init__(
        self, folder: RunFolder, collection: Collection, directory: Path, device: Device | None
    ) -> None:
        self._folder = folder
        self._earlier = read_plan(folder) if (folder.plan / PLAN_FILE).is_file() else None
        self._new_shards = folder.path / f".tmp-{secrets.token_hex(8)}"
        arguments = (self._new_shards, collection, directory, device, self._earlier)
        self._child = Child(_make_plan, *arguments)

    def is_over(self, *, within: float) -> bool:
        """Tell whether planning ends within so many seconds, well or badly."""
        return self._child.answers(within=within)

    def result(self) -> CollectionPlan:
        """Wait for the plan, and put it in its place.

        Raises:
            ProjectorError: A corpus or the model can't be read; or the folder's plan is another.
        """
        plan, earlier = self._child.result(), self._earlier
        if earlier is not None and plan.fingerprint != earlier.fingerprint:
            raise ConfigurationError(
                f"{self._folder.path}: its plan differs from what is asked for now:\n"
                + "\n".join(f"  {line}" for line in differences(earlier.facts(), plan.facts()))
                + "\nGo on as it was begun, choose another folder, or let it be overwritten: "
                "its finished shards are lost then"
            )
        if plan != earlier:
            self._new_shards.replace(self._folder.plan / _SHARDS_FILE)
            content = plan.model_dump_json(indent=2) + "\n"
            atomic_write(self._folder.plan / PLAN_FILE, content.encode())
        return plan

    def end(self) -> None:
        """End the process, whatever it is at."""
        self._child.end()


def _make_plan(
    new_shards: Path,
    collection: Collection,
    directory: Path,
    device: Device | None,
    earlier: CollectionPlan | None,
) -> CollectionPlan:
    """Plan and write the shards to a new file; or return the earlier plan if it holds."""
    from projector.run.models import chosen_precision, find_model, model_name
    from projector.run.plan import input_files, plan_run
    from projector.storage.provenance import stamp_input, versions

    os.chdir(directory)
    configuration = collection.run
    device = device or _own_device(model_name(configuration))
    precision = _precision(chosen_precision(configuration), device)
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
    if earlier is not None and _holds(earlier, made_from):
        return earlier
    plan = plan_run(configuration)
    # Before the contents are read: what is written to in between will be noticed.
    stamps = {str(path): stamp_input(path) for path, _, _ in plan.paths()}
    files = input_files(plan)
    shards = list(_shards(plan, collection.jobs.shard_size))
    _write_shards(new_shards, plan, shards)
    return CollectionPlan(
        **made_from,
        inputs=tuple(PlannedInput(files=one, stamp=stamps[one.path]) for one in files),
        shards=len(shards),
        documents=len(plan.facts),
        tasks=len(plan.tasks),
        characters=sum(plan.facts[task.source].characters for task in plan.tasks),
        mentions=sum(plan.facts[task.source].mentions for task in plan.tasks),
        problems=plan.problems,
        unused={
            f"{target.language} {target.path}": names
            for target, names in zip(plan.targets, plan.unused, strict=True)
            if names
        },
        shared=shared,
    )


def _own_device(model: str) -> Device:
    if model == "tiny":  # it computes on the CPU, and needs no torch to say so
        return "cpu"
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def _precision(precision: Precision, device: Device) -> Precision:
    from projector.models.devices import resolve_device, resolve_precision

    if precision != "auto":
        return precision
    try:
        return cast("Precision", resolve_precision("auto", resolve_device(device)))
    except ConfigurationError:
        # The driver's machine has no GPU, the workers' have: any of the last years computes in it.
        return "bf16"


def _holds(plan: CollectionPlan, made_from: Mapping[str, object]) -> bool:
    """Tell whether a plan was made from just these things, and of files with the same stamps."""
    from projector.storage.provenance import stamp_input

    if any(getattr(plan, name) != value for name, value in made_from.items()):
        return False
    try:
        return all(stamp_input(Path(one.files.path)) == one.stamp for one in plan.inputs)
    except CorpusError:
        return False


def _shards(plan: Plan, size: int) -> Iterator[list[Task]]:
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


def _write_shards(path: Path, plan: Plan, shards: list[list[Task]]) -> None:
    with atomic_file(path) as file, pq.ParquetWriter(file, _SHARDS, compression="zstd") as writer:
        for number, tasks in enumerate(shards):
            sources = sorted({task.source for task in tasks})
            row = {
                "shard": number,
                "documents": len(sources),
                "tasks": len(tasks),
                "characters": sum(plan.facts[task.source].characters for task in tasks),
                "mentions": sum(plan.facts[task.source].mentions for task in tasks),
                "sources": sources,
                "work": pickle.dumps(plan.only(tasks)),
            }
            # A row group each, so that a worker reads its own only.
            writer.write_table(pa.Table.from_pylist([row], schema=_SHARDS))


def read_plan(folder: RunFolder) -> CollectionPlan:
    """Read the plan of a run's folder.

    Raises:
        CorpusError: There is none, or it can't be understood.
    """
    path = folder.plan / PLAN_FILE
    try:
        return CollectionPlan.model_validate_json(path.read_bytes())
    except OSError as error:
        raise CorpusError(Problem(path, None, f"can't be read: {error.strerror}")) from error
    except ValidationError as error:
        raise CorpusError(Problem(path, None, faults(error, path))) from error


def read_shards(folder: RunFolder) -> list[ShardPlan]:
    """Return what a driver must know of each shard."""
    path = folder.plan / _SHARDS_FILE
    columns = list(ShardPlan.model_fields)
    try:
        return [
            ShardPlan.model_validate(row)
            for row in pq.read_table(path, columns=columns).to_pylist()
        ]
    except (OSError, pa.ArrowInvalid) as error:
        raise CorpusError(Problem(path, None, f"can't be read: {error}")) from error


def read_work(folder: RunFolder, shard: int) -> Plan:
    """Return the plan of one shard's tasks."""
    with pq.ParquetFile(folder.plan / _SHARDS_FILE) as file:
        work: Plan = pickle.loads(file.read_row_group(shard, columns=["work"])["work"][0].as_py())
        return work


def differences(one: object, other: object, place: str = "") -> Iterator[str]:
    """Yield where two JSON-like values differ, a line each, with both values."""
    if one == other:
        return
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for key in sorted(one.keys() | other.keys()):
            inner = f"{place}.{key}" if place else str(key)
            yield from differences(one.get(key), other.get(key), inner)
        return
    yield f"{place}: {_brief(one)} in the plan, {_brief(other)} now"


def _brief(value: object) -> str:
    told = json.dumps(value, ensure_ascii=False, default=str)
    return told if len(told) <= 80 else f"{told[:77]}…"
