"""Measure what many mentions in one text cost: seconds and memory of a whole projection.

The text is the sample corpus's passages one after the other, beside their translations; the
mentions are so many words each, spread evenly over it. Where they are longer than their distance
they overlap.
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import click

from jobs.research.synthetic.generate import sample_passages
from jobs.research.synthetic.passages import ParallelPassage, join_passages
from jobs.research.whole_command import Cost, command_cost, told
from projector.corpus.formats.brat_write import write_brat
from projector.document import Document, Fragment, Mention
from projector.storage.file_names import language_name
from projector.text.words import find_words

_PROJECT = [sys.executable, "-m", "projector.cli", "project"]


def parallel_texts(
    passages: Sequence[ParallelPassage], *, characters: int, languages: tuple[str, str]
) -> tuple[str, str]:
    """Return a text of about so many characters and its translation; the same whenever asked.

    Args:
        passages: To choose from.
        characters: Length of the text; it is cut where it is longer, its translation likewise.
        languages: Its own, its translation's.
    """
    choice = random.Random(7)
    chosen: list[ParallelPassage] = []
    length = 0
    while length < characters:
        chosen.append(choice.choice(passages))
        length += len(chosen[-1][languages[0]].text) + 1
    joined = join_passages(chosen, "text", languages[0])
    source, target = (joined[language].text for language in languages)
    return source[:characters], target[: round(len(target) * min(1.0, characters / len(source)))]


def spread_mentions(text: str, language: str, *, count: int, words: int) -> Document:
    """Return a text with mentions of so many words each, spread evenly over it."""
    offsets = find_words(text, language).offsets
    words = min(words, len(offsets))
    firsts = [number * (len(offsets) - words) // max(count - 1, 1) for number in range(count)]
    mentions = tuple(
        Mention(
            f"T{number}",
            "DISEASE",
            (Fragment(int(offsets[first, 0]), int(offsets[first + words - 1, 1])),),
        )
        for number, first in enumerate(firsts, start=1)
    )
    return Document("text", language, text, mentions)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--mentions", "counts", multiple=True, type=int, default=[500, 1000, 2000])
@click.option("--words", default=3, show_default=True, help="Of each mention.")
@click.option("--apart", default=100, show_default=True, help="Characters of text for a mention.")
@click.option("--characters", type=int, help="Of the text, however many mentions there are.")
@click.option(
    "--from",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path("data_samples/brat"),
    show_default=True,
)
@click.option("--target-language", default="en", show_default=True)
@click.option("--model", default="tiny", show_default=True)
@click.option("--recipe", default="default", show_default=True)
def main(
    counts: tuple[int, ...],
    words: int,
    apart: int,
    characters: int | None,
    folder: Path,
    target_language: str,
    model: str,
    recipe: str,
) -> None:
    """Project one text with more and more mentions; show seconds, memory, and how they grow.

    Each figure is a whole command, with one thread. A ratio says how many times as much as the line
    above it takes; mentions and text, where it grows with them, grow as the counts do.

    \b
    Example:
      python -m jobs.research.many_mentions --mentions 5000 --mentions 10000
      python -m jobs.research.many_mentions --mentions 500 --words 200 --characters 1200
    """
    languages = ("es", target_language)
    passages = sample_passages(folder, languages)
    before: Cost | None = None
    for count in counts:
        length = characters or count * apart
        source, target = parallel_texts(passages, characters=length, languages=languages)
        document = spread_mentions(source, languages[0], count=count, words=words)
        translation = Document("text", target_language, target)
        cost = _projected(document, translation, model, recipe)
        what = f"{count} mentions of {words} words in {length} characters"
        click.echo(f"{what}: {told(cost, before)}")
        before = cost


def _projected(document: Document, translation: Document, model: str, recipe: str) -> Cost:
    """Write a pair to a temporary place and project it there."""
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        folders = [root / language_name(one.language) for one in (document, translation)]
        for text, folder in zip((document, translation), folders, strict=True):
            write_brat(text, folder)
        inputs = [*map(str, folders), "-o", str(root / "out")]
        return command_cost([*_PROJECT, *inputs, "-m", model, "--recipe", recipe])


if __name__ == "__main__":
    main()
