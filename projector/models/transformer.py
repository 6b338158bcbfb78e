"""Load a transformer as an encoder: where it is read, and how much of a text it sees at once."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from projector.errors import ConfigurationError, ModelError
from projector.models.adapters import read_adapter
from projector.models.checkpoint import Checkpoint, open_checkpoint
from projector.models.edge_model import Edges, load_edges
from projector.models.embedded.package import RANGES
from projector.models.encoder import View
from projector.models.foreign_errors import foreign_reading
from projector.models.transformer_encoder import TransformerEncoder
from projector.storage.hashes import content_hash, file_hash

if TYPE_CHECKING:
    from transformers import PreTrainedConfig, PreTrainedModel

    from projector.models.bert import Bert, BertConfiguration
    from projector.models.catalogue import ModelEntry
    from projector.models.devices import Runtime
    from projector.settings import Granularity
    from schemas.model_folder import ReadingSaid

ENCODING = 1  # raise it when the same weights give other vectors, offsets or sentences
LONG_CONTEXT = 2048  # positions from which a model is taken to be trained on whole documents
_ROBERTA_LIKE = frozenset({"roberta", "xlm-roberta", "xlm-roberta-xl", "camembert"})
# Models whose attention goes through transformers' interface and whose positions are absolute.
_PACKED = frozenset({"bert", *_ROBERTA_LIKE})


def load_transformer(
    entry: ModelEntry,
    runtime: Runtime,
    *,
    layer: int | None,
    granularity: Granularity | None,
    window: int | None,
) -> TransformerEncoder:
    """Load an entry's model; the options are those of `projector.models.load`."""
    reading = read_checkpoint(entry, layer=layer, granularity=granularity, window=window)
    checkpoint, view, config = reading.checkpoint, reading.view, reading.checkpoint.config
    packed = config.model_type in _PACKED
    model = _build(checkpoint, view.layer, runtime, packed=packed)
    encoder = TransformerEncoder(
        name=entry.name,
        fingerprint=reading.fingerprint(runtime.precision),
        dimension=config.hidden_size,
        view=view,
        precision=runtime.precision,
        tokenizer=checkpoint.tokenizer,
        prefix=reading.prefix,
        suffix=reading.suffix,
        first_position=reading.first_position,
        packed=packed,
        model=model,
        edges=_edges(checkpoint, view, config.hidden_size),
    )
    if entry.source != "package":  # what is installed is known to work
        with foreign_reading(f"{entry.name}: its model, tried at the letter a,", "vectors"):
            encoder.vectors(encoder.tokenize("a"))
    return encoder


def _build(
    checkpoint: Checkpoint, layer: int, runtime: Runtime, *, packed: bool
) -> PreTrainedModel | Bert:
    """Build the model with its first `layer` layers only, for inference."""
    if checkpoint.embedded is None:
        from projector.models.pretrained_build import build_pretrained

        return build_pretrained(checkpoint, layer, runtime, packed=packed)
    from projector.models.embedded.build import build_embedded

    adapter = None if checkpoint.adapter is None else read_adapter(checkpoint.adapter)
    return build_embedded(checkpoint.embedded, layer, runtime, adapter=adapter)


def _edges(checkpoint: Checkpoint, view: View, dimension: int) -> Edges | None:
    """Load the edge model that lies beside a model, if there is one for this view of texts."""
    if checkpoint.edges is None:
        return None
    return load_edges(checkpoint.edges, view, dimension)


@dataclass(frozen=True, slots=True)
class CheckpointReading:
    """How a checkpoint is read, known before its weights are loaded.

    Args:
        checkpoint: The model at rest.
        view: What it sees of a text at once, and where it is read.
        prefix, suffix: Ids of the special tokens put around every window.
        first_position: Id of the first position.
    """

    checkpoint: Checkpoint
    view: View
    prefix: tuple[int, ...]
    suffix: tuple[int, ...]
    first_position: int

    def fingerprint(self, precision: str) -> str:
        """Return the hash of all that decides the vectors, at a resolved precision."""
        parts = {"identity": self.checkpoint.identity, "precision": precision}
        if precision == "int8":
            parts["ranges"] = file_hash(RANGES)
        return content_hash({**parts, "encoding": ENCODING, **asdict(self.view)})


def read_checkpoint(
    entry: ModelEntry, *, layer: int | None, granularity: Granularity | None, window: int | None
) -> CheckpointReading:
    """Open an entry's checkpoint and decide how it is read; the weights stay where they are."""
    checkpoint = open_checkpoint(entry)
    config = checkpoint.config
    prefix, suffix = _special_tokens(checkpoint)
    first_position = (config.pad_token_id or 0) + 1 if config.model_type in _ROBERTA_LIKE else 0
    room = (getattr(config, "max_position_embeddings", None) or 512) - first_position
    room -= len(prefix) + len(suffix)
    view = resolve_view(
        entry,
        config,
        room,
        checkpoint.metadata,
        layer=layer,
        granularity=granularity,
        window=window,
    )
    return CheckpointReading(checkpoint, view, prefix, suffix, first_position)


def _special_tokens(checkpoint: Checkpoint) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the ids of the special tokens that a tokenizer puts before and behind a text."""
    probe = checkpoint.tokenizer.encode("a")
    letters = [number for number, special in enumerate(probe.special_tokens_mask) if not special]
    if not letters:
        raise ModelError(
            f"{checkpoint.name}: its tokenizer gives no token for the letter a; expected one with "
            "a vocabulary. Is tokenizer.json that of this model?"
        )
    return tuple(probe.ids[: letters[0]]), tuple(probe.ids[letters[-1] + 1 :])


def resolve_view(
    entry: ModelEntry,
    config: PreTrainedConfig | BertConfiguration,
    room: int,
    metadata: ReadingSaid,
    *,
    layer: int | None,
    granularity: Granularity | None,
    window: int | None,
) -> View:
    """Decide what the model sees and where it is read: the user, the entry, the model's own word.

    A model says it in its `projector.json`. Where nobody says, the layer is the last for a model
    that calls itself an aligner and two thirds of the depth for any other, and the granularity is
    `window` from 2,048 positions on.

    Args:
        entry: What is known of the model.
        config: Its configuration.
        room: Tokens that its positions allow, special tokens not counted.
        metadata: What its `projector.json` says.
        layer, granularity, window: The user's wishes.

    Raises:
        ConfigurationError: The model has no such layer, or no room for such a window.
    """
    depth = config.num_hidden_layers
    aligner = "align" in f"{Path(entry.location).name} {config.architectures}".lower()
    ruled = depth if aligner else round(depth * 2 / 3)
    chosen = next(
        value for value in (layer, entry.layer, metadata.layer, ruled) if value is not None
    )
    if not 0 <= chosen <= depth:
        raise ConfigurationError(
            f"{entry.name} has no layer {chosen}; expected 0 to {depth} (--layer)"
        )
    size = window or entry.window or metadata.window or room
    if not 1 <= size <= room:
        raise ConfigurationError(
            f"{entry.name} has no room for a window of {size} tokens; expected 1 to {room} "
            "(--window)"
        )
    seen = granularity or entry.granularity or metadata.granularity
    seen = seen or ("window" if room >= LONG_CONTEXT - 2 else "sentence")
    overlap = entry.overlap if metadata.overlap is None else metadata.overlap
    return View(chosen, seen, size, min(overlap, size // 4))
