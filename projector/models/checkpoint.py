"""Find a model at rest and verify it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from projector.errors import ModelError
from projector.models import hub
from projector.models.adapters import adapter_files, base_of, is_adapter
from projector.models.catalogue import OWN_FILE, find_entry
from projector.models.edge_model import EDGES_FILE
from projector.models.embedded import package
from projector.models.folder_file import CONFIGURATION, read_contract
from projector.models.foreign_errors import foreign_reading, quiet_panics
from projector.storage.hashes import content_hash, file_hash
from schemas.model_folder import ReadingSaid

if TYPE_CHECKING:
    from transformers import PreTrainedConfig

    from projector.models.bert import BertConfiguration
    from projector.models.catalogue import ModelEntry
    from projector.models.embedded.weight_file import WeightFile
    from projector.models.text_tokenizer import TextTokenizer

# transformers is imported where a folder is read: the embedded model does without.
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
        folder: Where its weights are; None of the embedded model.
        embedded: Its weights where they are in no folder.
        metadata: What its `projector.json` says of how it is read, and was made.
        adapter: What is merged into its weights, or None.
        edges: The file of its edge model, or None.
    """

    name: str
    identity: str
    config: PreTrainedConfig | BertConfiguration
    tokenizer: TextTokenizer
    folder: Path | None
    embedded: WeightFile | None = None
    metadata: ReadingSaid = field(default_factory=ReadingSaid)
    adapter: Path | None = None
    edges: Path | None = None


def open_checkpoint(entry: ModelEntry) -> Checkpoint:
    """Find an entry's model, fetching or converting it where need be.

    Raises:
        ModelError: It can't be found, fetched or verified, or is no encoder.
    """
    if entry.location == package.PACKAGE:
        return _open_embedded(entry.name)
    folder = _folder(entry)
    if is_adapter(folder):
        return _open_adapter(entry.name, folder)
    from projector.models.pretrained import weight_files

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
    assert entry.folder is not None
    return entry.folder


def _open_adapter(name: str, folder: Path) -> Checkpoint:
    """Open the model that an adapter is for, to be read as the adapter says."""
    try:
        base = find_entry(base_of(folder))
    except ModelError as error:
        raise ModelError(f"{folder}: what it adapts can't be had ({error})") from error
    # Looked at first: one that adapts itself would be opened without end.
    if base.folder is not None and is_adapter(base.folder):
        raise ModelError(f"{folder}: adapts {base.name}, an adapter itself; expected a whole model")
    adapted = open_checkpoint(base)
    with foreign_reading(f"{name}: the adapter in {folder}", "both of its files"):
        parts = {path.name: file_hash(path) for path in adapter_files(folder)}
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


def _open_embedded(name: str) -> Checkpoint:
    from projector.models.embedded.build import configuration

    weights = package.read_weights()
    tokenizer = package.read_tokenizer()
    return Checkpoint(name, package.IDENTITY, configuration(weights), tokenizer, None, weights)


def _config(name: str, folder: Path) -> PreTrainedConfig:
    from transformers import AutoConfig

    from projector.models.pretrained import load_pretrained, quiet_loading, refuse_code

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


def _tokenizer(name: str, folder: Path) -> TextTokenizer:
    """Return the fast tokenizer of a folder, converted where only a slow one is there."""
    from tokenizers import Tokenizer

    path = folder / "tokenizer.json"
    file = path.name if path.is_file() else ""
    with foreign_reading(f"{name}: the tokenizer in {folder}", file=file), quiet_panics():
        if path.is_file():
            tokenizer = Tokenizer.from_file(str(path))
        elif not any([*folder.glob("vocab.*"), *folder.glob("*.model")]):
            # transformers would make one that knows no word.
            raise ValueError(f"there is no {path.name}, nor a vocabulary")
        else:
            from transformers import AutoTokenizer

            from projector.models.pretrained import load_pretrained

            tokenizer = load_pretrained(AutoTokenizer, folder).backend_tokenizer
        # What a file says of these was meant for sentence vectors; here nothing is ever cut off.
        tokenizer.no_truncation()
        tokenizer.no_padding()
        tokenizer.encode("a")
    return tokenizer


def _identity(folder: Path) -> str:
    """Hash the files of a folder that decide what its model computes."""
    decisive = sorted(
        path
        for pattern in (CONFIGURATION, "tokenizer.json", "vocab.txt", "*.model", "*.safetensors")
        for path in folder.glob(pattern)
        if path.is_file()
    )
    return content_hash({path.name: file_hash(path) for path in decisive})
