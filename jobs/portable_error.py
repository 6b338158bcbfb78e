"""Send errors from one process to another, whatever they are made of."""

from __future__ import annotations

import pickle
from copy import deepcopy


def portable(error: Exception) -> Exception:
    """Return an error if another process can have it, else one that says the same in words.

    A library's error may hold what can't be pickled, or want more than its message when it is
    made anew.
    """
    try:
        pickle.dumps(error)
        deepcopy(error)  # is made anew as it would be where it arrives
    except Exception:  # whatever its own code raises
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error
