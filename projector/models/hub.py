"""Fetch a model from the hub: the only place where the network is touched."""

from __future__ import annotations

from pathlib import Path

from projector.errors import ModelError
from projector.models.foreign_errors import reason_of

_SMALL = ("config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json")
_VOCABULARIES = ("vocab.txt", "vocab.json", "merges.txt", "sentencepiece.bpe.model", "spiece.model")


def download(name: str) -> Path:
    """Return a local folder with a hub model's configuration, tokenizer and weights.

    What is in the hub's own cache already is not fetched again; with `HF_HUB_OFFLINE=1` nothing is.

    Raises:
        ModelError: The hub can't be reached, or has no such model.
    """
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.constants import HF_HUB_OFFLINE

    try:
        if HF_HUB_OFFLINE:
            return Path(snapshot_download(name, local_files_only=True))
        wanted = wanted_files(HfApi().list_repo_files(name))
        if not any(is_weights(file) for file in wanted):
            raise _pickled(name)
        return Path(snapshot_download(name, allow_patterns=wanted))
    except ModelError:
        raise
    except Exception as error:  # also those of the HTTP library beneath, which it changes
        raise ModelError(
            f"{name}: can't be fetched from the hub ({reason_of(error)}). Check the name and the "
            "connection, or download the model elsewhere and give its folder (--model)"
        ) from error


def wanted_files(files: list[str]) -> list[str]:
    """Choose what to fetch of a model: its safetensors at the top, and what they are read by."""
    top = [file for file in files if "/" not in file]
    small = [file for file in top if file in (*_SMALL, *_VOCABULARIES)]
    return small + [file for file in top if is_weights(file)]


def is_weights(file: str) -> bool:
    """Tell whether a file holds weights that can't hold code."""
    return file.endswith((".safetensors", ".safetensors.index.json"))


def _pickled(name: str) -> ModelError:
    return ModelError(
        f"{name}: the hub has no safetensors of it, and pickled weights may hold code that runs "
        "when they are read; expected model.safetensors, and nothing was fetched. If you trust "
        f"whoever made it, save it anew with transformers, AutoModel.from_pretrained({name!r})"
        ".save_pretrained(FOLDER), with its tokenizer beside, and name that folder"
    )
