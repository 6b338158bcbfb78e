"""Train an edge model: of each mention's candidates, and of none, gold's shall be likeliest."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn

from projector.errors import ConfigurationError
from projector.models import load
from projector.models.adapters import adapter_files
from projector.models.catalogue import OWN_FILE, find_entry
from projector.models.checkpoint import open_checkpoint
from projector.models.edge_model import (
    ABSENCE_FEATURES,
    EDGES_FILE,
    MENTION_FEATURES,
    WORD_FEATURES,
    EdgeModel,
    EdgeQuestions,
    Edges,
    EdgeShape,
    save_edges,
)
from projector.models.encoder import CachedEncoder, View
from projector.models.transformer_encoder import TransformerEncoder
from projector.settings import SpanWeights
from projector.tagging.tagger import load_tagger
from projector.training.checkpoints import TrainingFolder
from projector.training.edges.examples import BEGINS, ENDS, WEIGHED, Example, read_examples
from projector.training.schedule import Part
from projector.training.trainer import fit, schedule_of

if TYPE_CHECKING:
    from schemas.edge_training import EdgeSourceConfiguration, EdgeTraining

_LOG = logging.getLogger(__name__)
_MEMORY = 2**30  # bytes of vectors: a source comes back with every translation of it
_GROUPS = 6  # that a step's examples are parted into, by their widths
_AT_ONCE = 256  # mentions that are measured together


class EdgesBesideWeights(nn.Module):
    """An edge model, and the weights of the other features."""

    def __init__(self, network: EdgeModel) -> None:
        super().__init__()
        self.network = network
        present = [getattr(SpanWeights(), name) for name in WEIGHED]
        self.weights = nn.Parameter(torch.tensor(present))


@dataclass(frozen=True, slots=True, eq=False)
class EdgeTask:
    """The task of telling gold's candidate from a mention's others, and from none.

    Args:
        model: What is trained.
        examples: What to learn from.
        development: What to measure on.
        unheard: Share of examples of which the tagger is not heard while training.
    """

    model: EdgesBesideWeights
    examples: Sequence[Example]
    development: Sequence[Example]
    unheard: float

    @property
    def trained(self) -> Mapping[str, nn.Parameter]:
        """Return the weights that are trained, by name."""
        return dict(self.model.named_parameters())

    def loss(self, examples: Sequence[int]) -> Tensor:
        """Return the mean surprise at what is right."""
        parts = []
        for group in _of_like_widths([self.examples[number] for number in examples]):
            heard = torch.rand(len(group)) >= self.unheard
            surprise = nn.functional.cross_entropy(*candidate_sums(self.model, group, heard))
            parts.append(surprise * (len(group) / len(examples)))
        return torch.stack(parts).sum()

    def measure(self) -> dict[str, float]:
        """Measure how often the right candidate is chosen, and none where there is none."""
        if not self.development:
            return {}
        there, hits, false = [], [], []
        for start in range(0, len(self.development), _AT_ONCE):
            chosen = self.development[start : start + _AT_ONCE]
            sums, right = candidate_sums(
                self.model, chosen, torch.ones(len(chosen), dtype=torch.bool)
            )
            nothing = sums.shape[1] - 1
            best = sums.argmax(1)
            there += (right != nothing).tolist()
            hits += (best == right).tolist()
            false += ((right == nothing) & (best != nothing)).tolist()
        right_there = np.mean([hit for hit, is_there in zip(hits, there, strict=True) if is_there])
        absent = len(there) - sum(there)
        figures = {"score": float(np.mean(hits)), "right of those there": float(right_there)}
        return {**figures, "false of those absent": sum(false) / absent} if absent else figures


def _of_like_widths(examples: list[Example]) -> Iterator[list[Example]]:
    """Yield the examples in groups that little padding makes equally wide."""
    examples.sort(key=lambda one: one.questions.word.shape[1])
    for some in np.array_split(np.arange(len(examples)), min(_GROUPS, len(examples))):
        yield [examples[number] for number in some]


def candidate_sums(
    model: EdgesBesideWeights, examples: Sequence[Example], heard: Tensor
) -> tuple[Tensor, Tensor]:
    """Return [m, K + 1] the sums of the candidates and of having none, and [m] which is right.

    Args:
        model: Gives them.
        examples: m of them.
        heard: [m] of which the tagger is heard.
    """
    questions, source, target = _together(examples)
    silent = torch.nonzero(~heard)[:, 0]
    questions.features[silent[:, None], :, torch.tensor([BEGINS, ENDS])] = 0
    first, last, nothing = model.network(questions, source, target)
    width = max(len(example.first) for example in examples)
    places = torch.zeros(2, len(examples), width, dtype=torch.int64)
    weighed = torch.zeros(len(examples), width, len(WEIGHED))
    missing = torch.ones(len(examples), width, dtype=torch.bool)
    for row, example in enumerate(examples):
        count = len(example.first)
        places[0, row, :count], places[1, row, :count] = example.first, example.last
        weighed[row, :count] = example.weighed
        missing[row, :count] = False
    weighed[silent, :, WEIGHED.index("tagger")] = 0
    sums = weighed @ model.weights + first.gather(1, places[0]) + last.gather(1, places[1])
    sums = sums.masked_fill(missing, -1e9)
    right = [width if one.right == len(one.first) else one.right for one in examples]
    return torch.cat([sums, nothing[:, None]], 1), torch.tensor(right)


def _together(examples: Sequence[Example]) -> tuple[EdgeQuestions, Tensor, Tensor]:
    """Pad the examples' questions to one width, about one text of the words that they name."""
    width = max(example.questions.word.shape[1] for example in examples)

    def padded(name: str) -> Tensor:
        parts = [getattr(example.questions, name)[0] for example in examples]
        return nn.utils.rnn.pad_sequence(parts, batch_first=True)

    def stacked(name: str) -> Tensor:
        return torch.cat([getattr(example.questions, name) for example in examples])

    # Every mention brings the vectors of its own words: a batch's texts would be too many.
    words = [example.texts.target[example.questions.word[0]] for example in examples]
    edges = [example.texts.source[example.questions.edges[0]] for example in examples]
    target = nn.utils.rnn.pad_sequence(words, batch_first=True).float()
    source = torch.stack(edges).float()
    rows = torch.arange(len(examples))[:, None]
    questions = EdgeQuestions(
        stacked("origin"),
        rows * width + torch.arange(width),
        padded("inside"),
        padded("features"),
        stacked("mention"),
        stacked("absence"),
        rows * 4 + torch.arange(4),
        stacked("span"),
    )
    return questions, source.flatten(0, 1), target.flatten(0, 1)


