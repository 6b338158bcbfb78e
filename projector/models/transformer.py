"""Load a transformer as an encoder: where it is read, and how much of a text it sees at once."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from projector.encode import TransformerEncoder, View
from projector.errors import ConfigurationError
from projector.models.checkpoint import build, digest, open_checkpoint
from projector.models.devices import DTYPES, resolve_device, resolve_precision

if TYPE_CHECKING:
    from transformers import PreTrainedConfig

    from projector.models.registry import Granularity, ModelEntry, Precision

ENCODING = 1  # raise it when the same weights give other vectors, offsets or sentences
LONG_CONTEXT = 2048  # positions from which a model is taken to be trained on whole documents
_OWN_KEY = "projector"  # in a config.json: {"layer": 7, "granularity": "sentence", …}
_ROBERTA_LIKE = frozenset({"roberta", "xlm-roberta", "xlm-roberta-xl", "camembert"})
# Models whose attention goes through transformers' interface and whose positions are absolute.
_PACKED = frozenset({"bert", *_ROBERTA_LIKE})


def load_transformer(
    entry: ModelEntry,
    *,
    layer: int | None,
    granularity: Granularity | None,
    window: int | None,
    precision: Precision,
    device: str,
) -> TransformerEncoder:
    """Load an entry's model; the arguments are those of `projector.models.load`."""
    place = resolve_device(device)
    resolved = resolve_precision(precision, place)
    checkpoint = open_checkpoint(entry)
    config = checkpoint.config
    probe = checkpoint.tokenizer.encode("a")
    real = [at for at, special in enumerate(probe.special_tokens_mask) if not special]
    prefix, suffix = tuple(probe.ids[: real[0]]), tuple(probe.ids[real[-1] + 1 :])
    first_position = (config.pad_token_id or 0) + 1 if config.model_type in _ROBERTA_LIKE else 0
    room = getattr(config, "max_position_embeddings", 512) - first_position
    view = resolve_view(
        entry,
        config,
        room - len(prefix) - len(suffix),
        layer=layer,
        granularity=granularity,
        window=window,
    )
    packed = config.model_type in _PACKED
    model = build(checkpoint, view.layer, DTYPES[resolved], place, packed=packed)
    return TransformerEncoder(
        name=entry.name,
        fingerprint=_fingerprint(checkpoint.identity, view, resolved),
        dimension=config.hidden_size,
        view=view,
        precision=resolved,
        tokenizer=checkpoint.tokenizer,
        prefix=prefix,
        suffix=suffix,
        first_position=first_position,
        packed=packed,
        model=model,
    )


def resolve_view(
    entry: ModelEntry,
    config: PreTrainedConfig,
    room: int,
    *,
    layer: int | None,
    granularity: Granularity | None,
    window: int | None,
) -> View:
    """Decide what the model sees and where it is read: the user, the entry, the model's own word.

    A model says it in its `config.json` under `projector`. Where nobody says, the layer is the
    last for a model that calls itself an aligner and two thirds of the depth for any other, and
    the granularity is `window` from 2,048 positions on.

    Args:
        entry: What is known of the model.
        config: Its configuration.
        room: Tokens that its positions allow, special tokens not counted.
        layer, granularity, window: The user's wishes.

    Raises:
        ConfigurationError: The model has no such layer, or no room for such a window.
    """
    own = getattr(config, _OWN_KEY, None) or {}
    depth = config.num_hidden_layers
    aligner = "align" in f"{Path(entry.location).name} {config.architectures}".lower()
    ruled = depth if aligner else round(depth * 2 / 3)
    chosen = next(
        value for value in (layer, entry.layer, own.get("layer"), ruled) if value is not None
    )
    if not 0 <= chosen <= depth:
        raise ConfigurationError(f"{entry.name} has no layer {chosen}; expected 0 to {depth}")
    size = window or entry.window or own.get("window") or room
    if not 1 <= size <= room:
        raise ConfigurationError(
            f"{entry.name} has no room for a window of {size} tokens; expected 1 to {room}"
        )
    seen = granularity or entry.granularity or own.get("granularity")
    seen = seen or ("window" if room >= LONG_CONTEXT - 2 else "sentence")
    return View(chosen, seen, size, min(own.get("overlap", entry.overlap), size // 4))


def _fingerprint(identity: str, view: View, precision: str) -> str:
    return digest(
        {"identity": identity, "precision": precision, "encoding": ENCODING, **asdict(view)}
    )
