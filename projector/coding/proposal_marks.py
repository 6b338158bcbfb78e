"""Mark codes that are proposals, so that nobody takes them for given ones: in notes and tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq

from projector.coding.mentions import CodedDocument
from projector.document import Annotation
from projector.errors import CorpusError, Problem
from projector.storage.parquet_file import reading_parquet
from schemas.coding import CODING

PROPOSED = "proposed"
NOTE = "CodeProposal"  # BRAT's type of the notes on normalisations that are proposals
ORIGIN = "code_origin"  # the column of a table, hence the attribute, that says so
Stated = tuple[str, tuple[int, int], str]  # document, offsets, code


def note_value(score: float, coder: str, codes: str) -> str:
    """Return what a note says of a proposal: its score, the coder, and the list's file."""
    return f"score={score:.4f} coder={coder} list={list_name(codes)}"


def list_name(codes: str) -> str:
    """Return what a list is called beside its proposals: without the folders that it lay in."""
    return Path(codes).name


def proposed_ids(annotations: Iterable[Annotation]) -> set[str]:
    """Return the ids of annotations that are marked as proposals: normalisations, or mentions."""
    return {
        target
        for annotation in annotations
        if (annotation.kind == "note" and annotation.label == NOTE)
        or (
            annotation.kind == "attribute"
            and annotation.label == ORIGIN
            and annotation.value == PROPOSED
        )
        for target in annotation.targets
    }


def without_proposals(
    annotations: tuple[Annotation, ...], mentions: Iterable[str]
) -> tuple[Annotation, ...]:
    """Return annotations less earlier proposals for some mentions, and what is said of these."""
    marked, anew = proposed_ids(annotations), {*mentions}
    gone = {
        annotation.id
        for annotation in annotations
        if annotation.kind == "normalization"
        and annotation.targets[0] in anew
        and (annotation.id in marked or annotation.targets[0] in marked)
    }
    return tuple(
        annotation
        for annotation in annotations
        if annotation.id not in gone and not gone.intersection(annotation.targets)
    )


def without_codes_proposed_in(
    path: Path, documents: Iterable[CodedDocument]
) -> Iterator[CodedDocument]:
    """Pass on the documents of a table, less the codes that its folder says are proposals.

    CodiESP's tables have no column that could say so; the folder of codes that one lies in does.

    Raises:
        CorpusError: The folder's table of codes can't be read.
    """
    proposed = _proposed_beside(path)
    for document in documents:
        if not proposed:
            yield document
            continue
        mentions = []
        for mention in document.mentions:
            span = (mention.fragments[0][0], mention.fragments[-1][1])
            kept = [
                code for code in mention.codes if (mention.document, span, code) not in proposed
            ]
            mentions.append(replace(mention, codes=tuple(kept)))
        yield replace(document, mentions=tuple(mentions))


def _proposed_beside(path: Path) -> set[Stated]:
    folder = path.absolute().parent.parent
    table = folder / "codes.parquet"
    if not path.is_file() or not (folder / CODING).is_file() or not table.is_file():
        return set()
    columns = ("document", "fragments", "code", "origin")
    with reading_parquet(table):
        file = pq.ParquetFile(table)
        if not {*columns} <= {*file.schema_arrow.names}:
            raise CorpusError(Problem(table, None, "a column is missing", ", ".join(columns)))
        rows = file.read(columns=[*columns]).to_pylist()
    return {
        (row["document"], (row["fragments"][0]["start"], row["fragments"][-1]["end"]), row["code"])
        for row in rows
        if row["origin"] == PROPOSED and row["fragments"]
    }
