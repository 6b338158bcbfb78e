"""Hold how a command's options are shown in titled sections."""

import click
import pytest
from click.testing import CliRunner

from projector.cli.sections import SectionedCommand, SectionedGroup, option
from schemas.options import READ, SECTIONS, WRITTEN


@click.command(cls=SectionedCommand)
@click.option("--loud", is_flag=True, help="Loudly.")
@option("--output", section=WRITTEN, help="Where to.")
@option("--source", section=READ, help="Where from.")
@option("--secret", section=READ, hidden=True, help="Not shown.")
@click.argument("path")
def command(**_: object) -> None:
    """Do something."""


@click.group(cls=SectionedGroup)
@option("--source", section=READ, help="Where from.")
def group(source: str) -> None:
    """Do several things."""


@group.command("inner")
@option("--output", section=WRITTEN, help="Where to.")
def inner(output: str) -> None:
    """Do one of them."""


def shown(asked: click.Command, *arguments: str) -> str:
    result = CliRunner().invoke(asked, [*arguments])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.parametrize("asked", ["-h", "--help"])
def test_sections_come_in_their_order_and_the_rest_last(asked):
    text = shown(command, asked)
    parts = [f"{READ}:", "--source", f"{WRITTEN}:", "--output", "Other options:", "--loud"]
    places = [text.index(part) for part in parts]
    assert places == sorted(places)
    assert text.index("Other options:") < text.index("-h, --help")
    assert SECTIONS.index(READ) < SECTIONS.index(WRITTEN)


def test_a_section_without_options_is_not_shown():
    text = shown(command, "-h")
    assert not [
        section for section in SECTIONS if section not in (READ, WRITTEN) if section in text
    ]
    assert "--secret" not in text


def test_a_group_shows_its_commands_first_and_makes_them_alike():
    text = shown(group, "-h")
    assert text.index("Commands:") < text.index("inner") < text.index(f"{READ}:")
    assert isinstance(inner, SectionedCommand)
    assert f"{WRITTEN}:" in shown(group, "inner", "-h")
