"""Hold the folder that coded mentions are written to."""

import csv
from pathlib import Path

import polars as pl
import pytest

from projector.coding.code_list import make_list
from projector.coding.coder import load_coder
from projector.coding.mentions import CodedDocument
from projector.coding.normalize import Abbreviations
from projector.coding.read_mentions import read_mentions
from projector.coding.writer import write_codes
from projector.corpus import open_corpus, require_document
from projector.corpus.formats.brat_write import write_brat
from projector.document import Annotation, Document, Fragment, Mention
from projector.errors import ConfigurationError, OutputError
from schemas.coding import CodingConfiguration, CodingFacts

CODES = make_list(
    "test",
    [("R05", "es", "Tos"), ("R50.9", "es", "Fiebre"), ("I10", "es", "Hipertensión arterial")],
)
TEXT = "Tos y fiebre alta.\nqwxz"
DOCUMENT = Document(
    "caso 1",
    "es",
    TEXT,
    (
        Mention("T1", "SYMPTOM", (Fragment(0, 3),)),
        Mention("T2", "SYMPTOM", (Fragment(6, 12), Fragment(13, 17))),
        Mention("T5", "DISEASE", (Fragment(19, 23),)),
    ),
    (
        Annotation("N1", "normalization", "Reference", (("", "T1"),), "ICD10:I10\tgiven"),
        Annotation("#1", "note", "AnnotatorNotes", (("", "T2"),), "a note"),
        Annotation("N3", "normalization", "Reference", (("", "T5"),), "SNOMED:1234"),
    ),
)


def coded(tmp_path: Path, *documents: Document) -> list[CodedDocument]:
    """Return documents as they are read from BRAT files."""
    for document in documents:
        write_brat(document, tmp_path / document.language)
    folders = dict.fromkeys(tmp_path / document.language for document in documents)
    return [one for folder in folders for one in read_mentions(folder)]


def write(documents, output: Path, *, overwrite: bool = False, **chosen) -> CodingFacts:
    coder = load_coder("lexical", CODES, Abbreviations({}))
    configuration = CodingConfiguration(**{"min_precision": 0.0, **chosen})
    return write_codes(documents, coder, output, configuration, overwrite=overwrite)


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def tsv(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, delimiter="\t"))


@pytest.fixture
def output(tmp_path) -> Path:
    write(coded(tmp_path, DOCUMENT), tmp_path / "out")
    return tmp_path / "out"


def test_the_folder_holds_what_is_said_of_it(output):
    assert sorted(contents(output)) == [
        "annotations.parquet",
        "brat/es/annotation.conf",
        "brat/es/caso 1.ann",
        "brat/es/caso 1.txt",
        "brat/es/visual.conf",
        "code_list.parquet",
        "codes.parquet",
        "coding.json",
        "documents.parquet",
        "mentions.parquet",
        "tsv/es_codiesp_D.tsv",
        "tsv/es_codiesp_P.tsv",
        "tsv/es_codiesp_X.tsv",
        "tsv/es_linking.tsv",
        "uncoded.tsv",
    ]
    listed = pl.read_parquet(output / "code_list.parquet")
    assert listed["code"].to_list() == ["R05", "R50.9", "I10"]


def test_every_code_is_a_row_ranked_with_its_place_and_origin(output):
    rows = pl.read_parquet(output / "codes.parquet").rows(named=True)
    assert [(row["mention"], row["rank"], row["origin"]) for row in rows[:2]] == [
        ("T1", 1, "given"),
        ("T2", 1, "proposed"),
    ]
    given, best = rows[0], rows[1]
    assert (given["code"], given["score"], given["description"], given["name"]) == (
        *("I10", 1.0, "Hipertensión arterial", ""),
    )
    assert (best["code"], best["name"], best["text"]) == ("R50.9", "Fiebre", "fiebre alta")
    assert best["fragments"] == [{"start": 6, "end": 12}, {"start": 13, "end": 17}]
    assert 0 < best["score"] < 1
    for row in rows:
        assert (row["language"], row["document"]) == ("es", "caso 1")
    of_each = {}
    for row in rows:
        of_each.setdefault(row["mention"], []).append(row)
    for ranked in of_each.values():
        assert [row["rank"] for row in ranked] == list(range(1, len(ranked) + 1))
        assert [row["score"] for row in ranked] == sorted(
            (row["score"] for row in ranked), reverse=True
        )


