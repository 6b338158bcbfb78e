"""Hold concepts as vectors: look them up, find what lies near them, and the names farthest off."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from safetensors.numpy import save_file

from projector.arrays import Floats
from projector.errors import ConfigurationError, CorpusError, ModelError, Problem
from projector.models.folder_file import read_object
from projector.models.weights import read_tensors
from projector.storage.parquet_frame import read_columns
from projector.storage.strict_json import brief
from projector.storage.trained_folder import find_trained

SPACE_FILE = "space.json"
VECTORS_FILE = "space.safetensors"
CONCEPTS_FILE = "concepts.parquet"
NAMES_FILE = "names.parquet"
EXPECTED = "a concept space as `projector train concepts` leaves it"
CONCEPT_COLUMNS = dict.fromkeys(("code", "name", "parent", "block", "chapter"), pl.String())
NAME_COLUMNS = {"concept": pl.Int32(), "language": pl.String(), "text": pl.String()}
_LONGEST = 1.01  # of a vector of length 1 that was rounded to half precision


@dataclass(frozen=True, eq=False)
class ConceptSpace:
    """Concepts, each a vector, and their names as points of the same space.

    Args:
        concepts: A row each: code, name, parent, block, chapter; empty where there is none.
        vectors: [N, d] of length 1, in the order of `concepts`.
        names: A row each: the number of its concept, language, text.
        name_vectors: [M, d] of length 1, in the order of `names`.
        temperature: Of the softmax over concepts that it was made with.
    """

    concepts: pl.DataFrame
    vectors: Floats
    names: pl.DataFrame
    name_vectors: Floats
    temperature: float

    @classmethod
    def read(cls, path: Path) -> ConceptSpace:
        """Read a space by its folder, or that of its training run.

        Raises:
            ModelError, CorpusError: There is none, or its files don't go together.
        """
        folder = find_trained(path, SPACE_FILE)
        said = read_object(folder / SPACE_FILE, EXPECTED)
        tensors = read_tensors(folder / VECTORS_FILE, EXPECTED)
        concepts = read_concept_table(folder)
        names = read_columns(folder / NAMES_FILE, NAME_COLUMNS, EXPECTED)
        _check_names(folder / NAMES_FILE, names["concept"], concepts.height)
        vectors, places = (
            np.asarray(tensors[key].float().numpy(), np.float32)
            if key in tensors
            else np.empty((0, 0), np.float32)
            for key in ("concepts", "names")
        )
        width = vectors.shape[-1] if vectors.ndim else 0
        sizes = (concepts.height, width), (names.height, width)
        if not width or (vectors.shape, places.shape) != sizes:
            raise ModelError(f"{folder / VECTORS_FILE}: is not of the tables beside; {EXPECTED}")
        if any(_is_longer(part) for part in (vectors, places)):
            raise ModelError(f"{folder / VECTORS_FILE}: has vectors longer than 1; {EXPECTED}")
        temperature = said.get("temperature")
        if not isinstance(temperature, float) or not 0 < temperature < np.inf:
            told = f"{folder / SPACE_FILE}: temperature is {brief(temperature)}"
            raise ModelError(f"{told}; {EXPECTED}")
        return cls(concepts, vectors, names, places, temperature)

    def write(self, folder: Path, said: dict[str, Any]) -> None:
        """Write the space to a folder.

        Args:
            folder: Made where it isn't there.
            said: How it was made.
        """
        folder.mkdir(parents=True, exist_ok=True)
        halves = {"concepts": self.vectors, "names": self.name_vectors}
        save_file(
            {name: values.astype(np.float16) for name, values in halves.items()},
            folder / VECTORS_FILE,
        )
        self.concepts.write_parquet(folder / CONCEPTS_FILE)
        self.names.write_parquet(folder / NAMES_FILE)
        content = {"dimension": self.vectors.shape[1], "temperature": self.temperature, **said}
        text = json.dumps(content, indent=1, default=str)
        (folder / SPACE_FILE).write_text(text, encoding="utf-8")
        (folder / VECTORS_FILE).chmod((folder / SPACE_FILE).stat().st_mode)

    def __len__(self) -> int:
        """Return the number of concepts."""
        return self.concepts.height

    @cached_property
    def _numbers(self) -> dict[str, int]:
        names = zip(self.names["text"].to_list(), self.names["concept"].to_list(), strict=True)
        by_name = {text.casefold(): number for text, number in reversed([*names])}
        codes = {code.casefold(): row for row, code in enumerate(self.concepts["code"].to_list())}
        return {**by_name, **codes}

    def find(self, code_or_name: str) -> int:
        """Return the number of the concept that has a code, or else a name.

        Raises:
            ConfigurationError: None has.
        """
        number = self._numbers.get(code_or_name.casefold())
        if number is None:
            raise ConfigurationError(
                f"{code_or_name}: no concept has this code or name; expected a code such as "
                f"{self.concepts['code'][0]}, or a name as the list writes it"
            )
        return number

    def nearest(self, vectors: Floats, most: int) -> tuple[np.ndarray[Any, Any], Floats]:
        """Return the concepts nearest to some points.

        Args:
            vectors: [Q, d] of length 1.
            most: How many each, fewer where there are no more.

        Returns:
            [Q, most] numbers, the nearest first, equal ones in the order of the list; and their
            cosines.
        """
        similar = vectors @ self.vectors.T
        order = np.argsort(-similar, axis=1, kind="stable")[:, :most]
        return order, np.take_along_axis(similar, order, 1)

    def chapters(self) -> list[dict[str, Any]]:
        """Return a row for each chapter: concepts, names, and the mean cosine with its mean."""
        chapter = self.concepts["chapter"].to_numpy()
        owner = chapter[self.names["concept"].to_numpy()]
        rows = []
        for name in dict.fromkeys(chapter.tolist()):
            points = self.vectors[chapter == name]
            mean = points.mean(0)
            near = float((points @ mean / max(float(np.linalg.norm(mean)), 1e-9)).mean())
            rows.append(
                {
                    "chapter": name or "–",
                    "concepts": len(points),
                    "names": int((owner == name).sum()),
                    "cosine": round(near, 4),
                }
            )
        return rows

    def neighbours(self, number: int, most: int) -> list[tuple[int, float]]:
        """Return the other concepts nearest to one, with their cosines."""
        order, similar = self.nearest(self.vectors[number : number + 1], most + 1)
        pairs = zip(order[0].tolist(), similar[0].tolist(), strict=True)
        return [(other, cosine) for other, cosine in pairs if other != number][:most]

    def farthest_names(self, number: int) -> list[tuple[str, str, float]]:
        """Return language, text and cosine of a concept's names, the farthest from it first."""
        rows = np.flatnonzero(self.names["concept"].to_numpy() == number)
        cosines = self.name_vectors[rows] @ self.vectors[number]
        order = np.argsort(cosines, kind="stable")
        texts = self.names[rows.tolist()]
        return [
            (texts["language"][row], texts["text"][row], float(cosines[row]))
            for row in order.tolist()
        ]


