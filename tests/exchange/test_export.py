"""What is exported comes back by the tool's own library or an importer, or is listed as lost."""

import json
import os
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from marked_documents import (
    LABELS,
    TEXTS,
    exported,
    kept_places,
    marked_documents,
    nameless,
    places,
    read_cas,
    read_doccano,
    read_docs,
    read_label_studio,
    read_layer,
    read_own,
    read_table,
)

from projector.document import Annotation, Document, Fragment, Mention
from projector.exchange.export import export_documents
from projector.exchange.marked import MarkedDocument
from projector.exchange.spacy_docs import doc_of
from schemas.tools import TOOLS

os.environ.setdefault("HF_HUB_OFFLINE", "1")

drawn = settings(
    max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)


def all_of(text: str) -> MarkedDocument:
    """Return a text with a mention of every stretch between two of some of its edges."""
    edges = sorted({*range(0, len(text) + 1, 3), len(text)})
    spans = [(one, other) for one in edges for other in edges if one < other][:40]
    mentions = tuple(
        Mention(f"T{number}", LABELS[number % 2], (Fragment(*span),))
        for number, span in enumerate(spans, start=1)
    )
    return MarkedDocument(Document("doc", "en", text, mentions), {"T1": 0.25})


TEXT_CASES = pytest.mark.parametrize("text", TEXTS, ids=["emoji", "blank", "rtl"])


@given(marked_documents())
@drawn
def test_label_studio_has_all_of_it(tmp_path, marked):
    folder, lost = exported(tmp_path, marked, "label-studio")
    assert read_label_studio(folder) == (marked.document.text, places(marked.document))
    assert not lost


@given(marked_documents())
@drawn
def test_doccano_has_all_of_it(tmp_path, marked):
    folder, lost = exported(tmp_path, marked, "doccano")
    text, found = read_doccano(folder)
    assert text == marked.document.text and not lost
    assert {(id_, held) for id_, _, held in found} == {
        (id_, held) for id_, _, held in places(marked.document)
    }
    text, parts = read_own(folder / "en.jsonl")
    assert text == marked.document.text
    assert {(label, held[0]) for _, label, held in parts} == {
        (label, one) for _, label, held in places(marked.document) for one in held
    }


@given(marked_documents())
@drawn
def test_conll_has_what_is_flat(tmp_path, marked):
    folder, lost = exported(tmp_path, marked, "conll")
    if any(row["kind"] == "document" for row in lost):
        assert not marked.document.text.strip()
        return
    text, found = read_own(folder / "en")
    assert text == marked.document.text
    assert nameless(found) == nameless(kept_places(marked.document, lost))


@given(marked_documents())
@drawn
def test_webanno_has_all_but_blanks(tmp_path, marked):
    folder, lost = exported(tmp_path, marked, "webanno")
    if any(row["kind"] == "document" for row in lost):
        assert not marked.document.text.strip()
        return
    text, found = read_layer(folder / "en")
    assert text == marked.document.text
    assert found == kept_places(marked.document, lost)


@given(marked_documents())
@drawn
def test_webanno_alone_has_the_same_places_without_a_text_beside(tmp_path, marked):
    folder, lost = exported(tmp_path, marked, "webanno")
    if any(row["kind"] == "document" for row in lost):
        return
    (folder / "en" / "doc.txt").unlink()
    text, found = read_layer(folder / "en")
    assert found == kept_places(marked.document, lost)
    assert "".join(text.split()) == "".join(marked.document.text.split())


@given(marked_documents())
@drawn
def test_pubtator_has_all_of_one_fragment(tmp_path, marked):
    folder, lost = exported(tmp_path, marked, "pubtator")
    text, found = read_own(folder / "en.pubtator")
    flat = marked.document.text.replace("\r", " ").replace("\t", " ")
    head, _, tail = flat.partition("\n")
    assert text.rstrip("\n") == f"{head}\n{tail.replace(chr(10), ' ')}".rstrip("\n")
    assert nameless(found) == nameless(kept_places(marked.document, lost))
    changed = any(row["kind"] == "document" for row in lost)
    assert changed == (flat != marked.document.text or "\n" in tail)


@given(marked_documents())
@drawn
def test_bioc_has_all_of_it(tmp_path, marked):
    folder, lost = exported(tmp_path, marked, "bioc")
    assert read_own(folder / "en.xml") == (marked.document.text, places(marked.document))
    assert not lost


@given(marked_documents())
@drawn
def test_huggingface_has_all_of_it(tmp_path, marked):
    folder, lost = exported(tmp_path, marked, "huggingface")
    assert read_table(folder) == (marked.document.text, places(marked.document))
    assert not lost


