"""Join our translations of clinical case reports with their Spanish sources into gold.

The translations lie in `translations/`, a file a language, with the counterpart of each mention
marked inline (`<m7>cough</m7>`); what they are and how they were made is in the README there. The
Spanish texts and mentions come from the corpora themselves.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from projector.errors import CorpusError, Problem, ProjectorError
from projector.storage.file_names import file_name
from projector.storage.json_lines import objects

_TRANSLATIONS = Path(__file__).parent / "translations"
_MARK = re.compile(r"<(/?)(m\d+)>")
_EXPECTED = "an object with document, corpus, characters and translation"

Span = list[Any]  # start, end, label, id


def unmarked(marked: str) -> tuple[str, dict[str, tuple[int, int]]]:
    """Return a marked text without its marks, and where each stood."""
    text, end_of_last = "", 0
    starts: dict[str, int] = {}
    spans: dict[str, tuple[int, int]] = {}
    for mark in _MARK.finditer(marked):
        text, end_of_last = text + marked[end_of_last : mark.start()], mark.end()
        closing, name = mark.groups()
        if closing:
            spans[name] = (starts.pop(name), len(text))
        else:
            starts[name] = len(text)
    return text + marked[end_of_last:], spans


def source_spans(spans: list[Span], characters: int) -> list[Span]:
    """Return the mentions within so many characters, numbered as in the translations."""
    within = sorted((span[:3] for span in spans if span[1] <= characters), key=lambda one: one[:2])
    return [[*span, f"m{number}"] for number, span in enumerate(within, start=1)]


def joined(language: str, corpora: Path) -> Iterator[dict[str, Any]]:
    """Yield one language's pairs as gold.

    Args:
        language: A plain code.
        corpora: Folder of the Spanish corpora, `{corpus}.jsonl`.

    Raises:
        CorpusError: A corpus lacks a document, or has another text than was translated.
    """
    read: dict[str, dict[str, dict[str, Any]]] = {}
    path = _TRANSLATIONS / file_name(language, ".jsonl", kind="language")
    for number, row in objects(path, _EXPECTED):
        corpus = row["corpus"]
        if corpus not in read:
            lines = objects(corpora / f"{corpus}.jsonl", "an object with id, text and spans")
            read[corpus] = {document["id"]: document for _, document in lines}
        source = read[corpus].get(row["document"])
        text, places = unmarked(row["translation"])
        mentions = [] if source is None else source_spans(source["spans"], row["characters"])
        if source is None or {span[3] for span in mentions} != set(places):
            problem = f"{row['document']} of {corpus} is not there, or not as it was translated"
            raise CorpusError(Problem(path, number, problem, f"the corpora of {corpora}"))
        targets = [[*places[span[3]], span[2], span[3]] for span in mentions]
        yield {
            "id": row["document"],
            "src_lang": "es",
            "tgt_lang": language,
            "src_text": source["text"][: row["characters"]],
            "tgt_text": text,
            "src_spans": mentions,
            "tgt_spans": sorted(targets, key=lambda span: span[:2]),
            "meta": {"set": "translations", "corpus": corpus},
        }


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("corpora", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("-o", "--output", type=click.Path(file_okay=False, path_type=Path), required=True)
def main(corpora: Path, output: Path) -> None:
    """Write gold of our translations of the Spanish CORPORA, a file a language.

    \b
    Example:
      python -m jobs.research.build_translations ../shared/ner -o runs/translations
    """
    output.mkdir(parents=True, exist_ok=True)
    for path in sorted(_TRANSLATIONS.glob("*.jsonl")):
        rows = [json.dumps(row, ensure_ascii=False) for row in joined(path.stem, corpora)]
        target = output / f"translations_es-{path.stem}.jsonl"
        target.write_text("\n".join(rows) + "\n", encoding="utf-8")
        click.echo(f"{target}: {len(rows)} documents")


if __name__ == "__main__":
    try:
        main()
    except ProjectorError as error:
        raise SystemExit(f"error: {error}") from error
