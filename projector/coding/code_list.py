"""Hold a list of codes: what each is called in which language, and what stands above it."""

from __future__ import annotations

import hashlib
import re
import warnings
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from projector.coding.icd10 import bounds, category, normal_code, shorter
from projector.coding.normalize import plain, unqualified
from projector.errors import CorpusError, Problem, missing_package
from projector.storage.user_table import read_table

EMBEDDED = "icd10cm"
# What lists call their columns, beside what they are called here.
_CODES = ("codes", "código", "codigo", "cod", "cod.", "concept_id", "icd10")
_DESCRIPTIONS = (
    *("descriptions", "descripción", "descripcion", "desc", "term", "término", "termino"),
    *("title", "label", "name", "nombre", "preferred_term", "long_description"),
)
# What programs leave in a cell that has nothing.
ABSENT = {"", "nan", "null", "none", "n/a", "-"}


@dataclass(frozen=True, slots=True)
class Term:
    """One way to call a code.

    Args:
        code: Number of the code in its list.
        language: A plain code; empty where nobody says.
        text: Never empty.
    """

    code: int
    language: str
    text: str


@dataclass(frozen=True)
class CodeList:
    """A list of codes.

    Args:
        name: Where it comes from.
        codes: As the list writes them, none twice.
        terms: What they are called, at least one a code; those of a code together, in the order of
            the codes.
        given: The parents that the list states, by code.
        labels: Of the mentions that it says it has codes for; none where it doesn't say.
    """

    name: str
    codes: tuple[str, ...]
    terms: tuple[Term, ...]
    given: Mapping[str, str] = field(default_factory=dict)
    labels: tuple[str, ...] = ()

    @cached_property
    def _places(self) -> dict[str, int]:
        """Return each code's number, by how codes are compared."""
        return {normal_code(code): number for number, code in enumerate(self.codes)}

    @cached_property
    def _blocks(self) -> list[tuple[str, str, str]]:
        ranges = [(limits, code) for code in self.codes if (limits := bounds(code))]
        return sorted((first, last, code) for (first, last), code in ranges)

    @cached_property
    def fingerprint(self) -> str:
        """Return a hash of all that it says."""
        terms = "\n".join(
            f"{self.codes[term.code]}\t{term.language}\t{term.text}" for term in self.terms
        )
        return hashlib.sha256(terms.encode()).hexdigest()

    def __len__(self) -> int:
        """Return the number of codes."""
        return len(self.codes)

    def find(self, code: str) -> int | None:
        """Return a code's number however it is written; None where the list lacks it."""
        return self._places.get(normal_code(code))

    def covers(self, code: str) -> bool:
        """Tell whether a code that the list lacks is above one that it has, or below one."""
        return normal_code(code) in self._above or any(
            above in self._places for above in shorter(normal_code(code))
        )

    @cached_property
    def _above(self) -> set[str]:
        return {above for code in self._places for above in shorter(code)}

    def description(self, number: int, language: str = "") -> str:
        """Return what a code is called: in this language if it has it, else its first term."""
        terms = self._of_code[number]
        language = "cs" if language == "cz" else language
        return next((term.text for term in terms if term.language == language), terms[0].text)

    def named_in(self, language: str) -> int:
        """Return how many codes have a name in a language."""
        language = "cs" if language == "cz" else language
        return len({term.code for term in self.terms if term.language == language})

    @cached_property
    def _of_code(self) -> list[list[Term]]:
        terms: list[list[Term]] = [[] for _ in self.codes]
        for term in self.terms:
            terms[term.code].append(term)
        return terms

    def parent(self, code: str) -> str | None:
        """Return what stands right above a code of the list; None where nothing in it does."""
        if code in self.given:
            return self.given[code]
        for above in shorter(normal_code(code)):
            number = self._places.get(above)
            if number is not None:
                return self.codes[number]
        return self._block(code)

    def _block(self, code: str) -> str | None:
        """Return the narrowest block around a category or another block."""
        first, last = bounds(code) or (category(normal_code(code)),) * 2
        around = [
            (_width(low, high), name)
            for low, high, name in self._blocks
            if low <= first and last <= high and name != code
        ]
        return min(around)[1] if around else None

    @cached_property
    def _divided(self) -> set[str]:
        return {parent for code in self.codes if (parent := self.parent(code)) is not None}

    def is_divided(self, number: int) -> bool:
        """Tell whether other codes of the list refine one."""
        return self.codes[number] in self._divided

    def ancestors(self, code: str) -> list[str]:
        """Return all that stands above a code, nearest first."""
        ancestors: list[str] = []
        above = self.parent(code)
        while above is not None and above not in ancestors:
            ancestors.append(above)
            above = self.parent(above)
        return ancestors

    def only(self, codes: Collection[str]) -> CodeList:
        """Return the part of the list that holds these codes."""
        new = {code: number for number, code in enumerate(c for c in self.codes if c in codes)}
        terms = tuple(
            Term(new[code], term.language, term.text)
            for term in self.terms
            if (code := self.codes[term.code]) in new
        )
        return CodeList(self.name, tuple(new), terms, self.given, self.labels)

    def assignable(self) -> CodeList:
        """Return the list of what a mention may be coded with: codes that are not divided further.

        What stands above them is no candidate, but lends its names to what says no more: a mention
        of E11 is coded E11.9 (or E119, as national lists have it), one of M54.5 M54.50.
        A name that says "unspecified" stands there without it as well, as a mention has it.
        """
        new: dict[str, int] = {}
        for code in self.codes:
            if code not in self._divided and bounds(code) is None:
                new[code] = len(new)
        terms = [
            Term(new[code], term.language, term.text)
            for term in self.terms
            if (code := self.codes[term.code]) in new
        ]
        heirs = self._heirs(new)
        for term in self.terms:
            heir = heirs.get(self.codes[term.code])
            if heir is not None:
                terms.append(Term(new[heir], term.language, term.text))
        terms += [Term(term.code, term.language, unqualified(term.text)) for term in terms]
        ordered = dict.fromkeys(sorted(terms, key=lambda term: term.code))
        return CodeList(self.name, tuple(new), tuple(ordered), self.given, self.labels)

    def _heirs(self, undivided: Collection[str]) -> dict[str, str]:
        """Return which code says no more than one that is divided: of its name, or its `.9`."""
        below: dict[str, list[str]] = defaultdict(list)
        for code in undivided:
            for above in shorter(normal_code(code)):
                number = self._places.get(above)
                if number is not None and self.codes[number] in self._divided:
                    below[self.codes[number]].append(code)
        names: list[set[str]] = [set() for _ in self.codes]
        for term in self.terms:
            names[term.code].add(plain(unqualified(term.text)))
        heirs: dict[str, str] = {}
        for code, children in below.items():
            called = names[self._number[code]]
            alike = (child for child in children if called & names[self._number[child]])
            last = (child for child in (f"{code}.9", f"{code}9") if child in undivided)
            heir = next(alike, None) or next(last, None)
            if heir is not None:
                heirs[code] = heir
        return heirs

    @cached_property
    def _number(self) -> dict[str, int]:
        """Return each code's number, by how the list writes it."""
        return {code: number for number, code in enumerate(self.codes)}


