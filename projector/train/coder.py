"""Train a bi-encoder that finds codes: mentions beside the descriptions of their codes."""

from __future__ import annotations

import json
import logging
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from projector.coding.codes import CodeList, embedded_codes, read_codes
from projector.coding.dense import BiEncoder, DenseIndex, pooled
from projector.coding.folder import CODER_FILE
from projector.coding.hierarchy import category, normal_code
from projector.coding.surface import own_abbreviations, plain
from projector.train.code_examples import (
    CodedText,
    factory_examples,
    gold_examples,
    table_examples,
)
from projector.train.conduct import conduct, schedule_of
from projector.train.data import evenly
from projector.train.run_folder import RunFolder
from projector.train.schedule import Part
from projector.train.student import Student

if TYPE_CHECKING:
    from schemas.coder_training import CoderTraining, ExamplesConfiguration

_LOG = logging.getLogger(__name__)
_DEPTH = 10


@dataclass(frozen=True, slots=True, eq=False)
class Retrieval:
    """The task of finding a mention's code among others by cosine.

    The loss is that of naming the right one of a batch (van den Oord et al. 2018), to which
    descriptions of neighbouring codes are added; those of a mention's own code are no rivals.

    Args:
        student: Encodes both sides.
        configuration: Temperature, negatives.
        codes: The list.
        examples: What to learn from.
        development: What to measure on, by name.
    """

    student: Student
    configuration: CoderTraining
    codes: CodeList
    examples: Sequence[CodedText]
    development: Mapping[str, Sequence[CodedText]]
    _terms: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    _near: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        """Note each code's descriptions, and which codes stand next to each other."""
        for term in self.codes.terms:
            self._terms[term.code].append(term.text)
        for number, code in enumerate(self.codes.codes):
            self._near[category(normal_code(code))].append(number)

    @property
    def trained(self) -> Mapping[str, torch.nn.Parameter]:
        """Return the weights that are trained, by name."""
        return self.student.trained

    @property
    def model(self) -> torch.nn.Module:
        """Return the module that they are in."""
        return self.student.encoder.model

    @property
    def encoder(self) -> BiEncoder:
        """Return the encoder as it is now."""
        return BiEncoder(self.student.encoder, self.configuration.encoder.prefix)

    def loss(self, examples: Sequence[int]) -> Tensor:
        """Return the mean loss of some examples.

        Which description and which rivals an example is held against is drawn by torch's seed,
        which the loop sets by the step.
        """
        chosen = [self.examples[at] for at in examples]
        own = [self._description(one) for one in chosen]
        rivals = [rival for one in chosen for rival in self._rivals(one.code)]
        texts = [one.text for one in chosen] + own + [text for _, text in rivals]
        vectors = self._embed(texts)
        queries, found = vectors[: len(chosen)], vectors[len(chosen) :]
        codes = torch.tensor([one.code for one in chosen] + [code for code, _ in rivals])
        scores = queries @ found.T / self.configuration.temperature
        same = torch.tensor([one.code for one in chosen])[:, None] == codes
        same &= ~torch.eye(len(chosen), len(codes), dtype=torch.bool)
        scores = scores.masked_fill(same.to(scores.device), -torch.inf)
        return torch.nn.functional.cross_entropy(
            scores, torch.arange(len(chosen), device=scores.device)
        )

    def _description(self, example: CodedText) -> str:
        """Draw a description of an example's code, another than itself if there is one."""
        terms = self._terms[example.code]
        others = [text for text in terms if plain(text) != plain(example.text)] or terms
        return others[int(torch.randint(len(others), ()))]

    def _rivals(self, code: int) -> list[tuple[int, str]]:
        """Draw descriptions of codes in the same category, or next to it in the list."""
        near = self._near[category(normal_code(self.codes.codes[code]))]
        around = [one for one in near if one != code] or [
            one for one in (code - 1, code + 1) if 0 <= one < len(self.codes)
        ]
        found = []
        for _ in range(self.configuration.negatives if around else 0):
            other = around[int(torch.randint(len(around), ()))]
            terms = self._terms[other]
            found.append((other, terms[int(torch.randint(len(terms), ()))]))
        return found

    def _embed(self, texts: Sequence[str]) -> Tensor:
        tokens, owner = self.encoder.tokenize(texts)
        return pooled(self.student.vectors([tokens])[0], owner, len(texts))

    def measure(self) -> dict[str, float]:
        """Measure first choices and MAP@10 by data; `score` is the mean MAP@10."""
        figures: dict[str, float] = {}
        with self.student.blended():
            for name, examples in self.development.items():
                figures |= self._measured(name, examples)
        precisions = [value for name, value in figures.items() if name.startswith("MAP@")]
        return {"score": fmean(precisions), **figures} if precisions else {}

    def _measured(self, name: str, examples: Sequence[CodedText]) -> dict[str, float]:
        """Return the figures of one set, against the codes of its categories."""
        part = _categories_of(self.codes, {one.code for one in examples})
        encoder = self.encoder
        index = DenseIndex(part, encoder, encoder.embed([term.text for term in part.terms]))
        found = index.find([one.text for one in examples], _DEPTH)
        both = [
            (part.find(self.codes.codes[one.code]), own)
            for one, own in zip(examples, found.codes.tolist(), strict=True)
        ]
        precisions = [1 / (1 + own.index(gold)) if gold in own else 0.0 for gold, own in both]
        return {
            f"first {name}": fmean(gold == own[0] for gold, own in both),
            f"MAP@{_DEPTH} {name}": fmean(precisions),
        }

    def save(self, folder: Path, own: Mapping[str, Any]) -> None:
        """Write the coder to an empty folder: its encoder, and how it is used."""
        self.student.save(folder, own)
        said = {"prefix": self.configuration.encoder.prefix, **own}
        content = json.dumps(said, indent=1, default=str)
        (folder / CODER_FILE).write_text(content, encoding="utf-8")


