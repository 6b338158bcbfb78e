"""Find the least score of what is kept, where a precision is asked for."""

from __future__ import annotations

from projector.errors import ConfigurationError
from projector.models.edge_model import Edges
from projector.settings import DecodeSettings


def least_score(edges: Edges | None, decode: DecodeSettings) -> float:
    """Return the least score of a projection, as the settings ask for it.

    Args:
        edges: What was learned of spans beside the encoder; None: nothing.
        decode: Ask for a least score, or for a precision.

    Raises:
        ConfigurationError: A precision is asked for, and nobody knows how often which score is
            right; or no score is right so often.
    """
    if decode.min_precision is None:
        return decode.min_score
    known = edges.reliability if edges is not None and decode.method == "best-span" else None
    if known is None:
        raise ConfigurationError(
            f"a precision of {decode.min_precision:g} is asked for, and this model's scores are "
            "not calibrated; expected one with a fitted verdict, as the installed model has. "
            "Leave --min-precision (min_precision) out, or name a least score: --min-score"
        )
    floor = known.floor(decode.min_precision)
    if floor is None:
        raise ConfigurationError(
            f"a precision of {decode.min_precision:g} is more than any score of this model has; "
            f"the surest are right in {known.greatest:.3f}. Ask for less: --min-precision "
            "(min_precision)"
        )
    return floor
