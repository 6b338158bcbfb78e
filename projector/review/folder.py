"""Know a review's folder: what its files are called, and which run it is of."""

from __future__ import annotations

import json
from pathlib import Path

from projector.errors import CorpusError, Problem

MARK = "review.json"
PAGE = "index.html"
DATA = "data"
SAVED = "corrections*.json"


def reviewed_run(folder: Path) -> str | None:
    """Return the hash of the run that a folder is the review of, None if it is none.

    Raises:
        CorpusError: What it says of itself can't be read.
    """
    path = folder / MARK
    if not path.is_file() or not (folder / PAGE).is_file():
        return None
    try:
        stated = json.loads(path.read_bytes())["run"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        found = "it does not say which run it is of"
        raise CorpusError(Problem(path, None, found, hint="Make it anew: --overwrite")) from error
    return str(stated)


def is_review_of(folder: Path, run: Path, sha256: str) -> bool:
    """Tell whether a folder is the review of a run already.

    Args:
        folder: Perhaps one, perhaps nothing yet.
        run: The run's folder, for messages.
        sha256: The run's hash.

    Raises:
        CorpusError: It is the review of another run.
    """
    stated = reviewed_run(folder)
    if stated is not None and stated != sha256:
        found = "it is the review of another run"
        hint = "Choose another place, or replace it: --overwrite"
        raise CorpusError(Problem(folder, None, found, f"that of {run}", hint))
    return stated is not None
