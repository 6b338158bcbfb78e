"""State what a user chose for a collection's run: that of any run, and how the work is shared."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from projector.errors import ConfigurationError
from schemas.coding import CodingConfiguration
from schemas.options import SHARED, Option
from schemas.run import RunConfiguration, Strict, TaggingConfiguration
from schemas.validation import read_content, validated


class JobOptions(Strict):
    """How a collection's work is shared; nothing of it changes what comes out."""

    shard_size: Annotated[int, Option(SHARED)] = Field(
        default=64, ge=1, description="Source documents a shard, on average."
    )
    workers: Annotated[int | None, Option(SHARED)] = Field(
        default=None, ge=1, description="Workers; by default one a processor, or four a GPU."
    )
    threads_per_worker: Annotated[int | None, Option(SHARED)] = Field(
        default=None,
        ge=1,
        description="Threads of each; by default the processors are shared out among them.",
    )
    gpus_per_worker: Annotated[float | None, Option(SHARED)] = Field(
        default=None,
        ge=0,
        description="GPUs of each, 0: on the CPU; parts share one. By default 0.25 where there "
        "are GPUs.",
    )
    address: Annotated[str | None, Option(SHARED)] = Field(
        default=None,
        description="Of an existing cluster, like ray://head:10001 or head:6379; by default one "
        "is started on this machine.",
    )
    max_failures: Annotated[int | None, Option(SHARED)] = Field(
        default=None,
        ge=0,
        description="Stop when more documents fail than that; by default it goes on.",
    )


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
    content = read_content(path)
    shared = {key: content.pop(key) for key in ("jobs", "coding") if key in content}
    if content.setdefault("on_error", "skip") != "skip":
        raise ConfigurationError(
            f"{path}: on_error = {content['on_error']!r}; a collection's run skips what it can't "
            "process and lists it. Leave it out; max_failures in [jobs] stops a run early"
        )
    content = _renamed_tagger(content)
    parts: dict[str, tuple[type[Strict], object]] = {"run": (run_kind(content), content)}
    parts["jobs"] = JobOptions, shared.get("jobs", {})
    if "coding" in shared:
        parts["coding"] = CodingConfiguration, shared["coding"]
    made: dict[str, Strict] = {}
    faulty: list[str] = []
    for name, (kind, part) in parts.items():
        table = "" if name == "run" else name  # whose keys are the file's own
        try:
            made[name] = validated(kind, part, path, within=table)
        except ConfigurationError as error:
            faulty.append(str(error))
    if faulty:
        raise ConfigurationError("\n".join(faulty))
    return Collection.model_validate(made)


def _renamed_tagger(content: dict[str, Any]) -> dict[str, Any]:
    """Return a run's content, with what version 0.1.0 called `tagger_model` under its new name."""
    if "targets" in content or "tagger_model" not in content:
        return content
    named = {"tagger" if key == "tagger_model" else key: value for key, value in content.items()}
    model = content.get("model")
    if isinstance(model, dict) and model.keys() == {"precision"}:
        named["precision"] = named.pop("model")["precision"]
    return named
