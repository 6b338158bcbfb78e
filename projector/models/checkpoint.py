"""Find a model at rest and verify it, and build it to a given depth."""

from __future__ import annotations

import inspect
import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from safetensors import SafetensorError
from tokenizers import Tokenizer
from transformers import MODEL_MAPPING, AutoConfig, AutoTokenizer
from transformers.utils import logging as transformers_logging

from projector.errors import ModelError, counted
from projector.models import hub, lora, packing
from projector.models.catalogue import OWN_FILE, find_entry
from projector.models.embedded import convert
from projector.storage.hashes import content_hash, file_hash

if TYPE_CHECKING:
    from transformers import PreTrainedConfig, PreTrainedModel

    from projector.models.catalogue import ModelEntry
    from projector.models.devices import Runtime


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
    """

    name: str
    identity: str
    config: PreTrainedConfig
    tokenizer: Tokenizer
    folder: Path | None
    state: dict[str, torch.Tensor] | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    adapter: Path | None = None


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
    config, tokenizer = _config(entry.name, folder), _tokenizer(entry.name, folder)
    metadata = read_metadata(folder)
    return Checkpoint(entry.name, _identity(folder), config, tokenizer, folder, metadata=metadata)


def _folder(entry: ModelEntry) -> Path:
    """Return the folder of an entry's model, fetching it where it is on the hub."""
    if entry.source == "hub":
        return hub.download(entry.location)
    if entry.source == "package":
        return Path(__file__).parent / entry.location
    return Path(entry.location)


def _open_adapter(name: str, folder: Path) -> Checkpoint:
    """Open the model that an adapter is for, to be read as the adapter says."""
    base = find_entry(lora.base_of(folder))
    adapted = open_checkpoint(base)
    if adapted.adapter is not None:
        raise ModelError(f"{folder}: adapts {base.name}, an adapter itself; expected a whole model")
    parts = {path.name: file_hash(path) for path in map(folder.joinpath, lora.FILES)}
    identity = content_hash({"base": adapted.identity, **parts})
    metadata = {**adapted.metadata, **read_metadata(folder)}
    return replace(adapted, name=name, identity=identity, metadata=metadata, adapter=folder)


def read_metadata(folder: Path) -> dict[str, Any]:
    """Return what a model's folder says, in this project's terms, of how the model is read.

    Raises:
        ModelError: The file is there and can't be read.
    """
    path = folder / OWN_FILE
    if not path.is_file():
        return {}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(content, dict):
            return content
        problem = type(content).__name__
    except (OSError, ValueError) as error:
        problem = str(error)
    raise ModelError(f"{path}: can't be read ({problem}); expected an object with layer, window, …")


def _open_default(name: str) -> Checkpoint:
    folder = convert.converted_folder()
    if folder is not None:
        config, tokenizer = _config(name, folder), _tokenizer(name, folder)
        return Checkpoint(name, convert.IDENTITY, config, tokenizer, folder)
    weights = convert.read_weights()
    keys = convert.configuration(weights)
    config = AutoConfig.for_model(**keys)
    state = {key: torch.from_numpy(value) for key, value in convert.state(weights).items()}
    return Checkpoint(name, convert.IDENTITY, config, convert.tokenizer(weights), None, state)


def _config(name: str, folder: Path) -> PreTrainedConfig:
    try:
        with quiet_loading():
            config: PreTrainedConfig = AutoConfig.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError, KeyError) as error:
        raise _unreadable(name, folder, "configuration", error) from error
    if getattr(config, "is_encoder_decoder", False) or getattr(config, "is_decoder", False):
        raise ModelError(
            f"{name}: {folder} holds a model of type {config.model_type} that is or has a decoder; "
            "expected an encoder such as BERT or XLM-RoBERTa"
        )
    return config


def _tokenizer(name: str, folder: Path) -> Tokenizer:
    """Return the fast tokenizer of a folder, converted where only a slow one is there."""
    path = folder / "tokenizer.json"
    try:
        if path.is_file():
            tokenizer = Tokenizer.from_file(str(path))
        else:
            with quiet_loading():
                loaded = AutoTokenizer.from_pretrained(folder, local_files_only=True)
            tokenizer = loaded.backend_tokenizer
    except Exception as error:  # tokenizers raises bare Exception
        raise _unreadable(name, folder, "tokenizer", error) from error
    # What a file says of these was meant for sentence vectors; here nothing is ever cut off.
    tokenizer.no_truncation()
    tokenizer.no_padding()
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
    config = type(checkpoint.config).from_dict(checkpoint.config.to_dict())
    config.num_hidden_layers = layer
    kinds: Any = MODEL_MAPPING.get(type(config), None)
    if kinds is None:
        raise ModelError(f"{checkpoint.name}: transformers has no encoder for {config.model_type}")
    kind = kinds[0] if isinstance(kinds, tuple) else kinds
    options: dict[str, Any] = {"attn_implementation": packing.ATTENTION} if packed else {}
    if "add_pooling_layer" in inspect.signature(kind).parameters:
        options["add_pooling_layer"] = False
    if checkpoint.state is not None:
        options["state_dict"] = checkpoint.state
    try:
        with quiet_loading():
            model, loading = kind.from_pretrained(
                checkpoint.folder,
                config=config,
                dtype=runtime.dtype if checkpoint.adapter is None else torch.float32,
                local_files_only=True,
                output_loading_info=True,
                **options,
            )
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        raise _unreadable(checkpoint.name, checkpoint.folder, "weights", error) from error
    missing = sorted(key for key in loading["missing_keys"] if "pooler" not in key)
    if missing:
        raise ModelError(
            f"{checkpoint.name}: {counted(len(missing), 'tensor is', 'tensors are')} missing "
            f"from {checkpoint.folder}, "
            f"the first being {missing[0]}; expected all of a {config.model_type} model's"
        )
    if checkpoint.adapter is not None:
        adapter = lora.read_adapter(checkpoint.adapter)
        adapter.add_to(dict(model.named_parameters()), layers=layer)
    built: PreTrainedModel = model.to(runtime.device, runtime.dtype).eval().requires_grad_(False)
    return built


def _identity(folder: Path) -> str:
    """Hash the files of a folder that decide what its model computes."""
    decisive = sorted(
        path
        for pattern in ("config.json", "tokenizer.json", "vocab.txt", "*.model", "*.safetensors")
        for path in folder.glob(pattern)
    )
    if not any(path.suffix == ".safetensors" for path in decisive):
        decisive += sorted(folder.glob("pytorch_model*.bin"))
    return content_hash({path.name: file_hash(path) for path in decisive})


def _unreadable(name: str, folder: Path | None, what: str, error: Exception) -> ModelError:
    reason = (str(error).strip() or type(error).__name__).splitlines()[0]
    return ModelError(
        f"{name}: the {what} in {folder} can't be read ({reason}); expected a folder "
        "as transformers saves it, with config.json, weights and tokenizer.json"
    )


@contextmanager
def quiet_loading() -> Iterator[None]:
    """Keep transformers from reporting on stderr: layers left out on purpose, loading bars."""
    verbosity = transformers_logging.get_verbosity()
    had_bars = transformers_logging.is_progress_bar_enabled()
    transformers_logging.set_verbosity(logging.ERROR)
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        transformers_logging.set_verbosity(verbosity)
        if had_bars:
            transformers_logging.enable_progress_bar()  # type: ignore[no-untyped-call]
