"""What people saved in another tool becomes corrections, or is listed, or is refused."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from marked_documents import TEXTS
from saved_by_tools import (
    annotated_tasks,
    exported,
    inception_project,
    run_of,
    same_texts,
    small_run,
    write_json,
    write_zip,
)
from written_runs import contents

from projector.document import Document, Fragment, Mention
from projector.errors import CorpusError
from projector.exchange.bring_back import bring_back

NOW = datetime(2026, 11, 28, tzinfo=UTC)
TOOLS = ["label-studio", "doccano", "webanno", "inception", "brat"]


def saved(tmp_path: Path, run, tool: str) -> Path:
    """Return what a tool saves where nobody changed anything."""
    if tool == "brat":
        return run.path / "brat"
    if tool == "inception":
        pytest.importorskip("cassis")
    folder = exported(run, tmp_path / tool, tool)
    if tool == "label-studio":
        return write_json(tmp_path / "saved.json", annotated_tasks(folder / "en.json"))
    return folder


def decisions(brought) -> dict[tuple[str, str], tuple]:
    return {
        (one.document, one.mention): (
            one.decision,
            [(part.start, part.end) for part in one.new],
            one.text,
        )
        for one in brought.corrections.corrections
    }


@pytest.mark.parametrize("tool", TOOLS)
def test_what_came_back_unchanged_corrects_nothing(tmp_path, tool):
    run = small_run(tmp_path)
    brought = bring_back(saved(tmp_path, run, tool), run)
    assert not brought.corrections.corrections and not brought.refused and not brought.remarks
    assert brought.documents == (2, 2) and brought.unchanged == 4
    assert brought.corrections.run == run.manifest.sha256


@pytest.mark.parametrize("tool", TOOLS)
def test_unchanged_mentions_are_confirmed_where_the_user_says_so(tmp_path, tool):
    run = small_run(tmp_path, "a")
    brought = bring_back(saved(tmp_path, run, tool), run, confirm=True, reviewer="ana", now=NOW)
    found = decisions(brought)
    assert found == {
        ("caso-a", "T1"): ("confirmed", [(0, 10)], "High fever"),
        ("caso-a", "T3"): ("confirmed", [(12, 17), (24, 28)], "Acute pain"),
    }
    (first, _) = brought.corrections.corrections
    assert first.old == first.new and first.time == NOW
    assert first.reviewer == ("7" if tool == "label-studio" else "ana")


def edited(tmp_path: Path, run, tool: str) -> Path:
    """Return what is saved where `High fever` became `fever`, and one was removed, of case-a."""
    path = saved(tmp_path, run, tool)
    if tool == "label-studio":
        tasks = json.loads(path.read_text(encoding="utf-8"))
        regions = tasks[0]["annotations"][0]["result"]
        for region in regions:
            if region.get("id") == "T1":
                region["value"].update(start=5, end=10, text="fever")
        tasks[0]["annotations"][0]["result"] = [
            one
            for one in regions
            if not one.get("id", "").startswith("T3") and "from_id" not in one
        ]
        return write_json(path, tasks)
    if tool == "doccano":
        path = path / "en.jsonl"
        row, other = map(json.loads, path.read_text(encoding="utf-8").splitlines())
        row["entities"] = [
            {"id": 812, "label": "SYMPTOM", "start_offset": 5, "end_offset": 10},
        ]
        row["relations"] = []
        path.write_text(f"{json.dumps(row)}\n{json.dumps(other)}\n", encoding="utf-8")
        return path
    if tool == "brat":
        path = path / "en" / "case-a.ann"
        path.write_text("T1\tSYMPTOM 5 10\tfever\n", encoding="utf-8")
        return path.parents[1]
    if tool == "webanno":
        path = path / "en" / "case-a.tsv"
        lines = path.read_text(encoding="utf-8").split("\n")
        kept = []
        for line in lines:
            cells = line.split("\t")
            if "T3" in line or (len(cells) > 2 and cells[2] == "High"):
                cells[3:] = ["_"] * 6 + [""]
            kept.append("\t".join(cells))
        path.write_text("\n".join(kept), encoding="utf-8")
        return path.parents[1]
    import cassis

    types = cassis.load_typesystem(path / "TypeSystem.xml")
    cas = cassis.load_cas_from_xmi(path / "en" / "case-a.xmi", typesystem=types)
    for one in cas.select("webanno.custom.Mention"):
        if one.mention == "T1":
            one.begin = 5
        else:
            cas.remove(one)
    cas.to_xmi(path / "en" / "case-a.xmi")
    return path


@pytest.mark.parametrize("tool", TOOLS)
def test_a_moved_mention_is_corrected_and_a_removed_one_absent(tmp_path, tool):
    run = small_run(tmp_path)
    brought = bring_back(edited(tmp_path, run, tool), run)
    assert decisions(brought) == {
        ("caso-a", "T1"): ("corrected", [(5, 10)], "fever"),
        ("caso-a", "T3"): ("absent", [], ""),
    }
    (first, second) = brought.corrections.corrections
    assert [(one.start, one.end) for one in first.old] == [(0, 10)]
    assert [(one.start, one.end) for one in second.old] == [(12, 17), (24, 28)]
    assert bool(brought.remarks) == (tool == "doccano")  # which keeps no id


def test_a_changed_label_and_an_added_mention_are_listed(tmp_path):
    run = small_run(tmp_path, "a")

    def edit(regions):
        regions[0]["value"]["labels"] = ["DISEASE"]
        new = json.loads(json.dumps(regions[0]))
        new["id"] = "x7Ab"
        new["value"].update(start=33, end=41, text="dyspnoea")
        regions.append(new)

    folder = exported(run, tmp_path / "ls", "label-studio")
    path = write_json(tmp_path / "saved.json", annotated_tasks(folder / "en.json", edit))
    brought = bring_back(path, run, confirm=True)
    assert [(one.what.mention, one.what.label, one.text) for one in brought.refused] == [
        ("T1", "DISEASE", "High fever"),
        ("", "DISEASE", "dyspnoea"),
    ]
    assert "label was changed" in brought.refused[0].what.why
    assert "of its label T2 has no place" in brought.refused[1].what.why
    assert {*decisions(brought)} == {("caso-a", "T3")}  # what was relabelled is not confirmed


def test_a_changed_label_without_ids_is_no_absence(tmp_path):
    run = small_run(tmp_path, "a")
    folder = exported(run, tmp_path / "d", "doccano")
    path = folder / "en.jsonl"
    row = json.loads(path.read_text(encoding="utf-8"))
    row["label"] = [[one["start_offset"], one["end_offset"], "DISEASE"] for one in row["entities"]]
    del row["entities"], row["relations"]
    brought = bring_back(write_json(tmp_path / "d.json", row), run)
    assert not brought.corrections.corrections and len(brought.refused) == 3


def test_a_mention_that_the_run_did_not_find_is_brought_back(tmp_path):
    run = small_run(tmp_path, "a")
    path = run.path / "brat" / "en" / "case-a.ann"
    path.write_text(path.read_text(encoding="utf-8") + "T2\tDISEASE 33 41\tdyspnoea\n")
    brought = bring_back(run.path / "brat", run)
    assert decisions(brought) == {("caso-a", "T2"): ("corrected", [(33, 41)], "dyspnoea")}
    assert brought.corrections.corrections[0].old == ()


def test_a_changed_text_is_refused_with_its_place(tmp_path):
    run = small_run(tmp_path)
    path = run.path / "brat" / "en" / "case-b.txt"
    path.write_bytes(path.read_bytes().replace(b"chest", b"breast"))
    ann = path.with_suffix(".ann")
    ann.write_text("T1\tSYMPTOM 0 10\tHigh fever\n", encoding="utf-8")
    with pytest.raises(CorpusError, match=r"case-b \(en\) was changed: at 18 it has 'breast"):
        bring_back(run.path / "brat", run)
    brought = bring_back(run.path / "brat", run, on_error="skip")
    assert brought.documents == (1, 2) and len(brought.problems) == 1


def test_another_line_end_is_a_changed_text(tmp_path):
    run = small_run(tmp_path, "a")
    path = run.path / "brat" / "en" / "case-a.txt"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    (path.with_suffix(".ann")).write_text("T1\tSYMPTOM 0 10\tHigh fever\n", encoding="utf-8")
    with pytest.raises(CorpusError, match="was changed: at 11"):
        bring_back(run.path / "brat", run)


def test_a_document_of_another_run_is_refused(tmp_path):
    run = small_run(tmp_path, "a")
    folder = tmp_path / "other"
    folder.mkdir()
    (folder / "x.txt").write_text("Nothing of it.", encoding="utf-8")
    (folder / "x.ann").write_text("", encoding="utf-8")
    with pytest.raises(CorpusError, match="no document of the run has its text, or is called x"):
        bring_back(folder, run)


def test_a_task_that_nobody_annotated_is_not_looked_at(tmp_path):
    run = small_run(tmp_path)
    folder = exported(run, tmp_path / "ls", "label-studio")
    tasks = annotated_tasks(folder / "en.json")
    tasks[1]["annotations"] = []
    brought = bring_back(write_json(tmp_path / "s.json", tasks), run, confirm=True)
    assert brought.documents == (1, 2)
    assert {one.document for one in brought.corrections.corrections} == {"caso-a"}
    with pytest.raises(CorpusError, match="nothing that somebody annotated"):
        bring_back(folder / "en.json", run)


def test_of_several_annotators_the_user_chooses_one_and_ground_truth_goes_first(tmp_path):
    run = small_run(tmp_path, "a")
    folder = exported(run, tmp_path / "ls", "label-studio")
    (task,) = annotated_tasks(folder / "en.json", who={"email": "ana@x"})
    task["annotations"].append({"completed_by": {"email": "bo@x"}, "result": []})
    path = write_json(tmp_path / "s.json", [task])
    with pytest.raises(
        CorpusError, match=r"2 versions of case-a \(en\), by ana@x, bo@x.*--reviewer"
    ):
        bring_back(path, run)
    brought = bring_back(path, run, reviewer="bo@x")
    assert {one.decision for one in brought.corrections.corrections} == {"absent"}
    assert any("all of its 2 mentions are gone" in one for one in brought.remarks)
    task["annotations"][0]["ground_truth"] = True
    assert not bring_back(write_json(path, [task]), run).corrections.corrections


@pytest.mark.parametrize("tool", TOOLS)
def test_equal_texts_are_told_apart_by_language_and_name(tmp_path, tool):
    run = same_texts(tmp_path)
    if tool == "inception":
        pytest.importorskip("cassis")
    path = run.path / "brat" if tool == "brat" else exported(run, tmp_path / tool, tool)
    if tool == "label-studio":
        for code in run.languages:
            write_json(path / f"{code}.json", annotated_tasks(path / f"{code}.json"))
    brought = bring_back(path, run)
    assert brought.documents == (4, 4) and brought.unchanged == 8


def test_equal_texts_that_nothing_tells_apart_are_refused(tmp_path):
    run = same_texts(tmp_path)
    (folder := tmp_path / "x").mkdir()
    (folder / "y.txt").write_text(run.corpus("en").text("case-a"), encoding="utf-8")
    (folder / "y.ann").write_text("", encoding="utf-8")
    with pytest.raises(CorpusError, match="4 documents of the run have this text"):
        bring_back(folder, run)


@pytest.mark.parametrize("tool", TOOLS)
def test_places_come_back_in_texts_of_every_kind(tmp_path, tool):
    """Emoji, joiners, accents, line ends, a byte order mark, blanks at the end, right to left."""
    texts = [text for text in TEXTS if text.strip()]
    documents = [
        Document(f"d{number}", "en", text, all_of(text)) for number, text in enumerate(texts)
    ]
    run = run_of(tmp_path, documents)
    brought = bring_back(saved(tmp_path, run, tool), run)
    lost = sum(  # WebAnno has no place for white space alone
        not one.surface(each.text).strip() for each in documents for one in each.mentions
    )
    given = sum(len(each.mentions) for each in documents)
    assert not brought.corrections.corrections and not brought.refused
    assert brought.unchanged == given - (lost if tool == "webanno" else 0)


@pytest.mark.parametrize("tool", TOOLS)
def test_a_mention_without_an_id_is_not_all_that_has_none(tmp_path, tool):
    """A table's may be empty, as is that of what a tool's user marked."""
    spans = {"": Fragment(0, 6), "T2": Fragment(14, 17)}
    mentions = tuple(Mention(id_, "SYMPTOM", (span,)) for id_, span in spans.items())
    run = run_of(tmp_path, [Document("a", "en", "Fiebre alta y tos.", mentions)])
    brought = bring_back(saved(tmp_path, run, tool), run, confirm=True)
    assert not brought.refused and brought.unchanged == 2
    found = {one.decision for one in brought.corrections.corrections}
    assert found == {"confirmed"} and len(brought.corrections.corrections) == 2


def all_of(text: str) -> tuple[Mention, ...]:
    """Return mentions of stretches everywhere in a text, some of two fragments."""
    edges = [*range(0, len(text) + 1, 4), len(text)]
    spans = [(one, other) for one in edges for other in edges if one < other]
    whole = [Mention(f"T{number}", "X", (Fragment(*span),)) for number, span in enumerate(spans)]
    apart = Mention("T99", "Y", (Fragment(0, 4), Fragment(6, len(text) - 4)))
    return (*whole, apart)


@pytest.mark.parametrize("user", ["ana", "CURATION_USER"])
def test_a_project_of_inception_is_read_by_its_annotators(tmp_path, user):
    pytest.importorskip("cassis")
    run = small_run(tmp_path)
    export = exported(run, tmp_path / "inception", "inception")
    given = contents(export / "en")
    moved = dict(given)
    moved["case-a.xmi"] = given["case-a.xmi"].replace(b'begin="0"', b'begin="5"')
    users = {"ana": moved, "INITIAL_CAS": given}
    if user == "CURATION_USER":
        users = {**users, "bo": given, "ana": given, user: moved}
    path = inception_project(tmp_path / "project.zip", export, users)
    brought = bring_back(path, run)
    assert decisions(brought) == {("caso-a", "T1"): ("corrected", [(5, 10)], "fever")}
    assert brought.corrections.corrections[0].reviewer == user


def test_json_cas_is_read_too(tmp_path):
    cassis = pytest.importorskip("cassis")
    run = small_run(tmp_path, "a")
    export = exported(run, tmp_path / "inception", "inception")
    types = cassis.load_typesystem(export / "TypeSystem.xml")
    cas = cassis.load_cas_from_xmi(export / "en" / "case-a.xmi", typesystem=types)
    folder = tmp_path / "json"
    folder.mkdir()
    cas.to_json(folder / "case-a.json")
    assert bring_back(folder, run).unchanged == 2


def test_an_archive_of_any_of_them_is_unpacked(tmp_path):
    run = small_run(tmp_path)
    folder = exported(run, tmp_path / "w", "webanno")
    files = {f"reviewed/{name}": content for name, content in contents(folder).items()}
    assert bring_back(write_zip(tmp_path / "w.zip", files), run).unchanged == 4
