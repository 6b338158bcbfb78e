"""Turn a coder's scores into probabilities that its codes are right, as gold has shown them to be.

A logistic function of what the ranking says of a code, whose weights are not negative, so that
more of anything that speaks for it never makes it less sure (Platt 1999). It was fitted to mentions
that the coder did not learn from, see `jobs.research.fit_calibration`; its file tells the recipe.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from projector.coding.normalize import character_grams
from projector.errors import ConfigurationError, ModelError
from projector.models.folder_file import read_contract
from schemas.model_folder import CalibrationSaid

Doubles = NDArray[np.float64]
CALIBRATION_FILE = "calibration.json"
MIN_PRECISION = 0.9
_EXPECTED = "intercept, weights and floors, as they were fitted. Fit it again, or remove it"
FEATURES = ("named", "alone", "score", "ahead", "alike")


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


@dataclass(frozen=True, slots=True)
class ScoreCalibration:
    """A map from what a ranking says of codes to probabilities.

    Args:
        intercept: Of the logistic function.
        weights: Not negative, by feature, see `features`.
        floors: By falling precision.
    """

    intercept: float
    weights: tuple[float, ...]
    floors: tuple[Floor, ...]

    def probabilities(
        self, scores: Sequence[float], text: str, names: Sequence[str]
    ) -> list[float]:
        """Return how probable each of a mention's codes is, best first: none above the one before.

        Args:
            scores: The coder's, falling; 1 where the mention is the code's name.
            text: The mention, its short forms written out.
            names: By which the codes were found.
        """
        if not scores:
            return []
        logits = self.intercept + features(scores, text, names) @ np.array(self.weights)
        chances = 1 / (1 + np.exp(-logits))
        falling: list[float] = np.minimum.accumulate(chances).tolist()
        return falling

    def floor(self, precision: float) -> Floor:
        """Return the least probability that keeps a precision.

        Raises:
            ConfigurationError: No probability keeps it.
        """
        if precision <= 0:
            return Floor(0.0, 0.0, 1.0)
        kept = [floor for floor in self.floors if floor.precision >= precision]
        if not kept:
            best = max((floor.precision for floor in self.floors), default=0.0)
            raise ConfigurationError(
                f"no score of this coder was right in {precision:.3f} of cases; the surest ones "
                f"are in {best:.3f}. Ask for less: --min-precision (min_precision)"
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
        if missing := [name for name in FEATURES if name not in said.weights]:
            raise ModelError(f"{file}: no weight of {missing[0]}; expected {_EXPECTED}")
        weights = tuple(said.weights[name] for name in FEATURES)
        floors = tuple(Floor(one.precision, one.score, one.coverage) for one in said.floors)
        return cls(said.intercept, weights, floors)


def features(scores: Sequence[float], text: str, names: Sequence[str]) -> Doubles:
    """Return [K, 5] what speaks for each of a mention's codes, in the order of `FEATURES`.

    That the mention is its name; that it is no other code's name; and where it is not its name, its
    score, how far that is ahead of the next best one's (below 0: behind the best one's), and how
    many runs of four characters mention and name share (Dice).
    """
    values = np.array(scores, np.float64)
    named = values >= 1
    alone = named & (named.sum() == 1)
    second = values[1] if len(values) > 1 else values[0]  # it is ahead of nothing
    ahead = values - np.where(np.arange(len(values)) == 0, second, values[0])
    parts = {*character_grams(text)}
    alike = np.array([_dice(parts, {*character_grams(name)}) for name in names], np.float64)
    beside = [np.where(named, 0, feature) for feature in (values, ahead, alike)]
    return np.stack([named, alone, *beside], 1)


def _dice(parts: set[str], others: set[str]) -> float:
    return 2 * len(parts & others) / max(1, len(parts) + len(others))
