"""State what a user chose for auditing translations."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.options import READ, Option
from schemas.run import (
    CorpusConfiguration,
    ModelConfiguration,
    OmitsDefaults,
    ReadingConfiguration,
    RunConfiguration,
)


class AuditConfiguration(OmitsDefaults):
    """All that a user chose for auditing a corpus's translations."""

    omitted = ("reading",)

    version: Literal[1] = Field(default=1, description="Of this layout.")
    source: CorpusConfiguration = Field(description="The corpus, annotated or plain texts.")
    targets: tuple[CorpusConfiguration, ...] = Field(
        description="The translations' corpora, one a language."
    )
    model: ModelConfiguration = Field(
        default=ModelConfiguration(), description="Which model encodes, and how it is read."
    )
    pattern: Annotated[str | None, Option(READ, metavar="REGEX")] = Field(
        default=None,
        description="Regular expression whose groups are what paired documents' names share; by "
        "default names pair that are equal but for their language code.",
    )
    on_error: Annotated[Literal["stop", "skip"], Option(READ)] = Field(
        default="stop",
        description="Whether what can't be read rightly stops the audit, or is skipped and listed.",
    )
    reading: ReadingConfiguration = Field(
        default=ReadingConfiguration(), description="How the files of the corpora are read."
    )

    def as_run(self) -> RunConfiguration:
        """Return the run whose documents are audited; it projects nothing."""
        return RunConfiguration(
            source=self.source,
            targets=self.targets,
            model=self.model,
            pattern=self.pattern,
            on_error=self.on_error,
            reading=self.reading,
        )
