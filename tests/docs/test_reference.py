"""Hold the generated reference: each command, option, setting, column, status and name is there."""

import json
import re
from dataclasses import dataclass

import click
import pytest
from api_page import api_page
from cli_page import cli_page, commands
from configuration_page import configuration_page, files
from corrections_page import EXAMPLE, corrections_page
from doc_pages import ROOT, resolve
from settings_fields import default_in_toml, tables_of, type_in_words
from tables_page import tables_page
from tree_page import tree_page

import projector
from projector.document import Status
from schemas.corrections import Correction, Corrections, Span
from schemas.tables import TABLES
from schemas.tagger_training import TaggerTraining

CLI = cli_page()
COMMANDS = dict(commands())


def section(page, heading):
    """Return what stands below a heading, up to the next of its rank or a higher one."""
    rank = heading.split(" ")[0]
    below = page.split(f"\n{heading}\n")[1]
    return re.split(rf"^#{{1,{len(rank)}}} ", below, flags=re.MULTILINE)[0]


@pytest.mark.parametrize("name", [*COMMANDS])
def test_every_option_of_a_command_is_told_with_its_help(name):
    told = section(CLI, f"## {name}")
    for parameter in COMMANDS[name].params:
        if isinstance(parameter, click.Option):
            assert all(f"`{option}`" in told for option in parameter.opts)
        else:
            assert (parameter.metavar or parameter.name.upper()) in told


def test_every_command_of_the_help_has_a_section():
    """The commands are found by another walk than the page's."""
    for words in (["project"], ["jobs", "run"], ["evaluate"], ["evaluate", "codes"], ["models"]):
        assert resolve(words)[0] is COMMANDS[f"projector {' '.join(words)}"]
    assert {"projector models add", "projector train sweep"} <= COMMANDS.keys()


def test_an_option_tells_its_choices_bounds_and_default():
    told = section(CLI, "## projector project")
    assert "| `--on-error` | `stop`, `skip` | `stop` |" in told
    assert "| `-o`, `--output` | `PATH` | required |" in told
    assert "`FLOAT` from 0 to 1" in told


@pytest.mark.parametrize("file", [*files()], ids=lambda file: file.title)
def test_every_setting_of_a_file_is_told(file):
    told = section(configuration_page(), f"## {file.title}")
    assert file.tables
    for part in file.tables:
        rows = section(told, f"### `{part.heading}`")
        assert all(f"| `{setting.name}` |" in rows for setting in part.settings)


def test_a_table_within_another_has_the_defaults_that_the_outer_gives_it():
    inner = {part.heading: part for part in tables_of(TaggerTraining)}
    epochs = next(one for one in inner["[optimisation]"].settings if one.name == "epochs")
    assert default_in_toml(epochs) == "4.0" or default_in_toml(epochs) == "4"
    assert inner["[[data]]"].repeated and "[[development.data]]" in inner


def test_a_setting_tells_its_type_in_words_and_what_its_docstring_says():
    @dataclass
    class Chosen:
        """What is chosen.

        Args:
            share: Of the whole,
                told on two lines.
            names: Any.
        """

        share: float
        names: tuple[str, ...] = ()

    (part,) = tables_of(Chosen)
    share, names = part.settings
    assert (share.description, share.required) == ("Of the whole, told on two lines.", True)
    assert (type_in_words(names), default_in_toml(names)) == ("list of text", "[]")


@pytest.mark.parametrize("name", TABLES)
def test_every_column_of_a_table_is_told(name):
    told = section(tables_page(), f"## {name}")
    assert all(f"| `{column}` |" in told for column in TABLES[name].names)


def test_a_table_is_told_by_the_comment_in_front_of_its_schema():
    assert "One row for each source mention" in section(tables_page(), "## projections")


def test_every_public_name_is_told():
    for name in projector.__all__:
        assert name.startswith("_") or f"::: projector.{name}\n" in api_page()


def test_every_room_and_module_is_told_with_what_it_does():
    page = tree_page()
    assert "Choose" in page and "`projector.align.anchors`" in page
    assert not re.search(r"^\| `[\w.]+` \|  \|$", page, re.MULTILINE)


@pytest.mark.parametrize("status", [*Status])
def test_every_status_is_told(status):
    page = (ROOT / "docs" / "reference" / "run-folder.md").read_text(encoding="utf-8")
    assert f"| `{status}` |" in page


def test_every_field_of_a_correction_is_told_and_the_example_is_one():
    page = corrections_page()
    for contract in (Corrections, Correction, Span):
        for name, field in contract.model_fields.items():
            assert field.description and f"| `{name}` |" in page
    assert Corrections.model_validate_json(json.dumps(EXAMPLE)).corrections
    assert json.dumps(EXAMPLE, indent=2) in page and '"additionalProperties": false' in page
