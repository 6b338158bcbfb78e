"""State what a user chose for a collection's run: that of any run, and how the work is shared."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import Field, ValidationError

from projector.errors import ConfigurationError
from schemas.coding import CodingConfiguration
from schemas.run import RunConfiguration, Strict, TaggingConfiguration
from schemas.validation import faults


class JobOptions(Strict):
    """How a collection's work is shared; nothing of it changes what comes out.

    `shard_size` is in source documents, on average; `workers`, `threads_per_worker` and
    `gpus_per_worker` are decided by the machines where they are None; `max_failures` is how many
    documents may fail before the run stops.
    """

    shard_size: int = Field(default=64, ge=1)
    workers: int | None = Field(default=None, ge=1)
    threads_per_worker: int | None = Field(default=None, ge=1)
    gpus_per_worker: float | None = Field(default=None, ge=0)
    address: str | None = None
    max_failures: int | None = Field(default=None, ge=0)


class Collection(Strict):
    """A collection's run: what is done, how the work is shared, and how mentions are coded.

    `run` projects a source onto its translations, or tags it. A document that can't be processed
    is skipped and listed, whatever a run's default is. Without `coding`, mentions get no codes but
    those that they bring.
    """

    run: RunConfiguration | TaggingConfiguration
    jobs: JobOptions = JobOptions()
    coding: CodingConfiguration | None = None


def run_kind(content: Mapping[str, object]) -> type[RunConfiguration] | type[TaggingConfiguration]:
    """Return which kind of run a configuration is of: one with a tagger and no targets tags."""
    tags = "targets" not in content and "tagger" in content
    return TaggingConfiguration if tags else RunConfiguration


def read_collection(path: Path) -> Collection:
    """Read a collection from a TOML file: a run's configuration, perhaps tables `jobs`, `coding`.

    Without targets, its source is tagged by its `tagger`.

    Raises:
        ConfigurationError: It can't be read, or isn't one; every fault is told.
    """
    try:
        content: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"{path}: can't be read: {error.strerror}") from error
    except ValueError as error:  # also what is not UTF-8
        raise ConfigurationError(f"{path}: is no TOML: {error}") from error
    shared = {key: content.pop(key) for key in ("jobs", "coding") if key in content}
    if content.setdefault("on_error", "skip") != "skip":
        raise ConfigurationError(
            f"{path}: on_error = {content['on_error']!r}; a collection's run skips what it can't "
            "process and lists it. Leave it out; max_failures in [jobs] stops a run early"
        )
    content = _renamed_tagger(content)
    faulty: list[str] = []
    run = _validated(run_kind(content), content, path, faulty, "run")
    jobs = _validated(JobOptions, shared.get("jobs", {}), path, faulty, "jobs")
    coding = None
    if "coding" in shared:
        coding = _validated(CodingConfiguration, shared["coding"], path, faulty, "coding")
    if run is None or jobs is None or faulty:
        raise ConfigurationError("\n".join(faulty))
    return Collection(run=run, jobs=jobs, coding=coding)


def _renamed_tagger(content: dict[str, Any]) -> dict[str, Any]:
    """Return a run's content, with what version 0.1.0 called `tagger_model` under its new name."""
    if "targets" in content or "tagger_model" not in content:
        return content
    named = {"tagger" if key == "tagger_model" else key: value for key, value in content.items()}
    model = content.get("model")
    if isinstance(model, dict) and model.keys() == {"precision"}:
        named["precision"] = named.pop("model")["precision"]
    return named


_Part = TypeVar("_Part", bound=Strict)


def _validated(
    part: type[_Part], content: object, path: Path, faulty: list[str], name: str
) -> _Part | None:
    """Return a part of a collection; or None, and tell what is wrong with it."""
    try:
        return part.model_validate(content)
    except ValidationError as error:
        faulty.append(faults(error, path, within=name))
        return None