def _categories_of(codes: CodeList, numbers: set[int]) -> CodeList:
    """Return the part of a list that is in the categories of some codes."""
    wanted = {category(normal_code(codes.codes[number])) for number in numbers}
    return codes.only({code for code in codes.codes if category(normal_code(code)) in wanted})


def train_coder(
    configuration: CoderTraining, folder: Path, *, resume: bool = False
) -> dict[str, float]:
    """Train a bi-encoder into a run's folder; `folder/model` is what it comes to.

    Beside it lies `examples.tsv`: all that was learned from, and what made each, to look at.

    Args:
        configuration: All that it depends on beside the files it names.
        folder: New, or with `resume` that of a run with the same configuration.
        resume: Go on from the last checkpoint.

    Returns:
        The figures of the best measurement; empty where nothing was measured.

    Raises:
        ConfigurationError, CorpusError, ModelError: What is asked for can't be done.
    """
    run = RunFolder(folder)
    run.open(configuration.model_dump(mode="json"), resume=resume)
    if (known := run.result()) is not None:
        _LOG.info("%s: is finished", folder)
        return known
    source = configuration.codes
    codes = (embedded_codes() if source is None else read_codes(source)).assignable()
    development = {
        f"{_name(one)} {number}": _examples(codes, one, configuration.seed)
        for number, one in enumerate(configuration.development.data, start=1)
    }
    torch.manual_seed(configuration.seed)
    student = Student.load(configuration.encoder, device=configuration.device)
    examples: list[CodedText] = []
    parts = []
    for number, one in enumerate(configuration.examples):
        first = len(examples)
        examples += _examples(codes, one, configuration.seed + number)
        parts.append(Part(range(first, len(examples)), one.repeat))
        origins = Counter(example.origin for example in examples[first:])
        told = ", ".join(f"{count} {origin}" for origin, count in sorted(origins.items()))
        _LOG.info("%s: %d examples: %s", _name(one), len(examples) - first, told)
    _write_examples(folder / "examples.tsv", examples, codes)
    task = Retrieval(student, configuration, codes, examples, development)
    sizes = _sizes(task)
    return conduct(task, schedule_of(sizes, parts, configuration), configuration, run, task.save)


def _name(one: ExamplesConfiguration) -> str:
    path = one.gold or one.table
    return path.stem if path else "factory"


def _examples(codes: CodeList, one: ExamplesConfiguration, seed: int) -> list[CodedText]:
    if one.factory is not None:
        random = np.random.default_rng(seed)
        found = factory_examples(
            codes, one.factory, one.transformations, own_abbreviations(), random
        )
    elif one.table is not None:
        found = table_examples(codes, one.table)
    else:
        found = list(gold_examples(codes, one))
    return evenly(found, one.limit, one.gold or one.table or Path(codes.name))


def _sizes(task: Retrieval) -> list[int]:
    """Return about how many tokens each example takes with its description and rivals."""
    _, owner = task.encoder.tokenize([one.text for one in task.examples])
    own = np.bincount(owner.numpy(), minlength=len(task.examples))
    return [int(size) for size in own * (2 + task.configuration.negatives)]


def _write_examples(path: Path, examples: Sequence[CodedText], codes: CodeList) -> None:
    from projector.corpus.atomic import atomic_file
    from projector.corpus.tsv_write import format_row

    with atomic_file(path) as file:
        file.write(format_row(("text", "code", "language", "origin", "description")))
        for one in examples:
            told = codes.description(one.code, one.language)
            file.write(
                format_row((one.text, codes.codes[one.code], one.language, one.origin, told))
            )
