"""Gather what the page shows of one document and one translation, as plain data.

Offsets count Unicode code points, as everywhere; the page converts them to what browsers count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from projector.document import Document, Status
from projector.explain import RankedCandidate, Rivals
from projector.review.codes import mention_codes
from projector.review.document_rows import DocumentRows
from projector.review.doubts import Doubt, bits, doubts, overlap
from projector.review.run_parts import ranges
from projector.review.said import said_of_mentions
from projector.review.sentence_pairing import paired_sentences
from projector.review.sentence_rows import Linked, sentence_rows

Row = Mapping[str, Any]  # of the run's projections, or of its audit
_TOLD = ("document", "error")  # severities that make a mention doubtful: warnings are many


@dataclass(frozen=True, slots=True)
class ReviewedDocument:
    """A document, its translation and what a run made of it.

    Args:
        source: As it was read.
        target: The translation; its own mentions play no part.
        rows: What became of each source mention.
        links: Which sentences tell the same; none where nobody says.
        findings: Of an audit.
    """

    source: Document
    target: Document
    rows: Sequence[Row]
    links: Sequence[Linked] = ()
    findings: Sequence[Row] = ()
    doubts: Mapping[str, set[Doubt]] = field(init=False)

    def __post_init__(self) -> None:
        """Find which mentions are doubtful."""
        found = {row["mention_id"]: self._doubts(row) for row in self.rows}
        object.__setattr__(self, "doubts", found)

    def _doubts(self, row: Row) -> set[Doubt]:
        source, target = ranges(row["source_fragments"]), ranges(row["fragments"])
        found = any(
            overlap(source, place(finding, "source")) or overlap(target, place(finding, "target"))
            for finding in self.findings
            if finding["severity"] in _TOLD
        )
        return doubts(row["status"], row["score"], row.get("collapsed_with") or (), found)


def place(finding: Row, side: str) -> list[tuple[int, int]]:
    """Return where a finding stands in a text, as the only stretch; none where it is nowhere."""
    start, end = finding[f"{side}_start"], finding[f"{side}_end"]
    return [] if start is None or end is None else [(start, end)]


def document_record(
    document: ReviewedDocument, *, rivals: Mapping[str, Rivals], codes: Sequence[DocumentRows]
) -> dict[str, Any]:
    """Return a document as the page takes it.

    Args:
        document: With its translation.
        rivals: What its mentions could have become, of those for which it was asked.
        codes: Of the translation's mentions first, then of the source's.
    """
    source, target = document.source, document.target
    said = said_of_mentions(source.annotations)
    coded = [read.of(name) for read, name in zip(codes, (target.name, source.name), strict=False)]
    return {
        "name": source.name,
        "translation": target.name,
        "source": {"language": source.language, "text": source.text},
        "target": {"language": target.language, "text": target.text},
        "rows": [[row.source, row.target] for row in _rows(document)],
        "findings": [_finding(row) for row in document.findings],
        "mentions": [
            {
                **_mention(row, bits(document.doubts[row["mention_id"]])),
                "said": said.get(row["mention_id"], []),
                "codes": _codes(row, coded),
                **_rivals(rivals.get(row["mention_id"])),
            }
            for row in document.rows
        ],
    }


def _rows(document: ReviewedDocument) -> Any:  # noqa: ANN401
    source, target = document.source.text, document.target.text
    links: Sequence[Linked] = document.links
    if not links:
        projected = [
            (ranges(row["source_fragments"]), ranges(row["fragments"])) for row in document.rows
        ]
        links = paired_sentences(source, target, projected)
    return sentence_rows(source, target, links)


def _mention(row: Row, doubtful: int) -> dict[str, Any]:
    return {
        "id": row["mention_id"],
        "label": row["label"],
        "status": row["status"],
        "score": round(row["score"], 4),
        "reason": row["reason"],
        "source": ranges(row["source_fragments"]),
        "target": ranges(row["fragments"]),
        "collapsed": list(row.get("collapsed_with") or ()),
        "doubts": doubtful,
    }


def _codes(row: Row, coded: Sequence[Sequence[Row]]) -> list[dict[str, Any]]:
    """Return a mention's codes: those of its translation, else those of its source."""
    for rows, text in zip(coded, (row["target_text"], row["source_text"]), strict=False):
        if codes := mention_codes(rows, row["mention_id"], text):
            return codes
    return []


def _finding(row: Row) -> dict[str, Any]:
    return {
        "kind": row["kind"],
        "severity": row["severity"],
        "message": row["message"],
        "score": round(row["score"], 4),
        "source": place(row, "source"),
        "target": place(row, "target"),
    }


def _rivals(rivals: Rivals | None) -> dict[str, Any]:
    if rivals is None:
        return {"rivals": None}
    spans = [[_rival(span) for span in of_fragment] for of_fragment in rivals.spans]
    return {"rivals": spans, "nothing": rivals.nothing}


def _rival(span: RankedCandidate) -> dict[str, Any]:
    parts = {name: part for name, part in span.parts.items() if part}
    return {
        "start": span.start,
        "end": span.end,
        "share": span.share,
        "total": span.total,
        "parts": parts,
    }


def has_translation(row: Row) -> bool:
    """Tell whether there is a text in which a mention could be looked for."""
    lost = {Status.UNPAIRED, Status.FAILED}
    return row["target_document"] is not None and row["status"] not in lost
