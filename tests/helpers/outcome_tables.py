"""Put tables of outcomes and of an audit into a run's folder, as other versions write them."""

import json
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from projector.corpus.formats.parquet_write import table_writer
from schemas.manifest import MANIFEST
from schemas.tables import AUDIT, PROJECTIONS

FRAGMENTS = [{"start": 0, "end": 3}]
Outcome = tuple[str, str, str, float]  # document, label, status, score


def put_outcomes(run: Path, language: str, outcomes: list[Outcome], collapsed=None) -> None:
    """Replace a language's outcomes, and count them in the manifest, which has no hashes then.

    Args:
        run: The run's folder.
        language: The target's.
        outcomes: Sorted by document.
        collapsed: Of each the mentions that share its span; None: the table has no such column.
    """
    folder = run / "projections" / language
    for table in folder.glob("*.parquet"):
        table.unlink()
    folder.mkdir(parents=True, exist_ok=True)
    rows = [
        {
            **{"language": language, "source_document": document, "target_document": document},
            **{"mention_id": f"T{number}", "label": label, "status": status, "reason": ""},
            **{"score": score, "fragments": FRAGMENTS, "target_text": "tos"},
            **{"source_fragments": FRAGMENTS, "source_text": "tos"},
        }
        for number, (document, label, status, score) in enumerate(outcomes)
    ]
    table = pa.Table.from_pylist(rows, PROJECTIONS)
    if collapsed is None:
        table = table.drop_columns("collapsed_with")
    else:
        place = table.column_names.index("collapsed_with")
        field = PROJECTIONS.field("collapsed_with")
        table = table.set_column(place, field, pa.array(collapsed, field.type))
    pq.write_table(table.replace_schema_metadata(PROJECTIONS.metadata), folder / "any.parquet")
    _recount(run, language, outcomes)


def _recount(run: Path, language: str, outcomes: list[Outcome]) -> None:
    manifest = json.loads((run / MANIFEST).read_text(encoding="utf-8"))
    counts = Counter((label, status) for _, label, status, _ in outcomes)
    others = [one for one in manifest["counts"] if one["language"] != language]
    manifest["counts"] = others + [
        {"language": language, "label": label, "status": status, "mentions": number}
        for (label, status), number in sorted(counts.items())
    ]
    (run / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    _unhashed(run)


def _unhashed(run: Path) -> None:
    """Let nobody hold the files against what the run wrote."""
    manifest = json.loads((run / MANIFEST).read_text(encoding="utf-8"))
    manifest["written"] = manifest["sha256"] = None
    (run / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")


def put_audit(run: Path, faithfulness: dict[tuple[str, str], float], findings) -> None:
    """Replace the tables of a run's audit; the manifest has no hashes then.

    Args:
        run: The run's folder.
        faithfulness: By language and document.
        findings: (language, document, kind, severity).
    """
    nowhere = (None, None, "", None, None, "", "it differs", 0.9)
    with table_writer(run / "audit.parquet", AUDIT) as table:
        table.add((*finding, *nowhere) for finding in findings)
    lines = ["language\tdocument\tscore\tsource_covered\ttarget_covered\tintact\tfindings"]
    lines += [
        f"{language}\t{document}\t{score:.4f}\t1.0000\t1.0000\t1.0000\t0"
        for (language, document), score in faithfulness.items()
    ]
    (run / "faithfulness.tsv").write_text("\n".join([*lines, ""]), encoding="utf-8", newline="")
    _unhashed(run)
