"""State what a concept space depends on: names, their first vectors, hierarchy, optimisation."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, model_validator

from schemas.aligner_training import MeasuringConfiguration, OptimisationConfiguration
from schemas.run import Strict


class HierarchyConfiguration(Strict):
    """How near what stands near in the list shall lie: cosines, and what they weigh."""

    weight: float = Field(
        default=1.0,
        ge=0,
        description="Of the squared distance between two concepts' cosine and what is wanted; 0: "
        "names alone place a concept.",
    )
    siblings: float = Field(
        default=0.5, ge=-1, le=1, description="Cosine of concepts with the same parent."
    )
    block: float = Field(
        default=0.3, ge=-1, le=1, description="Cosine of concepts in the same block of categories."
    )
    chapter: float = Field(
        default=0.15, ge=-1, le=1, description="Cosine of concepts in the same chapter."
    )
    others: float = Field(
        default=0.0, ge=-1, le=1, description="Cosine of concepts that share no chapter."
    )


class ConceptOptimisationConfiguration(OptimisationConfiguration):
    """How concepts move: AdamW, a linear warm-up, a linear fall to a tenth."""

    rate: float = Field(default=3e-3, gt=0, description="The highest learning rate.")
    tokens: int = Field(default=512, ge=1, description="Names of a micro-batch.")
    epochs: float = Field(
        default=8.0, gt=0, description="How often the names are gone through, without `steps`."
    )


class ConceptTraining(Strict):
    """All that a concept space depends on beside the files that it names."""

    codes: Path | None = Field(
        default=None, description="The list, a TSV or Parquet file; by default ICD-10-CM."
    )
    any_level: bool = Field(
        default=False,
        description="Whether codes that are divided further are concepts, too; by default they "
        "lend their names to what says no more, as in coding.",
    )
    synonyms: tuple[str, ...] = Field(
        default=("everyday",),
        description="Further names of the codes: tables, coded corpora, `everyday`, `icd10cm`.",
    )
    terms: tuple[Path, ...] = Field(
        default=(),
        description="Tables of parallel terms as the aligner's, whose lines with one document name "
        "one thing: a code of the list, or what has a name that one code of the list has, too.",
    )
    encoder: str = Field(
        default="retriever",
        description="Whose vectors of names it starts from: the installed retriever, or a trained "
        "one's folder.",
    )
    dimension: int = Field(default=128, ge=2, description="Of the space.")
    temperature: float = Field(
        default=0.05, gt=0, description="Of the softmax over the concepts that a name may mean."
    )
    held_out: float = Field(
        default=0.05,
        ge=0,
        lt=0.5,
        description="Share of names that teach nothing and are measured on, of concepts with at "
        "least three.",
    )
    hierarchy: HierarchyConfiguration = Field(
        default=HierarchyConfiguration(), description="What the list's hierarchy asks for."
    )
    seed: int = Field(default=0, ge=0, description="Of all that is drawn by chance.")
    device: str = Field(
        default="auto", description="Where it runs: `cpu`, `cuda:0`, …; `auto` is a GPU if any."
    )
    optimisation: ConceptOptimisationConfiguration = Field(
        default=ConceptOptimisationConfiguration(), description="How concepts move, and how long."
    )
    development: MeasuringConfiguration = Field(
        default=MeasuringConfiguration(every=500), description="When it is measured."
    )
    checkpoint_every: int = Field(default=500, ge=1, description="Steps between checkpoints.")

    @model_validator(mode="after")
    def _ordered(self) -> ConceptTraining:
        near = self.hierarchy
        if not near.siblings >= near.block >= near.chapter >= near.others:
            raise ValueError("hierarchy: expected siblings ≥ block ≥ chapter ≥ others")
        return self
