"""Find and load what a run computes with: its model, and the tagger beside it or alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from schemas.manifest import ModelFacts
from schemas.run import RunConfiguration, TaggingConfiguration

if TYPE_CHECKING:
    from projector.models.encoder import Encoder
    from projector.settings import Precision
    from projector.tagging.tagger import Tagger
    from schemas.run import ModelConfiguration


def check_models(configuration: RunConfiguration | TaggingConfiguration) -> None:
    """Refuse a configuration whose model or tagger is nowhere, before anything is read.

    Raises:
        ModelError: There is no such model, or no such tagger.
    """
    from projector.models.catalogue import find_entry
    from projector.tagging.tagger_folder import TaggerFolder

    if isinstance(configuration, TaggingConfiguration):
        TaggerFolder.read(Path(configuration.tagger))
    else:
        find_entry(configuration.model.name)


def model_name(configuration: RunConfiguration | TaggingConfiguration) -> str:
    """Return the name or folder of the model that a run encodes with."""
    from projector.tagging.tagger_folder import TaggerFolder

    if isinstance(configuration, TaggingConfiguration):
        return str(TaggerFolder.read(Path(configuration.tagger)).encoder["name_or_path"])
    return configuration.model.name


def chosen_precision(configuration: RunConfiguration | TaggingConfiguration) -> Precision:
    """Return what a run's model is to compute in, as the user chose."""
    if isinstance(configuration, TaggingConfiguration):
        return configuration.precision
    return configuration.model.precision


def find_model(
    configuration: RunConfiguration | TaggingConfiguration, *, precision: Precision, device: str
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

    if isinstance(configuration, TaggingConfiguration):
        folder = TaggerFolder.read(Path(configuration.tagger))
        identity = fingerprint(**folder.encoder, precision=precision, device=device)
        name = find_entry(folder.encoder["name_or_path"]).name
        tagger = folder.fingerprint_with(identity)
        return ModelFacts(name=name, fingerprint=identity, tagger=tagger), None
    model = configuration.model
    view = model.model_dump(exclude={"name", "precision"})
    identity = fingerprint(model.name, **view, precision=precision, device=device)
    facts = ModelFacts(name=find_entry(model.name).name, fingerprint=identity)
    if configuration.tagger_model is None:
        return facts, None
    folder = TaggerFolder.read(Path(configuration.tagger_model))
    own = fingerprint(**folder.encoder, precision=precision, device=device)
    return facts.model_copy(update={"tagger": folder.fingerprint_with(own)}), own == identity


def model_facts(encoder: Encoder, tagger: Tagger | None) -> ModelFacts:
    """Return what a loaded model and tagger are."""
    return ModelFacts(
        name=encoder.name,
        fingerprint=encoder.fingerprint,
        tagger=tagger.fingerprint if tagger else None,
    )


def load_models(
    configuration: RunConfiguration | TaggingConfiguration, device: str
) -> tuple[Encoder, Tagger | None]:
    """Load a run's model, and its tagger where it has one.

    The tagger shares the run's encoder if it was trained on that; where there is nothing but to
    tag, the run's encoder is the tagger's.

    Raises:
        ProjectorError: One can't be loaded.
    """
    from projector.tagging.tagger import load_tagger

    if isinstance(configuration, TaggingConfiguration):
        path, precision = Path(configuration.tagger), configuration.precision
        tagger = load_tagger(path, precision=precision, device=device)
        return tagger.encoder, tagger
    encoder = load_model(configuration.model, device)
    if configuration.tagger_model is None:
        return encoder, None
    path, precision = Path(configuration.tagger_model), configuration.model.precision
    return encoder, load_tagger(path, encoder=encoder, precision=precision, device=device)


def with_precision(
    configuration: RunConfiguration | TaggingConfiguration, precision: Precision
) -> RunConfiguration | TaggingConfiguration:
    """Return a configuration with what its model computes in decided."""
    if isinstance(configuration, TaggingConfiguration):
        return configuration.model_copy(update={"precision": precision})
    model = configuration.model.model_copy(update={"precision": precision})
    return configuration.model_copy(update={"model": model})


def load_model(model: ModelConfiguration, device: str) -> Encoder:
    """Load a run's model.

    Raises:
        ProjectorError: There is no such model, or it can't be loaded as configured.
    """
    from projector.models import load

    return load(model.name, **model.model_dump(exclude={"name"}), device=device)
