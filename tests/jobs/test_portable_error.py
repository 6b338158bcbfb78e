"""Hold what becomes of an error that goes from one process to another."""

import pickle
import threading
from pathlib import Path

import pytest

from jobs.portable_error import portable
from projector.errors import CorpusError, ModelError, Problem


class DemandingError(Exception):
    """Needs more to be made anew than it passes on."""

    def __init__(self, place: str, *, code: int) -> None:
        super().__init__(f"{place}: {code}")


class HoldingError(Exception):
    """Holds what stays in its process."""

    def __init__(self) -> None:
        super().__init__("locked", threading.Lock())


@pytest.mark.parametrize(
    "error", [ModelError("none"), CorpusError(Problem(Path("a"), 3, "x")), OSError(28, "full")]
)
def test_what_can_travel_stays_as_it_is(error):
    assert portable(error) is error


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (DemandingError("a", code=7), "DemandingError: a: 7"),
        (HoldingError(), "HoldingError: ('lock"),
    ],
)
def test_what_cant_travel_says_the_same_in_words(error, said):
    travelled = pickle.loads(pickle.dumps(portable(error)))
    assert type(travelled) is RuntimeError and str(travelled).startswith(said)
