"""Read what Label Studio and doccano save: many documents a file, in JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from projector.corpus.formats.doccano import is_doccano, read_doccano
from projector.corpus.formats.json_elements import Element, document_name, elements, identifier
from projector.corpus.formats.label_studio import is_task
from projector.corpus.formats.label_studio_results import add_results
from projector.corpus.formats.stated import StatedDocument
from projector.corpus.formats.stretch import RecordFiles
from projector.corpus.reading import Reading
from projector.errors import CorpusError, Problem
from projector.exchange.parts import mention_id
from projector.exchange.returned import ReturnedDocument, SavedBy, gathered
from projector.settings import STRICT

_REGIONS = ("labels", "hypertextlabels")
_NAMES = ("document", "filename", "file_name", "name", "id")


def read_tasks(path: Path) -> Iterator[ReturnedDocument | Problem]:
    """Yield what people left of each document, or what is wrong with one.

    A task that nobody annotated is passed over.

    Raises:
        CorpusError: It is no JSON, or an object in it is of neither tool.
    """
    for element in elements(path):
        value = element.value
        if is_task(value):
            yield from _works(element)
        elif is_doccano(value):
            yield from _row(element)
        else:
            keys = ", ".join(list(value)[:8])
            found = f"an object with {keys}"
            expected = "a task of Label Studio's JSON export (not JSON-MIN), or a row of doccano's"
            raise CorpusError(Problem(path, element.stretch.line, found, expected))


def _works(element: Element) -> Iterator[ReturnedDocument | Problem]:
    """Yield what each annotator of a task left."""
    data = element.value["data"]
    path, line = element.stretch.path, element.stretch.line
    text = data.get("text")
    if not isinstance(text, str):
        yield Problem(path, line, "a task without the text", "data with a string 'text'")
        return
    made = element.value.get("annotations")
    for number, work in enumerate(made if isinstance(made, list) else ()):
        if not isinstance(work, dict) or work.get("was_cancelled"):
            continue
        stated = StatedDocument(_named(data)[0], path, {}, STRICT)
        add_results(stated, _regions(work), f"annotations[{number}].result", line)
        reading = stated.reading(identifier(data.get("language")), text)
        truth = work.get("ground_truth") is True
        yield from _returned("label-studio", element, data, reading, _who(work), truth)


def _regions(work: Mapping[str, Any]) -> object:
    """Return the regions of a work, without what is said of them."""
    result = work.get("result")
    if not isinstance(result, list):
        return result
    return [one for one in result if not isinstance(one, dict) or one.get("type") in _REGIONS]


def _row(element: Element) -> Iterator[ReturnedDocument | Problem]:
    value = element.value
    meta = value.get("meta")
    data = {**(meta if isinstance(meta, dict) else {}), **value}
    files = RecordFiles((element.stretch,))
    reading = read_doccano(_named(data)[0], files, identifier(data.get("language")), {}, STRICT)
    who = identifier(value.get("username") or value.get("user"))
    yield from _returned("doccano", element, data, reading, who)


def _returned(
    tool: SavedBy,
    element: Element,
    data: Mapping[str, Any],
    reading: Reading,
    who: str,
    preferred: bool = False,
) -> Iterator[ReturnedDocument | Problem]:
    """Yield a document, or what is wrong with it."""
    if reading.problems or reading.document is None:
        yield from reading.problems
        return
    document = reading.document
    parts = [
        (mention_id(mention.id) if tool == "label-studio" else "", mention.label, fragment)
        for mention in document.mentions
        for fragment in mention.fragments
    ]
    yield ReturnedDocument(
        tool=tool,
        path=element.stretch.path,
        names=_named(data),
        language=document.language,
        text=document.text,
        mentions=gathered(parts),
        reviewer=who,
        line=element.stretch.line,
        preferred=preferred,
    )


def _named(data: Mapping[str, Any]) -> tuple[str, ...]:
    names = (document_name(identifier(data.get(key))) for key in _NAMES)
    return tuple(filter(None, names)) or ("",)


def _who(work: Mapping[str, Any]) -> str:
    who = work.get("completed_by")
    if isinstance(who, dict):
        who = who.get("email") or who.get("username") or who.get("id")
    return identifier(who)
