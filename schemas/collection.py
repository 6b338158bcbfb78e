"""State what a user chose for a collection's run: that of any run, and how the work is shared."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import Field

from projector.errors import ConfigurationError
from schemas.coding import CodingConfiguration
from schemas.run import RunConfiguration, Strict
from schemas.validation import read_validated


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
    """A collection's run: what is projected, how the work is shared, and how mentions are coded.

    A document that can't be processed is skipped and listed, whatever a run's default is. Without
    `coding`, mentions get no codes but those that they bring.
    """

    run: RunConfiguration
    jobs: JobOptions = JobOptions()
    coding: CodingConfiguration | None = None


def read_collection(path: Path) -> Collection:
    """Read a collection from a TOML file: a run's configuration, perhaps tables `jobs`, `coding`.

    Raises:
        ConfigurationError: It can't be read, or isn't one; every fault is told.
    """

    def arranged(content: dict[str, Any]) -> object:
        jobs, coding = content.pop("jobs", {}), content.pop("coding", None)
        if content.setdefault("on_error", "skip") != "skip":
            raise ConfigurationError(
                f"{path}: on_error = {content['on_error']!r}; a collection's run skips what it "
                "can't process and lists it. Leave it out; max_failures in [jobs] stops a run early"
            )
        return {"run": content, "jobs": jobs, "coding": coding}

    return read_validated(path, Collection, arranged=arranged)