def _width(first: str, last: str) -> tuple[int, int]:
    return ord(last[0]) - ord(first[0]), int(last[1:3], 36) - int(first[1:3], 36)


def make_list(
    name: str,
    rows: Iterable[tuple[str, str, str]],
    given: Mapping[str, str] | None = None,
    labels: tuple[str, ...] = (),
) -> CodeList:
    """Make a list of (code, language, description); a code may come again with another one."""
    codes: dict[str, int] = {}
    terms: dict[Term, None] = {}
    for code, language, text in rows:
        terms[Term(codes.setdefault(code, len(codes)), language, text)] = None
    ordered = sorted(terms, key=lambda term: term.code)
    return CodeList(name, tuple(codes), tuple(ordered), dict(given or {}), labels)


def read_codes(path: Path, *, encoding: str = "utf-8") -> CodeList:
    """Read a list from a table with a header, see `read_table`.

    The columns: `code`; `description`, perhaps with `language`, or instead of both a column for
    each language, named by its code; perhaps `parent`, and `labels`: of the mentions that it has
    codes for, the same in all rows. Others are passed over. A code may have several rows. Their
    names may be Spanish (`Código`, `Descripción`).

    Raises:
        CorpusError: It can't be read, lacks a column, or a row lacks its code or all descriptions;
            or its rows state different labels.
    """
    expected = "code, and description or a column for each language (es, en, …)"
    table = read_table(
        path, ("code",), expected, others=dict.fromkeys(_CODES, "code"), encoding=encoding
    )
    columns = [name for name in table.columns if re.fullmatch("[a-z]{2}", name)]
    if "description" not in table.columns and not columns:
        called = next((name for name in _DESCRIPTIONS if name in table.columns), "description")
        table = table.rename({called: "description"}, strict=False)
    if "description" not in table.columns and not columns:
        found = f"columns {', '.join(table.columns)[:200]}"
        raise CorpusError(Problem(path, 1, found, expected))
    rows: list[tuple[str, str, str]] = []
    given: dict[str, str] = {}
    for line, row in enumerate(table.iter_rows(named=True), start=2):
        code = (row["code"] or "").strip()
        texts = [(language, row[language]) for language in columns]
        if "description" in row:
            texts.append((row.get("language") or "", row["description"]))
        texts = [(language, (text or "").strip()) for language, text in texts]
        texts = [(language, text) for language, text in texts if text.lower() not in ABSENT]
        if not code or not texts:
            missing = "no code" if not code else f"{code} without a description"
            raise CorpusError(Problem(path, line, missing, "a code and what it is called"))
        rows += [(code, language, text) for language, text in texts]
        if row.get("parent"):
            given[code] = row["parent"].strip()
    if not rows:
        raise CorpusError(Problem(path, None, "no code", "at least one row below the header"))
    cells = table["labels"].drop_nulls().unique().to_list() if "labels" in table.columns else []
    return make_list(str(path), rows, given, _stated_labels(cells, path))


