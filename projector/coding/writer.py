"""Write coded mentions as a folder.

    coded/coding.json            what the codes were made from, how many there are, and hashes
    coded/codes.parquet          every code that was given or proposed, ranked, with its score
    coded/code_list.parquet      the codes that could be proposed
    coded/documents.parquet      the documents, with their mentions and annotations, the first
    coded/mentions.parquet         choice among these as a normalisation: a corpus like any other
    coded/annotations.parquet      marked as a proposal by a note
    coded/brat/{language}/       the same for reviewers, with BRAT's configuration
    coded/tsv/{language}_linking.tsv      DisTEMIST's columns
    coded/tsv/{language}_codiesp_D.tsv    CodiESP: each document's codes, the surest first;
    coded/tsv/{language}_codiesp_P.tsv      diagnoses and procedures
    coded/tsv/{language}_codiesp_X.tsv      and with their places
    coded/uncoded.tsv            every mention without a code, why, and the best guess

Of a bare table, whose documents' texts nobody has, there is no corpus and no BRAT.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace
from io import BytesIO
from itertools import count
from pathlib import Path

import polars as pl

from projector.coding.assign import (
    LEFT_ALONE,
    UNSURE,
    AssignedCode,
    Assignments,
    assign_codes,
    floors_of,
)
from projector.coding.code_list import CodeList
from projector.coding.coder import Coder
from projector.coding.mentions import CodedDocument
from projector.coding.proposal_marks import (
    NOTE,
    PROPOSED,
    list_name,
    note_value,
    without_proposals,
)
from projector.coding.score_calibration import Floor
from projector.coding.task_tables import TableRules, kinds_of, write_task_tables
from projector.corpus.formats.brat_configuration import BratTypes, brat_settings
from projector.corpus.formats.brat_write import brat_paths, format_ann
from projector.corpus.formats.parquet_write import corpus_writer, table_writer
from projector.corpus.formats.tsv_write import format_row
from projector.document import Annotation, Document
from projector.errors import OutputError
from projector.storage.atomic_folder import atomic_folder, writing
from projector.storage.file_names import FileNames, file_name, language_name, refuse_unwritable
from projector.storage.written_files import WrittenFiles
from schemas.coding import (
    CODING,
    CalibratedOn,
    CodingConfiguration,
    CodingFacts,
    CodingFloor,
)
from schemas.seal import sealed_json
from schemas.tables import CODES

_UNCODED = (
    *("language", "document", "mention", "label", "text", "reason"),
    *("guess", "guess_score", "guess_description", "assertion"),
)
_REASONS = {
    LEFT_ALONE: "its label is not to be coded",
    UNSURE: "no code is sure enough",
}


def write_codes(
    documents: Iterable[CodedDocument],
    coder: Coder,
    output: Path,
    chosen: CodingConfiguration,
    *,
    overwrite: bool = False,
    where: Path | None = None,
) -> CodingFacts:
    """Code the mentions of documents and write a folder; it appears whole or not at all.

    Args:
        documents: All are held at once, see `assign_codes`.
        coder: Proposes.
        output: The folder.
        chosen: How many codes of what, see `CodingConfiguration`.
        overwrite: Replace an earlier folder.
        where: What the documents are read from, for messages.

    Raises:
        ConfigurationError: No mention has a label that is to be coded.
        OutputError: The folder exists or can't be written; a mention comes twice; a document or
            language has a name that can't be a file's.
    """
    assigned = assign_codes(_nameable(documents, where), coder, chosen)
    facts = CodingFacts(
        coder=coder.name,
        fingerprint=coder.fingerprint,
        codes=coder.codes.name,
        codes_fingerprint=coder.codes.fingerprint,
        configuration=chosen,
        counts=tuple(assigned.counts()),
        floors=_floors(assigned, coder, chosen.min_precision),
        calibrated_on=_calibrated_on(coder),
    )
    with atomic_folder(output, overwrite=overwrite, mark=CODING) as folder, writing(output):
        _refuse_namesakes(assigned.documents, folder, where)
        files = WrittenFiles(folder)
        rules = TableRules(
            coder.name, coder.codes.name, kinds_of(coder.codes.labels), chosen.with_absent
        )
        _write_ranked(folder / "codes.parquet", assigned, files, rules)
        _write_uncoded(folder / "uncoded.tsv", assigned, files)
        _write_corpus(folder, assigned, chosen.resource, files, rules)
        write_task_tables(folder / "tsv", assigned, files.open, rules=rules)
        _write_list(folder / "code_list.parquet", coder.codes, files)
        told = facts.model_copy(update={"written": files.written()})
        (folder / CODING).write_text(sealed_json(told), encoding="utf-8", newline="")
    return facts


def _floors(
    assigned: Assignments, coder: Coder, precision: float | None
) -> tuple[CodingFloor, ...]:
    """Return the least scores that were answered with, and in which languages."""
    languages: dict[tuple[Floor, bool], list[str]] = defaultdict(list)
    for language, floor in floors_of(assigned.documents, coder, precision).items():
        if floor is not None:
            languages[floor, coder.is_measured(language)].append(language)
    return tuple(
        CodingFloor(**asdict(floor), languages=tuple(of), measured=measured)
        for (floor, measured), of in languages.items()
    )


def _calibrated_on(coder: Coder) -> CalibratedOn | None:
    known = coder.calibration
    if known is None:
        return None
    lists = tuple(sorted({*known.lists.values()}))
    return CalibratedOn(
        lists=lists, languages=known.measured_languages, list_measured=coder.list_is_measured
    )


def _nameable(documents: Iterable[CodedDocument], where: Path | None) -> Iterator[CodedDocument]:
    """Pass documents on whose names, and languages, can be those of files."""
    for coded in documents:
        language_name(coded.language, where=where)
        if coded.document is not None:
            file_name(coded.name, ".txt", kind="document", where=where)
        else:
            refuse_unwritable(coded.name, kind="document", where=where)
        yield coded


def _refuse_namesakes(documents: Iterable[CodedDocument], folder: Path, where: Path | None) -> None:
    """Refuse documents that would be one file in a new folder, before one is written to it."""
    names, seen = FileNames(folder, where), set()
    for coded in documents:
        key = coded.language, coded.name
        if key in seen:
            raise OutputError(f"{where or folder}: the document {coded.name!r} comes twice")
        seen.add(key)
        names.take(coded.language, kind="language")
        if coded.document is not None:
            names.take(coded.name, ".txt", kind="document", folder=coded.language)


def _write_list(path: Path, codes: CodeList, files: WrittenFiles) -> None:
    """Write the codes that could be proposed."""
    content = BytesIO()
    pl.DataFrame({"code": codes.codes}).write_parquet(content)
    with files.open(path) as file:
        file.write(content.getvalue())


def _write_ranked(
    path: Path, assigned: Assignments, files: WrittenFiles, rules: TableRules
) -> None:
    """Write every code that was given or proposed, a row each."""
    with table_writer(path, CODES, open_file=files.open) as table:
        for mention in assigned.mentions():
            fragments = [{"start": start, "end": end} for start, end in mention.fragments]
            key = (mention.language, mention.document, mention.id, mention.label)
            for rank, code in enumerate(assigned.codes(mention), start=1):
                columns = (code.code, rank, code.score, code.description, code.name, code.origin)
                by = (
                    (rules.coder, list_name(rules.codes))
                    if code.origin == PROPOSED
                    else (None,) * 2
                )
                assertion = assigned.assertion(mention)
                said = None if assertion is None else assertion.value
                table.add([(*key, fragments, mention.text, *columns, *by, said)])


def _write_uncoded(path: Path, assigned: Assignments, files: WrittenFiles) -> None:
    """Write the mentions without a code, why each has none, and what it might be."""
    with files.open(path) as file:
        file.write(format_row(_UNCODED))
        for mention in assigned.mentions():
            if not assigned.codes(mention):
                reason = _REASONS.get(assigned.outcome(mention), "no code is near enough")
                key = (mention.language, mention.document, mention.id, mention.label)
                guess = _guess_cells(assigned.guess(mention))
                said = assigned.assertion(mention) or ""
                file.write(format_row((*key, mention.text, reason, *guess, said)))


def _guess_cells(guess: AssignedCode | None) -> tuple[str, str, str]:
    return ("", "", "") if guess is None else (guess.code, f"{guess.score:.4f}", guess.description)


def _write_corpus(
    folder: Path, assigned: Assignments, resource: str, files: WrittenFiles, rules: TableRules
) -> None:
    """Write the documents whose texts are known, as Parquet and as BRAT."""
    if all(coded.document is None for coded in assigned.documents):
        return
    types, folders = BratTypes(), set()
    with corpus_writer(folder, files.open) as corpus:
        for coded in assigned.documents:
            if coded.document is not None:
                document = _with_codes(coded, coded.document, assigned, resource, rules)
                corpus.add(document)
                inner = folder / "brat" / file_name(document.language, kind="language")
                _write_brat(inner, document, files)
                types.add(document)
                folders.add(inner)
    for of_language in sorted(folders):
        for path, content in brat_settings(types, of_language).items():
            with files.open(path) as file:
                file.write(content)


def _write_brat(folder: Path, document: Document, files: WrittenFiles) -> None:
    text, annotations = brat_paths(document, folder)
    folder.mkdir(parents=True, exist_ok=True)
    # Not `write_brat`, which syncs every file.
    files.write_listed(text, document.text.encode("utf-8"))
    files.write_listed(annotations, format_ann(document).encode("utf-8"))


def _with_codes(
    coded: CodedDocument,
    document: Document,
    assigned: Assignments,
    resource: str,
    rules: TableRules,
) -> Document:
    """Return a document with the first choice of each mention that had no code.

    A note on each says that it is a proposal. Those of an earlier time are left out, except of
    mentions that are not to be coded now.
    """
    anew = [mention.id for mention in coded.mentions if mention.label in assigned.labels]
    kept = without_proposals(document.annotations, anew)
    normalizations, notes = _free_ids("N", kept), _free_ids("#", kept)
    added: list[Annotation] = []
    for mention in coded.mentions:
        codes = assigned.codes(mention)
        if codes and codes[0].origin == PROPOSED:
            value = f"{resource}:{codes[0].code}\t{codes[0].description}"
            id_ = next(normalizations)
            added.append(Annotation(id_, "normalization", "Reference", (("", mention.id),), value))
            said = note_value(codes[0].score, rules.coder, rules.codes)
            added.append(Annotation(next(notes), "note", NOTE, (("", id_),), said))
    return replace(document, annotations=(*kept, *added))


def _free_ids(letter: str, annotations: Iterable[Annotation]) -> Iterator[str]:
    taken = {annotation.id for annotation in annotations}
    return (id_ for id_ in (f"{letter}{number}" for number in count(1)) if id_ not in taken)
