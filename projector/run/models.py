"""Find and load what a run computes with: its model, and the tagger beside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from projector.models.encoder import Encoder
    from projector.settings import Precision
    from projector.tagging.tagger import Tagger
    from schemas.manifest import ModelFacts
    from schemas.run import ModelConfiguration, RunConfiguration


def find_model(
    configuration: RunConfiguration, *, precision: Precision, device: str
) -> tuple[ModelFacts, bool | None]:
    """Return what a run's model and tagger are, without loading their weights.

    And whether the tagger takes its vectors from the model's own pass over a text; None where there
    is no tagger, or nothing but to tag.

    Raises:
        ProjectorError: There is no such model, or it can't be read as configured.
    """
    from projector.models import fingerprint
    from projector.models.catalogue import find_entry
    from projector.tagging.tagger_folder import TaggerFolder
    from schemas.manifest import ModelFacts

    model = configuration.model.model_dump(exclude={"name", "precision"})
    model["name_or_path"] = configuration.model.name
    if configuration.tagger_model is None:
        found = fingerprint(**model, precision=precision, device=device)
        return ModelFacts(name=find_entry(model["name_or_path"]).name, fingerprint=found), None
    folder = TaggerFolder.read(Path(configuration.tagger_model))
    own = fingerprint(**folder.encoder, precision=precision, device=device)
    tagger, shared = folder.fingerprint_with(own), None
    if configuration.tags:
        model, found = folder.encoder, own
    else:
        found = fingerprint(**model, precision=precision, device=device)
        shared = own == found
    name = find_entry(model["name_or_path"]).name
    return ModelFacts(name=name, fingerprint=found, tagger=tagger), shared


def model_facts(encoder: Encoder, tagger: Tagger | None) -> ModelFacts:
    """Return what a loaded model and tagger are."""
    from schemas.manifest import ModelFacts

    return ModelFacts(
        name=encoder.name,
        fingerprint=encoder.fingerprint,
        tagger=tagger.fingerprint if tagger else None,
    )


def load_models(configuration: RunConfiguration, device: str) -> tuple[Encoder, Tagger | None]:
    """Load a run's model, and its tagger where it has one.

    The tagger shares the run's encoder if it was trained on that; where there is nothing but to
    tag, the run's encoder is the tagger's.

    Raises:
        ProjectorError: One can't be loaded.
    """
    from projector.tagging.tagger import load_tagger

    own = None if configuration.tags else load_model(configuration.model, device)
    if configuration.tagger_model is None:
        assert own is not None
        return own, None
    precision = configuration.model.precision
    path = Path(configuration.tagger_model)
    tagger = load_tagger(path, encoder=own, precision=precision, device=device)
    return own or tagger.encoder, tagger


def load_model(model: ModelConfiguration, device: str) -> Encoder:
    """Load a run's model.

    Raises:
        ProjectorError: There is no such model, or it can't be loaded as configured.
    """
    from projector.models import load

    return load(
        model.name,
        layer=model.layer,
        granularity=model.granularity,
        window=model.window,
        precision=model.precision,
        device=device,
    )
