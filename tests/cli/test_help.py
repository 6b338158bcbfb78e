"""What every command says of itself."""

from collections.abc import Iterator

import click
import pytest

from projector.cli import cli, run
from schemas.options import SECTIONS


def commands(group: click.Group, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the words of all commands, groups among them."""
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        yield (*words, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*words, name))


def found(words: tuple[str, ...]) -> click.Command:
    command: click.Command = cli
    for word in words:
        assert isinstance(command, click.Group)
        inner = command.get_command(click.Context(command), word)
        assert inner is not None
        command = inner
    return command


EVERY = [*commands(cli)]


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_no_option_is_without_help(words):
    for parameter in found(words).params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.opts


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_nothing_is_replaced_unasked(words):
    options = {one.name for one in found(words).params}
    if options & {"output", "picture"} and words != ("train", "sweep"):  # which goes on by itself
        assert options & {"overwrite", "resume"}


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_both_ways_of_asking_for_help_are_understood(words, capsys):
    for asked in ("-h", "--help"):
        assert run([*words, asked]) == 0
        assert "Usage: projector" in capsys.readouterr().out


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_every_command_shows_an_example(words, capsys):
    run([*words, "-h"])
    assert (
        f"projector {' '.join(words)}".removesuffix(" mentions")
        in (capsys.readouterr().out.split("Example")[1])
    )


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_options_stand_in_their_sections_the_model_last(words, capsys):
    run([*words, "-h"])
    shown = capsys.readouterr().out
    titles = [title for title in (*SECTIONS, "Other options") if f"\n{title}:\n" in shown]
    assert [*titles] == sorted(titles, key=lambda title: shown.index(f"\n{title}:\n"))
    for parameter in found(words).params:
        if isinstance(parameter, click.Option) and parameter.name not in ("form", "version"):
            assert getattr(parameter, "section", ""), parameter.opts


def test_a_run_is_told_before_the_model_that_it_uses(capsys):
    run(["project", "-h"])
    shown = capsys.readouterr().out.split(f"\n{SECTIONS[0]}:\n")[1]
    options = ("--source-language", "--output", "--tagger", "--accept-losses", "--layer")
    assert [*options] == sorted(options, key=lambda option: shown.index(f"{option} "))


def test_mentions_are_evaluated_where_no_command_is_named(corpora, capsys):
    assert run(["evaluate", "it", "it"]) == 0
    told = capsys.readouterr().out
    assert run(["evaluate", "mentions", "it", "it"]) == 0
    assert capsys.readouterr().out == told and "SYMPTOM" in told
    (corpora / "it").rename("codes")
    assert run(["evaluate", "./codes", "codes", "--language", "it"]) == 0
    assert run(["evaluate"]) == 2


def test_explaining_has_no_options_of_what_it_does_not_do():
    from projector.cli.explain import command

    names = {name for one in command.params for name in one.opts}
    assert "--model" in names
    assert not {"--no-audit", "--trust-pairs", "--on-error", "--max-characters"} & names
