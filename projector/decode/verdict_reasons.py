"""Say in words what spoke against the spans that were not given."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from projector.decode.fragments import SourceFragments
from projector.decode.verdicts import FEATURES, Verdicts
from projector.document import Mention
from projector.models.verdict_model import ABSENT, RIGHT
from projector.text.token_words import TextUnits

_SENTENCE, _NEAREST = FEATURES.index("sentence"), FEATURES.index("nearest")
# What nine of ten mentions that are there have more of, and half of those that are not less.
_LITTLE_SUPPORT = 0.25
_NOT_NEAR = 0.4


def reasons_against(
    judged: Verdicts, fragments: SourceFragments, mentions: tuple[Mention, ...], target: TextUnits
) -> dict[int, str]:
    """Return why fragments are given no span, by their number; those without candidates have none.

    Args:
        judged: What was decided of the others.
        fragments: Of the source's mentions.
        mentions: The source's.
        target: The translation.
    """
    reasons = {}
    for row in np.flatnonzero(~judged.given).tolist():
        said = "; ".join(_said(judged, row, fragments, mentions, target))
        odds = judged.probabilities[row]
        likely = (
            f"most likely absent ({odds[ABSENT]:.2f})"
            if odds[ABSENT] >= 0.5
            else f"its best span is hardly right ({odds[RIGHT]:.2f})"
        )
        reasons[int(judged.spans.fragment[row])] = f"{likely}: {said}"
    return reasons


def _said(
    judged: Verdicts,
    row: int,
    fragments: SourceFragments,
    mentions: tuple[Mention, ...],
    target: TextUnits,
) -> Iterator[str]:
    offsets = target.words.offsets
    start = int(offsets[judged.spans.first[row], 0])
    end = int(offsets[judged.spans.last[row] - 1, 1])
    words = target.text[start:end]
    words = words if len(words) <= 60 else f"{words[:57]}…"
    told = judged.features[row]
    if judged.rival[row] >= 0:
        owner = mentions[int(fragments.mention[judged.rival[row]])]
        yield f"its best counterpart {words!r} ({start} {end}) belongs to mention {owner.id}"
    if told[_SENTENCE] < _LITTLE_SUPPORT:
        yield (
            "its sentence seems to be missing, little around it has a counterpart "
            f"({told[_SENTENCE]:.2f}, usual is .5)"
        )
    if judged.rival[row] < 0 and told[_NEAREST] < _NOT_NEAR:
        yield f"nothing resembles it: the best is {words!r} ({start} {end}), {told[_NEAREST]:.2f}"
    elif judged.rival[row] < 0:
        yield f"its best span is {words!r} ({start} {end}), similar to it by {told[_NEAREST]:.2f}"
