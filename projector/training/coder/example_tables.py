"""Write down what a coder learns from, for people to read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from projector.corpus.formats.tsv_write import format_row
from projector.storage.atomic_file import atomic_file

if TYPE_CHECKING:
    from projector.coding.code_list import CodeList
    from projector.training.coder.examples import CodedText
    from projector.training.coder.filtering import Rejected
    from schemas.coder_training import CoderTraining

_COLUMNS = ("text", "code", "language", "origin", "description")


def write_examples(
    folder: Path,
    examples: Sequence[CodedText],
    rejected: Sequence[Rejected],
    codes: CodeList,
    configuration: CoderTraining,
) -> None:
    """Write `examples.tsv`, `rejected.tsv` and `sample.tsv`.

    Raises:
        OSError: They can't be written.
    """

    def row(example: CodedText) -> tuple[str, ...]:
        told = codes.description(example.code, example.language)
        return example.text, codes.codes[example.code], example.language, example.origin, told

    _write(folder / "examples.tsv", _COLUMNS, map(row, examples))
    left = ((*row(one.example), one.reason) for one in rejected)
    _write(folder / "rejected.tsv", (*_COLUMNS, "reason"), left)
    drawn = _sample(examples, configuration.curation.sample, configuration.seed)
    _write(folder / "sample.tsv", _COLUMNS, map(row, drawn))


def _sample(examples: Sequence[CodedText], most: int, seed: int) -> list[CodedText]:
    """Draw some examples of each origin, in their order."""
    by_origin: dict[str, list[CodedText]] = defaultdict(list)
    for example in examples:
        by_origin[example.origin].append(example)
    random = np.random.default_rng(seed)
    drawn: list[CodedText] = []
    for _, alike in sorted(by_origin.items()):
        places = random.permutation(len(alike))[:most]
        drawn += [alike[at] for at in sorted(places.tolist())]
    return drawn


def _write(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with atomic_file(path) as file:
        file.write(format_row(columns))
        for row in rows:
            file.write(format_row(row))
