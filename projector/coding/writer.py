"""Write coded mentions as a folder.

    coded/coding.json            what the codes were made from, and how many there are
    coded/codes.parquet          every code that was given or proposed, ranked, with its score
    coded/code_list.parquet      the codes that could be proposed
    coded/documents.parquet      the documents, with their mentions and annotations, the first
    coded/mentions.parquet         choice among these as a normalisation: a corpus like any other
    coded/annotations.parquet
    coded/brat/{language}/       the same for reviewers
    coded/tsv/{language}_linking.tsv      DisTEMIST's columns
    coded/tsv/{language}_codiesp_D.tsv    CodiESP: each document's codes, the surest first;
    coded/tsv/{language}_codiesp_P.tsv      diagnoses and procedures
    coded/tsv/{language}_codiesp_X.tsv      and with their places
    coded/uncoded.tsv            every mention without a code, and why

Of a bare table, whose documents' texts nobody has, there is no corpus and no BRAT.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import NamedTuple

import polars as pl

from projector.coding.coder import Coder, Query
from projector.coding.context import contexts
from projector.coding.icd10 import normal_code
from projector.coding.mentions import CodedDocument, CodedMention, refuse_unknown
from projector.corpus.formats.brat_write import format_ann
from projector.corpus.formats.parquet_write import CorpusWriter, corpus_writer, table_writer
from projector.corpus.formats.tsv_write import format_row
from projector.document import Annotation, Document
from projector.errors import OutputError
from projector.storage.atomic_file import atomic_file
from projector.storage.atomic_folder import atomic_folder, writing
from schemas.coding import CODING, CodingConfiguration, CodingCount, CodingFacts
from schemas.tables import CODES

GIVEN, PROPOSED = "given", "proposed"
_LINKING = ("filename", "mark", "label", "off0", "off1", "span", "code")
_UNCODED = ("language", "document", "mention", "label", "text", "reason")
_PROCEDURES = {"PROCEDURE", "PROCEDIMIENTO"}


class Choice(NamedTuple):
    """A code of a mention; of one that was given the score is 1, and no name found it."""

    code: str
    score: float
    description: str
    origin: str
    name: str = ""


def write_codes(
    documents: Iterable[CodedDocument],
    coder: Coder,
    output: Path,
    chosen: CodingConfiguration,
    *,
    overwrite: bool = False,
) -> CodingFacts:
    """Code the mentions of documents and write a folder; it appears whole or not at all.

    Codes of the list that a mention has already stay, and nothing is proposed for it, unless all
    are coded anew.

    Args:
        documents: All are held at once, so that each distinct mention is looked up once.
        coder: Proposes.
        output: The folder.
        chosen: How many codes of what, see `CodingConfiguration`.
        overwrite: Replace an earlier folder.

    Raises:
        ConfigurationError: No mention has a label that is to be coded.
        OutputError: The folder exists or can't be written; a document comes twice.
    """
    listed = list(documents)
    refuse_unknown(chosen.labels, (one.label for document in listed for one in document.mentions))
    found = _choices(listed, coder, chosen)
    with atomic_folder(output, overwrite=overwrite, mark=CODING) as folder, writing(output):
        _write_tables(folder, listed, found, chosen.labels)
        _write_corpus(folder, listed, found, chosen.resource)
        _write_task_tables(folder / "tsv", listed, found)
        pl.DataFrame({"code": coder.codes.codes}).write_parquet(folder / "code_list.parquet")
        facts = CodingFacts(
            coder=coder.name,
            fingerprint=coder.fingerprint,
            codes=coder.codes.name,
            codes_fingerprint=coder.codes.fingerprint,
            configuration=chosen,
            counts=tuple(_counts(listed, found)),
        )
        (folder / CODING).write_text(facts.to_json(), encoding="utf-8", newline="")
    return facts


Choices = dict[tuple[str, str, str], list[Choice]]


def _key(mention: CodedMention) -> tuple[str, str, str]:
    return mention.language, mention.document, mention.id


def _choices(
    documents: Sequence[CodedDocument],
    coder: Coder,
    chosen: CodingConfiguration,
) -> Choices:
    """Return the codes of every mention, best first; none for those that get none."""
    found: Choices = {}
    asked: list[CodedMention] = []
    around: list[str] = []
    for mention, context in _in_context(documents, coder):
        if _key(mention) in found:
            where = f"{mention.id} of {mention.document} in {mention.language}"
            raise OutputError(f"{where} comes twice")
        own = [code for code in mention.codes if not chosen.recode and _is_of(coder, code)]
        found[_key(mention)] = [
            Choice(code, 1.0, _description(coder, code, mention.language), GIVEN) for code in own
        ]
        if not own and (not chosen.labels or mention.label in chosen.labels):
            asked.append(mention)
            around.append(context)
    queries = [
        Query(one.text, one.language, context) for one, context in zip(asked, around, strict=True)
    ]
    proposals = coder.proposals(queries, chosen.top_k, min_score=chosen.min_score)
    for mention, codes in zip(asked, proposals, strict=True):
        found[_key(mention)] = [
            Choice(code.code, code.score, code.description, PROPOSED, code.found_by)
            for code in codes
        ]
    return found


def _in_context(
    documents: Sequence[CodedDocument], coder: Coder
) -> Iterator[tuple[CodedMention, str]]:
    for one in documents:
        around = contexts(one) if coder.reads_context else [""] * len(one.mentions)
        yield from zip(one.mentions, around, strict=True)


def _is_of(coder: Coder, code: str) -> bool:
    """Tell whether a given code is one of the list, or above one: others are of other lists."""
    return coder.codes.find(code) is not None or coder.codes.covers(code)


def _description(coder: Coder, code: str, language: str) -> str:
    place = coder.codes.find(code)
    return "" if place is None else coder.codes.description(place, language)


def _write_tables(
    folder: Path, documents: Sequence[CodedDocument], chosen: Choices, only: Sequence[str]
) -> None:
    with (
        table_writer(folder / "codes.parquet", CODES) as table,
        atomic_file(folder / "uncoded.tsv") as uncoded,
    ):
        uncoded.write(format_row(_UNCODED))
        for mention in (mention for one in documents for mention in one.mentions):
            own = chosen[_key(mention)]
            place = (mention.language, mention.document, mention.id, mention.label)
            fragments = [{"start": start, "end": end} for start, end in mention.fragments]
            for rank, one in enumerate(own, start=1):
                chosen_one = (one.code, rank, one.score, one.description, one.name, one.origin)
                table.add([(*place, fragments, mention.text, *chosen_one)])
            if not own:
                asked = not only or mention.label in only
                reason = "no code is near enough" if asked else "its label is not to be coded"
                uncoded.write(format_row((*place, mention.text, reason)))


def _write_corpus(
    folder: Path, documents: Sequence[CodedDocument], chosen: Choices, resource: str
) -> None:
    known = [one for one in documents if one.document is not None]
    if not known:
        return
    with corpus_writer(folder) as corpus:
        for one in known:
            assert one.document is not None
            _write_document(folder, corpus, _with_codes(one.document, chosen, resource))


def _write_document(folder: Path, corpus: CorpusWriter, document: Document) -> None:
    corpus.add(document)
    place = folder / "brat" / document.language
    place.mkdir(parents=True, exist_ok=True)
    # Not `write_brat`, which syncs every file.
    (place / f"{document.name}.txt").write_bytes(document.text.encode("utf-8"))
    (place / f"{document.name}.ann").write_bytes(format_ann(document).encode("utf-8"))


def _with_codes(document: Document, chosen: Choices, resource: str) -> Document:
    """Return a document with the first choice of each mention that had no code."""
    taken = {one.id for one in document.annotations}
    free = (id_ for id_ in (f"N{number}" for number in count(1)) if id_ not in taken)
    added = []
    for mention in document.mentions:
        own = chosen[document.language, document.name, mention.id]
        if own and own[0].origin == PROPOSED:
            value = f"{resource}:{own[0].code}\t{own[0].description}"
            target = (("", mention.id),)
            added.append(Annotation(next(free), "normalization", "Reference", target, value))
    return replace(document, annotations=(*document.annotations, *added))


def _write_task_tables(folder: Path, documents: Sequence[CodedDocument], chosen: Choices) -> None:
    folder.mkdir()
    for language in sorted({one.language for one in documents}):
        own = [one for one in documents if one.language == language]
        with ExitStack() as stack:
            linking, places, diagnoses, procedures = (
                stack.enter_context(atomic_file(folder / f"{language}_{name}.tsv"))
                for name in ("linking", "codiesp_X", "codiesp_D", "codiesp_P")
            )
            lists = {"D": diagnoses, "P": procedures}
            linking.write(format_row(_LINKING))
            for one in own:
                for mention in one.mentions:
                    codes = _first(chosen[_key(mention)])
                    linking.write(format_row(_linking_cells(mention, codes)))
                    for code in codes:
                        places.write(format_row(_place_cells(mention, code)))
                for kind, codes in _document_codes(one, chosen).items():
                    lists[kind].writelines(format_row((one.name, code)) for code in codes)


def _first(choices: Sequence[Choice]) -> list[str]:
    """Return a mention's codes: all that were given, or the first that was proposed."""
    given = [one.code for one in choices if one.origin == GIVEN]
    return given or [one.code for one in choices[:1]]


