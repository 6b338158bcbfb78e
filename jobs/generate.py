"""Make a collection of any size, with gold, of the paragraphs of parallel documents."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import click
from tqdm import tqdm

from jobs.parallel import read_parallel
from jobs.poison import LONG_BYTES, Fault, Files, gold_paths, spoil, spread
from jobs.recipe import Recipe
from jobs.units import cut
from projector.corpus import format_ann
from projector.corpus.atomic import atomic_write
from projector.corpus.folders import atomic_folder, writing
from projector.document import Document
from projector.errors import ConfigurationError, ProjectorError

MARK = "generated.json"  # says how a collection was made, and that it is one
FAULTS = "faults.tsv"


def files_of(documents: Sequence[Document]) -> Files:
    """Return what a document's files hold: the source annotated, the targets bare and as gold."""
    source, *targets = documents
    files = {
        f"{source.language}/{source.name}.txt": source.text.encode(),
        f"{source.language}/{source.name}.ann": format_ann(source).encode(),
    }
    for target in targets:
        text = target.text.encode()
        of_text, of_mentions = gold_paths(target.language, target.name)
        files[f"{target.language}/{target.name}.txt"] = text
        files[of_text] = text
        files[of_mentions] = format_ann(target).encode()
    return files


def generate(
    output: Path, recipe: Recipe, *, documents: int, faults: int = 0, overwrite: bool = False
) -> dict[str, int]:
    """Write a collection, whole or not at all, one document at a time.

    `OUTPUT/{source}` is a BRAT folder, `OUTPUT/{target}` a folder of texts and
    `OUTPUT/gold/{target}` a BRAT folder with what should be found there. `faults.tsv` lists what
    was spoiled on purpose: name, fault, the language in which it is. Spoiled documents take the
    places of sound ones; the others are what they would be without.

    Args:
        output: The folder to be.
        recipe: What the documents are made of.
        documents: How many.
        faults: How many of them get each kind of fault.
        overwrite: Replace an earlier collection.

    Returns:
        How many documents, source mentions and faults were written.

    Raises:
        ConfigurationError: There are more faults than documents.
        OutputError: The folder exists, or can't be written.
    """
    try:
        spoiled = spread(documents, faults)
    except ValueError as error:
        raise ConfigurationError(f"{error}: ask for fewer faults or more documents") from error
    counts = {"documents": documents, "mentions": 0, "faults": len(spoiled)}
    listed = ["name\tfault\tlanguage\n"]
    with atomic_folder(output, overwrite=overwrite, mark=MARK) as folder, writing(output):
        for part in ("", "gold/"):
            for language in recipe.languages[1 if part else 0 :]:
                (folder / part / language).mkdir(parents=True)
        for number in tqdm(range(1, documents + 1), unit="documents", disable=None):
            made = _made(recipe, number, spoiled.get(number))
            files = files_of(made)
            if number in spoiled:
                listed.append(_spoil(files, made, spoiled[number], len(listed) - 1))
            counts["mentions"] += len(made[0].mentions)
            for path, content in files.items():
                (folder / path).write_bytes(content)
        (folder / FAULTS).write_text("".join(listed), encoding="utf-8", newline="")
        atomic_write(folder / MARK, _facts(recipe, counts))
    return counts


def _made(recipe: Recipe, number: int, fault: Fault | None) -> tuple[Document, ...]:
    if fault is Fault.LONG:
        return recipe.long_document(number, LONG_BYTES)
    if fault is Fault.EMPTY:
        return recipe.empty_document(number)
    return recipe.document(number)


def _spoil(files: Files, made: Sequence[Document], fault: Fault, turn: int) -> str:
    """Spoil a document's files; return its line for the list."""
    source, *targets = made
    target = targets[turn // len(Fault) % len(targets)]  # each language in turn
    languages = {"source": source.language, "target": target.language}
    language = spoil(files, source.name, fault, **languages)
    return f"{source.name}\t{fault}\t{language}\n"


def _facts(recipe: Recipe, counts: dict[str, int]) -> bytes:
    facts = {
        "languages": recipe.languages,
        "seed": recipe.seed,
        "paragraphs": recipe.paragraphs,
        **counts,
    }
    return (json.dumps(facts, indent=2) + "\n").encode()


def _range(context: click.Context, parameter: click.Parameter, value: str) -> tuple[int, int]:
    """Read `2` or `1-4`."""
    first, dash, last = value.partition("-")
    try:
        fewest, most = int(first), int(last if dash else first)
    except ValueError:
        fewest, most = 0, 0
    if not 1 <= fewest <= most:
        raise click.BadParameter(f"{value!r} is no number or range of numbers, like 2 or 1-4")
    return fewest, most


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("output", type=click.Path(path_type=Path))
@click.option("--documents", type=click.IntRange(min=1), required=True, help="How many to make.")
@click.option(
    "--from",
    "origin",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path("data_samples/brat"),
    show_default=True,
    help="A folder of a corpus for each language, or of gold sets (JSON Lines).",
)
@click.option("--set", "sets", multiple=True, help="Take this gold set only; a prefix will do.")
@click.option("--source-language", "source", default="es", show_default=True)
@click.option(
    "--target-language",
    "targets",
    multiple=True,
    help="Repeatable; without it, all that are there.",
)
@click.option("--seed", default=7, show_default=True)
@click.option(
    "--paragraphs",
    default="1-4",
    show_default=True,
    callback=_range,
    help="How many a document has: a number or a range.",
)
@click.option(
    "--faults",
    type=click.IntRange(min=0),
    default=0,
    metavar="N",
    help="Spoil N documents in each of six ways; they are listed in faults.tsv.",
)
@click.option("--overwrite", is_flag=True, help="Replace an earlier collection.")
def main(
    output: Path,
    documents: int,
    origin: Path,
    sets: tuple[str, ...],
    source: str,
    targets: tuple[str, ...],
    seed: int,
    paragraphs: tuple[int, int],
    faults: int,
    overwrite: bool,
) -> None:
    r"""Write a collection of any size to OUTPUT, made of the paragraphs of parallel documents.

    The source's folder is annotated, the targets' are not; what should be found in them is in
    OUTPUT/gold. A document depends on the seed and its number alone.

    \b
    Example:
      python -m jobs.generate collection --documents 1000 --target-language en
      projector project collection/es collection/en -o out
      projector evaluate collection/gold/en out
    """
    gold = read_parallel(origin, source=source, targets=targets, sets=sets)
    cuts = [cut(sides) for sides in gold.documents]
    units = tuple(unit for units in cuts for unit in units)
    recipe = Recipe(units, gold.languages, seed, paragraphs)
    counts = generate(output, recipe, documents=documents, faults=faults, overwrite=overwrite)
    whole = sum(len(units) == 1 for units in cuts)
    click.echo(
        f"{counts['documents']} documents in {', '.join(gold.languages)} with "
        f"{counts['mentions']} source mentions and {counts['faults']} faults, made of {len(units)} "
        f"paragraphs of {len(cuts)} documents; {whole} of these stayed whole"
    )


if __name__ == "__main__":
    try:
        main()
    except ProjectorError as error:
        raise SystemExit(f"error: {error}") from error
