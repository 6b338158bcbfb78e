"""Show a command's options in titled sections."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from schemas.options import SECTIONS

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


class SectionedOption(click.Option):
    """An option that stands in a section of its command's help."""

    def __init__(self, *names: Any, section: str = "", **attributes: Any) -> None:  # noqa: ANN401
        super().__init__(*names, **attributes)
        self.section = section


class SectionedCommand(click.Command):
    """A command whose help shows its options in their sections; those in none come last."""

    def get_help_option_names(self, ctx: click.Context) -> list[str]:
        """Return what asks for help, whoever asks."""
        return ["-h", "--help"]

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the sections that have options."""
        rows: dict[str, list[tuple[str, str]]] = {section: [] for section in (*SECTIONS, "")}
        for parameter in self.get_params(ctx):
            row = parameter.get_help_record(ctx)
            if row is not None and isinstance(parameter, click.Option):
                rows[getattr(parameter, "section", "")].append(row)
        for section, shown in rows.items():
            if shown:
                with formatter.section(section or "Other options"):
                    formatter.write_dl(shown)


class SectionedGroup(SectionedCommand, click.Group):
    """A group of such commands."""

    command_class = SectionedCommand

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands, then the sections."""
        self.format_commands(ctx, formatter)
        super().format_options(ctx, formatter)


def option(*names: str, section: str, **attributes: Any) -> Decorator:  # noqa: ANN401
    """Add an option in a section of the help."""
    return click.option(*names, cls=SectionedOption, section=section, **attributes)
