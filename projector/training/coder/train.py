"""Train a stage of a coder: what retrieves codes, or what reorders them."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from projector.arrays import Floats
from projector.coding.code_list import CodeList, embedded_codes, read_codes
from projector.coding.coder_folder import RERANKER
from projector.coding.load import load_retriever
from projector.coding.normalize import own_abbreviations
from projector.coding.retrieval.bi_encoder import BiEncoder
from projector.coding.synonyms import with_synonyms
from projector.errors import ConfigurationError
from projector.training.aligner.data import evenly
from projector.training.checkpoints import TrainingFolder
from projector.training.coder.augmentation import factory_examples
from projector.training.coder.example_tables import write_examples
from projector.training.coder.examples import (
    CodedText,
    gold_examples,
    table_examples,
    term_examples,
    with_terms,
)
from projector.training.coder.filtering import Rejected, curate
from projector.training.coder.hard_negatives import Neighbours, meanings_of, short_lists
from projector.training.coder.reranker import Reordering
from projector.training.coder.retriever import Retrieval
from projector.training.schedule import Part
from projector.training.trainable_encoder import TrainableEncoder
from projector.training.trainer import fit, schedule_of

if TYPE_CHECKING:
    from schemas.coder_training import CoderTraining, ExamplesConfiguration

_LOG = logging.getLogger(__name__)


def train_coder(
    configuration: CoderTraining, folder: Path, *, resume: bool = False
) -> dict[str, float]:
    """Train a stage of a coder into a run's folder; `folder/model` is what it comes to.

    Beside it lie `examples.tsv`, all that was learned from and what made each; `rejected.tsv`, what
    was not, and why; `sample.tsv`, some of each origin to look at.

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
    source = configuration.codes
    listed = embedded_codes() if source is None else read_codes(source)
    codes = with_synonyms(listed, configuration.synonyms).assignable()
    development = {
        f"{_name(one)} {number}": _examples(codes, one, configuration.seed)
        for number, one in enumerate(configuration.development.data, start=1)
    }
    everything = with_terms(codes, [one.terms for one in configuration.examples if one.terms])
    torch.manual_seed(configuration.seed)
    trainable = TrainableEncoder.load(configuration.encoder, device=configuration.device)
    embed = BiEncoder(trainable.encoder, configuration.encoder.prefix).embed
    examples, rejected, parts = _gather(configuration, codes, everything, embed)
    codes = everything
    write_examples(folder, examples, rejected, codes, configuration)
    if not examples:
        raise ConfigurationError(f"{folder}: no example is left to learn from, see rejected.tsv")
    make = _reordering if configuration.stage == RERANKER else _retrieval
    task, sizes = make(trainable, configuration, codes, examples, development)
    if configuration.stage == RERANKER:
        assert isinstance(task, Reordering)
        parts = _read_parts(parts, task)
    return fit(task, schedule_of(sizes, parts, configuration), configuration, run, task.save)


def _gather(
    configuration: CoderTraining,
    codes: CodeList,
    everything: CodeList,
    embed: Callable[[Sequence[str]], Floats],
) -> tuple[list[CodedText], list[Rejected], list[Part]]:
    """Return what to learn from, what not, and which of the former come from where.

    Args:
        configuration: Tells the sources.
        codes: The list.
        everything: The list with what terms add behind its own codes, which keep their numbers.
        embed: Gives texts' vectors.
    """
    examples: list[CodedText] = []
    rejected: list[Rejected] = []
    parts = []
    for number, source in enumerate(configuration.examples):
        first = len(examples)
        made = _examples(everything if source.terms else codes, source, configuration.seed + number)
        # Gold and terms are people's work.
        if source.factory is not None or source.table is not None:
            made, left = curate(made, codes, configuration.curation, embed)
            rejected += left
        examples += made
        parts.append(Part(range(first, len(examples)), source.repeat))
        origins = Counter(example.origin for example in made)
        told = ", ".join(f"{count} {origin}" for origin, count in sorted(origins.items()))
        _LOG.info("%s: %d examples: %s", _name(source), len(made), told)
    if rejected:
        _LOG.info("%d examples are not learned from: see rejected.tsv", len(rejected))
    return examples, rejected, parts


_Sets = Mapping[str, Sequence[CodedText]]


def _retrieval(
    trainable: TrainableEncoder,
    configuration: CoderTraining,
    codes: CodeList,
    examples: Sequence[CodedText],
    development: _Sets,
) -> tuple[Retrieval, list[int]]:
    neighbours = Neighbours.of(codes)
    task = Retrieval(trainable, configuration, codes, examples, development, neighbours)
    return task, _sizes(trainable, examples, 2 + configuration.negatives)


def _reordering(
    trainable: TrainableEncoder,
    configuration: CoderTraining,
    codes: CodeList,
    examples: Sequence[CodedText],
    development: _Sets,
) -> tuple[Reordering, list[int]]:
    first = load_retriever(configuration.first, codes, device=configuration.device)
    meanings = meanings_of(examples)
    texts = {text: number for number, text in enumerate(sorted({one.text for one in examples}))}
    found = first.find([*texts], configuration.short_list)
    found = found.rows([texts[example.text] for example in examples])
    short = short_lists(examples, found, meanings)
    head = torch.nn.Linear(trainable.encoder.dimension, 1).to(trainable.encoder.device)
    torch.nn.init.zeros_(head.weight)  # so that it begins as the first stage ranks
    neighbours = Neighbours.of(codes)
    task = Reordering(
        *(trainable, head, configuration, codes, examples, short, meanings),
        *(development, first, neighbours),
    )
    return task, _sizes(trainable, examples, 2 * (1 + configuration.negatives))


def _read_parts(parts: Sequence[Part], task: Reordering) -> list[Part]:
    """Leave out the examples that are not read, for they name a code.

    Raises:
        ConfigurationError: All do.
    """
    kept = [
        Part([number for number in part.examples if not task.short[number].named], part.repeat)
        for part in parts
    ]
    read = sum(len(part.examples) for part in kept)
    _LOG.info("%d of %d examples are no names, and are read", read, len(task.examples))
    if not read:
        raise ConfigurationError(
            "no example is left to learn from: each names a code of the list; expected some that "
            "don't. Add examples of another kind, or leave names out: synonyms"
        )
    return kept


def _name(source: ExamplesConfiguration) -> str:
    path = source.gold or source.table or source.terms
    return path.stem if path else "factory"


def _examples(codes: CodeList, source: ExamplesConfiguration, seed: int) -> list[CodedText]:
    if source.factory is not None:
        random = np.random.default_rng(seed)
        examples = factory_examples(
            codes, source.factory, source.transformations, own_abbreviations(), random
        )
    elif source.table is not None:
        examples = table_examples(codes, source.table)
    elif source.terms is not None:
        examples = term_examples(codes, source.terms)
    else:
        examples = gold_examples(codes, source)
    return evenly(
        examples, source.limit, source.gold or source.table or source.terms or Path(codes.name)
    )


def _sizes(trainable: TrainableEncoder, examples: Sequence[CodedText], times: int) -> list[int]:
    """Return about how many tokens each example takes with all that it is held against."""
    tokenizer = trainable.encoder.tokenizer
    texts = (tokenizer.encode(one.text, add_special_tokens=False) for one in examples)
    return [(2 + len(text.ids)) * times for text in texts]
