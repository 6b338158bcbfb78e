"""Hold the encoder that is trained: token vectors with gradients, and its weights on disk."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor

from projector import models
from projector.errors import ConfigurationError, missing_package
from projector.models import delta, lora
from projector.models.adapters import base_of
from projector.models.catalogue import OWN_FILE, find_entry
from projector.models.checkpoint import open_checkpoint
from projector.models.lora import Adapter
from projector.models.packing import states
from projector.models.transformer_encoder import TransformerEncoder
from projector.text.tokens import TokenizedText
from projector.text.windows import segment_windows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from schemas.aligner_training import EncoderConfiguration

_ADAPTER = "default"  # peft's own name for the only one


@dataclass(frozen=True, slots=True, eq=False)
class TrainableEncoder:
    """An encoder some of whose weights are trained.

    Args:
        configuration: As the user wrote it.
        encoder: Shares the trained weights, so that it encodes as they are now.
        trained: The weights that get gradients, by name.
        start: What they were, where a part of that is kept and it isn't 0.
        adapted: The adapter that the model came with, which is saved with what was trained; None
            where it had none.
    """

    configuration: EncoderConfiguration
    encoder: TransformerEncoder
    trained: Mapping[str, torch.nn.Parameter]
    start: Mapping[str, Tensor]
    adapted: Adapter | None = None

    @classmethod
    def load(
        cls, configuration: EncoderConfiguration, *, device: str = "auto", kept_layers: int = 0
    ) -> TrainableEncoder:
        """Load the model in float32 and free what shall be trained.

        Args:
            configuration: As the user wrote it.
            device: Where it runs.
            kept_layers: Layers from the first on that are not trained.

        Raises:
            ModelError, ConfigurationError: See `projector.models.load`; or it can't be trained.
        """
        encoder = models.load(
            configuration.model,
            layer=configuration.layer,
            granularity=configuration.granularity,
            window=configuration.window,
            precision="fp32",
            device=device,
        )
        if not isinstance(encoder, TransformerEncoder):
            raise ConfigurationError(f"{configuration.model} has no weights to train")
        model = encoder.model
        frozen = getattr(configuration, "frozen", False)
        if configuration.rank and not frozen:
            _inject(model, configuration, kept_layers)
        for name, weight in model.named_parameters():
            wanted = "lora_" in name if configuration.rank else "embeddings." not in name
            weight.requires_grad_(wanted and not frozen and _is_behind(name, kept_layers))
        trained = {
            name: weight for name, weight in model.named_parameters() if weight.requires_grad
        }
        start = (
            {}
            if configuration.rank or configuration.wise_ft_alpha == 1
            else {name: weight.detach().clone() for name, weight in trained.items()}
        )
        return cls(configuration, encoder, trained, start, _adapter_of(configuration))

    def vectors(self, texts: Sequence[TokenizedText]) -> list[Tensor]:
        """Return [T, d] vectors of each text, with gradients, all in one pass.

        They are what `encoder.encode` gives, but for rounding.
        """
        encoder = self.encoder
        view = encoder.view
        cuts = [segment_windows(text, window=view.window, overlap=view.overlap) for text in texts]
        sequences = [
            np.concatenate((encoder.prefix, text.ids[start:end], encoder.suffix))
            for text, rows in zip(texts, cuts, strict=True)
            for start, end, _, _ in rows.tolist()
        ]
        states = iter(self.states(sequences))
        ahead = len(encoder.prefix)
        return [
            torch.cat(
                [
                    next(states)[ahead + first - start : ahead + last - start]
                    for start, _, first, last in rows.tolist()
                ]
            ).float()
            for rows in cuts
        ]

    def states(self, sequences: Sequence[NDArray[np.int64]]) -> Sequence[Tensor]:
        """Return [length, d] vectors of each sequence of ids, with gradients, all in one pass."""
        return states(
            self.encoder.model,
            [torch.from_numpy(sequence.astype(np.int64)) for sequence in sequences],
            first_position=self.encoder.first_position,
            packed=self.encoder.packed,
        )

    def state(self) -> dict[str, Tensor]:
        """Return the trained weights by name."""
        return {name: weight.detach() for name, weight in self.trained.items()}

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Put trained weights back in place."""
        for name, weight in self.trained.items():
            weight.data.copy_(state[name])

    @contextmanager
    def blended(self) -> Iterator[None]:
        """Put what the model comes to, a share of what was learned, in the place of the weights."""
        kept = {name: weight.clone() for name, weight in self.state().items()}
        for name, weight in self.trained.items():
            if "lora_B" in name:  # began as 0, and the change is its product with A
                weight.data.mul_(self.configuration.wise_ft_alpha)
            elif name in self.start:
                weight.data.lerp_(self.start[name], 1 - self.configuration.wise_ft_alpha)
        try:
            yield
        finally:
            self.restore(kept)

    def save(self, folder: Path, metadata: Mapping[str, Any]) -> None:
        """Write the model to an empty folder: transformers' files, and a small one of ours.

        Args:
            folder: Where; its folder `adapter` holds what training made of the model alone: the
                adapter, or the changes of its weights.
            metadata: How the model is read and was made.
        """
        with self.blended():
            self._save(folder, metadata)

    def _save(self, folder: Path, metadata: Mapping[str, Any]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        layer = {
            "layer": self.encoder.view.layer,
            "granularity": self.encoder.view.granularity,
            "window": self.encoder.view.window,
        }
        described = json.dumps({**layer, **metadata}, indent=1, default=str)
        (folder / "adapter").mkdir()
        (folder / "adapter" / OWN_FILE).write_text(described, encoding="utf-8")
        if self.configuration.rank:
            self._save_adapter(folder / "adapter")
        else:
            self._save_delta(folder / "adapter")
        self._save_whole(folder, described)

    def _save_delta(self, folder: Path) -> None:
        """Write the changes of the weights of the whole model that training began with."""
        adapter = open_checkpoint(find_entry(self.configuration.model)).adapter
        base = self.configuration.model if adapter is None else base_of(adapter)
        layer = self.encoder.view.layer
        encoder = models.load(base, layer=layer, precision="fp32", device="cpu")
        assert isinstance(encoder, TransformerEncoder)
        before = dict(encoder.model.named_parameters())
        delta.save_delta(folder, base, before, {name: w.cpu() for name, w in self.state().items()})

    def _save_adapter(self, folder: Path) -> None:
        injected: Any = self.encoder.model
        peft: dict[str, Any] = injected.peft_config[_ADAPTER].to_dict()
        peft |= {"base_model_name_or_path": self.configuration.model, "inference_mode": True}
        whole = self._learned()
        if self.adapted is not None:
            whole = lora.composed(self.adapted, whole)
            peft["base_model_name_or_path"] = whole.base
            peft |= {"r": whole.rank, "lora_alpha": whole.scale * whole.rank}
        _save(whole.tensors(), folder / lora.WEIGHTS)
        peft["target_modules"] = sorted(whole.factors)  # all, of the layers behind kept ones or not
        content = json.dumps(peft, indent=1, sort_keys=True, default=str)
        (folder / lora.CONFIGURATION).write_text(content, encoding="utf-8")

    def _learned(self) -> Adapter:
        """Return what was trained as an adapter of the model that training started from."""
        plain = {name.replace(f".{_ADAPTER}", ""): one.half() for name, one in self.state().items()}
        stems = [name.removesuffix(".lora_A.weight") for name in plain if ".lora_A." in name]
        factors = {
            stem: (plain[f"{stem}.lora_A.weight"].cpu(), plain[f"{stem}.lora_B.weight"].cpu())
            for stem in sorted(stems)
        }
        chosen = self.configuration
        return Adapter(Path(), chosen.model, chosen.alpha / chosen.rank, factors)

    def _save_whole(self, folder: Path, described: str) -> None:
        (folder / OWN_FILE).write_text(described, encoding="utf-8")
        model = self.encoder.model
        weights = {}
        for name, weight in model.state_dict().items():
            if "lora_" not in name:
                weights[name.replace(".base_layer", "")] = weight.detach().cpu().clone()
        if self.configuration.rank:
            self._learned().add_to(weights)
        _save(weights, folder / "model.safetensors")
        model.config.save_pretrained(folder)
        self.encoder.tokenizer.save(str(folder / "tokenizer.json"), pretty=False)


def _save(weights: dict[str, Tensor], path: Path) -> None:
    save_file(weights, path, metadata={"format": "pt"})
    path.chmod((path.parent / OWN_FILE).stat().st_mode)  # else its owner's only


def _is_behind(name: str, kept_layers: int) -> bool:
    """Tell whether a part of a model is in none of its first layers."""
    layer = lora.layer_of(name)
    return layer is None or layer >= kept_layers


def _adapter_of(configuration: EncoderConfiguration) -> Adapter | None:
    """Return the adapter that a model is, where what is trained is one, too.

    Raises:
        ConfigurationError: It is kept as changes of whole weights, beside which factors can't lie.
    """
    if not configuration.rank or getattr(configuration, "frozen", False):
        return None
    folder = open_checkpoint(find_entry(configuration.model)).adapter
    if folder is None:
        return None
    if delta.is_delta(folder):
        raise ConfigurationError(
            f"{configuration.model} is kept as changes of all weights, beside which no adapter "
            "can be saved: train all weights (rank = 0), or start from its base"
        )
    return lora.read_adapter(folder)


def _inject(model: torch.nn.Module, configuration: EncoderConfiguration, kept_layers: int) -> None:
    """Put low-rank factors beside every linear layer behind the embeddings and what is kept."""
    try:
        from peft import LoraConfig, inject_adapter_in_model
    except ImportError as error:
        instead = "train all weights (rank = 0)"
        raise missing_package("peft", "train", "training an adapter", instead) from error
    linear = [
        name
        for name, part in model.named_modules()
        if isinstance(part, torch.nn.Linear) and _is_behind(name, kept_layers)
    ]
    chosen = LoraConfig(
        r=configuration.rank,
        lora_alpha=configuration.alpha,
        lora_dropout=configuration.dropout,
        target_modules=linear,
    )
    inject_adapter_in_model(chosen, model, adapter_name=_ADAPTER)
