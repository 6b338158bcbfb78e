"""Write the page of all that a file can set from the models that read it."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import dataclass

from markdown_text import code, escaped, table
from settings_fields import SettingsTable, default_in_toml, tables_of, type_in_words

from schemas.aligner_training import AlignerTraining
from schemas.coder_training import CoderTraining
from schemas.collection import Collection
from schemas.concept_training import ConceptTraining
from schemas.edge_training import EdgeTraining
from schemas.encoder_training import EncoderTraining
from schemas.run import RunConfiguration
from schemas.tagger_training import TaggerTraining

_HEAD = """# Configuration

Made from the models that read the files: every table, its settings, their types and defaults.
An unknown name is an error and not a silent default. `[[data]]` may stand several times; `[data]`
once. Where a table's settings have no words of their own, the paragraph in front of it tells.
"""


@dataclass(frozen=True, slots=True)
class SettingsFile:
    """A file that a user writes: what it is for, and its tables."""

    title: str
    remark: str
    tables: tuple[SettingsTable, ...]


def files() -> Iterator[SettingsFile]:
    """Yield every file that a user can write."""
    yield SettingsFile(
        "A run",
        "What `projector project --config FILE` takes, the top of a collection's file, and what a "
        "run's `manifest.json` keeps as its `configuration`.",
        tuple(tables_of(RunConfiguration)),
    )
    yield SettingsFile(
        "A collection",
        "What `projector jobs run FILE` takes: a run as above, and these tables.",
        tuple(one for one in tables_of(Collection) if one.path and one.path[0] != "run"),
    )
    yield SettingsFile(
        "Training an aligner",
        "What `projector train aligner FILE` takes.",
        tuple(tables_of(AlignerTraining)),
    )
    yield SettingsFile(
        "Training an edge model",
        "What `projector train edges FILE` takes.",
        tuple(tables_of(EdgeTraining)),
    )
    yield SettingsFile(
        "Training a tagger",
        "What `projector train tagger FILE` takes.",
        tuple(tables_of(TaggerTraining)),
    )
    yield SettingsFile(
        "Training a coder",
        "What `projector train coder FILE` takes.",
        tuple(tables_of(CoderTraining)),
    )
    yield SettingsFile(
        "Training a concept space",
        "What `projector train concepts FILE` takes.",
        tuple(tables_of(ConceptTraining)),
    )
    yield SettingsFile(
        "Post-training an encoder",
        "What `projector train encoder FILE` takes.",
        tuple(tables_of(EncoderTraining)),
    )


def configuration_page() -> str:
    """Return the page, a section a file."""
    sections = [_HEAD]
    for file in files():
        sections += [f"## {file.title}", file.remark]
        for part in file.tables:
            sections += [f"### `{part.heading}`", _docstring(part.kind), _rows(part)]
    return "\n\n".join(section for section in sections if section) + "\n"


def _docstring(kind: type) -> str:
    """Return what a class says of itself, but for what its settings say."""
    text, _, _ = (inspect.getdoc(kind) or "").partition("\nArgs:")
    return escaped(text.strip())


def _rows(part: SettingsTable) -> str:
    described = any(setting.description for setting in part.settings)
    rows = [
        [
            code(setting.name),
            type_in_words(setting),
            "required" if setting.required else code(default_in_toml(setting)),
            *([escaped(setting.description)] if described else []),
        ]
        for setting in part.settings
    ]
    return table(["setting", "value", "default", *(["what it does"] if described else [])], rows)