def _linking_cells(mention: CodedMention, codes: Sequence[str]) -> Iterator[str]:
    start, end = mention.fragments[0][0], mention.fragments[-1][1]
    yield from (mention.document, mention.id, mention.label, str(start), str(end), mention.text)
    yield "+".join(codes) or "None"


def _place_cells(mention: CodedMention, code: str) -> tuple[str, ...]:
    label = "PROCEDIMIENTO" if mention.label in _PROCEDURES else "DIAGNOSTICO"
    ranges = ";".join(f"{start} {end}" for start, end in mention.fragments)
    return mention.document, label, code, mention.text, ranges


def _document_codes(one: CodedDocument, chosen: Choices) -> dict[str, list[str]]:
    """Return a document's codes in lower case, as CodiESP has them, each once, surest first."""
    best: dict[str, dict[str, float]] = {"D": {}, "P": {}}
    for mention in one.mentions:
        own = best["P" if mention.label in _PROCEDURES else "D"]
        choices = {choice.code: choice.score for choice in chosen[_key(mention)]}
        for code in _first(chosen[_key(mention)]):
            name = normal_code(code).lower()
            own[name] = max(choices[code], own.get(name, 0.0))
    return {kind: sorted(own, key=lambda code: (-own[code], code)) for kind, own in best.items()}


def _counts(documents: Sequence[CodedDocument], chosen: Choices) -> Iterator[CodingCount]:
    found: Counter[tuple[str, str, str]] = Counter()
    for mention in (mention for one in documents for mention in one.mentions):
        choices = chosen[_key(mention)]
        found[mention.language, mention.label, choices[0].origin if choices else "uncoded"] += 1
    for language, label in sorted({key[:2] for key in found}):
        own = {kind: found[language, label, kind] for kind in (GIVEN, PROPOSED, "uncoded")}
        yield CodingCount(language=language, label=label, **own)
