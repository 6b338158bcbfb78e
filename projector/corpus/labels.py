"""Name labels alike across the known corpora."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from projector.document import Annotation

# Spanish labels of CodiESP, DisTEMIST, SympTEMIST, MedProcNER, DrugTEMIST, MultiCardioNER and
# CANTEMIST. CodiESP's diagnoses hold symptoms too: they keep a name of their own.
KNOWN_LABELS: Mapping[str, str] = {
    "ENFERMEDAD": "DISEASE",
    "SINTOMA": "SYMPTOM",
    "SÍNTOMA": "SYMPTOM",
    "PROCEDIMIENTO": "PROCEDURE",
    "FARMACO": "MEDICATION",
    "FÁRMACO": "MEDICATION",
    "DIAGNOSTICO": "DIAGNOSIS",
    "DIAGNÓSTICO": "DIAGNOSIS",
    "MORFOLOGIA_NEOPLASIA": "TUMOR_MORPHOLOGY",
}


def label_map(custom: Mapping[str, str] | None = None, *, known: bool = True) -> dict[str, str]:
    """Return the names that labels get, those not in it staying as they are.

    Args:
        custom: The user's, over the built-in ones. A label mapped to itself stays.
        known: Whether the built-in ones take part.
    """
    return {**(KNOWN_LABELS if known else {}), **(custom or {})}


def rename_event(annotation: Annotation, labels: Mapping[str, str]) -> Annotation:
    """Return an event with its type renamed, which is its trigger's label; others stay."""
    if annotation.kind != "event":
        return annotation
    label, arguments = annotation.label, list(annotation.arguments)
    arguments[:1] = [(labels.get(role, role), trigger) for role, trigger in arguments[:1]]
    return replace(annotation, label=labels.get(label, label), arguments=tuple(arguments))
