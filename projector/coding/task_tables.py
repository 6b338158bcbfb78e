"""Write codes in the tables of shared tasks: DisTEMIST's linking, CodiESP's three."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from projector.coding.assertions import ABSENT
from projector.coding.assign import Assignments
from projector.coding.codable_labels import of_diagnoses, of_procedures
from projector.coding.icd10 import normal_code
from projector.coding.mentions import CodedDocument, CodedMention
from projector.coding.proposal_marks import ORIGIN, PROPOSED, list_name
from projector.corpus.formats.tsv_write import format_row
from projector.storage.atomic_file import FileOpener, atomic_file
from projector.storage.file_names import file_name

# DisTEMIST's columns, and what they have no place for: where a code comes from.
_LINKING = ("filename", "mark", "label", "off0", "off1", "span", "code")
_BESIDE = (ORIGIN, "code_score", "coder", "code_list", "assertion")
Kind = Literal["diagnoses", "procedures"]


@dataclass(frozen=True, slots=True)
class TableRules:
    """What goes into which table.

    Args:
        coder: What proposed the codes.
        codes: The list that they are from.
        kinds: What the list has codes for, as far as CodiESP has tables for it.
        absent: Whether mentions count that are negated, hypothetical or of a relative.
    """

    coder: str = ""
    codes: str = ""
    kinds: frozenset[Kind] = frozenset({"diagnoses"})
    absent: bool = False

    def kind(self, mention: CodedMention, assigned: Assignments) -> Kind | None:
        """Return the table of CodiESP that a mention's codes belong in; None: in neither."""
        if not self.absent and assigned.assertion(mention) in ABSENT:
            return None
        kind: Kind = "procedures" if of_procedures(mention.label) else "diagnoses"
        return kind if kind in self.kinds else None


def kinds_of(labels: tuple[str, ...]) -> frozenset[Kind]:
    """Return what a list has codes for, by the labels that it states; by none, diagnoses."""
    kinds: set[Kind] = set()
    if not labels or any(map(of_diagnoses, labels)):
        kinds.add("diagnoses")
    if any(map(of_procedures, labels)):
        kinds.add("procedures")
    return frozenset(kinds)


def write_task_tables(
    folder: Path,
    assigned: Assignments,
    open_file: FileOpener = atomic_file,
    *,
    rules: TableRules = TableRules(),
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
            linking.write(format_row((*_LINKING, *_BESIDE)))
            for document in documents:
                for mention in document.mentions:
                    linking.write(format_row(_linking_cells(mention, assigned, rules)))
                    if kind := rules.kind(mention, assigned):
                        codes = assigned.final_codes(mention)
                        places.writelines(format_row(_place_cells(mention, c, kind)) for c in codes)
                ranked = document_codes(document, assigned, rules=rules)
                for table, codes in zip((diagnoses, procedures), ranked, strict=True):
                    table.writelines(format_row((document.name, code)) for code in codes)


def _table_name(language: str, table: str) -> str:
    return file_name(language, f"_{table}.tsv", kind="language")


def document_codes(
    document: CodedDocument,
    assigned: Assignments,
    *,
    rules: TableRules = TableRules(),
) -> tuple[list[str], list[str]]:
    """Return a document's codes in lower case, as CodiESP has them, each once, surest first.

    Returns:
        Those of diagnoses, and those of procedures.
    """
    scores: dict[Kind, dict[str, float]] = {"diagnoses": {}, "procedures": {}}
    for mention in document.mentions:
        kind = rules.kind(mention, assigned)
        if kind is None:
            continue
        ranked = {code.code: code.score for code in assigned.codes(mention)}
        for code in assigned.final_codes(mention):
            name = normal_code(code).lower()
            scores[kind][name] = max(ranked[code], scores[kind].get(name, 0.0))
    return _surest_first(scores["diagnoses"]), _surest_first(scores["procedures"])


def _surest_first(scores: dict[str, float]) -> list[str]:
    return sorted(scores, key=lambda code: (-scores[code], code))


def _linking_cells(
    mention: CodedMention, assigned: Assignments, rules: TableRules
) -> Iterator[str]:
    codes, ranked = assigned.final_codes(mention), assigned.codes(mention)
    start, end = mention.fragments[0][0], mention.fragments[-1][1]
    yield from (mention.document, mention.id, mention.label, str(start), str(end), mention.text)
    yield "+".join(codes) or "None"
    yield ranked[0].origin if ranked else ""
    if ranked and ranked[0].origin == PROPOSED:
        yield from (f"{ranked[0].score:.4f}", rules.coder, list_name(rules.codes))
    else:
        yield from ("", "", "")
    yield assigned.assertion(mention) or ""


def _place_cells(mention: CodedMention, code: str, kind: Kind) -> tuple[str, ...]:
    label = "PROCEDIMIENTO" if kind == "procedures" else "DIAGNOSTICO"
    ranges = ";".join(f"{start} {end}" for start, end in mention.fragments)
    return mention.document, label, code, mention.text, ranges
