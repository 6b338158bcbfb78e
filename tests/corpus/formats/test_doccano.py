import json
import re
from pathlib import Path

import pytest
from other_formats import DOCCANO, write_files

from projector.corpus.open import open_corpus
from projector.document import Annotation, Fragment, Mention


def opened(folder: Path, *rows: object, form: str = "jsonl"):
    lines = "".join(f"{json.dumps(row)}\n" for row in rows)
    content = lines if form == "jsonl" else json.dumps([*rows], indent=1)
    corpus = open_corpus(write_files(folder / "es", {f"all.{form}": content}))
    assert corpus.format == "doccano"
    return corpus


@pytest.mark.parametrize("form", ["jsonl", "json"])
def test_both_forms_of_spans_are_read_with_relations(tmp_path, form):
    corpus = opened(tmp_path, *DOCCANO, form=form)
    assert corpus.names == ("1", "2")
    first, second = corpus.read("1"), corpus.read("2")
    assert not first.problems + second.problems
    assert first.document.mentions == (Mention("T1", "DISEASE", (Fragment(6, 10),)),)
    assert [one.told for one in first.notices] == ["Comments of documents can't be kept"]
    assert second.document.mentions == (
        Mention("T4", "SYMPTOM", (Fragment(0, 3),)),
        Mention("T5", "SIGN", (Fragment(8, 14),)),
    )
    assert second.document.annotations == (
        Annotation("R1", "relation", "with", (("Arg1", "T4"), ("Arg2", "T5"))),
    )
    assert "offsets are taken as code points, unchecked" in second.notices[0].told


def test_documents_without_names_are_numbered_in_their_file(tmp_path):
    rows = [{"text": "Tos", "labels": [[0, 3, "A"]]}] * 11
    assert opened(tmp_path, *rows).names[:2] == ("all-01", "all-02")
    assert opened(tmp_path / "b", *rows[:1]).names == ("all",)


def test_what_is_about_the_whole_text_is_told(tmp_path):
    reading = opened(tmp_path, {"id": 1, "text": "Tos", "label": ["urgent"]}).read("1")
    assert reading.document is not None and not reading.problems
    assert reading.notices[0].told == (
        '1, line 1: label[0] "urgent" is about the whole text: it can\'t be kept'
    )


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"label": [[0, 9, "A"]]}, "1: T1: the range 0 9 is outside the text; expected 0 to 3"),
        ({"label": [[0, 3]]}, r"label\[0\] is \[0, 3\]; expected \[start, end, label\], or"),
        ({"label": [[True, 3, "A"]]}, r"label\[0\]: the start is true; a whole number is needed"),
        ({"label": [["0", 3, "A"]]}, r'label\[0\]: the start is "0"'),
        ({"entities": [{"id": 1, "start_offset": 0, "label": "A"}]}, "the end is null"),
        (
            {"label": [], "relations": [{"from_id": 1, "to_id": 2}]},
            r"relations\[0\] is .*; expected",
        ),
    ],
)
def test_what_is_wrong_is_told(tmp_path, row, message):
    (problem,) = opened(tmp_path, {"id": 1, "text": "Tos", **row}).read("1").problems
    assert re.search(message, str(problem)) and "all.jsonl:1: 1: " in str(problem)
