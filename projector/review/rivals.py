"""Ask the run's own model what its doubtful mentions could have become."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Literal

from projector.document import DocumentPair
from projector.errors import ConfigurationError
from projector.explain import Rivals, mention_rivals
from projector.run.run_models import RunModels, load_run_models

if TYPE_CHECKING:
    from projector.review.document_data import ReviewedDocument
    from projector.run.reader import FinishedRun

Wanted = Literal["none", "doubtful", "all"]
_MOST = 5  # rival spans of each fragment


def run_models(run: FinishedRun, device: str) -> RunModels:
    """Load what a run projected with, to ask it again.

    Raises:
        ConfigurationError: It is another by now.
        ProjectorError: It can't be loaded.
    """
    models = load_run_models(run, device)
    if models.differences:
        raise ConfigurationError("; ".join(models.differences))
    return models


def document_rivals(
    document: ReviewedDocument, models: RunModels | None, wanted: Wanted
) -> Mapping[str, Rivals]:
    """Return what a document's mentions could have become, of those that are wanted."""
    ids = _wanted(document, wanted)
    if models is None or not ids:
        return {}
    pair = DocumentPair(document.source, document.target)
    return mention_rivals(
        pair,
        ids,
        models.encoder,
        models.settings,
        most=_MOST,
        evidence=models.evidence(document.target),
    )


def _wanted(document: ReviewedDocument, wanted: Wanted) -> Collection[str]:
    if wanted == "none":
        return ()
    usable = [mention.id for mention in document.source.mentions]
    return usable if wanted == "all" else [id_ for id_ in usable if document.doubts.get(id_)]
