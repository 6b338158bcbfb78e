"""Know how probable a coder's codes are, and from which probability on they are right often enough.

What weighs the evidence for a code was fitted to mentions that the coder did not learn from, see
`jobs.research.fit_calibration`. Its file tells the recipe, and on which lists and languages it was
measured: elsewhere stricter floors hold.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from projector.coding.code_list import CodeList
from projector.coding.icd10 import normal_code
from projector.coding.retrieval.boosted_trees import BoostedTrees
from projector.coding.retrieval.evidence import FEATURES
from projector.errors import ConfigurationError, ModelError
from projector.models.folder_file import read_contract
from schemas.model_folder import CalibrationSaid, FloorSaid

CALIBRATION_FILE = "calibration.json"
MIN_PRECISION = 0.9
_EXPECTED = "trees, floors and what they were measured on. Fit it again, or remove it"


@dataclass(frozen=True, slots=True)
class Floor:
    """A least probability, and what comes of keeping silent below it.

    Args:
        precision: Of what is answered, at least, on mentions that it was not fitted to.
        score: The least probability.
        coverage: Share of the mentions that are answered.
    """

    precision: float
    score: float
    coverage: float


@dataclass(frozen=True, slots=True, eq=False)
class ScoreCalibration:
    """How a coder's evidence becomes probabilities, and what these are worth.

    Args:
        trees: Weigh the evidence.
        floors: By falling precision, where it was measured.
        floors_elsewhere: Those that hold for lists and wordings that it was not fitted to.
        lists: What it was measured on, by `codes_hash`.
        languages: Of the mentions that it was measured on.
        identity: A hash of the file.
    """

    trees: BoostedTrees
    floors: tuple[Floor, ...]
    floors_elsewhere: tuple[Floor, ...]
    lists: dict[str, str]
    languages: tuple[str, ...]
    identity: str

    def knows(self, codes: CodeList) -> bool:
        """Tell whether gold has shown how often codes of a list are right."""
        return codes_hash(codes) in self.lists

    def floor(self, precision: float, *, elsewhere: bool = False) -> Floor:
        """Return the least probability that keeps a precision.

        Args:
            precision: Of the answers.
            elsewhere: On another list than it was measured on, or in another language.

        Raises:
            ConfigurationError: No probability keeps it.
        """
        if precision <= 0:
            return Floor(0.0, 0.0, 1.0)
        known = self.floors_elsewhere if elsewhere else self.floors
        kept = [floor for floor in known if floor.precision >= precision]
        if not kept:
            best = max((floor.precision for floor in known), default=0.0)
            where = " on lists and in languages that nobody measured" if elsewhere else ""
            raise ConfigurationError(
                f"no score of this coder was right in {precision:.3f} of cases{where}; the surest "
                f"ones are in {best:.3f}. Ask for less: --min-precision (min_precision)"
            )
        return min(kept, key=lambda floor: floor.score)

    @classmethod
    def read(cls, path: Path) -> ScoreCalibration | None:
        """Read one from a coder's folder, or its file; None where there is none.

        Raises:
            ModelError: It can't be understood.
        """
        file = path / CALIBRATION_FILE if path.is_dir() else path
        if not file.is_file():
            return None
        said = read_contract(file, CalibrationSaid, _EXPECTED)
        return cls(
            _trees(said, file),
            _floors(said.floors),
            _floors(said.floors_elsewhere),
            dict(said.lists),
            said.languages,
            hashlib.sha256(file.read_bytes()).hexdigest(),
        )


def codes_hash(codes: CodeList) -> str:
    """Return what tells the codes of a list from another's, however they are written and called."""
    told = "\n".join(sorted(map(normal_code, codes.codes)))
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _floors(said: Iterable[FloorSaid]) -> tuple[Floor, ...]:
    return tuple(Floor(floor.precision, floor.score, floor.coverage) for floor in said)


def _trees(said: CalibrationSaid, file: Path) -> BoostedTrees:
    trees = said.trees
    if unknown := [name for name in said.features if name not in FEATURES]:
        raise ModelError(f"{file}: nothing is known of {unknown[0]!r}; expected {_EXPECTED}")
    columns = [FEATURES.index(name) for name in said.features]
    try:
        return BoostedTrees.of(
            [columns[number] for number in trees.features],
            trees.thresholds,
            trees.children,
            trees.values,
            trees.roots,
        )
    except (IndexError, ValueError) as error:
        raise ModelError(f"{file}: no trees ({error}); expected {_EXPECTED}") from error
