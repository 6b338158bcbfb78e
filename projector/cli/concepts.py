"""`projector concepts`: look into a space of concepts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from projector.cli.options import PATH, overwrite_option
from projector.cli.output import echo_rows, format_option, say
from projector.cli.sections import SectionedCommand, option
from schemas.options import READ, WRITTEN

if TYPE_CHECKING:
    from projector.concepts.space import ConceptSpace


@click.command("concepts", cls=SectionedCommand)
@click.argument("space", type=PATH)
@click.argument("concept", required=False)
@option(
    "--top-k",
    section=READ,
    type=click.IntRange(min=1),
    default=10,
    show_default=True,
    help="Neighbours, or names, to show.",
)
@option("--names", section=READ, is_flag=True, help="Show its names, the farthest from it first.")
@option(
    "--picture",
    section=WRITTEN,
    type=PATH,
    help="Draw all concepts on their two principal directions, a colour a chapter, as SVG.",
)
@overwrite_option
@format_option
def command(
    space: Path,
    concept: str | None,
    top_k: int,
    names: bool,
    picture: Path | None,
    overwrite: bool,
    form: str,
) -> None:
    """Look into a SPACE of concepts: what lies near a CONCEPT, a code or a name.

    Without a concept the chapters are listed, with how near their concepts lie to each other.

    \b
    Examples:
      projector concepts runs/space I21.9
      projector concepts runs/space "dolor torácico" --names
      projector concepts runs/space --picture space.svg
    """
    from projector.concepts.space import ConceptSpace
    from projector.storage.atomic_file import check_place

    if picture is not None:
        check_place(picture, overwrite=overwrite, example="space.svg", option="--picture")
    read = ConceptSpace.read(space)
    if picture is not None:
        _draw(read, picture)
    if concept is None:
        echo_rows(form, read.chapters())
        return
    number = read.find(concept)
    if names:
        rows = read.farthest_names(number)[:top_k]
        columns = ("language", "name", "cosine")
        echo_rows(form, [dict(zip(columns, row, strict=True)) for row in rows])
        return
    near = [(number, 1.0), *read.neighbours(number, top_k)]
    table = read.concepts
    echo_rows(
        form,
        [
            {
                "code": table["code"][other],
                "name": table["name"][other],
                "parent": table["parent"][other],
                "cosine": round(cosine, 4),
            }
            for other, cosine in near
        ],
    )


def _draw(space: ConceptSpace, path: Path) -> None:
    from projector.report.concept_picture import concept_picture
    from projector.storage.atomic_file import atomic_write

    atomic_write(path, concept_picture(space).encode())
    say(f"picture: {path}", err=True)
