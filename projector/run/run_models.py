"""Load again what a finished run projected with, and say what of it is another by now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from projector.corpus.language_names import same_language
from projector.corpus.open import open_corpus
from projector.corpus.pairing import pair_names
from projector.corpus.reading import require_document
from projector.document import Document
from projector.errors import CorpusError
from projector.run.models import load_models, model_facts, with_precision
from schemas.run import RunConfiguration
from schemas.validation import validated

if TYPE_CHECKING:
    from projector.corpus.corpus import Corpus
    from projector.decode.tagger_evidence import TaggerEvidence
    from projector.models.encoder import Encoder
    from projector.run.reader import FinishedRun
    from projector.settings import Settings
    from projector.tagging.tagger import Tagger
    from schemas.manifest import ModelFacts


@dataclass(frozen=True, slots=True)
class RunModels:
    """What a run projected with, loaded again.

    Args:
        encoder: The model.
        settings: Of aligning and decoding.
        tagger: Supports the decoder, where the run had one.
        predictions: What another tagger said of the translations, where the run had that.
        several: Whether the run has several targets, of which predictions are of one alone.
        differences: What is another than the run had, in words.
    """

    encoder: Encoder
    settings: Settings
    tagger: Tagger | None
    predictions: Corpus | None
    several: bool
    differences: tuple[str, ...]

    def evidence(self, target: Document) -> TaggerEvidence | None:
        """Return what a tagger says of a translation; None where it says nothing.

        Raises:
            CorpusError: What it predicted can't be read.
        """
        from projector.decode.tagger_evidence import SpanEvidence

        if self.tagger is not None:
            return self.tagger.evidence(target.text)
        said = self.predictions
        if said is None or (self.several and not same_language(said.language, target.language)):
            return None
        name = dict(pair_names((target.name,), said.names).pairs).get(target.name)
        predicted = None if name is None else require_document(said.read(name))
        if predicted is None or predicted.text != target.text:
            return None
        return SpanEvidence(predicted)


def load_run_models(run: FinishedRun, device: str) -> RunModels:
    """Load what a run projected with.

    Args:
        run: It projects.
        device: Where the model runs.

    Raises:
        ConfigurationError: Another version made the run, with options that are not known here.
        ModelError: Its model or tagger is not there any more.
    """
    facts = run.manifest.model
    configuration = validated(RunConfiguration, run.manifest.configuration, run.path)
    precise = configuration if facts.precision is None else _precise(configuration, facts)
    encoder, tagger = load_models(precise, device)
    predictions, unread = _predictions(configuration)
    return RunModels(
        encoder,
        configuration.settings,
        tagger,
        predictions,
        len(configuration.targets) > 1,
        (*_differences(facts, model_facts(encoder, tagger)), *unread),
    )


def _precise(configuration: RunConfiguration, facts: ModelFacts) -> RunConfiguration:
    chosen = with_precision(configuration, facts.precision or "auto")
    assert isinstance(chosen, RunConfiguration)
    return chosen


def _differences(ran: ModelFacts, loaded: ModelFacts) -> list[str]:
    """Return in words what is loaded otherwise than the run had it."""
    return [
        f"the {what} is not the run's: its fingerprint is {ours}, the run had {theirs}; "
        "scores can differ"
        for what, theirs, ours in (
            ("model", ran.fingerprint, loaded.fingerprint),
            ("tagger", ran.tagger, loaded.tagger),
        )
        if theirs != ours
    ]


def _predictions(configuration: RunConfiguration) -> tuple[Corpus | None, list[str]]:
    """Open what a tagger predicted, where it still lies there; else say why it plays no part."""
    said = configuration.tagger
    if said is None:
        return None, []
    try:
        corpus = open_corpus(
            said.path,
            language=said.language,
            texts=said.texts,
            labels=configuration.labels,
            rules=configuration.reading.rules,
        )
    except CorpusError as error:
        return None, [f"what the tagger predicted plays no part here: {error}"]
    return corpus, []
