"""Have transformers build a model from a folder's weights, to the depth that is read."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import torch
from transformers import MODEL_MAPPING, AttentionInterface, PreTrainedConfig

from projector.errors import ModelError, counted
from projector.models.adapters import read_adapter
from projector.models.folder_file import CONFIGURATION
from projector.models.foreign_errors import foreign_reading
from projector.models.packing import attend
from projector.models.pretrained import load_pretrained, quiet_loading, weight_files
from projector.models.weights import check_finite, check_model, missing_tensors, tensor_facts

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from projector.models.checkpoint import Checkpoint
    from projector.models.devices import Runtime

_ATTENTION = "projector_packed"  # transformers calls it in place of its own
AttentionInterface.register(_ATTENTION, attend)


def build_pretrained(
    checkpoint: Checkpoint,
    layer: int,
    runtime: Runtime,
    *,
    packed: bool,
) -> PreTrainedModel:
    """Build the model with its first `layer` layers only, without a pooler, for inference.

    Raises:
        ModelError: Its weights can't be read, or some are missing.
    """
    assert isinstance(checkpoint.config, PreTrainedConfig)
    with foreign_reading(f"{checkpoint.name}: the configuration in {checkpoint.folder}"):
        config = type(checkpoint.config).from_dict(checkpoint.config.to_dict())
    config.num_hidden_layers = layer
    config._attn_implementation = None  # a folder could name a kernel on the hub: code
    kind = _kind(checkpoint.name, config)
    options: dict[str, Any] = {"attn_implementation": _ATTENTION} if packed else {}
    if "add_pooling_layer" in inspect.signature(kind).parameters:
        options["add_pooling_layer"] = False
    _check_weights(checkpoint, kind, config, "add_pooling_layer" in options)
    with foreign_reading(f"{checkpoint.name}: the weights in {checkpoint.folder}"):
        model, loading = load_pretrained(
            kind,
            checkpoint.folder,
            config=config,
            dtype=runtime.dtype if checkpoint.adapter is None else torch.float32,
            output_loading_info=True,
            use_safetensors=True,
            **options,
        )
    missing = [key for key in loading["missing_keys"] if "pooler" not in key]
    if missing:
        raise missing_tensors(checkpoint.name, checkpoint.folder, missing)
    check_finite(f"{checkpoint.folder}", model.named_parameters())
    if checkpoint.adapter is not None:
        adapter = read_adapter(checkpoint.adapter)
        adapter.add_to(dict(model.named_parameters()), layers=layer)
    built: PreTrainedModel = model.to(runtime.device, runtime.dtype).eval().requires_grad_(False)
    return built


def _kind(name: str, config: PreTrainedConfig) -> type[PreTrainedModel]:
    """Return the class of an encoder of a configuration's type."""
    type_ = config.model_type
    with foreign_reading(f"{name}: transformers' code for {type_}"):  # it is loaded now
        kinds: Any = MODEL_MAPPING.get(type(config), None)
    if kinds is None:
        raise ModelError(f"{name}: transformers has no encoder for {type_}")
    kind: type[PreTrainedModel] = kinds[0] if isinstance(kinds, tuple) else kinds
    return kind


def _check_weights(
    checkpoint: Checkpoint,
    kind: type[PreTrainedModel],
    config: PreTrainedConfig,
    poolerless: bool,
) -> None:
    """Refuse weights that are not the configuration's, before memory is taken for a model."""
    assert checkpoint.folder is not None
    where = f"{checkpoint.name}: the weights in {checkpoint.folder}"
    facts = tensor_facts(weight_files(checkpoint.folder), where)
    if config.num_hidden_layers > len(facts):
        raise ModelError(
            f"{checkpoint.folder}: {config.num_hidden_layers} layers are to be read, and the "
            f"weights hold {counted(len(facts), 'tensor')}; expected some for each"
        )
    options = {"add_pooling_layer": False} if poolerless else {}
    path = checkpoint.folder / CONFIGURATION
    built = foreign_reading(path, "a configuration that a model can be built by")
    with built, quiet_loading(), torch.device("meta"):
        model = kind(config, **options)
    check_model(facts, model, name=checkpoint.name, folder=checkpoint.folder)
