"""Train a tagger: BIO labels from gold spans, a head on an encoder that is trained or frozen."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from projector.errors import ConfigurationError
from projector.tagging.bio import bio_labels, expressible
from projector.tagging.head import Head
from projector.tagging.tagger import load_tagger, save_tagger
from projector.tagging.tagger_folder import TaggerFolder
from projector.text.tokens import TokenizedText
from projector.training.checkpoints import TrainingFolder
from projector.training.schedule import Part
from projector.training.tagger.calibrate import fit_calibration, judged_spans
from projector.training.tagger.data import Annotated, read_annotated
from projector.training.tagger.measure import Measured, ScoredDocument, measure
from projector.training.tagger.pieces import piece, piece_borders
from projector.training.trainable_encoder import TrainableEncoder
from projector.training.trainer import fit, schedule_of
from schemas.tagger_training import TaggerEncoderConfiguration

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from projector.models.encoder import Encoder
    from schemas.tagger_training import TaggerTraining

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text with the labels that a tagger shall give its tokens.

    Args:
        text: At least one token.
        labels: [T, E] BIO.
        known: [E] bool, the types that the text is annotated with; at least one.
    """

    text: TokenizedText
    labels: Tensor
    known: Tensor


@dataclass(frozen=True, slots=True, eq=False)
class Tagging:
    """The task of labelling tokens as gold does.

    Args:
        trainable: The encoder; nothing of it is trained where it is frozen.
        head: What is on it.
        configuration: Types, kinds, and whether the encoder is frozen.
        examples: What to learn from.
        development: What to measure on, by name.
    """

    trainable: TrainableEncoder
    head: Head
    configuration: TaggerTraining
    examples: Sequence[Labelled]
    development: Mapping[str, Sequence[Annotated]]
    _frozen: dict[int, Tensor] = field(default_factory=dict)

    @property
    def trained(self) -> Mapping[str, torch.nn.Parameter]:
        """Return the weights that are trained, by name."""
        head = {f"head.{name}": weight for name, weight in self.head.named_parameters()}
        encoder = {f"encoder.{name}": weight for name, weight in self.trainable.trained.items()}
        return {**head, **encoder}

    @property
    def scales(self) -> Mapping[str, float]:
        """Return what the rate of the encoder's weights is multiplied by, by name."""
        chosen, highest = self.configuration.encoder, self.configuration.optimisation.rate
        scale = 1.0 if chosen.rate is None else chosen.rate / highest
        return {f"encoder.{name}": scale for name in self.trainable.trained}

    @property
    def model(self) -> torch.nn.Module:
        """Return what is put into training mode: a frozen encoder never is."""
        if self.configuration.encoder.frozen:
            return self.head
        return torch.nn.ModuleList([self.trainable.encoder.model, self.head])

    def loss(self, examples: Sequence[int]) -> Tensor:
        """Return the mean loss a token of some texts."""
        texts = [self.examples[number] for number in examples]
        total = sum(len(example.text) for example in texts)
        parts = []
        for example, vectors in zip(texts, self._vectors(examples), strict=True):
            labels, known = example.labels.to(vectors.device), example.known.to(vectors.device)
            part = self.head.loss(self.head(vectors).float(), labels, known)
            parts.append(part * (len(example.text) / total))
        return torch.stack(parts).sum()

    def _vectors(self, examples: Sequence[int]) -> list[Tensor]:
        texts = [self.examples[number].text for number in examples]
        if not self.configuration.encoder.frozen:
            return self.trainable.vectors(texts)
        new = [number for number in dict.fromkeys(examples) if number not in self._frozen]
        vectors = self.trainable.encoder.encode([self.examples[number].text for number in new])
        # Kept in half precision: a corpus is gone through epoch after epoch.
        self._frozen.update(
            (number, states.half().clone()) for number, states in zip(new, vectors, strict=True)
        )
        return [self._frozen[number].float() for number in examples]

    def measure(self) -> dict[str, float]:
        """Measure strict and character F1, by data and type, and their mean as `score`."""
        measured = self._measured()
        return {"score": measured.score, **measured.figures} if measured.figures else {}

    def _measured(self) -> Measured:
        with self.trainable.blended():
            sets = {
                name: [self._scored(one) for one in documents]
                for name, documents in self.development.items()
            }
        return measure(self.head, self.configuration.types, sets)

    def _scored(self, annotated: Annotated) -> ScoredDocument:
        tokens = self.trainable.encoder.tokenize(annotated.document.text)
        if not len(tokens):
            return ScoredDocument(annotated, tokens.offsets, torch.zeros(0, 0, 0))
        with torch.inference_mode():
            scores = self.head(self.trainable.encoder.encode([tokens])[0])
        return ScoredDocument(annotated, tokens.offsets, scores)

    def _fitted(self) -> dict[str, Any]:
        """Return what is fitted to what is measured on: which spans are told, and their scores."""
        if not any(self.development.values()):
            return {}
        measured = self._measured()
        judged = judged_spans(
            (one, spans)
            for name, documents in self.development.items()
            for one, spans in zip(documents, measured.found[name], strict=True)
        )
        calibration = fit_calibration(judged)
        least = {} if self.head.chain is None else {"min_probability": measured.min_probability}
        return least | ({"calibration": calibration} if calibration else {})

    def save(self, folder: Path, metadata: Mapping[str, Any]) -> None:
        """Write the tagger to an empty folder: its head, and its encoder where that was trained."""
        chosen, chosen_head = self.configuration.encoder, self.configuration.head
        view = self.trainable.encoder.view
        contents: dict[str, Any] = {"support": self.configuration.support, **metadata}
        contents |= self._fitted()
        if chosen.frozen:
            contents["encoder"] = {
                "name_or_path": chosen.model,
                "layer": view.layer,
                "granularity": view.granularity,
                "window": view.window,
            }
        else:
            self.trainable.save(folder, metadata)
        folders = [folder] if chosen.frozen else [folder, folder / "adapter"]
        for path in folders:  # each is a tagger by itself, the second a small one
            save_tagger(path, self.configuration.types, self.head, chosen_head, contents)


