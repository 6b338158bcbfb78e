"""State what a run leaves behind about itself.

Two files, because the same inputs, configuration, weights and versions must give the same bytes:
`manifest.json` holds all that follows from these; `log.json` what differs from run to run (when,
where, how long), and nothing else in a run's folder does.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from projector.errors import CorpusError, Problem
from schemas.seal import check_seal, is_sealed
from schemas.validation import faults

# What to do about a run's file that was cut or changed.
RUN_AGAIN = "What is damaged can't be mended: run it again, into another folder or with --overwrite"

MANIFEST = "manifest.json"
LOG = "log.json"
PROJECTIONS_FOLDER = "projections"
SOURCE_FOLDER = "source"


class Record(BaseModel):
    """Pass over unknown names: a later version may have added facts."""

    model_config = ConfigDict(extra="ignore", frozen=True, defer_build=True)

    def to_json(self) -> str:
        """Return it as a file's content, the same bytes for the same values."""
        return self.model_dump_json(indent=2) + "\n"


class InputFiles(Record):
    """What was read: `sha256` is over the names and contents of all `files`, see `hash_input`."""

    role: Literal["source", "target", "texts", "tagger"]
    path: str
    language: str
    files: int
    sha256: str


class ModelFacts(Record):
    """The model that was used; `fingerprint` covers weights, layer, windows and precision.

    `tagger` is the fingerprint of the tagger beside it, where there was one. The others are what
    came of what was left open: which layer was read and what was encoded at once (null of a model
    without layers), in which precision and on what kind of device (null in runs of version 0.1.0).
    `kernel` is what of a processor decides the last bits (null elsewhere, and of collections, whose
    machines may differ).
    """

    name: str
    fingerprint: str
    tagger: str | None = None
    layer: int | None = None
    granularity: Literal["sentence", "window"] | None = None
    window: int | None = None
    precision: Literal["fp32", "bf16", "fp16", "int8"] | None = None
    device: str | None = None
    kernel: str | None = None


class MentionCount(Record):
    """How many source mentions of a label came to a status in a language.

    Where a run only tags, they are those that it found, and their status is `tagged`.
    """

    language: str
    label: str
    status: str
    mentions: int


class LanguageCount(Record):
    """What was done in a language.

    `documents` are the source's, of which `translated` have a translation (or are tagged) and
    `failed` could not be processed; `mentions` are the source's, so none where a run only tags;
    `tables` are the submission tables by entity. Of the translations `audited` were audited, with a
    mean `faithfulness` (null of none), and `mispaired` turned out to be none: nothing was projected
    onto these.
    """

    language: str
    documents: int
    translated: int
    mentions: int
    projected: int
    lost_annotations: int
    failed: int = 0
    audited: int = 0
    mispaired: int = 0
    faithfulness: float | None = None
    tables: dict[str, str]


class FindingCount(Record):
    """How many findings of a kind an audit has in a language, see `projector.audit.findings`."""

    language: str
    kind: str
    findings: int


class FileFacts(Record):
    """A file as it was written: its size in bytes, and its SHA-256."""

    size: int
    sha256: str


class FolderFacts(Record):
    """The `.txt` and `.ann` of a folder as they were written, too many to be listed one by one.

    `sha256` is that of what `sha256sum` prints for them, sorted by name:

        sha256sum *.ann *.txt | LC_ALL=C sort -k 2 | sha256sum
    """

    files: int
    sha256: str


class Written(Record):
    """All files beside a manifest or `coding.json` but the log, by their path in the folder.

    A file is in `files`, or in one of `folders`.
    """

    files: dict[str, FileFacts]
    folders: dict[str, FolderFacts]


class CorrectionsFacts(Record):
    """A file of corrections that was accepted.

    `sha256` is the file's; where corrections came from none, that of `Corrections.to_json`.
    """

    name: str
    sha256: str
    reviewer: str
    corrections: int


class Accepted(Record):
    """What people said of an earlier run, and what of it was taken.

    `run` is the SHA-256 that the earlier run's manifest states of itself; `conflicts` are mentions
    of which reviewers say different things, and which stayed as they were; `not_taken` are
    corrections that could not be true.
    """

    run: str
    corrections: tuple[CorrectionsFacts, ...]
    preferred: tuple[str, ...] = ()
    confirmed: int
    corrected: int
    absent: int
    conflicts: int
    not_taken: int


class Manifest(Record):
    """What a run was made from, and what came of it.

    `configuration` is a `RunConfiguration` or `TaggingConfiguration` as JSON: kept as it was, so
    that a run stays readable when options come and go. `written` is null in runs of versions that
    did not hash; where it isn't, `sha256` is the manifest's own, see `schemas.seal`. `notices`
    tell, a line each, what of the inputs was understood otherwise than it is stated (like offsets
    in UTF-16 units), and what beside them was not read. `accepted` tells of each time that people's
    corrections were made part of it, the first one first; then the rest is the run's that they are
    of.
    """

    version: Literal[1] = 1
    configuration: dict[str, JsonValue]
    model: ModelFacts
    inputs: tuple[InputFiles, ...]
    versions: dict[str, str]
    languages: tuple[LanguageCount, ...]
    counts: tuple[MentionCount, ...]
    findings: tuple[FindingCount, ...] = ()
    notices: tuple[str, ...] = ()
    accepted: tuple[Accepted, ...] = ()
    written: Written | None = None
    sha256: str | None = None


class RunLog(Record):
    """What differs from run to run: times are UTC in ISO 8601, `seconds` wall time.

    `sha256` is its own, see `schemas.seal`.
    """

    version: Literal[1] = 1
    started: str
    seconds: float
    stages: dict[str, float]
    host: str
    platform: str
    processors: int
    command: tuple[str, ...]
    sha256: str | None = None


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of a run's folder.

    Raises:
        CorpusError: The folder holds no run, or one that can't be understood; or the manifest was
            cut or changed.
    """
    path = folder / MANIFEST
    try:
        content = path.read_bytes()
        manifest = Manifest.model_validate_json(content)
    except OSError as error:
        found = f"no run is there: {MANIFEST} can't be read ({error.strerror})"
        raise CorpusError(Problem(folder, None, found, "the folder of a finished run")) from error
    except ValidationError as error:
        found = "; ".join(faults(error).splitlines())
        raise CorpusError(Problem(path, None, found, hint=RUN_AGAIN)) from error
    if manifest.written is not None or is_sealed(content):
        check_seal(content, path, hint=RUN_AGAIN)
    return manifest