def read_concept_table(folder: Path) -> pl.DataFrame:
    """Return the table of a folder's concepts, at least one.

    Raises:
        CorpusError: It can't be read, is empty, or lacks a column or a value.
    """
    path = folder / CONCEPTS_FILE
    concepts = read_columns(path, CONCEPT_COLUMNS, EXPECTED)
    if not concepts.height:
        raise CorpusError(Problem(path, None, "there is no concept", EXPECTED))
    return concepts


def _is_longer(vectors: Floats) -> bool:
    """Tell whether some of [N, d] vectors are longer than 1."""
    if np.abs(vectors).max() > _LONGEST:  # whose square could be infinite
        return True
    return bool(np.linalg.norm(vectors, axis=1).max() > _LONGEST)


def _check_names(path: Path, owner: pl.Series, concepts: int) -> None:
    """Refuse names of concepts that are none, and concepts without a name.

    Raises:
        CorpusError: There are some; the first is told.
    """
    wrong = np.flatnonzero(~owner.is_between(0, concepts - 1).to_numpy())
    if len(wrong):
        row = int(wrong[0])
        found = f"a name of the concept {owner[row]}, of which there are {concepts}"
        raise CorpusError(Problem(path, row + 1, found, EXPECTED))
    nameless = np.flatnonzero(np.bincount(owner.to_numpy(), minlength=concepts) == 0)
    if len(nameless):
        found = f"the concept {nameless[0]} has no name"
        raise CorpusError(Problem(path, None, found, EXPECTED))
