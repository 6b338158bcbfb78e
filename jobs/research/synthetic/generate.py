"""Make a collection of any size, with gold, out of paragraphs of parallel documents.

A document depends on the seed and its number alone: the first thousand of thirty thousand are
those of a collection of one thousand, and the same seed gives the same bytes (with one version of
Python: its choices may change). Of annotations only mentions are taken over, and of the gold those
that translate a source mention.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import click

from jobs.research.synthetic.passages import ParallelPassage, cut_passages, join_passages
from projector.corpus import open_corpus, pair_names, require_document
from projector.corpus.formats.brat_write import brat_paths, format_ann
from projector.corpus.formats.gold_jsonl import gold_sets, holds_word_links, read_pairs
from projector.document import Document
from projector.errors import ConfigurationError, ProjectorError
from projector.storage.atomic_folder import atomic_folder, writing
from projector.storage.file_names import file_name

MARK = "generated.json"
FAULTS = ("undecodable", "out of range", "malformed", "megabyte", "empty", "untranslated")
_MEGABYTE = 1_000_000  # characters


def sample_passages(folder: Path, languages: Sequence[str]) -> list[ParallelPassage]:
    """Return the passages of a folder with a BRAT corpus for each language.

    Raises:
        CorpusError: A corpus can't be read.
        ConfigurationError: No document is there in all languages.
    """
    corpora = {language: open_corpus(folder / language, labels={}) for language in languages}
    source = corpora[languages[0]]
    names_by_language = {
        language: dict(pair_names(source.names, corpus.names).pairs)
        for language, corpus in corpora.items()
    }
    shared = [
        name
        for name in source.names
        if all(name in translated for translated in names_by_language.values())
    ]
    if not shared:
        raise ConfigurationError(f"{folder}: no document is in all of {', '.join(languages)}")
    passages: list[ParallelPassage] = []
    for name in shared:
        translations = {
            language: require_document(corpus.read(names_by_language[language][name]))
            for language, corpus in corpora.items()
        }
        passages += cut_passages(translations)
    return passages


def gold_passages(path: Path, languages: Sequence[str]) -> list[ParallelPassage]:
    """Return the passages of a gold set between two languages.

    Raises:
        CorpusError: It can't be read.
        ConfigurationError: It is in other languages, or holds no documents.
    """
    passages: list[ParallelPassage] = []
    if holds_word_links(path):
        raise ConfigurationError(f"{path}: it holds word alignments, not documents")
    for pair in read_pairs(path):
        translations = {pair.source.language: pair.source, pair.target.language: pair.target}
        if set(translations) != set(languages):
            raise ConfigurationError(
                f"{path}: it is in {', '.join(translations)}, not in {', '.join(languages)}"
            )
        passages += cut_passages(translations)
    return passages


def generated(
    passages: Sequence[ParallelPassage],
    number: int,
    *,
    seed: int,
    paragraphs: tuple[int, int],
    source: str,
) -> dict[str, Document]:
    """Return a document in every language, by its number."""
    random_source = random.Random(f"{seed} {number}")
    chosen_passages = random_source.choices(passages, k=random_source.randint(*paragraphs))
    return join_passages(chosen_passages, f"generated-{number:06}", source)


def write_collection(
    passages: Sequence[ParallelPassage],
    output: Path,
    *,
    documents: int,
    languages: Sequence[str],
    seed: int = 7,
    paragraphs: tuple[int, int] = (1, 4),
    faults: int = 0,
    overwrite: bool = False,
) -> dict[str, int]:
    """Write a collection as a BRAT folder for each language, whole or not at all.

    Args:
        passages: To choose from.
        output: The folder.
        documents: How many.
        languages: The source's first; the others' annotations are the gold.
        seed: Of the choice.
        paragraphs: Fewest and most of a document.
        faults: Documents of each of `FAULTS`, spread evenly; `faults.tsv` lists them.
        overwrite: Replace an earlier collection.

    Returns:
        How many mentions each language has.

    Raises:
        ConfigurationError: There are more faults than documents.
        OutputError: The folder exists, or can't be written.
    """
    fault_of_number = _fault_of_number(documents, faults)
    mentions = dict.fromkeys(languages, 0)
    with atomic_folder(output, overwrite=overwrite, mark=MARK) as folder, writing(output):
        for language in languages:
            (folder / file_name(language, kind="language")).mkdir()
        for number in range(documents):
            translations = generated(
                passages, number, seed=seed, paragraphs=paragraphs, source=languages[0]
            )
            for language in languages:
                mentions[language] += len(translations[language].mentions)
                _write(translations[language], folder / language)
            if number in fault_of_number:
                _poison(fault_of_number[number], folder, translations, languages)
        rows = (
            f"generated-{number:06}\t{kind}\n" for number, kind in sorted(fault_of_number.items())
        )
        _put(folder / "faults.tsv", "document\tfault\n" + "".join(rows))
        facts = {"documents": documents, "seed": seed, "paragraphs": paragraphs}
        _put(folder / MARK, json.dumps({**facts, "mentions": mentions}, indent=2) + "\n")
    return mentions


def _write(document: Document, folder: Path) -> None:
    text, annotations = brat_paths(document, folder)
    _put(text, document.text)
    _put(annotations, format_ann(document))


def _put(path: Path, text: str) -> None:
    path.write_bytes(text.encode())


def _fault_of_number(documents: int, faults: int) -> dict[int, str]:
    """Return which documents are spoilt, and how."""
    faulty = faults * len(FAULTS)
    if faulty > documents:
        raise ConfigurationError(f"{faulty} faults don't go into {documents} documents")
    return {
        (2 * fault_number + 1) * documents // (2 * faulty): FAULTS[fault_number % len(FAULTS)]
        for fault_number in range(faulty)
    }


def _poison(
    fault: str, folder: Path, translations: Mapping[str, Document], languages: Sequence[str]
) -> None:
    """Spoil a document that is written; where nothing of it can be projected its gold goes."""
    source, *targets = languages
    name = translations[source].name
    text, annotations = folder / source / f"{name}.txt", folder / source / f"{name}.ann"
    if fault == "undecodable":
        text.write_bytes(text.read_bytes() + b"\xff\xfe")
    elif fault == "out of range":
        _append(annotations, "T9999\tDISEASE 9000000 9000003\tfar\n")
    elif fault == "malformed":
        _append(annotations, "T9999 DISEASE 0 3 no tabs\n")
    elif fault == "untranslated":
        for suffix in (".txt", ".ann"):
            (folder / targets[-1] / f"{name}{suffix}").unlink()
    else:
        for language in languages:
            longer = translations[language].text + "\n"
            longer *= _MEGABYTE // len(longer) + 1 if fault == "megabyte" else 0
            _put(folder / language / f"{name}.txt", longer)
    if fault == "empty":
        _put(annotations, "")
    if fault in ("undecodable", "empty"):
        for language in targets:
            _put(folder / language / f"{name}.ann", "")


def _append(path: Path, line: str) -> None:
    with path.open("ab") as file:
        file.write(line.encode())


def _range(context: click.Context, parameter: click.Parameter, value: str) -> tuple[int, int]:
    low, _, high = value.partition("-")
    try:
        limits = int(low), int(high or low)
    except ValueError:
        limits = (0, 0)
    if not 1 <= limits[0] <= limits[1]:
        raise click.BadParameter(f"{value!r}; expected a number, or two like 1-4")
    return limits


def _passages(
    folder: Path, sets: Sequence[str], languages: Sequence[str]
) -> Iterator[ParallelPassage]:
    if not sets:
        yield from sample_passages(folder, languages)
        return
    paths = gold_sets(folder)
    for name in sets:
        if name not in paths:
            raise ConfigurationError(f"{folder}: no set {name}; there are {', '.join(paths)}")
        yield from gold_passages(paths[name], languages)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("output", type=click.Path(path_type=Path))
@click.option("--documents", type=click.IntRange(min=1), default=1000, show_default=True)
@click.option(
    "--from",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path("data_samples/brat"),
    show_default=True,
    help="A folder with a BRAT folder for each language, or of gold sets.",
)
@click.option("--set", "sets", multiple=True, help="The gold sets to take, repeatable.")
@click.option("--source-language", default="es", show_default=True)
@click.option("--target-language", "targets", multiple=True, default=["en"], show_default=True)
@click.option("--paragraphs", default="1-4", show_default=True, callback=_range)
@click.option("--seed", default=7, show_default=True)
@click.option(
    "--faults",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help=f"Spoilt documents of each kind: {', '.join(FAULTS)}.",
)
@click.option("--overwrite", is_flag=True, help="Replace an earlier collection.")
def main(
    output: Path,
    documents: int,
    folder: Path,
    sets: tuple[str, ...],
    source_language: str,
    targets: tuple[str, ...],
    paragraphs: tuple[int, int],
    seed: int,
    faults: int,
    overwrite: bool,
) -> None:
    """Make a collection in OUTPUT: a folder for each language, gold in the targets'.

    Tells how many documents and mentions each language has; faults.tsv lists the spoilt ones.
    Nothing is measured.

    \b
    Examples:
      python -m jobs.research.synthetic.generate big --documents 30000 \\
          --target-language en --target-language ro
      python -m jobs.research.synthetic.generate big --from ../shared/gold --set mozilla_es-en
      projector jobs run big/es big/en -o run && projector evaluate big/en run/result
    """
    languages = (source_language, *targets)
    try:
        mentions = write_collection(
            list(_passages(folder, sets, languages)),
            output,
            documents=documents,
            languages=languages,
            seed=seed,
            paragraphs=paragraphs,
            faults=faults,
            overwrite=overwrite,
        )
    except ProjectorError as error:
        raise click.ClickException(str(error)) from error
    counts = ", ".join(f"{number} in {language}" for language, number in mentions.items())
    click.echo(f"{documents} documents in {output}; mentions: {counts}")


if __name__ == "__main__":
    main()
