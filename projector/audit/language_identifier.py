"""Load py3langid's model at once: it is kept unpacked in the cache, and mapped from there.

Unpacking takes longer than a short run's whole audit, and what is mapped is in memory only as far
as it is looked at, and once for all processes of a machine.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from projector.errors import ProjectorError
from projector.models.cache import cached

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

_UNPACKING = 1  # raise it when other files are kept, or the same otherwise
_CLASSES = "classes.json"


@cache
def language_identifier() -> LanguageIdentifier:
    """Return what tells languages, with probabilities; loaded once in a process."""
    import py3langid

    try:
        return _mapped(cached(f"languages-{py3langid.__version__}-{_UNPACKING}", _unpack))
    # There is no cache that can be written, or what is in it was cut or is something else.
    except (OSError, EOFError, ValueError, ProjectorError):
        return _packed()


def _packed() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def _unpack(folder: Path) -> None:
    """Write the model's arrays, one a file."""
    model = _packed()
    arrays = {
        "features": model.nb_ptc,
        "priors": model.nb_pc,
        "moves": np.asarray(model.tk_nextmove),
        "rows": np.asarray(model.tk_row),
        "outputs": np.asarray(model.tk_output, np.int32),
    }
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array, allow_pickle=False)
    (folder / _CLASSES).write_text(json.dumps(model.nb_classes), encoding="utf-8")


def _mapped(folder: Path) -> LanguageIdentifier:
    from py3langid.langid import LanguageIdentifier

    def array(name: str) -> NDArray[Any]:
        mapped: NDArray[Any] = np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)
        return mapped

    return LanguageIdentifier(
        np.asarray(array("features")),
        np.asarray(array("priors")),
        json.loads((folder / _CLASSES).read_text(encoding="utf-8")),
        # Walked byte by byte: a view gives plain numbers, and sooner than an array does.
        array("moves").data,
        array("outputs").data,
        norm_probs=True,
        tk_row=array("rows").data,
    )
