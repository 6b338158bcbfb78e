import json
import re
from pathlib import Path

import pytest
from other_formats import SHORT_TASKS, TASKS, region, write_files

from projector.corpus.open import open_corpus
from projector.document import Annotation, Fragment, Mention
from projector.errors import CorpusError


def opened(folder: Path, content: object):
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    corpus = open_corpus(write_files(folder / "es", {"export.json": text}))
    assert corpus.format == "label-studio"
    return corpus


def task(text: str, *results: dict, **more: object) -> dict:
    return {"id": 1, "data": {"text": text}, "annotations": [{"result": [*results]}], **more}


def test_regions_notes_choices_and_relations_are_kept(tmp_path):
    corpus = opened(tmp_path, TASKS)
    assert corpus.names == ("c1", "c2")
    reading = corpus.read("c1")
    assert not reading.problems and reading.document is not None
    assert reading.document.mentions == (
        Mention("a", "DISEASE", (Fragment(8, 12),)),
        Mention("b", "SEVERITY", (Fragment(13, 18),)),
    )
    assert reading.document.annotations == (
        Annotation("#1", "note", "AnnotatorNotes", (("", "a"),), "sure"),
        Annotation("A1", "attribute", "negated", (("", "a"),), "no"),
        Annotation("R1", "relation", "of", (("Arg1", "b"), ("Arg2", "a"))),
    )
    told = [notice.told for notice in reading.notices]
    assert "offsets count UTF-16 units" in told[0] and told[0].endswith("converted")
    assert "result[3] (choices) marks no stretch of the text: it can't be kept" in told[1]


def test_predictions_stand_in_where_nobody_annotated(tmp_path):
    reading = opened(tmp_path, TASKS).read("c2")
    assert reading.document is not None
    assert [one.surface("Y tos.") for one in reading.document.mentions] == ["tos"]
    assert [one.value for one in reading.document.annotations] == ["0.5"]
    (notice,) = reading.notices
    assert notice.told == "nobody annotated a task: the first of 1 prediction is read, by m1"


@pytest.mark.parametrize("truth", [False, True])
def test_of_several_annotators_one_is_read_and_named(tmp_path, truth):
    first = {"completed_by": 3, "result": [region("a", 0, 3, "Tos", "A")]}
    second = {"completed_by": {"email": "b@c"}, "result": [region("a", 0, 3, "Tos", "B")]}
    cancelled = {**first, "was_cancelled": True}
    works = [cancelled, first, {**second, "ground_truth": truth}]
    content = [{"id": 1, "data": {"text": "Tos"}, "annotations": works}]
    reading = opened(tmp_path, content).read("1")
    assert reading.document is not None
    assert [one.label for one in reading.document.mentions] == ["B" if truth else "A"]
    whose = "annotations[2], ground truth, is read, by b@c"
    assert reading.notices[0].told.endswith(
        whose if truth else "annotations[1], the first, is read, by 3"
    )


def test_the_short_form_has_an_object_for_each_annotator(tmp_path):
    reading = opened(tmp_path, SHORT_TASKS).read("1")
    assert reading.document is not None and not reading.problems
    assert [one.label for one in reading.document.mentions] == ["DISEASE"]
    assert reading.notices[0].told == "of 2 annotations of a task the first is read, by 1"


def test_tasks_can_be_called_as_the_uploaded_files(tmp_path):
    tasks = [
        {**task("Tos"), "id": number, "file_upload": f"8f3a1b2c-c{number}.txt"} for number in (4, 5)
    ]
    assert opened(tmp_path, tasks).names == ("c4", "c5")
    same = [{**one, "file_upload": "8f3a1b2c-all.json"} for one in tasks]
    assert opened(tmp_path / "b", same).names == ("4", "5")


def test_a_region_with_two_labels_is_two_mentions(tmp_path):
    reading = opened(tmp_path, [task("Tos", region("a", 0, 3, "Tos", "A", "B"))]).read("1")
    assert reading.document is not None
    assert [(one.id, one.label) for one in reading.document.mentions] == [("a", "A"), ("a.2", "B")]


def test_code_points_are_taken_where_they_fit(tmp_path):
    reading = opened(tmp_path, [task("🤒 Tos", region("a", 2, 5, "Tos", "A"))]).read("1")
    assert reading.document is not None and not reading.notices
    assert reading.document.mentions[0].start == 2


def test_offsets_that_neither_convention_explains_are_told_with_both(tmp_path):
    results = [region("a", 2, 5, "Tos", "A"), region("b", 7, 8, "y", "B")]
    (problem,) = opened(tmp_path, [task("🤒 Tos y", *results)]).read("1").problems
    assert problem.mention_id == "b" and "1: b: the range" in str(problem)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ([task("Tos", region("a", 0, 2, "Mal", "A"))], "1: a: the text has 'To' at 0 2; expected"),
        (
            [task("Tos", region("a", 0, 3.5, "Tos", "A"))],
            r"result\[0\]: the end is 3.5; a whole number",
        ),
        (
            [task("Tos", region("a", 0, 3, "Tos"))],
            r"result\[0\] has no label; expected value.start",
        ),
        (
            [task("Tos", {"type": "relation", "from_id": "a"})],
            r"result\[0\]: a relation of 'a' and",
        ),
        (
            [{"id": 1, "data": {"n": 1}, "annotations": []}],
            "its text is not found: its data hold 'n'",
        ),
        (
            [task("https://x.org/a.txt")],
            "its text is not in the file, only its address: https://x.org/a.txt",
        ),
        ([{**task("Tos"), "annotations": [1]}], r"annotations\[0\] is 1; expected an object"),
        ([task("a\ud800")], "half a character"),
    ],
)
def test_what_is_wrong_is_told(tmp_path, content, message):
    problems = opened(tmp_path, json.dumps(content)).read("1").problems
    assert re.search(message, str(problems[0])) and "export.json" in str(problems[0])


def test_broken_json_is_told_with_its_line(tmp_path):
    content = json.dumps(TASKS, indent=1)
    lines = content[:-40].count("\n") + 1
    with pytest.raises(CorpusError, match=rf"export\.json:{lines}: no JSON"):
        opened(tmp_path, content[:-40])
