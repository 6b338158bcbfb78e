"""Find a model at rest and verify it, and build it to a given depth."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from tokenizers import Tokenizer
from transformers import MODEL_MAPPING, AutoConfig, AutoTokenizer

from projector.errors import ModelError, counted
from projector.models import hub, lora, packing
from projector.models.catalogue import OWN_FILE, find_entry
from projector.models.edge_model import EDGES_FILE
from projector.models.embedded import convert
from projector.models.folder_file import read_contract
from projector.models.foreign_errors import foreign_reading, quiet_panics
from projector.models.pretrained import (
    CONFIGURATION,
    load_pretrained,
    quiet_loading,
    refuse_code,
    weight_files,
)
from projector.models.weights import check_finite, check_model, missing_tensors, tensor_facts
from projector.storage.hashes import content_hash, file_hash
from schemas.model_folder import ReadingSaid

if TYPE_CHECKING:
    from transformers import PreTrainedConfig, PreTrainedModel

    from projector.models.catalogue import ModelEntry
    from projector.models.devices import Runtime

# What this project counts with, the least that each can be, and the most that any is.
_NUMBERS = {
    "hidden_size": 1,
    "num_hidden_layers": 0,
    "vocab_size": 1,
    "max_position_embeddings": 1,
    "pad_token_id": 0,
}
_MAY_LACK = frozenset({"max_position_embeddings", "pad_token_id"})
_MOST = 2**31


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A model at rest.

    Args:
        name: What the user calls it, for messages.
        identity: Hash of its weights, configuration and tokenizer.
        config: Its configuration, at full depth.
        tokenizer: Its fast tokenizer.
        folder: Where its weights are, or None.
        state: Its weights where they are in no folder.
        metadata: What its `projector.json` says of how it is read, and was made.
        adapter: What is merged into its weights, or None.
        verified: Whether its weights are known byte for byte, so that there is nothing to check.
        edges: The file of its edge model, or None.
    """

    name: str
    identity: str
    config: PreTrainedConfig
    tokenizer: Tokenizer
    folder: Path | None
    state: dict[str, torch.Tensor] | None = None
    metadata: ReadingSaid = field(default_factory=ReadingSaid)
    adapter: Path | None = None
    verified: bool = False
    edges: Path | None = None


def open_checkpoint(entry: ModelEntry) -> Checkpoint:
    """Find an entry's model, fetching or converting it where need be.

    Raises:
        ModelError: It can't be found, fetched or verified, or is no encoder.
    """
    if entry.location == convert.PACKAGE:
        return _open_default(entry.name)
    folder = _folder(entry)
    if lora.is_adapter(folder):
        return _open_adapter(entry.name, folder)
    config = _config(entry.name, folder)
    weight_files(folder)
    tokenizer = _tokenizer(entry.name, folder)
    metadata = read_metadata(folder)
    checkpoint = Checkpoint(
        entry.name, _identity(folder), config, tokenizer, folder, metadata=metadata
    )
    return _with_edges(checkpoint, folder)


def _with_edges(checkpoint: Checkpoint, folder: Path) -> Checkpoint:
    """Add the edge model that lies in a model's folder; what spans become depends on it, too."""
    path = folder / EDGES_FILE
    if not path.exists():
        return replace(checkpoint, edges=None)
    with foreign_reading(path, "an edge model"):
        identity = content_hash({"model": checkpoint.identity, EDGES_FILE: file_hash(path)})
    return replace(checkpoint, identity=identity, edges=path)


def _folder(entry: ModelEntry) -> Path:
    """Return the folder of an entry's model, fetching it where it is on the hub."""
    if entry.source == "hub":
        return hub.download(entry.location)
    if entry.source == "package":
        return Path(__file__).parent / entry.location
    return Path(entry.location)


def _open_adapter(name: str, folder: Path) -> Checkpoint:
    """Open the model that an adapter is for, to be read as the adapter says."""
    try:
        base = find_entry(lora.base_of(folder))
    except ModelError as error:
        raise ModelError(f"{folder}: what it adapts can't be had ({error})") from error
    # Looked at first: one that adapts itself would be opened without end.
    if base.source in ("package", "folder") and lora.is_adapter(_folder(base)):
        raise ModelError(f"{folder}: adapts {base.name}, an adapter itself; expected a whole model")
    adapted = open_checkpoint(base)
    with foreign_reading(f"{name}: the adapter in {folder}", "both of its files"):
        parts = {path.name: file_hash(path) for path in map(folder.joinpath, lora.FILES)}
    identity = content_hash({"base": adapted.identity, **parts})
    stated = read_metadata(folder).model_dump(exclude_none=True)
    metadata = adapted.metadata.model_copy(update=stated)
    checkpoint = replace(adapted, name=name, identity=identity, metadata=metadata, adapter=folder)
    return _with_edges(checkpoint, folder)


def read_metadata(folder: Path) -> ReadingSaid:
    """Return what a model's folder says, in this project's terms, of how the model is read.

    Raises:
        ModelError: The file is there and can't be read.
    """
    path = folder / OWN_FILE
    if not path.is_file():
        return ReadingSaid()
    return read_contract(path, ReadingSaid, "an object with layer, granularity, window, overlap")


