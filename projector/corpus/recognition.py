"""Tell by its content what a file is that can hold whole documents, or what it looks like."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from projector.corpus.formats.bioc_json import is_bioc_collection, is_bioc_document
from projector.corpus.formats.bioc_xml import ROOT
from projector.corpus.formats.conll import DOCUMENT_START, columns, is_comment
from projector.corpus.formats.conll_tags import TAG
from projector.corpus.formats.doccano import is_doccano
from projector.corpus.formats.json_elements import elements
from projector.corpus.formats.label_studio import is_shortened, is_task
from projector.corpus.formats.pubtator import PASSAGE
from projector.corpus.records import RecordFormat
from projector.errors import CorpusError

WAYS = (
    "What is read: BRAT, the shared tasks' TSV, BioNLP .a1/.a2, WebAnno TSV 3, Label Studio and "
    "doccano JSON, CoNLL with IOB tags, PubTator, BioC XML and JSON, and tables of projector; "
    "INCEpTION exports WebAnno TSV 3.3, most tools BRAT or CoNLL"
)

_HEAD = 64 * 1024  # bytes by which a file of lines is told
_LINES = 300
_WEBANNO = "#FORMAT=WebAnno TSV "
_ROOT_ELEMENT = re.compile(r"<([A-Za-z_][\w.:-]*)")
_NO_ELEMENT = re.compile(r"<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>", re.DOTALL)
_KINDS_OF_XML = {
    "xmi:XMI": "a UIMA CAS (XMI)",
    "TEI": "TEI",
    "teiCorpus": "TEI",
    "html": "HTML",
    "annotations": "annotations of a tool like Knowtator",
    "GateDocument": "GATE",
    "TextCorpus": "TCF",
    "D-Spin": "TCF",
    "NAF": "NAF",
    "ClinicalNarrative": "a narrative of i2b2",
}


def record_format(path: Path) -> RecordFormat | None:
    """Return what a file is, None where it is none of the formats that hold whole documents."""
    head = _head(path)
    start = head.lstrip()
    if start.startswith(_WEBANNO):
        return "webanno"
    if start.startswith("<"):
        is_bioc = _root(start) == ROOT and re.search(r"<(?:document|source)[\s>/]", start)
        return "bioc-xml" if is_bioc else None
    if start[:1] in ("{", "["):
        return _json_format(path)
    lines = head.split("\n")
    if len(head) >= _HEAD // 4 and len(lines) > 1:
        lines.pop()  # it may be cut
    lines = [line.removesuffix("\r") for line in lines[:_LINES] if line.strip()]
    if _is_pubtator(lines):
        return "pubtator"
    return "conll" if _is_conll(lines) else None


def _head(path: Path) -> str:
    """Return the beginning of a file, as far as it is text; empty where it can't be read."""
    try:
        with path.open("rb") as file:
            data = file.read(_HEAD)
    except OSError:
        return ""
    return "" if b"\0" in data else data.decode("utf-8", "replace").removeprefix("\ufeff")


def _root(start: str) -> str:
    match = _ROOT_ELEMENT.match(_NO_ELEMENT.sub("", start).lstrip())
    return match[1] if match else ""


def _json_format(path: Path) -> RecordFormat | None:
    value = _first_object(path)
    if value is None:
        return None
    if is_task(value) or is_shortened(value):
        return "label-studio"
    if is_bioc_document(value) or is_bioc_collection(value):
        return "bioc-json"
    return "doccano" if is_doccano(value) else None


def _first_object(path: Path) -> Mapping[str, Any] | None:
    """Return the first object of a JSON file, None where it has none."""
    try:
        element = next(elements(path), None)
    except CorpusError:
        return None
    return None if element is None else element.value


def _is_pubtator(lines: list[str]) -> bool:
    first = PASSAGE.fullmatch(lines[0]) if lines else None
    if first is None or first[2] != "t" or " " in first[1].strip():
        return False
    return all(re.match(re.escape(first[1]) + r"[|\t]", line) for line in lines[1:2])


def _is_conll(lines: list[str]) -> bool:
    """Tell whether every line is a token with its tag, or one of what may stand between them."""
    tokens = [
        columns(line)
        for line in lines
        if not line.startswith(DOCUMENT_START) and not is_comment(line)
    ]
    tagged = [cells for cells in tokens if len(cells) > 1 and TAG.fullmatch(cells[-1])]
    marks = any(cells[-1] != "O" for cells in tagged)
    return bool(tagged) and len(tagged) == len(tokens) and (marks or len(tagged) > 1)


def looks_like(path: Path) -> str:
    """Return in words what a file that is not read looks like; empty where that can't be told."""
    head = _head(path)
    start = head.lstrip()
    if start.startswith("<"):
        root = _root(start)
        kind = f", {_KINDS_OF_XML[root]}" if root in _KINDS_OF_XML else ""
        return f"XML whose root is <{root}>{kind}" if root else "XML without a root"
    if start[:1] in ("{", "["):
        return _kind_of_json(path)
    if re.search(r"^[TRE][0-9]+\t", head, re.MULTILINE):
        return "standoff like BRAT's"
    rows = [line.split("\t") for line in head.split("\n") if line and line[0] != "#"][:50]
    if rows and all(len(row) == 10 for row in rows[:-1] or rows) and rows[0][0] == "1":
        return "CoNLL-U, whose columns have no entities"
    if rows and len({len(row) for row in rows[:-1]}) == 1 and len(rows[0]) > 1:
        return f"a table of {len(rows[0])} columns"
    return ""


def _kind_of_json(path: Path) -> str:
    try:
        element = next(elements(path), None)
    except CorpusError as error:
        return f"JSON that can't be read: {error.problems[0].found}"
    if element is None:
        return "JSON without an object"
    value = element.value
    if "src_text" in value or "src_tokens" in value:
        return "gold of projector, which `projector train` and the benchmarks read"
    if "_InitialView" in str(value)[:10_000] or "%FEATURE_STRUCTURES" in value:
        return "a UIMA CAS (JSON)"
    keys = ", ".join(list(value)[:8])
    return f"JSON objects with {keys}" if keys else "JSON with an empty object"
