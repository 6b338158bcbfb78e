from typing import Annotated, Literal

import click
import pytest
from pydantic import BaseModel, Field

from projector.cli.options import gathered, options_of, stated
from projector.cli.sections import SectionedCommand
from schemas.options import MODEL, READ, Option, nested


class Part(BaseModel):
    name: Annotated[str, Option(MODEL, "-m --model")] = Field(default="a", description="Which.")


class Whole(BaseModel):
    part: Part = Part()
    kind: Annotated[Literal["x", "y"] | None, Option(READ)] = Field(
        default=None, description="Of two."
    )
    most: Annotated[int, Option(READ)] = Field(default=3, ge=1, le=9, description="At most.")
    share: Annotated[float | None, Option(READ)] = Field(default=None, ge=0, description="Share.")
    names: Annotated[tuple[str, ...], Option(READ, "--only")] = Field(
        default=(), description="Names."
    )
    deep: Annotated[bool, Option(READ, "--no-deep")] = Field(default=True, description="Not deep.")
    wide: Annotated[bool, Option(READ)] = Field(default=False, description="Wide.")
    file: Annotated[str | None, Option(READ, metavar="PATH")] = Field(
        default=None, description="A file."
    )
    inner: int = 0


def whole(**values: object) -> Whole:
    return Whole.model_validate(nested(Whole, stated(values)))


@click.command(cls=SectionedCommand)
@options_of(Whole)
@click.option("--loud", is_flag=True, help="Loudly.")
@gathered("configuration", whole)
def command(configuration: Whole, loud: bool) -> tuple[Whole, bool]:
    return configuration, loud


def call(*arguments: str) -> tuple[Whole, bool]:
    return command.main([*arguments], standalone_mode=False)


def test_a_configuration_is_made_of_options():
    assert call() == (Whole(), False)
    made, loud = call(
        *("-m", "b", "--kind", "y", "--most", "9", "--share", "0.5", "--only", "p"),
        *("--only", "q", "--no-deep", "--wide", "--file", "f", "--loud"),
    )
    assert loud and made == Whole(
        part=Part(name="b"), kind="y", most=9, share=0.5, names=("p", "q"), deep=False,
        wide=True, file="f",
    )  # fmt: skip


@pytest.mark.parametrize(
    "arguments",
    [("--most", "0"), ("--most", "10"), ("--kind", "z"), ("--share", "-1"), ("--inner",)],
)
def test_what_a_field_does_not_allow_is_a_usage_error(arguments):
    with pytest.raises(click.UsageError):
        call(*arguments)


def test_help_stands_in_its_sections(capsys):
    command.main(["--help"], standalone_mode=False)
    shown = capsys.readouterr().out
    assert shown.index(f"{READ}:") < shown.index("--most N") < shown.index(f"{MODEL}:")
    assert shown.index(f"{MODEL}:") < shown.index("--model") < shown.index("Other options:")
    assert "[default: 3; 1<=x<=9]" in " ".join(shown.split())
