"""Add further names to a list's codes: inclusion terms, a table, mentions coded before."""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from importlib.resources import files
from pathlib import Path

from projector.coding.code_list import EMBEDDED, CodeList, embedded_codes, make_list, read_codes
from projector.coding.icd10 import normal_code, shorter
from projector.coding.normalize import plain
from projector.coding.read_json_lines import CODED_LINES
from projector.coding.read_mentions import read_mentions
from projector.errors import Problem

EVERYDAY = "everyday"
_LOG = logging.getLogger(__name__)
_EXTENDED = 7  # characters of a code with an extension
TermRow = tuple[str, str, str]  # code, language, description


def with_synonyms(codes: CodeList, names: Sequence[str]) -> CodeList:
    """Return a list whose codes have further names: no code is added, and none loses a name.

    What another list divides further than this one names the code that it is divided from.

    Args:
        codes: The list, not yet cut down to what is assignable.
        names: `everyday` for what is said every day in seven languages (`everyday.tsv`); `icd10cm`
            for the embedded list with its inclusion terms; a table as `read_codes` reads it; a
            coded corpus, as a folder or JSON Lines: its mentions are names of the code that they
            have most often.

    Raises:
        CorpusError, ConfigurationError: One can't be read; see `read_codes`, `embedded_codes`,
            `read_mentions`.
    """
    rows = list(_rows(codes))
    for name in names:
        rows += [
            (codes.codes[number], language, text)
            for code, language, text in _further(name)
            if (number := _place(codes, code)) is not None
        ]
    return make_list(codes.name, rows, codes.given, codes.labels)


def _further(name: str) -> Iterator[TermRow]:
    path = Path(name)
    if name == EVERYDAY:
        return _rows(read_codes(Path(str(files("projector.coding") / "everyday.tsv"))))
    if name == EMBEDDED:
        return _rows(embedded_codes())
    if path.is_dir() or path.suffix == CODED_LINES:
        return _coded_before(path)
    return _rows(read_codes(path))


def _coded_before(path: Path) -> Iterator[TermRow]:
    """Yield the mentions of a coded corpus, each with the code that it has most often."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    texts: dict[str, tuple[str, str]] = {}
    skipped: list[Problem] = []
    for document in read_mentions(path, skipped=skipped):
        for mention in document.mentions:
            counts[plain(mention.text)].update(mention.codes)
            texts.setdefault(plain(mention.text), (mention.language, mention.text))
    if skipped:
        warning = "%s: %d things can't be read rightly and are passed over; the first: %s"
        _LOG.warning(warning, path, len(skipped), skipped[0])
    for words, codes in counts.items():
        if words and codes:
            yield (codes.most_common(1)[0][0], *texts[words])


def _rows(codes: CodeList) -> Iterator[TermRow]:
    for term in codes.terms:
        yield codes.codes[term.code], term.language, term.text


def _place(codes: CodeList, code: str) -> int | None:
    """Return the number of a code, or of the undivided code that it is a part of.

    A seventh character tells encounters of one thing apart, by names that no mention has.
    """
    number = codes.find(code)
    if number is not None:
        return number
    if len(code.replace(".", "")) == _EXTENDED:
        return None
    for above in shorter(normal_code(code)):
        number = codes.find(above)
        if number is not None:
            return None if codes.is_divided(number) else number
    return None
