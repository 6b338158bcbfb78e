"""Hold the corrections of all files together: who says what of which mention, and from where."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from projector.document import Fragment
from projector.errors import Problem
from projector.storage.hashes import file_hash
from schemas.corrections import Correction, Corrections
from schemas.manifest import CorrectionsFacts

Key = tuple[str, str, str]  # language, source document, mention


@dataclass(frozen=True, slots=True)
class Given:
    """A correction, and where it is from.

    Args:
        correction: What is said.
        reviewer: Who says it; empty where nobody tells.
        voice: Who counts as one: the reviewer, or the file where nobody tells.
        path: The file.
        entry: Its number there, from 0.
    """

    correction: Correction
    reviewer: str
    voice: str
    path: Path
    entry: int

    @property
    def fragments(self) -> tuple[Fragment, ...]:
        """Return where the mention is, as it says."""
        return tuple(Fragment(span.start, span.end) for span in self.correction.new)

    def problem(self, found: str, expected: str = "", hint: str = "") -> Problem:
        """Return what is wrong with it, with its file, entry and mention."""
        said = self.correction
        where = f"corrections.{self.entry} ({said.mention} of {said.document}, {said.language})"
        return Problem(self.path, None, f"{where}: {found}", expected, hint, said.mention)


@dataclass(frozen=True, slots=True)
class CorrectionsFile:
    """Corrections, and the file that they are from.

    Args:
        corrections: What it holds.
        path: The file; where there is none, what stands for it in messages.
        facts: What the manifest keeps of it.
    """

    corrections: Corrections
    path: Path
    facts: CorrectionsFacts


def corrections_files(
    corrections: Sequence[Corrections], files: Sequence[Path]
) -> list[CorrectionsFile]:
    """Return corrections with the files that they are from.

    Args:
        corrections: What each holds.
        files: The files, in their order; none where they are from none.
    """
    paths: list[Path | None] = [*files] if files else [None] * len(corrections)
    return [
        _corrections_file(said, path, number)
        for number, (said, path) in enumerate(zip(corrections, paths, strict=True), start=1)
    ]


def _corrections_file(said: Corrections, path: Path | None, number: int) -> CorrectionsFile:
    digest = hashlib.sha256(said.to_json().encode()).hexdigest() if path is None else ""
    stated = Path(f"corrections {number}") if path is None else path
    facts = CorrectionsFacts(
        name=stated.name,
        sha256=digest or file_hash(stated),
        reviewer=said.reviewer,
        corrections=len(said.corrections),
    )
    return CorrectionsFile(said, stated, facts)


def latest(files: Sequence[CorrectionsFile]) -> dict[Key, list[Given]]:
    """Return what is said of each mention, of what one reviewer says in several files the latest.

    Of equal times the later file's is taken. In files without a reviewer different people speak.
    """
    by_voice: dict[Key, dict[str, Given]] = defaultdict(dict)
    for file in files:
        for entry, correction in enumerate(file.corrections.corrections):
            reviewer = file.corrections.reviewer_of(correction)
            given = Given(correction, reviewer, reviewer or str(file.path), file.path, entry)
            voices = by_voice[correction.key]
            earlier = voices.get(given.voice)
            if earlier is None or earlier.correction.time <= correction.time:
                voices[given.voice] = given
    return {key: list(voices.values()) for key, voices in by_voice.items()}
