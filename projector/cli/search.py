"""`projector search`: which sentences or documents of a corpus match a query."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from projector.cli.options import (
    PATH,
    device_option,
    gathered,
    on_error_option,
    options_of,
    overwrite_option,
    reading,
    tell,
)
from projector.cli.output import json_text, put, say, table_lines
from projector.cli.reporter import TerminalReporter, with_progress
from projector.cli.sections import SectionedCommand, option
from projector.cli.stdin import from_stdin
from projector.corpus.open_languages import open_languages
from projector.corpus.reading import read_text
from projector.corpus.text_only import TextOnlyCorpus
from projector.document import Document
from projector.errors import (
    SKIP_ADVICE,
    ConfigurationError,
    CorpusError,
    Problem,
    summaries,
)
from projector.models.catalogue import CONCEPTS
from projector.run.reporter import loading
from projector.settings import TextCheck
from projector.storage.atomic_file import atomic_write, check_place
from schemas.options import MODEL, READ, WRITTEN
from schemas.run import CorpusConfiguration, ReadingConfiguration

if TYPE_CHECKING:
    from projector.search.searcher import SearchHit, Unit

_UNKNOWN = "und"  # the language of what doesn't say it
_COLUMNS = ("rank", "score", "document", "language", "start", "end")


def _reading(
    language: str | None, texts: str | None, text_check: TextCheck, columns: tuple[str, ...]
) -> dict[str, Any]:
    return reading(language, texts, (), False, text_check, columns)


@click.command("search", cls=SectionedCommand)
@click.argument("corpus", type=PATH)
@click.argument("query", required=False)
@option(
    "--queries",
    section=READ,
    type=PATH,
    help="A file of queries, one a line, in place of QUERY; -: the standard input.",
)
@option(
    "--unit",
    section=READ,
    type=click.Choice(["sentence", "document"]),
    default="sentence",
    show_default=True,
    help="What is found. A document is found by all of its sentences, and shown by the best.",
)
@option(
    "--top-k",
    section=READ,
    type=click.IntRange(min=1),
    default=10,
    show_default=True,
    metavar="N",
    help="How many are shown for each query.",
)
@options_of(CorpusConfiguration)
@options_of(ReadingConfiguration)
@on_error_option
@option(
    "-o",
    "--output",
    section=WRITTEN,
    type=PATH,
    help="Write what is found to this file, not to the standard output; .tsv and .json say the "
    "format.",
)
@overwrite_option
@option(
    "--matches",
    section=WRITTEN,
    is_flag=True,
    help="Show which word of the sentence matches each of the query's words best.",
)
@option(
    "--index",
    section=WRITTEN,
    type=PATH,
    help="A folder that keeps the corpus's vectors: made the first time, used from then on.",
)
@option(
    "--rebuild",
    section=WRITTEN,
    is_flag=True,
    help="Make the index anew where it is of another corpus or model; texts that it has already "
    "are not encoded again.",
)
@option(
    "-m",
    "--model",
    section=MODEL,
    default=CONCEPTS,
    show_default=True,
    help="A post-trained encoder: its name, its folder, or that of its training run.",
)
@device_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "tsv", "json"]),
    help="How results are printed; the names in TSV and JSON stay as they are.  [default: text]",
)
@gathered("read_as", _reading)
def command(
    corpus: Path,
    query: str | None,
    read_as: dict[str, Any],
    queries: Path | None,
    unit: Unit,
    top_k: int,
    on_error: str,
    output: Path | None,
    overwrite: bool,
    matches: bool,
    index: Path | None,
    rebuild: bool,
    model: str,
    device: str,
    form: str | None,
) -> None:
    """Search the texts of CORPUS for what matches QUERY, whatever languages both are in.

    Each token of the query is matched by the nearest of a sentence, and what is shown as a score
    is the mean of their cosines. CORPUS may hold several languages; - is a text from the standard
    input. Annotations play no part.

    \b
    Examples:
      projector search corpus "dolor torácico opresivo"
      projector search corpus "chest pain" --unit document --index corpus.index
      projector search corpus --queries queries.txt -m runs/encoder -o found.tsv
    """
    asked = _queries(query, queries)
    form = form or _form_of(output)
    if output is not None:
        check_place(output, overwrite=overwrite, example="found.tsv")
    documents = _documents(from_stdin(corpus, "text"), read_as, skip=on_error == "skip")
    from projector.concepts.token_concepts import TokenConcepts
    from projector.search.searcher import Searcher

    with TerminalReporter() as reporter, loading(reporter, f"model {model}"):
        encoder = TokenConcepts.load(model, device=device)
    progress = with_progress("texts encoded")
    searcher = Searcher.over(documents, encoder, index=index, rebuild=rebuild, progress=progress)
    found = [(one, searcher.search(one, top_k=top_k, unit=unit)) for one in asked]
    content = _WRITERS[form](found, matches)
    if output is None:
        put(content)
    else:
        atomic_write(output, content.encode("utf-8"))
        say(f"written to {output}", err=True)


_Found = Sequence[tuple[str, Sequence["SearchHit"]]]


def _queries(query: str | None, queries: Path | None) -> list[str]:
    """Return what is asked.

    Raises:
        click.UsageError: Nothing is, or twice.
        CorpusError: A file of queries can't be read, or holds none.
    """
    if (query is None) == (queries is None):
        raise click.UsageError("name a QUERY, or a file of them with --queries")
    if queries is None:
        assert query is not None
        if not query.strip():
            raise click.UsageError("QUERY is empty; expected a word at least")
        return [query]
    path = from_stdin(queries, "text")
    lines = read_text(path / "stdin.txt" if path != queries else path).removeprefix("\ufeff")
    kept = [line.strip() for line in lines.split("\n") if line.strip()]
    if not kept:
        raise CorpusError(Problem(queries, None, "no query", "one a line"))
    return kept


def _documents(path: Path, read_as: Mapping[str, Any], *, skip: bool) -> list[Document]:
    """Return the texts of a corpus, or of the corpora in a folder of one for each language.

    Raises:
        CorpusError: A text can't be read, and the user didn't say to pass over it.
    """
    documents: list[Document] = []
    problems: list[Problem] = []
    for corpus in open_languages(path, **read_as):
        tell(f"note: {line}" for line in summaries(corpus.notices))
        texts = TextOnlyCorpus(corpus)
        for name in corpus.names:
            came = texts.read(name)
            problems += came.problems
            if came.document is not None:
                documents.append(came.document)
    if problems and not skip:
        raise CorpusError(*problems, advice=SKIP_ADVICE)
    tell(f"skipped: {problem}" for problem in problems)
    if not any(document.text.strip() for document in documents):
        raise ConfigurationError(f"{path}: there is nothing to search; expected at least one text")
    return documents


def _form_of(output: Path | None) -> str:
    suffix = "" if output is None else output.suffix.removeprefix(".").casefold()
    return suffix if suffix in _WRITERS else "text"


def _as_text(found: _Found, with_matches: bool) -> str:
    lines: list[str] = []
    for query, hits in found:
        if len(found) > 1:
            lines += ["", f"query: {query}"] if lines else [f"query: {query}"]
        header = [*_COLUMNS, *(["matches"] if with_matches else []), "text"]
        rows = [
            [
                *_cells(rank, hit, unknown=None),
                *([_told(hit)] if with_matches else []),
                " ".join(hit.text.split()),
            ]
            for rank, hit in enumerate(hits, start=1)
        ]
        lines += table_lines(header, rows)
    return "".join(f"{line}\n" for line in lines)


def _as_tsv(found: _Found, with_matches: bool) -> str:
    content = io.StringIO()
    table = csv.writer(content, delimiter="\t", lineterminator="\n")
    table.writerow(["query", *_COLUMNS, "text", *(["matches"] if with_matches else [])])
    for query, hits in found:
        for rank, hit in enumerate(hits, start=1):
            more = [_told(hit)] if with_matches else []
            table.writerow([query, *_cells(rank, hit, unknown=""), hit.text, *more])
    return content.getvalue()


def _as_json(found: _Found, with_matches: bool) -> str:
    rows = []
    for query, hits in found:
        for rank, hit in enumerate(hits, start=1):
            told = dict(zip(_COLUMNS, _cells(rank, hit, unknown=None), strict=True))
            row = {"query": query, **told, "text": hit.text}
            rows.append(row | ({"matches": asdict(hit)["matches"]} if with_matches else {}))
    return json_text(rows) + "\n"


_WRITERS = {"text": _as_text, "tsv": _as_tsv, "json": _as_json}


def _cells(rank: int, hit: SearchHit, *, unknown: str | None) -> Iterator[object]:
    """Yield what `_COLUMNS` name, `unknown` for a language that nobody says."""
    language = unknown if hit.language == _UNKNOWN else hit.language
    yield from (rank, hit.score, hit.document, language, hit.start, hit.end)


def _told(hit: SearchHit) -> str:
    return "; ".join(f"{match.query} = {match.text}" for match in hit.matches)
