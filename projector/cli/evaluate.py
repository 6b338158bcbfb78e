"""`projector evaluate`: score mentions, or codes, against gold."""

from __future__ import annotations

import click

from projector.cli.evaluate_codes import codes
from projector.cli.evaluate_mentions import mentions
from projector.cli.sections import SectionedGroup


class _Evaluate(SectionedGroup):
    """A group that scores mentions where none of its commands is named."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or args[0] not in self.commands:
            args = ["mentions", *args]
        return super().parse_args(ctx, args)


@click.group("evaluate", cls=_Evaluate, invoke_without_command=True)
def command() -> None:
    """Score mentions, or codes, against gold.

    \b
    Examples:
      projector evaluate data_samples/brat/en out
      projector evaluate codes gold coded
    """


command.add_command(mentions)
command.add_command(codes)
