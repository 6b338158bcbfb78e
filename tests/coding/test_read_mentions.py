"""Hold which mentions, with which codes, are read from whatever holds mentions."""

import pytest

from projector.coding.mentions import code_in_note
from projector.coding.read_mentions import documents_of, read_mentions
from projector.errors import CorpusError

ANN = (
    "T1\tSYMPTOM 0 6\tfiebre\nN1\tReference T1 ICD10:R50.9+R05\tx\nN2\tReference T1 ICD10:R05\tx\n"
    "T2\tSYMPTOM 9 12\ttos\n"
)


@pytest.fixture
def corpus(tmp_path):
    folder = tmp_path / "es"
    folder.mkdir()
    (folder / "a.txt").write_text("fiebre y tos")
    (folder / "a.ann").write_text(ANN)
    return folder


def test_a_corpus_gives_each_code_of_a_mention_once(corpus):
    (document,) = read_mentions(corpus)
    assert (document.language, document.name) == ("es", "a")
    assert [(one.id, one.text, one.codes) for one in document.mentions] == [
        ("T1", "fiebre", ("R50.9", "R05")),
        ("T2", "tos", ()),
    ]
    assert document.known_by() == {"a", "fiebre y tos"}
    assert documents_of([corpus]) == {"a", "fiebre y tos"}


def test_documents_are_known_by_lists_of_their_names_too(corpus, tmp_path):
    listed = tmp_path / "apart.txt"
    listed.write_text("b\n\n c \r\n", encoding="utf-8")
    assert documents_of([listed, corpus]) == {"a", "fiebre y tos", "b", "c"}
    listed.write_text("\n", encoding="utf-8")
    with pytest.raises(CorpusError, match=r"apart\.txt: no name; expected documents' names"):
        documents_of([listed])


def test_a_folder_of_languages_gives_all_or_the_one_asked_for(corpus):
    (corpus.parent / "en").mkdir()
    (corpus.parent / "en" / "a.txt").write_text("fever")
    (corpus.parent / "en" / "a.ann").write_text("T1\tSYMPTOM 0 5\tfever\n")
    assert {one.language for one in read_mentions(corpus.parent)} == {"es", "en"}
    assert {one.language for one in read_mentions(corpus.parent, language="en")} == {"en"}


def test_a_table_without_texts_gives_its_rows(tmp_path):
    path = tmp_path / "gold_es.tsv"
    rows = "a.txt\tSYMPTOM\t0\t6\tfiebre\tR50.9\na.txt\tSYMPTOM\t9\t12\ttos\tNO_CODE\n"
    path.write_text("filename\tlabel\tstart_span\tend_span\ttext\tcode\n" + rows)
    (document,) = read_mentions(path, labels={"SYMPTOM": "SIGN"})
    assert document.name == "a" and document.document is None
    assert [(one.id, one.label, one.codes) for one in document.mentions] == [
        ("T1", "SIGN", ("R50.9",)),
        ("T2", "SIGN", ()),
    ]


def test_what_cannot_be_read_rightly_is_an_error_or_skipped(corpus):
    (corpus / "a.ann").write_text(ANN + "T3\tSYMPTOM 90 95\tx\n")
    with pytest.raises(CorpusError, match=r"a\.ann:5"):
        list(read_mentions(corpus))
    skipped = []
    (document,) = read_mentions(corpus, skipped=skipped)
    assert len(document.mentions) == 2 and [problem.line for problem in skipped] == [5]


@pytest.mark.parametrize(
    ("note", "code"),
    [
        ("8041/3", "8041/3"),
        ("8000/6/H", "8000/6/H"),
        ("387517004\tsecond column", "387517004"),
        ("R07.4", "R07.4"),
        ("2019", None),
        ("B12", None),  # a vitamin, or a code: nobody knows
        ("projection score 0.9312", None),
        ("see 8041/3", None),
        ("", None),
        (None, None),
    ],
)
def test_a_note_is_a_code_where_it_can_be_nothing_else(note, code):
    assert code_in_note(note) == code


def test_notes_give_codes_to_mentions_that_have_no_normalisation(corpus):
    notes = "#1\tAnnotatorNotes T1\t8041/3\n#2\tAnnotatorNotes T2\t386661006\n"
    (corpus / "a.ann").write_text(f"{ANN}{notes}#3\tAnnotatorNotes\t386661006\n")
    (document,) = read_mentions(corpus)
    assert [one.codes for one in document.mentions] == [("R50.9", "R05"), ("386661006",)]
