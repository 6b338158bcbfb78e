"""Read Label Studio's exports, JSON and JSON-MIN: tasks with what annotators marked in them.

Offsets are JavaScript's or code points, as the stated texts show. Of several annotators' work on
a task one is taken, ground truth before the first; of predictions only where nobody annotated.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from projector.corpus.formats.json_elements import (
    Element,
    Namer,
    elements,
    identifier,
    named,
    objects,
    read_element,
)
from projector.corpus.formats.label_studio_results import (
    add_results,
    add_shortened,
    shortened_regions,
)
from projector.corpus.formats.stated import StatedDocument
from projector.corpus.formats.stretch import RecordFiles, Stretch
from projector.corpus.reading import Reading
from projector.errors import CorpusError, Problem, counted
from projector.settings import ReadingRules
from projector.storage.strict_json import WrongFieldError

_WORK = ("annotations", "completions")  # the second is what they were called before 1.0
_NAME_KEYS = ("filename", "file_name", "document", "document_id", "doc_id", "name", "id")
_TEXT_KEYS = ("text", "content", "document", "body", "note", "sentence")
_UPLOADED = re.compile(r"^[0-9a-f]{8}-(?=.)")  # what is put before the name of an uploaded file
_ELSEWHERE = re.compile(r"(?:https?|s3|gs|azure-blob)://\S+|/data/\S+")


def is_task(value: Mapping[str, Any]) -> bool:
    """Tell whether an object is a task of the long form."""
    return isinstance(value.get("data"), dict) and any(
        isinstance(value.get(key), list) for key in (*_WORK, "predictions")
    )


def is_shortened(value: Mapping[str, Any]) -> bool:
    """Tell whether an object is a task of the short form, JSON-MIN."""
    regions = list(shortened_regions(value))
    marks = {"annotator", "annotation_id", "lead_time"} & value.keys()
    has_text = any(isinstance(value.get(key), str) for key in _TEXT_KEYS)
    return has_text and (bool(regions) or len(marks) > 1)


def index_label_studio(path: Path) -> Iterator[tuple[str, Stretch]]:
    """Yield the names of a file's tasks and where they lie.

    A name is what the data call the document, else that of the uploaded file, else the task's id.
    The short form has an object for each annotator of a task: they have one name.

    Raises:
        CorpusError: It is no JSON.
    """
    namers: list[Namer] = [
        *(lambda value, key=key: _data(value).get(key) for key in _NAME_KEYS),
        _uploaded,
        lambda value: value.get("id"),
    ]
    others: dict[Stretch, list[Stretch]] = {}
    for name, stretch in named(_first_of_task(elements(path), others), namers, path.stem):
        for same in (stretch, *others.get(stretch, ())):
            yield name, same


def _first_of_task(
    found: Iterable[Element], others: dict[Stretch, list[Stretch]]
) -> Iterator[Element]:
    """Yield all objects but the further ones of the short form on one task.

    Args:
        found: The objects.
        others: Takes these, by the first.
    """
    firsts: dict[str, Stretch] = {}
    for element in found:
        id_ = "" if "data" in element.value else identifier(element.value.get("id"))
        if id_ in firsts:
            others.setdefault(firsts[id_], []).append(element.stretch)
            continue
        if id_:
            firsts[id_] = element.stretch
        yield element


def _data(value: Mapping[str, Any]) -> Mapping[str, Any]:
    data = value.get("data")
    if isinstance(data, dict):
        return data
    return {key: item for key, item in value.items() if key != "id"}


def _uploaded(value: Mapping[str, Any]) -> str:
    return _UPLOADED.sub("", identifier(value.get("file_upload")))


def read_label_studio(
    name: str, files: RecordFiles, language: str, labels: Mapping[str, str], rules: ReadingRules
) -> Reading:
    """Read a task; see `Reading`.

    Raises:
        CorpusError: It can't be read, or its text is not in it.
    """
    stretch, *others = files.parts
    value = read_element(stretch)
    stated = StatedDocument(name, stretch.path, labels, rules)
    if others:
        whose = _whose({"completed_by": value.get("annotator")})
        work = counted(len(files.parts), "annotation")
        stated.notice(f"of {work} of a task the first is read{whose}")
    text = _text(_data(value), name, stretch)
    if is_task(value):
        _add_work(stated, value, stretch.line)
    else:
        add_shortened(stated, value, stretch.line)
    return stated.reading(language, text)


def _text(data: Mapping[str, Any], name: str, stretch: Stretch) -> str:
    texts = {key: item for key, item in data.items() if isinstance(item, str)}
    known = [key for key in _TEXT_KEYS if key in texts]
    keys = known or [key for key in texts if key not in _NAME_KEYS]
    if not keys or (not known and len(keys) > 1):
        there = ", ".join(map(repr, data))[:100] or "nothing"
        found = f"{name}: its text is not found: its data hold {there}"
        hint = "Name the text's field 'text' in the export"
        raise CorpusError(Problem(stretch.path, stretch.line, found, "a string 'text'", hint))
    text: str = texts[keys[0]]
    if _ELSEWHERE.fullmatch(text):
        found = f"{name}: its text is not in the file, only its address: {text[:80]}"
        hint = "Export with the texts in the data, or convert the task's files to BRAT"
        raise CorpusError(Problem(stretch.path, stretch.line, found, "the text itself", hint))
    return text


def _add_work(stated: StatedDocument, task: Mapping[str, Any], line: int) -> None:
    """Add what one annotator marked, and tell whose it is where there is a choice."""
    key = next((one for one in _WORK if isinstance(task.get(one), list)), "annotations")
    try:
        made = list(objects(task.get(key), key))
    except WrongFieldError as error:
        stated.problem(line, str(error))
        return
    finished = [(name, work) for name, work in made if not work.get("was_cancelled")]
    if not finished:
        _add_predictions(stated, task, line)
        return
    truth = [one for one in finished if one[1].get("ground_truth") is True]
    name, work = (truth or finished)[0]
    if len(finished) > 1:
        why = "ground truth" if truth else "the first"
        told = f"of {counted(len(finished), 'annotation')} of a task {name}, {why}, is read"
        stated.notice(told + _whose(work))
    add_results(stated, work.get("result"), f"{name}.result", line)


def _add_predictions(stated: StatedDocument, task: Mapping[str, Any], line: int) -> None:
    predictions = task.get("predictions")
    listed = predictions if isinstance(predictions, list) else []
    made = [one for one in listed if isinstance(one, dict)]
    if not made:
        return
    model = identifier(made[0].get("model_version"))
    told = f"nobody annotated a task: the first of {counted(len(made), 'prediction')} is read"
    stated.notice(told + (f", by {model}" if model else ""))
    add_results(stated, made[0].get("result"), "predictions[0].result", line)


def _whose(work: Mapping[str, Any]) -> str:
    who = work.get("completed_by")
    if isinstance(who, dict):
        who = who.get("email") or who.get("username") or who.get("id")
    name = identifier(who)
    return f", by {name}" if name else ""
