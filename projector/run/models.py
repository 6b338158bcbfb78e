"""Find and load what a run computes with: its model, and the tagger beside it or alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from schemas.manifest import ModelFacts
from schemas.run import RunConfiguration, TaggingConfiguration

if TYPE_CHECKING:
    from projector.models.devices import ResolvedPrecision
    from projector.models.encoder import Encoder
    from projector.settings import Precision
    from projector.tagging.tagger import Tagger
    from projector.tagging.tagger_folder import TaggerFolder
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
        return
    find_entry(configuration.model.name)
    if configuration.tagger_model is not None:
        TaggerFolder.read(Path(configuration.tagger_model))


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
    configuration: RunConfiguration | TaggingConfiguration,
    *,
    precision: ResolvedPrecision,
    device: str,
) -> tuple[ModelFacts, bool | None]:
    """Return what a run's model and tagger are, without loading their weights.

    And whether the tagger takes its vectors from the model's own pass over a text; None where there
    is no tagger, or nothing but to tag.

    Args:
        configuration: Names them.
        precision: What they are to compute in.
        device: On what kind of device: `cpu` or `cuda`.

    Raises:
        ProjectorError: There is no such model, or it can't be read as configured.
    """
    from projector.tagging.tagger_folder import TaggerFolder, encoder_of

    if isinstance(configuration, TaggingConfiguration):
        folder = TaggerFolder.read(Path(configuration.tagger))
        with encoder_of(folder.path):
            facts = _facts_at_rest(folder.encoder, precision, device)
        return _with_tagger(facts, folder, facts), None
    model = configuration.model
    wanted = model.model_dump(exclude={"name", "precision"})
    facts = _facts_at_rest({"name_or_path": model.name, **wanted}, precision, device)
    if configuration.tagger_model is None:
        return facts, None
    folder = TaggerFolder.read(Path(configuration.tagger_model))
    with encoder_of(folder.path):
        beside = cast("ResolvedPrecision", folder.precision_beside(precision))
        of_tagger = _facts_at_rest(folder.encoder, beside, device)
    shared = of_tagger.fingerprint == facts.fingerprint
    return _with_tagger(facts, folder, of_tagger), shared


def _with_tagger(facts: ModelFacts, folder: TaggerFolder, encoder: ModelFacts) -> ModelFacts:
    """Add a tagger to a model's facts, given those of the tagger's own encoder."""
    fingerprint = folder.fingerprint_with(encoder.fingerprint, encoder.precision)
    return facts.model_copy(update={"tagger": fingerprint})


def _facts_at_rest(
    wanted: Mapping[str, Any], precision: ResolvedPrecision, device: str
) -> ModelFacts:
    """Return what an encoder will be; `wanted` is what `models.load` takes of it."""
    from projector.models import load
    from projector.models.catalogue import find_entry

    entry = find_entry(wanted["name_or_path"])
    if not entry.has_weights:
        return model_facts(load(**wanted), None)
    from projector.models.transformer import read_checkpoint

    view: dict[str, Any] = {name: wanted.get(name) for name in ("layer", "granularity", "window")}
    reading = read_checkpoint(entry, **view)
    return ModelFacts(
        name=entry.name,
        fingerprint=reading.fingerprint(precision),
        layer=reading.view.layer,
        granularity=reading.view.granularity,
        window=reading.view.window,
        precision=precision,
        device=device,
    )


def model_facts(encoder: Encoder, tagger: Tagger | None) -> ModelFacts:
    """Return what a loaded model and tagger are, and what came of what was left open."""
    from projector.models.transformer_encoder import TransformerEncoder

    facts = ModelFacts(
        name=encoder.name,
        fingerprint=encoder.fingerprint,
        tagger=tagger.fingerprint if tagger else None,
        # What has no weights computes so wherever it is.
        precision="fp32",
        device="cpu",
    )
    if not isinstance(encoder, TransformerEncoder):
        return facts
    resolved = {
        "layer": encoder.view.layer,
        "granularity": encoder.view.granularity,
        "window": encoder.view.window,
        "precision": encoder.precision,
        "device": encoder.device.type,
    }
    return facts.model_copy(update=resolved)


def with_kernel(facts: ModelFacts, encoder: Encoder) -> ModelFacts:
    """Add what decides, on this machine, the last bits of an encoder's vectors."""
    from projector.models.devices import kernel
    from projector.models.transformer_encoder import TransformerEncoder

    if not isinstance(encoder, TransformerEncoder):
        return facts
    return facts.model_copy(update={"kernel": kernel(encoder.device, encoder.precision)})


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
    from projector.decode.least_score import least_score

    encoder = load_model(configuration.model, device)
    least_score(encoder.edges, configuration.settings.decode)  # refused before anything is done
    if configuration.tagger_model is None:
        return encoder, None
    # As the model, and not as `auto` is for each: a collection's workers have no choice either.
    precision = getattr(encoder, "precision", configuration.model.precision)
    path = Path(configuration.tagger_model)
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
