"""Write the page of all commands from click's own description of them."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence

import click
from markdown_text import code, escaped, table

from projector.cli import cli

_HEAD = """# Commands

Made from the commands themselves: each tells the same with `-h`. Results go to stdout, messages and
progress to stderr. What [exit codes](exit-codes.md) mean is a page of its own.
"""


def commands() -> Iterator[tuple[str, click.Command]]:
    """Yield every command that does something, by all the words that call it."""
    context = click.Context(cli, info_name="projector")
    told = set()
    for path, command in _walk("projector", cli, context):
        if path not in told and not _only_groups(command):
            told.add(path)
            yield path, command


def cli_page() -> str:
    """Return the page, a section a command."""
    sections = [_HEAD, "## Every command", _options(click.Context(cli))]
    for path, command in commands():
        context = click.Context(command, info_name=path)
        usage = " ".join([path, *command.collect_usage_pieces(context)])
        sections += [f"## {path}", f"```text\n{usage}\n```"]
        sections += [*_help(command), _options(context)]
    return "\n\n".join(section for section in sections if section) + "\n"


def _walk(
    path: str, group: click.Group, context: click.Context
) -> Iterator[tuple[str, click.Command]]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None, name
        yield f"{path} {name}", command
        if isinstance(command, click.Group):
            inner = click.Context(command, parent=context, info_name=name)
            yield from _walk(f"{path} {name}", command, inner)


def _only_groups(command: click.Command) -> bool:
    """Tell whether a command does nothing but hold others."""
    return (
        isinstance(command, click.Group)
        and not command.invoke_without_command
        and not any(isinstance(parameter, click.Argument) for parameter in command.params)
    )


def _help(command: click.Command) -> Iterator[str]:
    """Yield the paragraphs of a command's help; what must not be wrapped as code."""
    for paragraph in inspect.cleandoc(command.help or "").split("\n\n"):
        if not paragraph.startswith("\b"):
            yield escaped(" ".join(paragraph.split()))
            continue
        title, *lines = paragraph.lstrip("\b\n").splitlines()
        shown = "\n".join(f"$ {line.strip()}" for line in lines)
        yield f"{title}\n\n```console\n{shown}\n```"


def _options(context: click.Context) -> str:
    """Return the table of a command's options, less the one that every command has."""
    options = [
        parameter
        for parameter in context.command.params
        if isinstance(parameter, click.Option) and not parameter.hidden
    ]
    rows = [_row(option, context) for option in options]
    return table(["option", "value", "default", "what it does"], rows) if rows else ""


def _row(option: click.Option, context: click.Context) -> Sequence[str]:
    names = ", ".join(code(name) for name in (*option.opts, *option.secondary_opts))
    value = "" if option.is_flag else _value(option, context)
    default = option.get_default(context)
    told = isinstance(default, str | int | float) and not option.is_flag and default != ""
    return (
        names,
        f"{value}; repeatable" if option.multiple else value,
        "required" if option.required else code(str(default)) if told else "",
        escaped(option.help or ""),
    )


def _value(option: click.Option, context: click.Context) -> str:
    """Return what an option takes."""
    if isinstance(option.type, click.Choice):
        return ", ".join(code(str(choice)) for choice in option.type.choices)
    words = code(option.make_metavar(context).replace("|", " or "))
    bounds = option.type
    if isinstance(bounds, click.IntRange | click.FloatRange):
        low = "" if bounds.min is None else f" from {bounds.min}"
        high = "" if bounds.max is None else f" to {bounds.max}"
        return f"{code(bounds.name.partition(' ')[0].upper())}{low}{high}"
    return words