def _open_default(name: str) -> Checkpoint:
    folder = convert.converted_folder()
    if folder is not None:
        config, tokenizer = _config(name, folder), _tokenizer(name, folder)
        return Checkpoint(name, convert.IDENTITY, config, tokenizer, folder, verified=True)
    weights = convert.read_weights()
    keys = convert.configuration(weights)
    config = AutoConfig.for_model(**keys)
    state = {key: torch.from_numpy(value) for key, value in convert.state(weights).items()}
    tokenizer = convert.tokenizer(weights)
    return Checkpoint(name, convert.IDENTITY, config, tokenizer, None, state, verified=True)


def _config(name: str, folder: Path) -> PreTrainedConfig:
    refuse_code(folder, name)
    with foreign_reading(f"{name}: the configuration in {folder}"), quiet_loading():
        config: PreTrainedConfig = load_pretrained(AutoConfig, folder)
    path = folder / CONFIGURATION
    if getattr(config, "is_encoder_decoder", False) or getattr(config, "is_decoder", False):
        raise ModelError(
            f"{name}: {folder} holds a model of type {config.model_type} that is or has a decoder; "
            "expected an encoder such as BERT or XLM-RoBERTa"
        )
    for key, least in _NUMBERS.items():
        value = getattr(config, key, None)
        if value is None and key in _MAY_LACK:
            continue
        if not (type(value) is int and least <= value <= _MOST):
            told = "absent" if value is None else str(value)[:80]
            raise ModelError(f"{path}: {key} is {told}; expected a number of at least {least}")
    return config


def _tokenizer(name: str, folder: Path) -> Tokenizer:
    """Return the fast tokenizer of a folder, converted where only a slow one is there."""
    path = folder / "tokenizer.json"
    file = path.name if path.is_file() else ""
    with foreign_reading(f"{name}: the tokenizer in {folder}", file=file), quiet_panics():
        if path.is_file():
            tokenizer = Tokenizer.from_file(str(path))
        elif not any([*folder.glob("vocab.*"), *folder.glob("*.model")]):
            # transformers would make one that knows no word.
            raise ValueError(f"there is no {path.name}, nor a vocabulary")
        else:
            tokenizer = load_pretrained(AutoTokenizer, folder).backend_tokenizer
        # What a file says of these was meant for sentence vectors; here nothing is ever cut off.
        tokenizer.no_truncation()
        tokenizer.no_padding()
        tokenizer.encode("a")
    return tokenizer


def build(
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
    with foreign_reading(f"{checkpoint.name}: the configuration in {checkpoint.folder}"):
        config = type(checkpoint.config).from_dict(checkpoint.config.to_dict())
    config.num_hidden_layers = layer
    config._attn_implementation = None  # a folder could name a kernel on the hub: code
    kind = _kind(checkpoint)
    options: dict[str, Any] = {"attn_implementation": packing.ATTENTION} if packed else {}
    if "add_pooling_layer" in inspect.signature(kind).parameters:
        options["add_pooling_layer"] = False
    if checkpoint.state is not None:
        options["state_dict"] = checkpoint.state
    else:
        options["use_safetensors"] = True
    if not checkpoint.verified:
        _check_weights(checkpoint, kind, config, "add_pooling_layer" in options)
    with foreign_reading(f"{checkpoint.name}: the weights in {checkpoint.folder}"):
        model, loading = load_pretrained(
            kind,
            checkpoint.folder,
            config=config,
            dtype=runtime.dtype if checkpoint.adapter is None else torch.float32,
            output_loading_info=True,
            **options,
        )
    missing = [key for key in loading["missing_keys"] if "pooler" not in key]
    if missing:
        raise missing_tensors(checkpoint.name, checkpoint.folder, missing)
    if not checkpoint.verified:
        check_finite(f"{checkpoint.folder}", model.named_parameters())
    if checkpoint.adapter is not None:
        adapter = lora.read_adapter(checkpoint.adapter)
        adapter.add_to(dict(model.named_parameters()), layers=layer)
    built: PreTrainedModel = model.to(runtime.device, runtime.dtype).eval().requires_grad_(False)
    return built


def _kind(checkpoint: Checkpoint) -> type[PreTrainedModel]:
    """Return the class of an encoder of a checkpoint's type."""
    name = checkpoint.config.model_type
    with foreign_reading(f"{checkpoint.name}: transformers' code for {name}"):  # it is loaded now
        kinds: Any = MODEL_MAPPING.get(type(checkpoint.config), None)
    if kinds is None:
        raise ModelError(f"{checkpoint.name}: transformers has no encoder for {name}")
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


def _identity(folder: Path) -> str:
    """Hash the files of a folder that decide what its model computes."""
    decisive = sorted(
        path
        for pattern in (CONFIGURATION, "tokenizer.json", "vocab.txt", "*.model", "*.safetensors")
        for path in folder.glob(pattern)
        if path.is_file()
    )
    return content_hash({path.name: file_hash(path) for path in decisive})