def test_mentions_without_a_code_are_listed_with_the_reason(tmp_path):
    documents = coded(tmp_path, DOCUMENT)
    write(documents, tmp_path / "all")
    header = [
        *("language", "document", "mention", "label", "text", "reason"),
        *("guess", "guess_score", "guess_description", "assertion"),
    ]
    assert tsv(tmp_path / "all" / "uncoded.tsv") == [
        header,
        [
            *("es", "caso 1", "T5", "DISEASE", "qwxz", "no code is near enough"),
            *[""] * 3,
            "present",
        ],
    ]
    write(documents, tmp_path / "diseases", labels=("DISEASE",))
    assert [row[2:6] for row in tsv(tmp_path / "diseases" / "uncoded.tsv")[1:]] == [
        ["T2", "SYMPTOM", "fiebre alta", "its label is not to be coded"],
        ["T5", "DISEASE", "qwxz", "no code is near enough"],
    ]


def test_the_corpus_is_the_one_that_was_read_with_the_first_proposals(output):
    proposal = Annotation("N2", "normalization", "Reference", (("", "T2"),), "ICD10:R50.9\tFiebre")
    row = (
        pl.read_parquet(output / "codes.parquet")
        .filter(pl.col("mention") == "T2")
        .row(0, named=True)
    )
    said = f"score={row['score']:.4f} coder=lexical list=test"
    note = Annotation("#2", "note", "CodeProposal", (("", "N2"),), said)
    assert (row["coder"], row["list"], row["assertion"]) == ("lexical", "test", "present")
    for corpus in (open_corpus(output), open_corpus(output / "brat" / "es", language="es")):
        document = require_document(corpus.read("caso 1"))
        assert document.text == TEXT and document.mentions == DOCUMENT.mentions
        assert document.annotations == (*DOCUMENT.annotations, proposal, note)


def test_what_brat_calls_the_list_may_be_chosen(tmp_path):
    write(coded(tmp_path, DOCUMENT), tmp_path / "out", resource="CIE10")
    (document,) = read_mentions(tmp_path / "out" / "brat" / "es")
    values = [one.value for one in document.document.annotations]
    assert "CIE10:R50.9\tFiebre" in values


def test_the_counts_say_how_each_label_was_coded(tmp_path):
    facts = write(coded(tmp_path, DOCUMENT), tmp_path / "out")
    assert [(one.label, one.given, one.proposed, one.uncoded) for one in facts.counts] == [
        ("DISEASE", 0, 0, 1),
        ("SYMPTOM", 1, 1, 0),
    ]
    said = (tmp_path / "out" / "coding.json").read_text(encoding="utf-8")
    read = CodingFacts.model_validate_json(said)
    assert read.written is not None and read.sha256 is not None
    assert read.model_copy(update={"written": None, "sha256": None}) == facts
    assert (facts.codes, facts.codes_fingerprint) == ("test", CODES.fingerprint)


def test_languages_lie_side_by_side(tmp_path):
    english = Document("case", "en", "Tos", (Mention("T1", "SYMPTOM", (Fragment(0, 3),)),))
    facts = write(coded(tmp_path, DOCUMENT, english), tmp_path / "out")
    assert [one.language for one in facts.counts] == ["en", "es", "es"]
    assert (tmp_path / "out" / "brat" / "en" / "case.txt").read_text(encoding="utf-8") == "Tos"
    assert (tmp_path / "out" / "tsv" / "en_linking.tsv").is_file()


def test_of_a_bare_table_there_is_neither_corpus_nor_brat(tmp_path):
    documents = coded(tmp_path, DOCUMENT)
    bare = [CodedDocument(one.language, one.name, one.mentions) for one in documents]
    write(bare, tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "code_list.parquet", "codes.parquet", "coding.json", "tsv", "uncoded.tsv",
    ]  # fmt: skip
    assert pl.read_parquet(tmp_path / "out" / "codes.parquet").height
    write([CodedDocument("es", "bare", ()), *documents], tmp_path / "mixed")
    assert open_corpus(tmp_path / "mixed").names == ("caso 1",)  # those that have a text


