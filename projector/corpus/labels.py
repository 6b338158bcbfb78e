"""Name labels alike across the known corpora."""

from __future__ import annotations

import re
from collections.abc import (
    Collection,
    Iterable,
    Mapping,
)
from dataclasses import replace
from difflib import get_close_matches

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


def label_twins(gold: Collection[str], predicted: Collection[str]) -> list[str]:
    """Return in words which labels of two sides differ in case, blanks or hyphens only."""
    twins: dict[str, list[str]] = {}
    for label in sorted({*gold, *predicted}):
        twins.setdefault(re.sub(r"[\W_]+", "", label).casefold(), []).append(label)
    return [
        f"{' and '.join(labels)} are different labels, as for the official scorer: gold has "
        f"{_which(labels, gold)}, the predictions {_which(labels, predicted)}. If they mean one: "
        + " ".join(f"--label {label}={labels[0]}" for label in labels[1:])
        for labels in twins.values()
        if len(labels) > 1 and {*labels} & {*gold} != {*labels} & {*predicted}
    ]


def _which(labels: Collection[str], side: Collection[str]) -> str:
    return ", ".join(label for label in labels if label in side) or "none"


def unknown_labels(wanted: Iterable[str], there: Collection[str]) -> tuple[str, ...]:
    """Tell which labels that are asked for no mention has, each with those that there are.

    Args:
        wanted: What `--only` names.
        there: Of the mentions, as they are called here.
    """
    return tuple(
        f"no mention is labelled {label}; {_those(label, there)}"
        for label in dict.fromkeys(wanted)
        if label not in there
    )


def unused_names(names: Mapping[str, str], there: Collection[str]) -> tuple[str, ...]:
    """Tell which of the user's new names no mention has got, as its old one is none's.

    Args:
        names: What labels are called anew; the built-in ones are nothing to tell of.
        there: Labels of the mentions, under their new names.
    """
    custom = {old: new for old, new in names.items() if KNOWN_LABELS.get(old) != new}
    return tuple(
        f"--label {old}={new}: no mention is labelled {old}; {_those(old, there)}"
        for old, new in sorted(custom.items())
        if new not in there
    )


def _those(label: str, there: Collection[str]) -> str:
    """Return which labels there are, and which of them is spelt nearly so."""
    if not there:
        return "there are no mentions"
    told = f"the labels are {', '.join(sorted(there))}"
    spelt = {one.casefold(): one for one in sorted(there)}
    near = get_close_matches(label.casefold(), spelt, 1)
    return f"{told}; did you mean {spelt[near[0]]}?" if near else told


def rename_event(annotation: Annotation, labels: Mapping[str, str]) -> Annotation:
    """Return an event with its type renamed, which is its trigger's label; others stay."""
    if annotation.kind != "event":
        return annotation
    label, arguments = annotation.label, list(annotation.arguments)
    arguments[:1] = [(labels.get(role, role), trigger) for role, trigger in arguments[:1]]
    return replace(annotation, label=labels.get(label, label), arguments=tuple(arguments))
