"""Tell which mentions of a document are negated, hypothetical, uncertain or of a relative."""

from __future__ import annotations

import re
from collections.abc import Mapping

from projector.coding.mentions import CodedDocument
from projector.document import Annotation
from projector.text.negation import Assertion, assertions

# What a patient does not have: no code of the document as a whole.
ABSENT = frozenset({Assertion.NEGATED, Assertion.HYPOTHETICAL, Assertion.FAMILY})
# Attributes that say it by being there, and those that say it by their value; compared as `_key`.
_FLAG_NAMES = {
    Assertion.NEGATED: "negated negation isnegated negado negacion neg",
    Assertion.HYPOTHETICAL: "hypothetical hypothesis conditional",
    Assertion.UNCERTAIN: "uncertain uncertainty speculation speculated speculative possible",
    Assertion.FAMILY: "family familyhistory familial",
}
_VALUED = (
    "assertion polarity certainty modality factuality experiencer subject negationstatus presence "
    "existence"
)
_VALUE_NAMES = {
    Assertion.NEGATED: "negated negative neg absent denied no notpresent",
    Assertion.HYPOTHETICAL: "hypothetical conditional generic future planned",
    Assertion.UNCERTAIN: "uncertain possible probable suspected speculated speculative",
    Assertion.FAMILY: "family familymember other relative associatedwithsomeoneelse someoneelse "
    "notpatient",
}
_NOT = "false 0 no none"  # what a flag says where it says the opposite
_FLAGS = {name: meant for meant, names in _FLAG_NAMES.items() for name in names.split()}
_VALUES = {name: meant for meant, names in _VALUE_NAMES.items() for name in names.split()}
_NAMES, _OFF = frozenset(_VALUED.split()), frozenset(_NOT.split())


def document_assertions(coded: CodedDocument) -> dict[str, Assertion]:
    """Return what is said of each mention, by id.

    Attributes say it where the document has any that do; else the words around, see
    `projector.text.negation`. Of a bare table's mentions nothing is known: they are left out.
    """
    if coded.document is None:
        return {}
    mentions = [mention.id for mention in coded.mentions]
    stated = _stated(coded.document.annotations)
    if stated is not None:
        return {id_: stated.get(id_, Assertion.PRESENT) for id_ in mentions}
    spans = [(mention.fragments[0][0], mention.fragments[-1][1]) for mention in coded.mentions]
    said = assertions(coded.document.text, spans, coded.language)
    return dict(zip(mentions, said, strict=True))


def _stated(annotations: tuple[Annotation, ...]) -> Mapping[str, Assertion] | None:
    """Return what attributes say, by what they are about; None where none says anything of it."""
    stated: dict[str, Assertion] = {}
    told = False
    for annotation in annotations:
        name, value = _key(annotation.label), _key(annotation.value or "")
        if annotation.kind != "attribute" or (name not in _NAMES and name not in _FLAGS):
            continue
        told = True
        meant = _VALUES.get(value) if name in _NAMES else _flag(name, value)
        if meant is not None:
            ranking = list(Assertion)
            for target in annotation.targets:
                earlier = stated.get(target, meant)
                stated[target] = min(meant, earlier, key=ranking.index)
    return stated if told else None


def _flag(name: str, value: str) -> Assertion | None:
    return None if value in _OFF else _FLAGS[name]


def _key(word: str) -> str:
    return re.sub(r"[\W_]+", "", word).casefold()
