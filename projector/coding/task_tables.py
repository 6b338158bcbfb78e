"""Write codes in the tables of shared tasks: DisTEMIST's linking, CodiESP's three."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from projector.coding.assign import Assignments
from projector.coding.icd10 import normal_code
from projector.coding.mentions import CodedDocument, CodedMention
from projector.corpus.formats.tsv_write import format_row
from projector.storage.atomic_file import FileOpener, atomic_file
from projector.storage.file_names import file_name

_LINKING = ("filename", "mark", "label", "off0", "off1", "span", "code")
_PROCEDURES = {"PROCEDURE", "PROCEDIMIENTO"}


def write_task_tables(
    folder: Path, assigned: Assignments, open_file: FileOpener = atomic_file
) -> None:
    """Write the tables of every language to a new folder; `open_file` opens each.

    Raises:
        OutputError: One can't be written.
    """
    folder.mkdir()
    for language in sorted({document.language for document in assigned.documents}):
        documents = [one for one in assigned.documents if one.language == language]
        with ExitStack() as stack:
            linking, places, diagnoses, procedures = (
                stack.enter_context(open_file(folder / _table_name(language, name)))
                for name in ("linking", "codiesp_X", "codiesp_D", "codiesp_P")
            )
            linking.write(format_row(_LINKING))
            for document in documents:
                for mention in document.mentions:
                    codes = assigned.final_codes(mention)
                    linking.write(format_row(_linking_cells(mention, codes)))
                    places.writelines(format_row(_place_cells(mention, code)) for code in codes)
                ranked = document_codes(document, assigned)
                for table, codes in zip((diagnoses, procedures), ranked, strict=True):
                    table.writelines(format_row((document.name, code)) for code in codes)


def _table_name(language: str, table: str) -> str:
    return file_name(language, f"_{table}.tsv", kind="language")


def document_codes(document: CodedDocument, assigned: Assignments) -> tuple[list[str], list[str]]:
    """Return a document's codes in lower case, as CodiESP has them, each once, surest first.

    Returns:
        Those of diagnoses, and those of procedures.
    """
    diagnoses: dict[str, float] = {}
    procedures: dict[str, float] = {}
    for mention in document.mentions:
        scores = procedures if mention.label in _PROCEDURES else diagnoses
        ranked = {code.code: code.score for code in assigned.codes(mention)}
        for code in assigned.final_codes(mention):
            name = normal_code(code).lower()
            scores[name] = max(ranked[code], scores.get(name, 0.0))
    return _surest_first(diagnoses), _surest_first(procedures)


def _surest_first(scores: dict[str, float]) -> list[str]:
    return sorted(scores, key=lambda code: (-scores[code], code))


def _linking_cells(mention: CodedMention, codes: Sequence[str]) -> Iterator[str]:
    start, end = mention.fragments[0][0], mention.fragments[-1][1]
    yield from (mention.document, mention.id, mention.label, str(start), str(end), mention.text)
    yield "+".join(codes) or "None"


def _place_cells(mention: CodedMention, code: str) -> tuple[str, ...]:
    label = "PROCEDIMIENTO" if mention.label in _PROCEDURES else "DIAGNOSTICO"
    ranges = ";".join(f"{start} {end}" for start, end in mention.fragments)
    return mention.document, label, code, mention.text, ranges
