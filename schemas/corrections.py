"""State what people say of a run's projections: which are right, which are elsewhere or absent.

Offsets are half-open and count Unicode code points of the untouched translation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

Offset = Annotated[int, Field(ge=0)]
Name = Annotated[str, Field(min_length=1)]
Decision = Literal["confirmed", "corrected", "absent"]


class _Strict(BaseModel):
    """Take what it states and nothing else: a misspelt key is an error, and so is "1" for 1."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)


class Span(_Strict):
    """A stretch of the translation; it holds at least one character."""

    start: Offset = Field(description="Where it begins.")
    end: Offset = Field(description="Behind its last character.")

    @model_validator(mode="after")
    def _holds_a_character(self) -> Span:
        if self.start >= self.end:
            raise ValueError(f"{self.start}..{self.end}; expected start < end")
        return self


class Correction(_Strict):
    """What a reviewer says of one mention in one translation."""

    language: Name = Field(description="The translation's, as the run names it.")
    document: Name = Field(description="The source document's name.")
    mention: str = Field(description="The source mention's id; that of a table may be empty.")
    decision: Decision = Field(
        description="`confirmed`: it is where the run put it; `corrected`: it is elsewhere, or is "
        "there although the run did not find it; `absent`: the translation lacks it."
    )
    old: tuple[Span, ...] = Field(
        description="The run's fragments in the translation; none where it had none."
    )
    new: tuple[Span, ...] = Field(
        description="The fragments that are right, in text order; as `old` where it is confirmed, "
        "none where it is absent."
    )
    text: str = Field(
        description="The words of `new`, fragments joined by a blank; empty where it is absent."
    )
    time: AwareDatetime = Field(description="When it was decided: ISO 8601 with a zone, as in UTC.")
    reviewer: str | None = Field(default=None, description="Who decided; null: the file's.")
    comment: str = Field(default="", description="What there is to say of it.")

    @model_validator(mode="after")
    def _goes_together(self) -> Correction:
        if faults := list(_faults(self)):
            raise ValueError("; and ".join(faults))
        return self

    @property
    def key(self) -> tuple[str, str, str]:
        """Return the language, document and mention that it is about."""
        return self.language, self.document, self.mention


def _faults(correction: Correction) -> list[str]:
    """Return what of a correction's parts doesn't go together."""
    faults = [
        f"{name} is out of order or overlaps: {_told(spans)}; expected fragments in text order"
        for name, spans in (("old", correction.old), ("new", correction.new))
        if any(former.end > later.start for former, later in pairwise(spans))
    ]
    if correction.decision == "absent":
        if correction.new or correction.text:
            faults.append(f"it is absent and new is {_told(correction.new)}; expected no span")
    elif not correction.new:
        faults.append(f"it is {correction.decision} and new has no span; expected one, or absent")
    elif correction.decision == "confirmed" and correction.new != correction.old:
        faults.append(
            f"it is confirmed, old is {_told(correction.old)} and new {_told(correction.new)}; "
            "expected the same, or corrected"
        )
    return faults


def _told(spans: Sequence[Span]) -> str:
    return " ".join(f"{span.start}..{span.end}" for span in spans) or "none"


class Corrections(_Strict):
    """What one file of corrections holds."""

    version: Literal[1] = Field(default=1, description="Of this layout.")
    run: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] = Field(
        description="The SHA-256 that the run's manifest.json states of itself."
    )
    reviewer: str = Field(default="", description="Who reviewed; may be empty.")
    corrections: tuple[Correction, ...] = Field(
        description="At most one for each mention of each language."
    )

    @model_validator(mode="after")
    def _has_each_mention_once(self) -> Corrections:
        numbers = Counter(correction.key for correction in self.corrections)
        if repeated := [key for key, number in numbers.items() if number > 1]:
            told = ", ".join(f"{mention} of {name} in {code}" for code, name, mention in repeated)
            raise ValueError(f"corrected more than once: {told}; expected one correction each")
        return self

    def reviewer_of(self, correction: Correction) -> str:
        """Return who decided; empty where nobody says."""
        return self.reviewer if correction.reviewer is None else correction.reviewer

    def to_json(self) -> str:
        """Return it as a file's content, the same bytes for the same values."""
        return self.model_dump_json(indent=2, exclude_none=True) + "\n"
