"""State what the files in a model's, adapter's, tagger's or coder's folder say."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from schemas.tagger_training import HeadConfiguration

Granularity = Literal["sentence", "window"]
# Far more than there is, and little enough to be counted with.
_Size = Annotated[int, Field(ge=1, le=2**24)]
_Name = Annotated[str, Field(min_length=1, max_length=1000)]
_Finite = Annotated[float, Field(allow_inf_nan=False)]
_Factor = Annotated[float, Field(gt=0, allow_inf_nan=False)]
_Layer = Annotated[int, Field(ge=0, le=2**16)]
_Number = Annotated[float, Field(ge=-1e6, le=1e6)]


class Said(BaseModel):
    """What a folder's file says; what else is in it tells how it was made."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True, defer_build=True)


class ReadingSaid(Said):
    """`projector.json`: how a model is read."""

    layer: _Layer | None = None
    granularity: Granularity | None = None
    window: _Size | None = None
    overlap: Annotated[int, Field(ge=0, le=2**24)] | None = None


class AdapterSaid(Said):
    """`adapter_config.json`, as peft writes it: of it what merging takes."""

    base_model_name_or_path: _Name
    r: _Size
    lora_alpha: Annotated[float, Field(gt=0, lt=1e9, strict=False)]
    use_rslora: bool | None = None


class DeltaSaid(Said):
    """`delta.json`: which model's weights are changed."""

    base_model_name_or_path: _Name


class TaggerEncoderSaid(Said):
    """What a tagger says of an encoder that lies elsewhere."""

    model_config = ConfigDict(extra="forbid")

    name_or_path: _Name | None = None
    layer: _Layer | None = None
    granularity: Granularity | None = None
    window: _Size | None = None


class TaggerSaid(Said):
    """`tagger.json`: what a tagger finds, and how its head is built."""

    model_config = ConfigDict(strict=False)

    types: Annotated[tuple[_Name, ...], Field(min_length=1)]
    support: tuple[str, ...] | None = None
    dimension: _Size
    head: HeadConfiguration
    encoder: TaggerEncoderSaid = TaggerEncoderSaid()
    min_probability: Annotated[float, Field(gt=0, lt=1)] | None = None
    calibration: dict[str, tuple[_Factor, _Finite]] | None = None

    @model_validator(mode="after")
    def _whole(self) -> TaggerSaid:
        if len({*self.types}) < len(self.types):
            raise ValueError("types: expected none twice")
        if self.support is not None and not {*self.support} <= {*self.types}:
            raise ValueError("support: expected some of types")
        if not {*(self.calibration or {})} <= {*self.types}:
            raise ValueError("calibration: expected some of types")
        return self


class CoderSaid(Said):
    """`coder.json`: what stage of a coder it is, and how it is used."""

    kind: Literal["retriever", "reranker"]
    prefix: str
    context: bool | None = False
    first_weight: Annotated[float, Field(strict=False, allow_inf_nan=False)] | None = 0.0
    short_list: Annotated[int, Field(ge=1, le=1000)] | None = None
    views: bool | None = False


class FloorSaid(Said):
    """A least probability of a coder's answers, and what came of it on gold."""

    model_config = ConfigDict(strict=False)

    precision: Annotated[float, Field(ge=0, le=1)]
    score: Annotated[float, Field(ge=0, le=1)]
    coverage: Annotated[float, Field(ge=0, le=1)]


class TreesSaid(Said):
    """Decision trees as lists over their nodes; a leaf is its own child."""

    model_config = ConfigDict(strict=False)

    features: tuple[Annotated[int, Field(ge=0)], ...]
    thresholds: tuple[_Number, ...]
    children: tuple[tuple[int, int], ...]
    values: tuple[_Number, ...]
    roots: tuple[int, ...]


class CalibrationSaid(Said):
    """`calibration.json`: how what speaks for a code becomes a probability, and what that is worth.

    `lists` names the lists that it was measured on, by a hash of their codes. `floors` hold in
    `languages`, which it was fitted to; `floors_by_language` in those that it was verified in. A
    reranker's names by `first` the retriever that it was fitted beside.
    """

    model_config = ConfigDict(strict=False)

    features: tuple[str, ...]
    trees: TreesSaid
    floors: tuple[FloorSaid, ...]
    floors_elsewhere: tuple[FloorSaid, ...] = ()
    floors_by_language: dict[str, tuple[FloorSaid, ...]] = {}
    lists: dict[str, str]
    languages: tuple[str, ...]
    first: str | None = None
