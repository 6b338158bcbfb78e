"""Make of a post-trained encoder what is installed: its adapter, and concepts by free names.

The list that taught it may not be ours to hand on, WHO's names for one. Its codes are called as
ICD-10-CM, which is in the public domain, calls them where both mean the same.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import click
import polars as pl
import torch

from projector.coding.code_list import CodeList, embedded_codes, read_codes
from projector.coding.retrieval.bi_encoder import BiEncoder, load_bi_encoder
from projector.concepts.space import read_concept_table
from projector.concepts.views import VIEWS_FILE, Views, read_views, write_views
from projector.errors import ModelError
from projector.models.adapters import adapter_files, is_adapter
from projector.models.catalogue import OWN_FILE
from projector.models.edge_model import EDGES_FILE
from projector.storage.trained_folder import find_trained

# Of these WHO's fourth character says where it happened: at home, in the street.
_PLACES = re.compile(r"(?:[WX]\d\d|Y[0-2]\d|Y3[0-4])\.\d")
_GROUP = "one of: "  # before what a group of codes is called
_SAME = 0.65  # least cosine of names of a code that mean the same, by the installed retriever


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("encoder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--codes",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    help="The list of the encoder's space, which says what its codes mean.",
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), required=True, help="The folder to fill."
)
def main(encoder: Path, codes: Path, output: Path) -> None:
    """Write the adapter of a trained ENCODER, its views and concepts to the folder OUTPUT.

    Concepts that only say where something happened are left out. Tells how many are called how.

    \b
    Example:
      python -m jobs.research.build_concepts runs/encoder \\
          --codes ../shared/coding/icd10_es_en.tsv -o projector/models/clinical_concepts
    """
    folder = find_trained(encoder, OWN_FILE) / "adapter"
    if not is_adapter(folder):
        raise ModelError(f"{folder}: is no adapter; expected an encoder that was trained as one")
    table = read_concept_table(folder)
    rows = [row for row, code in enumerate(table["code"]) if not _PLACES.fullmatch(code)]
    views, table = read_views(folder), table[rows]
    names = free_names(table, read_codes(codes), load_bi_encoder(Path("retriever")))
    table = table.with_columns(pl.Series("name", names, pl.String))
    kept = Views(views.token.in_features, views.concepts[torch.tensor(rows)])
    kept.load_state_dict(views.state_dict())
    output.mkdir(parents=True, exist_ok=True)
    for path in adapter_files(folder):
        shutil.copy(path, output)
    if (folder / EDGES_FILE).exists():
        shutil.copy(folder / EDGES_FILE, output)
    text = json.dumps(_said(folder / OWN_FILE), indent=1)
    (output / OWN_FILE).write_text(f"{text}\n", encoding="utf-8")
    write_views(output, kept, table, _said(folder / VIEWS_FILE))
    grouped = sum(name.startswith(_GROUP) for name in names)
    click.echo(f"{len(names)} concepts, {grouped} called by their group")


def _said(path: Path) -> dict[str, Any]:
    """Return what a file says, and of how it was made, whose paths are ours, the step alone."""
    said: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    made = {"command": "README.md beside this file", "step": said["made"]["step"]}
    return {**said, "made": made}


def free_names(table: pl.DataFrame, own: CodeList, retriever: BiEncoder) -> list[str]:
    """Return a name for each concept that may be given to anybody.

    ICD-10-CM's, where that means what the concept's own list means; else an everyday one of this
    project's; else `one of: ` and what ICD-10-CM calls the nearest group around it.

    Args:
        table: A row each: code, name, parent, block, chapter.
        own: The concepts' list.
        retriever: Tells whether two names mean the same.
    """
    free = embedded_codes()
    everyday = read_codes(Path(str(files("projector.coding") / "everyday.tsv")))
    called = [_described(own, code) for code in table["code"]]
    others = [_described(free, code) for code in table["code"]]
    similar = (retriever.embed(called) * retriever.embed(others)).sum(1)
    return [
        other
        if one and other and cosine >= _SAME
        else _described(everyday, code) or _grouped(code, free, chapter)
        for one, other, cosine, code, chapter in zip(
            called, others, similar, table["code"], table["chapter"], strict=True
        )
    ]


def _described(codes: CodeList, code: str) -> str:
    number = codes.find(code)
    return "" if number is None else codes.description(number, "en")


def _grouped(code: str, free: CodeList, chapter: str) -> str:
    above: Sequence[str] = free.ancestors(code)
    return _GROUP + (_described(free, above[0]) if above else f"chapter {chapter}")


if __name__ == "__main__":
    main()