def train_edges(
    configuration: EdgeTraining, output: Path, *, resume: bool = False
) -> dict[str, float]:
    """Train an edge model and leave it in the run's folder, with its encoder if that is an adapter.

    Returns:
        The figures of the best measurement; empty where nothing was measured.

    Raises:
        ProjectorError: The configuration, the encoder, the tagger or the gold can't be used.
    """
    run = TrainingFolder(output)
    if (known := run.open(configuration, resume=resume)) is not None:
        return known
    torch.manual_seed(configuration.seed)
    encoder = load(configuration.model, precision="fp32", device="cpu")
    if not isinstance(encoder, TransformerEncoder):
        raise ConfigurationError(f"{configuration.model} has no weights to learn the edges of")
    bare = CachedEncoder(replace(encoder, edges=None), memory=_MEMORY)
    tagger = load_tagger(configuration.tagger, encoder=bare) if configuration.tagger else None
    chosen = configuration.network
    shape = EdgeShape(
        encoder.dimension,
        WORD_FEATURES,
        MENTION_FEATURES,
        ABSENCE_FEATURES,
        chosen.reduced,
        chosen.hidden,
    )
    model = EdgesBesideWeights(EdgeModel(shape, dropout=chosen.dropout))

    def examples(source: EdgeSourceConfiguration) -> Iterator[Example]:
        return read_examples(
            source,
            bare,
            tagger,
            model.network,
            most=configuration.candidates,
            seed=configuration.seed,
        )

    learned: list[Example] = []
    parts = []
    for source in configuration.data:
        start = len(learned)
        learned += examples(source)
        parts.append(Part(range(start, len(learned)), source.repeat))
        _LOG.info("%s: %d mentions", source.gold, len(learned) - start)
    development = [one for source in configuration.development.data for one in examples(source)]
    _standardise(model.network, learned)
    sizes = [one.questions.word.shape[1] for one in learned]
    task = EdgeTask(model, learned, development, configuration.unheard)

    def save(folder: Path, metadata: Mapping[str, Any]) -> None:
        _save(folder, configuration.model, encoder.view, model, metadata["made"])

    return fit(task, schedule_of(sizes, parts, configuration), configuration, run, save)


def _standardise(network: EdgeModel, examples: Sequence[Example]) -> None:
    """Tell a network the mean and the spread of what is said to it."""
    words = torch.cat([one.questions.features[one.questions.inside] for one in examples])
    absence = torch.cat([one.questions.absence for one in examples])
    for name, values in (("feature", words), ("absence", absence)):
        getattr(network, f"{name}_mean").copy_(values.mean(0))
        getattr(network, f"{name}_scale").copy_(values.std(0).clamp_min(1e-3))


def _save(
    folder: Path, name: str, view: View, model: EdgesBesideWeights, made: Mapping[str, Any]
) -> None:
    """Write an edge model, beside a copy of its encoder where that is no more than an adapter."""
    folder.mkdir(parents=True, exist_ok=True)
    adapter = open_checkpoint(find_entry(name)).adapter
    if adapter is not None:
        for file in (*adapter_files(adapter), adapter / OWN_FILE):
            if file.exists():
                shutil.copyfile(file, folder / file.name)
    weights = dict(zip(WEIGHED, model.weights.tolist(), strict=True))
    # That brackets balance is a rule; how often gold breaks it, no guide.
    weights["brackets"] = min(weights["brackets"], SpanWeights().brackets)
    edges = Edges(model.network, replace(SpanWeights(), **weights))
    save_edges(folder / EDGES_FILE, edges, view, dict(made))
