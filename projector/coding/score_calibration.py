"""Know how probable a coder's codes are, and from which probability on they are right often enough.

What weighs the evidence for a code was fitted to mentions that the coder did not learn from, see
`jobs.research.fit_calibration`. Its file tells the recipe, and on which lists and languages it was
measured: elsewhere stricter floors hold. In some languages nothing was fitted, but what was fitted
was verified by translated mentions, see `jobs.research.calibrate_languages`: they have own floors.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from projector.coding.code_list import CodeList
from projector.coding.icd10 import normal_code
from projector.coding.retrieval.boosted_trees import BoostedTrees
from projector.coding.retrieval.evidence import FEATURES
from projector.corpus.language_names import same_language
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
        languages: Of the mentions that it was fitted to.
        floors_by_language: Those of other languages that it was verified in.
        identity: A hash of the file.
        first: Of a reranker's, the first stage that it was fitted beside, by its hash.
    """

    trees: BoostedTrees
    floors: tuple[Floor, ...]
    floors_elsewhere: tuple[Floor, ...]
    lists: dict[str, str]
    languages: tuple[str, ...]
    floors_by_language: Mapping[str, tuple[Floor, ...]]
    identity: str
    first: str | None = None

    @property
    def measured_languages(self) -> tuple[str, ...]:
        """Return the languages that it was fitted to or verified in."""
        return (*self.languages, *sorted(self.floors_by_language))

    def knows(self, codes: CodeList) -> bool:
        """Tell whether gold has shown how often codes of a list are right."""
        return codes_hash(codes) in self.lists

    def floor(self, precision: float, *, language: str = "", elsewhere: bool = False) -> Floor:
        """Return the least probability that keeps a precision.

        Args:
            precision: Of the answers.
            language: Of the mentions. Where too few are known in it for a precision, what holds
                elsewhere does.
            elsewhere: On another list than it was measured on, or in another language.

        Raises:
            ConfigurationError: No probability keeps it.
        """
        if precision <= 0:
            return Floor(0.0, 0.0, 1.0)
        known = self.floors_elsewhere if elsewhere else self._known(language, precision)
        kept = [floor for floor in known if floor.precision >= precision]
        if not kept:
            best = max((floor.precision for floor in known), default=0.0)
            where = " on lists and in languages that nobody measured" if elsewhere else ""
            raise ConfigurationError(
                f"no score of this coder was right in {precision:.3f} of cases{where}; the surest "
                f"ones are in {best:.3f}. Ask for less: --min-precision (min_precision)"
            )
        return min(kept, key=lambda floor: floor.score)

    def _known(self, language: str, precision: float) -> Sequence[Floor]:
        """Return a language's floors; what holds elsewhere where none keeps a precision."""
        verified = self.floors_by_language.items()
        floors_there = next(
            (floors for code, floors in verified if same_language(code, language)), None
        )
        if floors_there is None:
            return self.floors
        if any(floor.precision >= precision for floor in floors_there):
            return floors_there
        strictest = max((floor.score for floor in floors_there), default=0.0)
        return [floor for floor in self.floors_elsewhere if floor.score >= strictest]

    def is_measured(self, language: str) -> bool:
        """Tell whether gold has shown how often codes are right in a language."""
        return any(same_language(code, language) for code in self.measured_languages)

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
            {code: _floors(floors) for code, floors in said.floors_by_language.items()},
            hashlib.sha256(file.read_bytes()).hexdigest(),
            said.first,
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
