"""Gather what concepts are called, in all languages that there are."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from projector.coding.code_list import ABSENT, CodeList, embedded_codes, make_list, read_codes
from projector.coding.icd10 import normal_code
from projector.coding.normalize import plain
from projector.coding.synonyms import with_synonyms
from projector.training.coder.examples import term_rows

if TYPE_CHECKING:
    from schemas.concept_training import ConceptTraining

_LOG = logging.getLogger(__name__)


def read_concepts(configuration: ConceptTraining) -> tuple[CodeList, CodeList]:
    """Return the concepts of a configuration, with all their names, and the list they stand in.

    Raises:
        ConfigurationError, CorpusError: A list or a table can't be read.
    """
    source = configuration.codes
    listed = embedded_codes() if source is None else read_codes(source)
    named = with_synonyms(listed, configuration.synonyms)
    concepts = named if configuration.any_level else named.assignable()
    return with_shared_names(concepts, configuration.terms), named


def with_shared_names(codes: CodeList, tables: Sequence[Path]) -> CodeList:
    """Return a list whose codes have the names, too, that parallel terms give the same thing.

    A thing is a code of the list, or one of whose names is a name of one code of the list alone;
    what is neither lends nothing.

    Args:
        codes: The list; none is added to it.
        tables: Of terms; what the column of documents names is a thing.

    Raises:
        CorpusError: See `projector.training.aligner.data.read_table`.
    """
    rows = [(codes.codes[term.code], term.language, term.text) for term in codes.terms]
    called: dict[str, set[str]] = defaultdict(set)
    for code, _, text in rows:
        called[plain(text)].add(code)
    things: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for path in tables:
        for thing, language, text in term_rows(path):
            if text.lower() not in ABSENT:
                things[normal_code(thing)].append((language, text))
    matched = 0
    for thing, names in things.items():
        number = codes.find(thing)
        known = codes.codes[number] if number is not None else _shared(names, called)
        if known is not None:
            rows += [(known, *name) for name in dict.fromkeys(names)]
            matched += 1
    _LOG.info("%d of %d things that terms name are in the list", matched, len(things))
    return make_list(codes.name, rows, codes.given, codes.labels)


def _shared(names: Sequence[tuple[str, str]], called: dict[str, set[str]]) -> str | None:
    """Return the one code that has a name in common with a thing; None where none or several do."""
    alike = [codes for _, text in names if len(codes := called.get(plain(text), set())) == 1]
    found = set[str]().union(*alike)
    return min(found) if len(found) == 1 else None
