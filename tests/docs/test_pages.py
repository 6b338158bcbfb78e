"""Hold every page: its commands parse, its files are valid, its links and paths lead somewhere."""

import importlib
import re
import tomllib

import click
import pytest
from doc_pages import PAGES, ROOT, blocks, resolve

from schemas.aligner_training import AlignerTraining
from schemas.coder_training import CoderTraining
from schemas.collection import read_collection
from schemas.concept_training import ConceptTraining
from schemas.edge_training import EdgeTraining
from schemas.encoder_training import EncoderTraining
from schemas.run import RunConfiguration
from schemas.tagger_training import TaggerTraining

CONTRACTS = {
    "run.toml": RunConfiguration,
    "aligner.toml": AlignerTraining,
    "edges.toml": EdgeTraining,
    "tagger.toml": TaggerTraining,
    "coder.toml": CoderTraining,
    "space.toml": ConceptTraining,
    "encoder.toml": EncoderTraining,
}
RESULTS = [page for page in PAGES if page.parent.name == "results"]
PROGRAMS = ("git", "make", "pip", "pre-commit", "pytest")
GENERATED = (
    *("cli.md", "configuration.md", "tables.md", "corrections.md"),
    *("python-api.md", "tree.md", "notebook.md"),
)


def text_of(page):
    return page.read_text(encoding="utf-8")


def parse(command, name, arguments):
    """Parse a command line; a file that is not there yet is none of its faults."""
    try:
        command.make_context(name, arguments)
    except click.BadParameter as error:
        if "does not exist" not in error.message:
            raise


@pytest.mark.parametrize("block", blocks("console"), ids=str)
def test_every_command_is_understood(block):
    assert block.commands
    for words in block.commands:
        if words[:2] == ["python", "-m"]:
            parse(importlib.import_module(words[2]).main, words[2], words[3:])
        elif words[0] == "projector":
            parse(*resolve(words[1:]))
        else:
            assert words[0] in PROGRAMS, words


@pytest.mark.parametrize("block", blocks("toml"), ids=str)
def test_every_file_is_valid(block, tmp_path):
    if block.title == "collection.toml":
        file = tmp_path / "collection.toml"
        file.write_text(block.text, encoding="utf-8")
        collection = read_collection(file)
        assert collection.run.targets and collection.jobs.shard_size
    elif block.title == "run.toml":
        assert RunConfiguration.model_validate(tomllib.loads(block.text)).targets
    else:
        CONTRACTS[block.title].model_validate(tomllib.loads(block.text))


@pytest.mark.parametrize("block", blocks("toml") + blocks("console"), ids=str)
def test_examples_need_no_sample_that_is_not_there(block):
    for path in re.findall(r"\b(?:data_samples|projector)/[\w./-]*\w", block.text):
        assert (ROOT / path).exists(), path


def test_python_is_shown_where_it_is_run():
    shown = {str(block.page.relative_to(ROOT)) for block in blocks("python")}
    assert shown <= {"README.md"}  # and the notebook: each has a test that runs it


@pytest.mark.parametrize("page", RESULTS, ids=lambda page: page.stem)
def test_every_table_of_results_says_by_which_command_it_was_measured_and_when(page):
    for section in re.split(r"\n(?=## )", text_of(page)):
        if "\n|---" in section and "nothing of this section is measured" not in section:
            heading = section.partition("\n")[0]
            assert re.search(r"\b20\d\d-\d\d-\d\d\b", section), heading
            assert re.search(r"(?m)^\$ |`(?:python -m|projector) ", section), heading


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_a_file(page):
    """Headings, and links to what is generated, are left to the strict build."""
    for target in re.findall(r"\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)", text_of(page)):
        there = (page.parent / target).resolve()
        assert there.exists() or there.name in GENERATED, target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_path_that_a_page_names_is_there(page):
    named = re.findall(
        r"`((?:projector|jobs|schemas|tests|docs|data_samples)/[\w./-]*)`", text_of(page)
    )
    for path in named:
        assert (ROOT / path).exists(), path
