"""Write the page of a file of corrections from the contract that reads it."""

from __future__ import annotations

import inspect
import json

from markdown_text import code, escaped, table
from pydantic import BaseModel

from schemas import corrections
from schemas.corrections import Correction, Corrections, Span

EXAMPLE: dict[str, object] = {
    "version": 1,
    "run": "0" * 64,
    "reviewer": "ana",
    "corrections": [
        {
            "language": "en",
            "document": "case-01",
            "mention": "T1",
            "decision": "corrected",
            "old": [{"start": 50, "end": 62}],
            "new": [{"start": 41, "end": 62}],
            "text": "arterial hypertension",
            "time": "2026-11-28T12:00:00Z",
            "comment": "the adjective belongs to it",
        }
    ],
}
_HEAD = """# Corrections

What people say of a run's projections: `corrections.json`, which a review saves, `projector import`
makes of other tools' files, and [`projector accept`](cli.md#projector-accept) makes part of it.
An unknown name, a string where a number is expected, or a mention that is there twice is an error,
told with file, entry and what was expected.
"""


def corrections_page() -> str:
    """Return the page: an example, the fields, and the JSON schema."""
    sections = [_HEAD, escaped(inspect.getdoc(corrections) or "").partition("\n\n")[2]]
    sections.append(f"```json\n{json.dumps(EXAMPLE, indent=2)}\n```")
    for heading, contract in (
        ("The file", Corrections),
        ("A correction", Correction),
        ("A span", Span),
    ):
        sections += [f"## {heading}", escaped(inspect.getdoc(contract) or ""), _fields(contract)]
    schema = json.dumps(Corrections.model_json_schema(), indent=2)
    sections += ["## As JSON Schema", f"```json\n{schema}\n```"]
    return "\n\n".join(sections) + "\n"


def _fields(contract: type[BaseModel]) -> str:
    rows = [
        [code(name), "yes" if field.is_required() else "", escaped(field.description or "")]
        for name, field in contract.model_fields.items()
    ]
    return table(["field", "needed", "what it says"], rows)