def test_the_same_mentions_give_the_same_bytes(tmp_path, output):
    write(coded(tmp_path, DOCUMENT), tmp_path / "again")
    assert contents(tmp_path / "again") == contents(output)


def test_nothing_appears_when_a_mention_comes_twice_or_no_label_is_there(tmp_path):
    documents = coded(tmp_path, DOCUMENT)
    before = set(tmp_path.iterdir())
    with pytest.raises(OutputError, match="T1 of caso 1 in es comes twice"):
        write([*documents, *documents], tmp_path / "out")
    with pytest.raises(ConfigurationError, match="no mention is labelled DRUG"):
        write(documents, tmp_path / "out", labels=("DRUG",))
    assert set(tmp_path.iterdir()) == before


def test_a_folder_is_replaced_when_it_is_asked_for_and_of_coded_mentions(tmp_path, output):
    documents = coded(tmp_path, DOCUMENT)
    before = contents(output)
    with pytest.raises(OutputError, match="exists already"):
        write(documents, output, recode=True)
    assert contents(output) == before
    write(documents, output, overwrite=True, recode=True)
    assert "given" not in set(pl.read_parquet(output / "codes.parquet")["origin"])
    (output / "coding.json").unlink()
    with pytest.raises(OutputError, match=r"holds no coding\.json"):
        write(documents, output, overwrite=True)


def test_no_documents_make_empty_tables(tmp_path):
    facts = write([], tmp_path / "out")
    assert facts.counts == ()
    assert pl.read_parquet(tmp_path / "out" / "codes.parquet").height == 0
    assert len(tsv(tmp_path / "out" / "uncoded.tsv")) == 1


@pytest.mark.parametrize(
    "place",
    ["", "brat/es", "tsv/es_linking.tsv", "tsv/es_codiesp_X.tsv", "table", "far/es_linking.tsv"],
)
def test_proposals_are_never_read_back_as_given_codes(tmp_path, output, place):
    if place == "table":
        (tmp_path / "table").mkdir()
        for name in ("documents", "mentions", "annotations"):
            path = output / f"{name}.parquet"
            (tmp_path / "table" / path.name).write_bytes(path.read_bytes())
        path = tmp_path / "table"
    elif place.startswith("far"):
        path = tmp_path / "es_linking.tsv"
        path.write_bytes((output / "tsv" / "es_linking.tsv").read_bytes())
    else:
        path = output / place
    given = {mention.text: mention.codes for one in read_mentions(path) for mention in one.mentions}
    assert given["Tos"] == ("I10",) and given["fiebre alta"] == ()
    every = read_mentions(path, proposals=True)
    codes = {mention.text: mention.codes for one in every for mention in one.mentions}
    assert codes["fiebre alta"] == ("R50.9",)


def test_a_corpus_that_was_coded_is_coded_again_to_the_same_codes(tmp_path, output):
    again = list(read_mentions(output / "brat" / "es"))
    write(again, tmp_path / "again")
    for name in ("annotations.parquet", "brat/es/caso 1.ann", "tsv/es_linking.tsv"):
        assert contents(tmp_path / "again")[name] == contents(output)[name]
    write(again, tmp_path / "diseases", labels=("DISEASE",))
    (document,) = read_mentions(tmp_path / "diseases" / "brat" / "es", proposals=True)
    assert dict(zip("125", (one.codes for one in document.mentions), strict=True))["2"] == (
        "R50.9",
    )  # a proposal of an earlier time, for a label that is not asked for now


def test_below_the_floor_nothing_is_said_and_the_guess_is_told(tmp_path):
    facts = write(coded(tmp_path, DOCUMENT), tmp_path / "out", min_score=1.0)
    assert [(one.proposed, one.unsure, one.uncoded) for one in facts.counts] == [
        (0, 0, 1),
        (0, 1, 0),
    ]
    rows = tsv(tmp_path / "out" / "uncoded.tsv")
    (fever,) = (row for row in rows if row[4] == "fiebre alta")
    assert fever[5:7] == ["no code is sure enough", "R50.9"] and 0 < float(fever[7]) < 1
    assert fever[8] == "Fiebre"