@given(marked_documents())
@drawn
def test_inception_has_all_of_it(tmp_path, marked):
    pytest.importorskip("cassis")
    folder, lost = exported(tmp_path, marked, "inception")
    assert read_cas(folder) == (marked.document.text, places(marked.document))
    assert not lost


@given(marked_documents())
@drawn
def test_spacy_has_all_of_it(marked):
    pytest.importorskip("spacy")
    from spacy.tokens import DocBin

    doc, lost = doc_of(marked, english())
    docs = DocBin(docs=[doc], store_user_data=True).to_bytes()
    assert read_docs(DocBin().from_bytes(docs)) == (marked.document.text, places(marked.document))
    assert not lost


@cache
def english():
    import spacy

    return spacy.blank("en")


FRAGMENTS = Mention("T1", "DISEASE", (Fragment(0, 3), Fragment(8, 12)))
NESTED = Mention("T2", "SYMPTOM", (Fragment(8, 12),))
SAID = (
    Annotation("A1", "attribute", "Course", (("", "T1"),), "chronic"),
    Annotation("N1", "normalization", "Reference", (("", "T2"),), "MESH:D1\tasthma"),
    Annotation("R1", "relation", "With", (("Arg1", "T2"), ("Arg2", "T1")), None),
    Annotation("#1", "note", "AnnotatorNotes", (("", "R1"),), "of a relation"),
)
MARKED = MarkedDocument(
    Document("doc", "en", "one two asma ...", (FRAGMENTS, NESTED), SAID), {"T1": 0.5, "T2": 0.9}
)


def lost_ids(tmp_path, to) -> dict[str, str]:
    return {row["id"]: row["lost"] for row in exported(tmp_path, MARKED, to)[1]}


@pytest.mark.parametrize(
    ("to", "ids"),
    [
        ("label-studio", {"#1"}),
        ("doccano", {"A1", "N1", "#1"}),
        ("conll", {"T1", "A1", "N1", "R1", "#1"}),
        ("pubtator", {"T1", "A1", "R1", "#1"}),
        ("bioc", {"#1"}),
        ("webanno", {"R1", "#1"}),
        ("huggingface", set()),
    ],
)
def test_what_a_format_has_no_place_for_is_listed(tmp_path, to, ids):
    found = lost_ids(tmp_path, to)
    assert {*found} == ids
    assert all(found.values())


def test_a_task_has_scores_remarks_relations_and_parts(tmp_path):
    folder, _ = exported(tmp_path, MARKED, "label-studio")
    (task,) = json.loads((folder / "en.json").read_text(encoding="utf-8"))
    assert task["data"]["document"] == "doc" and task["data"]["language"] == "en"
    (prediction,) = task["predictions"]
    assert prediction["score"] == 0.5
    *regions, relation = prediction["result"]
    assert [one["id"] for one in regions] == ["T1@1", "T1@2", "T2"]
    assert [one["score"] for one in regions] == [0.5, 0.5, 0.9]
    assert regions[0]["meta"] == {"text": ["Course: chronic"]}
    assert (relation["from_id"], relation["to_id"]) == ("T2", "T1@1")
    configuration = (folder / "labeling_config.xml").read_text(encoding="utf-8")
    assert '<Label value="DISEASE"' in configuration and '<Relation value="With"/>' in configuration


def test_label_studio_and_doccano_are_read_by_their_importers(tmp_path):
    """The project's own readers, which know what these tools export, read their imports."""
    for to, name in (("label-studio", "en.json"), ("doccano", "en.jsonl")):
        folder, _ = exported(tmp_path, MARKED, to)
        text, found = read_own(folder / name)
        assert text == MARKED.document.text
        parts = {(label, spans) for _, label, spans in found}
        assert parts == {("DISEASE", ((0, 3),)), ("DISEASE", ((8, 12),)), ("SYMPTOM", ((8, 12),))}


def test_a_line_of_pubtator_has_a_concept_or_says_that_it_has_none(tmp_path):
    """Its own readers drop a line whose last cell is empty."""
    folder, _ = exported(tmp_path, MARKED, "pubtator")
    lines = (folder / "en.pubtator").read_text(encoding="utf-8").splitlines()
    assert "doc\t8\t12\tasma\tSYMPTOM\tMESH:D1" in lines
    plain = MarkedDocument(Document("doc", "en", "one", (Mention("T1", "X", (Fragment(0, 3),)),)))
    folder, _ = exported(tmp_path / "plain", plain, "pubtator")
    assert "doc\t0\t3\tone\tX\t-" in (folder / "en.pubtator").read_text(encoding="utf-8")


