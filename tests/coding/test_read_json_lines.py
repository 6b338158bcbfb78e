"""Hold coded documents in JSON Lines."""

import json

import pytest

from projector.coding.read_mentions import documents_of, read_mentions
from projector.errors import CorpusError

CODED = {
    "id": "a",
    "text": "Tos y fiebre alta.",
    "annotations": [
        {"label": "D", "text": "Tos", "start": 0, "end": 3, "icd": "R05"},
        {"label": "D", "text": "fiebre alta", "fragments": [[13, 17], [6, 12]], "icd": "R50.9+R51"},
        {"label": "D", "text": "?", "start": 90, "end": 91, "icd": "R05"},
    ],
}


def test_coded_json_lines_are_read(tmp_path):
    path = tmp_path / "coded.jsonl"
    path.write_text(json.dumps(CODED) + "\n")
    skipped = []
    (found,) = read_mentions(path, language="es", column="icd", skipped=skipped)
    assert [(one.fragments, one.codes) for one in found.mentions] == [
        (((0, 3),), ("R05",)),
        (((6, 12), (13, 17)), ("R50.9", "R51")),
    ]
    assert found.document.text == CODED["text"] and len(found.document.mentions) == 2
    assert len(skipped) == 1 and "annotation 3" in str(skipped[0])
    with pytest.raises(CorpusError, match=r"annotation 3.*nowhere in a text of 18 characters"):
        list(read_mentions(path, language="es", column="icd"))
    with pytest.raises(CorpusError, match=r"annotation 1.*code"):
        list(read_mentions(path, language="es"))
    path.write_text(json.dumps({**CODED, "annotations": ["Tos"]}) + "\n")
    with pytest.raises(CorpusError, match=r'annotation 1: "Tos" is no object'):
        list(read_mentions(path, language="es"))
    path.write_text(json.dumps({**CODED, "lang": ["es"]}) + "\n")
    with pytest.raises(CorpusError, match=r"jsonl:1: lang is \[\"es\"\]; a string is needed"):
        list(read_mentions(path, column="icd", skipped=[]))
    path.write_text("{}\n")
    with pytest.raises(CorpusError, match="has no id"):
        list(read_mentions(path, language="es"))


def test_documents_are_known_by_name_and_text(tmp_path):
    path = tmp_path / "coded.jsonl"
    path.write_text(json.dumps(CODED) + "\n")
    assert documents_of([path]) == {"a", CODED["text"]}
    assert documents_of([]) == set()
