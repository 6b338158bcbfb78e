"""Say of a run's mentions what a test wants said."""

import json
from pathlib import Path

from projector.document import Fragment, surface
from projector.run.reader import FinishedRun
from schemas.corrections import Corrections

TIME = "2026-11-28T12:00:00Z"


def spans(*fragments):
    return [{"start": start, "end": end} for start, end in fragments]


def correction(run: FinishedRun, language, document, mention, decision, /, *new, **changed):
    """Return one correction, true of the run but for what is `changed`."""
    rows = run.projections([language])
    (row,) = [
        one
        for one in rows.iter_rows(named=True)
        if (one["source_document"], one["mention_id"]) == (document, mention)
    ]
    old = [(one["start"], one["end"]) for one in row["fragments"]]
    new = old if decision == "confirmed" else new
    text = run.text(language, row["target_document"]) if row["target_document"] else ""
    said = {
        "language": language,
        "document": document,
        "mention": mention,
        "decision": decision,
        "old": spans(*old),
        "new": spans(*new),
        "text": surface([Fragment(*one) for one in new], text or ""),
        "time": TIME,
    }
    return said | changed


def corrections(run: FinishedRun, /, *entries, reviewer="ana", **changed) -> Corrections:
    said = {"run": run.manifest.sha256, "reviewer": reviewer, "corrections": entries} | changed
    return Corrections.model_validate_json(json.dumps(said))


def written(path: Path, said: Corrections) -> Path:
    path.write_text(said.to_json(), encoding="utf-8")
    return path
