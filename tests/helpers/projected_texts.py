"""Texts with their mentions, how tests project them, and what holds of every result."""

import re

from projector.document import (
    Document,
    DocumentPair,
    Fragment,
    Mention,
    Status,
)
from projector.models.character_ngrams import TinyEncoder
from projector.pipeline import project_pair
from projector.settings import AlignSettings, Settings, published

SPANISH = (
    "Paciente de 54 años con diabetes mellitus tipo 2 e hipertensión arterial. "
    "Presenta dolor abdominal agudo, fiebre de 38,5 °C y vómitos.\n"
    "Se realiza tomografía computarizada abdominal: apendicitis aguda. "
    "Tras la apendicectomía laparoscópica, sin fiebre ni dolor abdominal.\n"
)
ITALIAN = (
    "Paziente di 54 anni con diabete mellito tipo 2 e ipertensione arteriosa. "
    "Presenta dolore addominale acuto, febbre di 38,5 °C e vomito.\n"
    "Si realizza tomografia computerizzata addominale: appendicite acuta. "
    "Dopo l'appendicectomia laparoscopica, senza febbre né dolore addominale.\n"
)
LABELS = {
    "diabetes mellitus tipo 2": "DISEASE",
    "hipertensión arterial": "DISEASE",
    "dolor abdominal agudo": "SYMPTOM",
    "dolor abdominal": "SYMPTOM",
    "fiebre": "SYMPTOM",
    "tomografía computarizada abdominal": "PROCEDURE",
    "tomografía": "PROCEDURE",
    "apendicitis aguda": "DISEASE",
    "vómitos": "SYMPTOM",
}
RECIPES = {
    "default": Settings(),
    "published": published(),
    **{
        method: Settings(AlignSettings(method=method))
        for method in ("softmax", "argmax", "itermax")
    },
    "sinkhorn-converged": Settings(AlignSettings(method="sinkhorn-converged")),
}


def document(text, *mentions, language="es", annotations=(), name="case"):
    """Return a document; a mention is (label, start, end, start, end, …)."""
    made = tuple(
        Mention(
            f"T{number}",
            label,
            tuple(Fragment(*pair) for pair in zip(places[::2], places[1::2], strict=True)),
        )
        for number, (label, *places) in enumerate(mentions, start=1)
    )
    return Document(name, language, text, made, tuple(annotations))


def annotated(text, words=LABELS):
    """Return a document in which every occurrence of every one of `words` is a mention."""
    found = sorted(
        (match.start(), match.end(), label)
        for word, label in words.items()
        for match in re.finditer(re.escape(word), text)
    )
    return document(text, *((label, start, end) for start, end, label in found))


def project(source, target, recipe=None, **options):
    if isinstance(target, str):
        target = document(target, language="it")
    return project_pair(
        DocumentPair(source, target), TinyEncoder(), recipe or Settings(), **options
    )


def fragments(result):
    return {one.mention_id: one.fragments for one in result.projections}


def places(result):
    return [
        [(fragment.start, fragment.end) for fragment in one.fragments] for one in result.projections
    ]


def shifted(found, by):
    return [[(start + by, end + by) for start, end in one] for one in found]


def assert_sound(result, source, text):
    """Check what holds of every result: one outcome a mention, offsets true, text untouched."""
    assert [one.mention_id for one in result.projections] == [one.id for one in source.mentions]
    kept = [one for one in result.projections if one.status is Status.PROJECTED]
    assert [one.id for one in result.document.mentions] == [one.mention_id for one in kept]
    labels = {one.id: one.label for one in source.mentions}
    for one, mention in zip(kept, result.document.mentions, strict=True):
        assert mention.fragments == one.fragments
        assert mention.label == labels[mention.id]
        assert 0 < one.score <= 1
        assert not one.reason
        assert one.fragments
        for left, right in zip(one.fragments, one.fragments[1:], strict=False):
            assert left.end < right.start
            assert text[left.end : right.start].strip()
        for fragment in one.fragments:
            assert fragment.end <= len(text)
            surface = text[fragment.start : fragment.end]
            assert surface == surface.strip()
    for one in result.projections:
        if one.status is not Status.PROJECTED:
            assert one.status in (Status.UNALIGNED, Status.BELOW_THRESHOLD)
            assert one.reason
            assert not one.fragments
    assert result.document.text is text
    assert result.source is source
