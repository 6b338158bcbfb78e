"""Post-train an encoder, from what there is to learn from to a folder with a finished model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from projector import models
from projector.concepts.space import ConceptSpace
from projector.concepts.views import Views, fitted
from projector.errors import ConfigurationError
from projector.models.catalogue import find_entry
from projector.models.checkpoint import open_checkpoint
from projector.models.transformer_encoder import TransformerEncoder
from projector.training.checkpoints import TrainingFolder
from projector.training.encoder.data import concept_text, read_examples, whole
from projector.training.encoder.mentions import Concepts, concept_sentences
from projector.training.encoder.names import NamesOfConcepts
from projector.training.encoder.post_training import PostTraining
from projector.training.trainable_encoder import TrainableEncoder
from projector.training.trainer import fit, schedule_of

if TYPE_CHECKING:
    from projector.models.encoder import Encoder, View
    from schemas.encoder_training import EncoderTraining

_FITTED = 3000  # names that the views' first weights are fitted to
_AT_ONCE = 128  # texts that are encoded at once where nothing is learned


def train_encoder(
    configuration: EncoderTraining, folder: Path, *, resume: bool = False
) -> dict[str, float]:
    """Post-train an encoder into a run's folder; `folder/model` is what it comes to.

    Args:
        configuration: All that it depends on beside the files it names.
        folder: New, or with `resume` that of a run with the same configuration.
        resume: Go on from the last checkpoint.

    Returns:
        The figures of the best measurement; empty where nothing was measured.

    Raises:
        ConfigurationError, CorpusError, ModelError: What is asked for can't be done.
    """
    run = TrainingFolder(folder)
    if (known := run.open(configuration, resume=resume)) is not None:
        return known
    space = ConceptSpace.read(configuration.space)
    torch.manual_seed(configuration.seed)
    trainable, read_as, edges = _load(configuration)
    concepts = Concepts.of(space)
    development = {
        f"{(source.gold or source.pairs or Path()).stem} {number}": [
            text
            for sentence in concept_sentences(source, concepts, 0)
            if (text := concept_text(sentence, trainable.encoder)) is not None
        ]
        for number, source in enumerate(configuration.development.data, start=1)
    }
    examples, parts = read_examples(configuration, trainable.encoder, space)
    task = PostTraining(
        trainable,
        _first_views(trainable, space, configuration.seed),
        read_as,
        edges,
        space,
        NamesOfConcepts.of(space),
        configuration,
        examples,
        _teacher(configuration),
        development,
    )
    schedule = schedule_of([len(one) for one in examples], parts, configuration)
    return fit(task, schedule, configuration, run, task.save)


def _load(configuration: EncoderTraining) -> tuple[TrainableEncoder, View, Path | None]:
    """Load what is trained, how it is read by itself, and the edge model that stays right."""
    chosen = configuration.encoder
    checkpoint = open_checkpoint(find_entry(chosen.model))
    by_itself = models.load(chosen.model, device="cpu")
    if not isinstance(by_itself, TransformerEncoder):
        raise ConfigurationError(f"{chosen.model} has no weights to train")
    read_as = by_itself.view
    last = chosen.layer or checkpoint.config.num_hidden_layers
    kept = read_as.layer if chosen.kept_layers is None else chosen.kept_layers
    if kept >= last:
        raise ConfigurationError(
            f"layer {last} is read and {kept} layers are kept: nothing is left to train "
            "(encoder.layer, encoder.kept_layers)"
        )
    deeper = chosen.model_copy(update={"layer": last})
    trainable = TrainableEncoder.load(deeper, device=configuration.device, kept_layers=kept)
    return trainable, read_as, checkpoint.edges if kept >= read_as.layer else None


def _first_views(trainable: TrainableEncoder, space: ConceptSpace, seed: int) -> Views:
    """Return views that put names about where the space has them, before anything is learned."""
    encoder = trainable.encoder
    views = Views(encoder.dimension, torch.from_numpy(space.vectors))
    random = np.random.default_rng(seed)
    rows = np.sort(random.permutation(space.names.height)[:_FITTED])
    texts = [whole(text, encoder) for text in space.names["text"][rows.tolist()]]
    kept = [(row, text) for row, text in zip(rows.tolist(), texts, strict=True) if len(text)]
    vectors = [
        vector.mean(0)
        for first in range(0, len(kept), _AT_ONCE)
        for vector in encoder.encode([text for _, text in kept[first : first + _AT_ONCE]])
    ]
    owner = space.names["concept"].to_numpy()[[row for row, _ in kept]]
    fitted(views, torch.stack(vectors).cpu(), torch.from_numpy(space.vectors[owner]))
    return views.to(encoder.device)


def _teacher(configuration: EncoderTraining) -> Encoder | None:
    """Load the untrained model at its last layer, as sentence vectors are made."""
    chosen = configuration.views
    if not chosen.weights.sentence:
        return None
    entry = find_entry(chosen.teacher)
    if entry.source == "builtin":
        raise ConfigurationError(
            f"{entry.name} has no layers; expected a transformer (views.teacher)"
        )
    layer = open_checkpoint(entry).config.num_hidden_layers
    return models.load(
        chosen.teacher,
        layer=layer,
        granularity="window",
        precision="fp32",
        device=configuration.device,
    )
