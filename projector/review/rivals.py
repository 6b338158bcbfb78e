"""Ask the run's own model what its doubtful mentions could have become."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from projector.corpus.open import open_corpus
from projector.corpus.pairing import pair_names
from projector.corpus.reading import require_document
from projector.decode.tagger_evidence import SpanEvidence, TaggerEvidence
from projector.document import Document, DocumentPair
from projector.errors import ConfigurationError
from projector.explain import Rivals, mention_rivals
from projector.review.run_parts import configuration_of
from projector.run.models import load_models, with_precision

if TYPE_CHECKING:
    from projector.corpus.corpus import Corpus
    from projector.models.encoder import Encoder
    from projector.review.document_data import ReviewedDocument
    from projector.run.reader import FinishedRun
    from projector.settings import Settings
    from projector.tagging.tagger import Tagger

Wanted = Literal["none", "doubtful", "all"]
_MOST = 5  # rival spans of each fragment


@dataclass(frozen=True, slots=True)
class RunModels:
    """What a run projected with, loaded again.

    Args:
        encoder: The model.
        settings: Of aligning and decoding.
        tagger: Supports the decoder, where the run had one.
        predictions: What another tagger said of the translations, where the run had that.
    """

    encoder: Encoder
    settings: Settings
    tagger: Tagger | None
    predictions: Corpus | None

    def evidence(self, target: Document) -> TaggerEvidence | None:
        """Return what a tagger says of a translation."""
        if self.tagger is not None:
            return self.tagger.evidence(target.text)
        if self.predictions is None:
            return None
        names = dict(pair_names((target.name,), self.predictions.names).pairs)
        if target.name not in names:
            return None
        predicted = require_document(self.predictions.read(names[target.name]))
        return SpanEvidence(predicted) if predicted.text == target.text else None


def load_run_models(run: FinishedRun, device: str) -> RunModels:
    """Load what a run projected with.

    Raises:
        ConfigurationError: It is not here any more, or is another model by now.
        ProjectorError: It can't be loaded.
    """
    configuration, facts = configuration_of(run), run.manifest.model
    chosen = with_precision(configuration, facts.precision or "auto")
    encoder, tagger = load_models(chosen, device)
    if encoder.fingerprint != facts.fingerprint:
        raise ConfigurationError(
            f"the model {facts.name} is not the one that the run was made with: its fingerprint is "
            f"{encoder.fingerprint}, expected {facts.fingerprint}"
        )
    said, predictions = configuration.tagger, None
    if said is not None:
        texts = None if said.texts is None else Path(said.texts)
        labels, rules = configuration.labels, configuration.reading.rules
        predictions = open_corpus(
            said.path, language=said.language, texts=texts, labels=labels, rules=rules
        )
    return RunModels(encoder, configuration.settings, tagger, predictions)


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
