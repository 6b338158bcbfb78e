"""Add further names to a list's codes: another list's inclusion terms, or a user's table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from projector.coding.codes import EMBEDDED, CodeList, embedded_codes, make_list, read_codes
from projector.coding.hierarchy import normal_code, shorter

Row = tuple[str, str, str]


def with_synonyms(codes: CodeList, names: Sequence[str]) -> CodeList:
    """Return a list whose codes have further names: no code is added, and none loses a name.

    What another list divides further than this one names the code that it is divided from.

    Args:
        codes: The list, not yet cut down to what is assignable.
        names: `icd10cm` for the embedded list with its inclusion terms; a table as `read_codes`
            reads it.

    Raises:
        CorpusError, ConfigurationError: One can't be read; see `read_codes`, `embedded_codes`.
    """
    rows = list(_rows(codes))
    for name in names:
        other = embedded_codes() if name == EMBEDDED else read_codes(Path(name))
        rows += [
            (codes.codes[place], language, text)
            for code, language, text in _rows(other)
            if (place := _place(codes, code)) is not None
        ]
    return make_list(codes.name, rows, codes.given)


def _rows(codes: CodeList) -> Iterator[Row]:
    for term in codes.terms:
        yield codes.codes[term.code], term.language, term.text


def _place(codes: CodeList, code: str) -> int | None:
    """Return the number of a code, or of the undivided code that it is a part of."""
    place = codes.find(code)
    if place is not None:
        return place
    for above in shorter(normal_code(code)):
        place = codes.find(above)
        if place is not None:
            return None if codes.is_divided(place) else place
    return None