def train_tagger(
    configuration: TaggerTraining, folder: Path, *, resume: bool = False
) -> dict[str, float]:
    """Train a tagger into a run's folder; `folder/model` is what it comes to.

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
    sources = configuration.development.data
    names = [_name(source) for source in sources]
    # Two sides or two folds of one file are two sets.
    development = {
        name if names.count(name) == 1 else f"{name} {number}": read_annotated(source)
        for number, (name, source) in enumerate(zip(names, sources, strict=True), start=1)
    }
    torch.manual_seed(configuration.seed)
    configuration = _with_encoder(configuration)
    trainable = TrainableEncoder.load(configuration.encoder, device=configuration.device)
    types = configuration.types
    head = _head(configuration, trainable.encoder).to(trainable.encoder.device)
    examples: list[Labelled] = []
    parts = []
    for source in configuration.data:
        first = len(examples)
        documents = read_annotated(source)
        for size in _piece_sizes(configuration, trainable.encoder.view.window):
            examples += labelled(documents, types, trainable.encoder, window=size)
        parts.append(Part(range(first, len(examples)), source.repeat))
        _LOG.info("%s: %s", _name(source), _summary(documents, types, trainable.encoder))
    task = Tagging(trainable, head, configuration, examples, development)
    schedule = schedule_of([len(one.text) for one in examples], parts, configuration)
    return fit(task, schedule, configuration, run, task.save, scales=task.scales)


def _with_encoder(configuration: TaggerTraining) -> TaggerTraining:
    """Put the encoder of the tagger that training goes on from in its place.

    Raises:
        ModelError: There is no such tagger.
        ConfigurationError: It finds other types, or its head is built otherwise.
    """
    if configuration.start is None:
        return configuration
    start = TaggerFolder.read(Path(configuration.start))
    for name, found, expected in (
        ("types", start.types, configuration.types),
        ("head", start.head, configuration.head),
    ):
        if found != expected:
            raise ConfigurationError(
                f"start: the tagger {configuration.start} has the {name} {found}; expected "
                f"{expected}, as the configuration says"
            )
    view = {name: value for name, value in start.encoder.items() if name != "name_or_path"}
    wanted = configuration.encoder.model_dump(exclude_unset=True)
    encoder = {"model": str(start.encoder["name_or_path"]), **view, **wanted}
    return configuration.model_copy(
        update={"encoder": TaggerEncoderConfiguration.model_validate(encoder)}
    )


def _head(configuration: TaggerTraining, encoder: Encoder) -> Head:
    if configuration.start is None:
        return Head(encoder.dimension, len(configuration.types), configuration.head)
    return load_tagger(Path(configuration.start), encoder=encoder, precision="fp32").head


def _piece_sizes(configuration: TaggerTraining, window: int) -> Sequence[int | None]:
    """Return how long documents are learned from at once, in tokens; None: whole.

    No piece is longer than what the encoder takes at once, unless that is frozen: then a document
    is encoded as any text is.
    """
    longest = None if configuration.encoder.frozen else window
    sizes = [size if longest is None else min(size, longest) for size in configuration.pieces]
    return list(dict.fromkeys(sizes)) or [longest]


def _name(source: Any) -> str:  # noqa: ANN401
    return str((source.corpus or source.lines or source.gold).stem)


def labelled(
    documents: Sequence[Annotated],
    types: Sequence[str],
    encoder: Encoder,
    *,
    window: int | None = None,
) -> list[Labelled]:
    """Label the tokens of documents; those without tokens or known types teach nothing.

    Args:
        documents: Annotated with some of the types.
        types: The entity types.
        encoder: Tokenises them.
        window: Longer documents are cut into pieces of about so many tokens; None: none is.
    """
    examples = []
    for annotated in documents:
        text = encoder.tokenize(annotated.document.text)
        known = [annotated.types is None or kind in annotated.types for kind in types]
        if len(text) and any(known):
            columns = [bio_labels(_places(annotated, kind), text.offsets) for kind in types]
            labels = torch.from_numpy(np.stack(columns, 1))
            for start, end in piece_borders(text, window or len(text)):
                part = piece(text, start, end)
                examples.append(Labelled(part, labels[start:end], torch.tensor(known)))
    return examples


def _places(annotated: Annotated, kind: str) -> NDArray[np.int64]:
    """Return [N, 2] where the fragments of a document's mentions of a type stand."""
    rows = [
        (fragment.start, fragment.end)
        for mention in annotated.document.mentions
        if mention.label == kind
        for fragment in mention.fragments
    ]
    return np.array(rows, np.int64).reshape(-1, 2)


def _summary(documents: Sequence[Annotated], types: Sequence[str], encoder: Encoder) -> str:
    """Tell how much there is, what share of it BIO labels of tokens can't hold, what looks wrong.

    A type that never occurs, though documents are taken to be annotated with it, would be learned
    to be nowhere.
    """
    mentions = held = 0
    occurring: set[str] = set()
    believed: set[str] = set()
    for annotated in documents:
        offsets = encoder.tokenize(annotated.document.text).offsets
        believed.update(types if annotated.types is None else annotated.types)
        for kind in types:
            kept = expressible(_places(annotated, kind), offsets)
            mentions, held = mentions + len(kept), held + int(kept.sum())
            occurring.update([kind] if len(kept) else [])
    lost = 1 - held / max(mentions, 1)
    summary = f"{len(documents)} documents, {mentions} spans, of which BIO labels lose {lost:.2%}"
    nowhere = [kind for kind in types if kind in believed - occurring]
    if nowhere:
        summary += (
            f"; no {' and no '.join(nowhere)} anywhere, which teaches that there is none: if it "
            "isn't annotated there, say what is by `annotated`"
        )
    return summary