def test_bioc_and_pubtator_are_read_by_the_library_of_both(tmp_path):
    bioc = pytest.importorskip("bioc")
    from bioc import biocxml, pubtator

    assert bioc
    folder, _ = exported(tmp_path, MARKED, "bioc")
    with (folder / "en.xml").open(encoding="utf-8", newline="") as file:
        (document,) = biocxml.load(file).documents
    (passage,) = document.passages
    assert [(one.id, one.text, len(one.locations)) for one in passage.annotations] == [
        ("T1", "one asma", 2),
        ("T2", "asma", 1),
    ]
    folder, _ = exported(tmp_path, MARKED, "pubtator")
    with (folder / "en.pubtator").open(encoding="utf-8") as file:
        (found,) = pubtator.load(file)
    assert [(one.start, one.end, one.text) for one in found.annotations] == [(8, 12, "asma")]


@TEXT_CASES
@pytest.mark.parametrize("to", ["bioc", "huggingface", "webanno"])
def test_offsets_are_true_in_texts_of_every_kind(tmp_path, text, to):
    marked = all_of(text)
    folder, lost = exported(tmp_path, marked, to)
    if to == "webanno" and not text.strip():
        assert any(row["kind"] == "document" for row in lost)
        return
    read = {"bioc": lambda: read_own(folder / "en.xml"), "huggingface": lambda: read_table(folder)}
    found = read.get(to, lambda: read_layer(folder / "en"))()
    assert found == (text, kept_places(marked.document, lost))


def test_what_xml_can_not_hold_is_a_lost_document(tmp_path):
    document = Document("doc", "en", "one\x0ctwo", (Mention("T1", "X", (Fragment(0, 3),)),))
    for to in ("bioc", "inception"):
        if to == "inception":
            pytest.importorskip("cassis")
        _, (row,) = exported(tmp_path, MarkedDocument(document), to)
        assert row["kind"] == "document" and "U+000C" in row["lost"]


def test_a_data_set_is_loaded_with_its_features(tmp_path, monkeypatch):
    datasets = pytest.importorskip("datasets")
    folder, _ = exported(tmp_path, MARKED, "huggingface")
    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", tmp_path / "cache")
    found = datasets.load_dataset(str(folder), "en", split="train", cache_dir=str(tmp_path / "c"))
    assert found.features["entities"].feature["offsets"].feature.feature.dtype == "int64"
    assert found[0]["entities"][0]["offsets"] == [[0, 3], [8, 12]]
    assert found[0]["annotations"][0]["value"] == "chronic"


def test_spacy_holds_scores_where_its_own_categorizer_does(tmp_path):
    pytest.importorskip("spacy")
    import spacy
    from spacy.tokens import DocBin

    folder, lost = exported(tmp_path, MARKED, "spacy")
    (doc,) = (
        DocBin(store_user_data=True)
        .from_disk(folder / "en" / "00001.spacy")
        .get_docs(spacy.blank("en").vocab)
    )
    assert [round(float(one), 2) for one in doc.spans["sc"].attrs["scores"]] == [0.9]
    assert doc.spans["sc"][0].kb_id_ == "MESH:D1" and doc.user_data["document"] == "doc"
    assert {row["id"] for row in lost} == {"A1", "R1", "#1"}


def test_one_document_is_held_at_a_time(tmp_path):
    """Documents are taken one by one, and what is written of one is not kept."""
    import weakref

    alive: list[weakref.ref] = []

    class Text(str):
        pass

    def stream():
        for number in range(30):
            text = Text(f"one two asma {number}")
            alive.append(weakref.ref(text))
            assert sum(one() is not None for one in alive) <= 3
            yield MarkedDocument(Document(f"doc-{number}", "en", text, (NESTED,)))
            del text

    for to in ("label-studio", "doccano", "conll", "bioc", "pubtator", "webanno"):
        alive.clear()
        summary = export_documents({"en": stream()}, tmp_path / to, to)
        assert (summary.documents, summary.mentions) == (30, 30)


def test_every_tool_has_a_writer(tmp_path):
    for to in TOOLS:
        if to in ("inception", "spacy"):
            continue
        summary = export_documents({"en": [MARKED], "cz": [MARKED]}, tmp_path / to, to)
        assert summary.documents == 2


def test_scores_that_notes_tell_are_scores_and_no_remarks():
    notes = (
        Annotation("#1", "note", "TaggingScore", (("", "T1"),), "0.5000"),
        Annotation("#2", "note", "ProjectionScore", (("", "T2"),), "high"),
        Annotation("#3", "note", "AnnotatorNotes", (("", "T1"),), "look here"),
    )
    document = replace(MARKED.document, annotations=notes)
    marked = MarkedDocument.of(document, {"T2": 0.75}, "fuente")
    assert marked.scores == {"T1": 0.5, "T2": 0.75} and marked.source == "fuente"
    assert [one.id for one in marked.document.annotations] == ["#2", "#3"]
    assert MarkedDocument.of(document).scores == {"T1": 0.5}