def _stated_labels(cells: Collection[str], path: Path) -> tuple[str, ...]:
    """Return the labels that the cells of a list's column `labels` name, all the same ones."""
    stated = {tuple(sorted({*re.split(r"[\s,;|]+", cell.strip())} - {""})) for cell in cells}
    stated -= {()}
    if len(stated) > 1:
        told = "; ".join(" ".join(labels) for labels in sorted(stated)[:4])
        hint = "Make a list of each, and code with one after the other"
        found = f"the column labels says different things of different codes: {told}"
        raise CorpusError(Problem(path, None, found, "the same labels in all rows", hint))
    return min(stated, default=())


def embedded_codes() -> CodeList:
    """Return ICD-10-CM in English with its inclusion terms, as `simple-icd-10-cm` holds it.

    Raises:
        ConfigurationError: The package is not there.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of how it reads its own files
            import simple_icd_10_cm as source
    except ImportError as error:
        needed_by = "the embedded list (ICD-10-CM)"
        instead = "name a list of your own by --codes"
        raise missing_package("simple-icd-10-cm", "coding", needed_by, instead) from error
    rows: list[tuple[str, str, str]] = []
    for code in source.get_all_codes(with_dots=True):
        if not source.is_chapter(code):
            texts = [source.get_description(code), *source.get_inclusion_term(code)]
            if not source.is_block(code):  # what a block includes may be of any code in it
                texts += source.get_includes(code)
            rows += [(code, "en", text) for text in texts]
    return make_list(EMBEDDED, rows)
