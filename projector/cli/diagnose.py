"""`projector diagnose`: what texts, mentions and their spans mean, as concepts."""

from __future__ import annotations

import sys
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from projector.cli.options import PATH, device_option, gathered, overwrite_option, tell
from projector.cli.output import json_text, listed, put, say
from projector.cli.reporter import TerminalReporter, with_progress
from projector.cli.sections import SectionedCommand, option
from projector.cli.stdin import DASH
from projector.errors import ConfigurationError, ModelError
from projector.models.catalogue import CONCEPTS
from projector.run.reporter import loading
from schemas.options import MODEL, READ, WRITTEN

if TYPE_CHECKING:
    from projector.concepts.named_concepts import NamedConcepts
    from projector.concepts.token_concepts import TokenConcepts

_USES = "name RUN, RUN DOCUMENT MENTION, or a text: FILE, CORPUS DOCUMENT, - or --text TEXT"


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is to be diagnosed.

    Args:
        names: RUN DOCUMENT MENTION, RUN, CORPUS DOCUMENT, FILE, or nothing where `text` is given.
        text: A text by itself.
        language: Of the text; of a run, the translation's. None: as can be told; all of a run.
    """

    names: tuple[str, ...]
    text: str | None
    language: str | None

    @property
    def in_run(self) -> bool:
        """Tell whether it is a mention of a run."""
        return len(self.names) == 3

    @property
    def whole_run(self) -> bool:
        """Tell whether it is all spans of a run."""
        from projector.run.reader import is_run

        return len(self.names) == 1 and is_run(Path(self.names[0]))


def _asked(names: tuple[str, ...], text: str | None, language: str | None) -> _Asked:
    if len(names) > 3 or (text is None) == (not names):
        raise click.UsageError(_USES)
    return _Asked(names, text, language)


@dataclass(frozen=True, slots=True)
class _Shown:
    """How a diagnosis is shown; see the options."""

    form: str
    output: Path | None
    overwrite: bool
    threshold: float
    top_k: int
    tokens: bool

    def write(self, content: str) -> None:
        """Print a diagnosis, or write it to its file."""
        if self.output is None:
            put(content)
            return
        from projector.storage.atomic_file import atomic_write

        atomic_write(self.output, content.encode("utf-8"))
        say(f"written to {self.output}", err=True)


def _shown(
    form: str, output: Path | None, overwrite: bool, threshold: float, top_k: int, tokens: bool
) -> _Shown:
    if output is not None:
        from projector.storage.atomic_file import check_place

        check_place(output, overwrite=overwrite, example="diagnosis.html")
    return _Shown(form, output, overwrite, threshold, top_k, tokens)


@click.command("diagnose", cls=SectionedCommand)
@click.argument(
    "names", nargs=-1, metavar="[RUN | RUN DOCUMENT MENTION | CORPUS DOCUMENT | FILE | -]"
)
@option("--text", section=READ, help="A text by itself, in the place of a file.")
@option(
    "--language",
    section=READ,
    help="The text's language; of a run the translation's, all of them without it.",
)
@option(
    "--codes",
    section=READ,
    type=PATH,
    help="Look among the codes of this list alone, and call them as it does.",
)
@option(
    "-m",
    "--model",
    section=MODEL,
    help="An encoder that `projector train encoder` made; by default the run's own, if it is one, "
    f"else {CONCEPTS}, which is installed.",
)
@device_option
@option(
    "--top-k",
    section=WRITTEN,
    type=click.IntRange(min=1),
    default=3,
    show_default=True,
    metavar="N",
    help="Concepts to show of each word, mention and span.",
)
@option(
    "--threshold",
    section=WRITTEN,
    type=click.FloatRange(-1, 1),
    default=0.5,
    show_default=True,
    metavar="N",
    help="Least cosine with a concept of words that are coloured, and joined to spans.",
)
@option(
    "--tokens",
    section=WRITTEN,
    is_flag=True,
    help="Show the encoder's own tokens, parts of words, where otherwise words are shown.",
)
@option(
    "--format",
    "form",
    section=WRITTEN,
    type=click.Choice(["text", "html", "json"]),
    default="text",
    show_default=True,
    help="How it is shown; html is a page that needs nothing beside it.",
)
@option("-o", "--output", section=WRITTEN, type=PATH, help="The file to write; else it is printed.")
@overwrite_option
@gathered("asked", _asked)
@gathered("shown", _shown)
def command(
    asked: _Asked, shown: _Shown, codes: Path | None, model: str | None, device: str
) -> None:
    """Say what a text means, word by word, or MENTION of DOCUMENT in RUN, on both its sides.

    Of a RUN: a table of all its spans, by how near each lies to what its mention means; the
    farthest, where a translation may say something else, first.

    Of a mention: the concepts nearest to each of its words and to those of the span that it became,
    with their cosines; what both mean as a whole, and whether it is the same; and whether the span
    lies nearer to another mention of the document than to its own.

    Of a text, a FILE, the standard input or a DOCUMENT of a CORPUS: the runs of its words that mean
    something together and their nearest concepts; as a page, every word with the colour of what it
    means.

    \b
    Examples:
      projector diagnose out case-01 T1
      projector diagnose out --language en -o meanings.tsv
      projector diagnose note.txt --format html -o note.html
      projector diagnose data_samples/brat/es case-01 --codes cie10.tsv -m runs/encoder
      projector diagnose --text "dolor torácico opresivo"
    """
    diagnosed = (
        _diagnosed_mention
        if asked.in_run
        else _diagnosed_run
        if asked.whole_run
        else _diagnosed_text
    )
    shown.write(diagnosed(asked, shown, codes, model, device))


def _diagnosed_mention(
    asked: _Asked, shown: _Shown, codes: Path | None, model: str | None, device: str
) -> str:
    from projector.cli.diagnose_text import mention_lines
    from projector.diagnosis.in_run import diagnose_in_run, mention_in_run
    from projector.diagnosis.page import mention_page
    from projector.run.reader import read_run

    run, document, mention = asked.names
    there = mention_in_run(read_run(run), document, mention, asked.language)
    encoder = _load(model or _own_or_installed(there.run.model_name), device)
    concepts = _concepts(encoder, codes, there.source.language)
    found = diagnose_in_run(there, encoder, concepts, most=shown.top_k, tokens=shown.tokens)
    if shown.form == "html":
        return mention_page(found, shown.threshold)
    return _json(found) if shown.form == "json" else "\n".join(mention_lines(found))


def _diagnosed_run(
    asked: _Asked, shown: _Shown, codes: Path | None, model: str | None, device: str
) -> str:
    from projector.cli.diagnose_text import span_table
    from projector.diagnosis.run_spans import run_spans
    from projector.run.reader import read_run

    if shown.form == "html":
        raise click.UsageError("--format html is of a mention: name RUN DOCUMENT MENTION")
    run = read_run(asked.names[0])
    source = run.source_corpus().language
    encoder = _load(model or _own_or_installed(run.model_name), device)
    concepts = _concepts(encoder, codes, source)
    progress = with_progress("documents")
    spans = run_spans(run, encoder, concepts, asked.language, progress=progress)
    nearer = sum(bool(one.nearer) for one in spans)
    tell([f"{len(spans)} spans; {nearer} lie nearer to another mention than to their own"])
    if shown.form == "json":
        return json_text([asdict(one) for one in spans])
    return span_table(spans)


def _diagnosed_text(
    asked: _Asked, shown: _Shown, codes: Path | None, model: str | None, device: str
) -> str:
    from projector.cli.diagnose_text import text_lines
    from projector.concepts.text_points import TextPoints
    from projector.diagnosis.page import text_page
    from projector.diagnosis.text import diagnose_text

    title, text, language = _text(asked)
    encoder = _load(model or CONCEPTS, device)
    found = diagnose_text(
        TextPoints.of(text, language, encoder),
        _concepts(encoder, codes, language),
        threshold=shown.threshold,
        most=shown.top_k,
        tokens=shown.tokens,
    )
    if shown.form == "html":
        return text_page(found, title=title, language=language, threshold=shown.threshold)
    return _json(found) if shown.form == "json" else "\n".join(text_lines(found, shown.tokens))


def _text(asked: _Asked) -> tuple[str, str, str]:
    """Return what the text is called, the text, and its language as it is stated or can be told.

    Raises:
        CorpusError, ConfigurationError: It can't be read, or there is no such document.
    """
    title, language = "A text", asked.language
    if asked.text is not None:
        text = asked.text
    elif len(asked.names) == 2:
        title, text, language = _document(asked.names[0], asked.names[1], language)
    else:
        title, text = _file(Path(asked.names[0]))
    return title, text, language or _told_language(text)


def _file(path: Path) -> tuple[str, str]:
    from projector.corpus.reading import read_text
    from projector.storage.utf8 import decode

    if path == DASH:
        content = sys.stdin.buffer.read()
        if not content.strip():
            raise click.UsageError("- is the standard input, and nothing comes from there")
        return "stdin", decode(content, path)
    if path.is_dir():
        raise click.UsageError(f"{path} is a folder; name one of its documents, too: {_USES}")
    return path.name, read_text(path)


def _document(path: str, name: str, language: str | None) -> tuple[str, str, str]:
    from projector.corpus.open import open_corpus
    from projector.corpus.reading import require_document

    corpus = open_corpus(path, language=language)
    if name not in corpus.names:
        raise ConfigurationError(f"{path} has no document {name}; it has {listed(corpus.names)}")
    document = require_document(corpus.read(name))
    return name, document.text, document.language


def _told_language(text: str) -> str:
    """Return the language that a text seems to be in, whose function words are told by it."""
    from projector.audit.language_identifier import language_identifier

    return str(language_identifier().classify(text)[0])


def _own_or_installed(name: str) -> str:
    """Return a run's own model where its tokens mean something, else the installed one."""
    from projector.concepts.token_concepts import has_views

    with suppress(ModelError):  # it is no longer there, and isn't needed
        return name if has_views(name) else CONCEPTS
    return CONCEPTS


def _load(name: str, device: str) -> TokenConcepts:
    from projector.concepts.token_concepts import TokenConcepts

    with TerminalReporter() as reporter, loading(reporter, f"encoder {name}"):
        return TokenConcepts.load(name, device=device)


def _concepts(encoder: TokenConcepts, codes: Path | None, language: str) -> NamedConcepts:
    """Return what is looked up among: all that an encoder knows, or what a list has codes of."""
    from projector.coding.code_list import read_codes
    from projector.concepts.named_concepts import NamedConcepts
    from projector.diagnosis.code_names import listed_concepts, told_without

    known = NamedConcepts.of(encoder)
    if codes is None:
        return known
    given = read_codes(codes)
    some, without = listed_concepts(known, given, language)
    tell(filter(None, [told_without(given, without)]))
    return some


def _json(found: object) -> str:

    return json_text(asdict(found))  # type: ignore[call-overload]
