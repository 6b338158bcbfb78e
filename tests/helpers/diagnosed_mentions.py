"""A mention and its spans, placed by hand, and what is said of them."""

from __future__ import annotations

from concept_encoders import POINTS, named_concepts, placed

from projector.diagnosis.mention import MentionDiagnosis, SourcePoints, diagnose_mention
from projector.document import Document, Fragment, Mention

CHEST, BREATH, FEVER, HEART = POINTS
SOURCE = "Dolor torácico, fiebre y dolor torácico; infarto."
TARGET = "Chest pain, fever, infarction."
MENTIONS = tuple(
    Mention(f"T{number}", "X", (Fragment(start, end),))
    for number, (start, end) in enumerate([(0, 14), (16, 22), (25, 39), (41, 48)], start=1)
)


def diagnosed(
    mention: str, *span: tuple[int, int], tokens: bool = False, most: int = 2
) -> MentionDiagnosis:
    """Diagnose a mention of SOURCE whose span in TARGET has these parts."""
    source = SourcePoints(
        Document("a", "es", SOURCE, MENTIONS),
        placed(SOURCE, {"dolor": CHEST, "torácico": CHEST, "fiebre": FEVER, "infarto": HEART}),
    )
    target = placed(
        TARGET, {"chest": CHEST, "pain": CHEST + 0.5 * BREATH, "fever": FEVER, "infarction": HEART}
    )
    return diagnose_mention(
        source,
        mention,
        target,
        [Fragment(*part) for part in span],
        named_concepts(),
        language="en",
        status="projected" if span else "unaligned",
        score=0.9 if span else None,
        most=most,
        tokens=tokens,
    )
