"""Hold a collection's plan: what it is to do, in a form that can be compared and hashed."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, JsonValue, ValidationError

from jobs.folder import PLAN_FILE, RunFolder
from projector.corpus.records import RecordFormat
from projector.errors import CorpusError, Notice, Problem
from schemas.collection import run_kind
from schemas.manifest import InputFiles, ModelFacts, Record
from schemas.seal import check_seal
from schemas.validation import faults

if TYPE_CHECKING:
    from schemas.run import RunConfiguration, TaggingConfiguration

VERSION = 2  # of a plan: 1 held pickles

# Shards know their plan by its fingerprint, so they outlive the file.
PLAN_AGAIN = (
    f"Remove {PLAN_FILE} and run the same command again: it is planned anew, and shards that are "
    "done under the same plan count"
)

Device = Literal["cpu", "cuda"]


class PlannedInput(Record):
    """A corpus that is read; `stamp` changes when its files are written to."""

    files: InputFiles
    stamp: str


class PlannedCorpus(Record):
    """A corpus as it was opened; `target` is the number of the one that it is, or is about."""

    role: Literal["source", "target", "tagger"]
    target: int | None = None
    format: Literal["brat", "tsv", "tree", "text", "parquet"] | RecordFormat
    path: str
    language: str


class CollectionPlan(Record):
    """What a collection's run is to do.

    All of it but `directory`, `problems`, `notices`, `unused`, `shared`, `labels`, the stamps and
    the plan's own hash goes into the fingerprint.

    Args:
        configuration: A `RunConfiguration` or `TaggingConfiguration` as JSON.
        directory: What relative paths in it are relative to.
        model: What it is, and what came of what was left open: every worker's must be just so.
        precision: What workers compute in.
        device: What they compute on.
        inputs: What is read.
        corpora: What the shards' documents are of.
        versions: Of what the outcomes may depend on.
        shard_size: Source documents a shard, on average.
        shards: How many there are.
        work: Hash of the shards' own file, see `jobs.shard_work`.
        documents: Source documents.
        tasks: Source documents times languages.
        characters: Of the source texts, times languages.
        mentions: Source mentions times languages, those that can't be used among them.
        problems: What is wrong with the source, and is passed over.
        notices: What was understood otherwise than it is stated, and what is not read.
        unused: By target, the documents that translate nothing.
        shared: Whether a tagger takes its vectors from the model's own pass; None without one.
        labels: Of the source's mentions, sorted.
        sha256: Of its file, and there alone; see `schemas.seal`.
    """

    version: Literal[2] = 2
    configuration: dict[str, JsonValue]
    directory: str
    model: ModelFacts
    precision: Literal["fp32", "bf16", "fp16", "int8"]
    device: Device
    inputs: tuple[PlannedInput, ...]
    corpora: tuple[PlannedCorpus, ...]
    versions: dict[str, str]
    shard_size: int
    shards: int
    work: str
    documents: int
    tasks: int
    characters: int
    mentions: int
    problems: tuple[Problem, ...] = ()
    notices: tuple[Notice, ...] = ()
    unused: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    shared: bool | None = None
    labels: tuple[str, ...] = ()
    sha256: str | None = None

    @property
    def run(self) -> RunConfiguration | TaggingConfiguration:
        """Return the configuration."""
        return run_kind(self.configuration).model_validate(self.configuration)

    def facts(self) -> dict[str, Any]:
        """Return all that the outcomes, and their division into shards, depend on."""
        left = {
            "directory",
            "problems",
            "notices",
            "unused",
            "shared",
            "labels",
            "inputs",
            "sha256",
        }
        facts = self.model_dump(mode="json", exclude=left)
        inputs = [planned.files.model_dump(mode="json") for planned in self.inputs]
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


class _AnyPlan(Record):
    """What plans of all versions have told."""

    version: int
    versions: dict[str, str]


def read_plan(folder: RunFolder) -> CollectionPlan:
    """Read the plan of a run's folder.

    Raises:
        CorpusError: There is none, it is of another version, it can't be understood, or it was cut
            or changed.
    """
    path = folder.plan / PLAN_FILE
    try:
        content = path.read_bytes()
        found = _AnyPlan.model_validate_json(content)
        if found.version != VERSION:
            by = f"projector {found.versions.get('projector', 'of another version')}"
            told = f"the run was begun by {by}, whose plans have version {found.version}"
            hint = "Go on with that version of projector, or begin anew with --overwrite"
            raise CorpusError(Problem(path, None, told, f"version {VERSION}", hint))
        plan = CollectionPlan.model_validate_json(content)
        assert plan.run  # what is there is a configuration
    except OSError as error:
        raise CorpusError(Problem(path, None, f"can't be read: {error.strerror}")) from error
    except ValidationError as error:
        wrong = "; ".join(faults(error).splitlines())
        raise CorpusError(Problem(path, None, wrong, hint=PLAN_AGAIN)) from error
    check_seal(content, path, hint=PLAN_AGAIN)
    return plan.model_copy(update={"sha256": None})
