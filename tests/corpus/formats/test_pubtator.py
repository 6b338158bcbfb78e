import re
from pathlib import Path

import pytest
from other_formats import PUBTATOR, write_files

from projector.corpus.open import open_corpus
from projector.document import Annotation, Fragment, Mention
from projector.errors import CorpusError


def opened(folder: Path, content: str, name: str = "all.pubtator"):
    corpus = open_corpus(write_files(folder / "es", {name: content}))
    assert corpus.format == "pubtator"
    return corpus


@pytest.mark.parametrize("name", ["all.pubtator", "corpus.PubTator.txt"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_titles_abstracts_concepts_and_relations_are_read(tmp_path, name, end):
    corpus = opened(tmp_path, PUBTATOR.replace("\n", end), name)
    assert corpus.names == ("11", "12")
    reading = corpus.read("11")
    assert not reading.problems
    assert reading.document.text == "Tiene asma.\nY tos|fiebre."
    assert reading.document.mentions == (
        Mention("T1", "Disease", (Fragment(6, 10),)),
        Mention("T2", "Disease", (Fragment(14, 17),)),
    )
    assert reading.document.annotations == (
        Annotation("N1", "normalization", "Reference", (("", "T1"),), "MESH:D001249"),
        Annotation("N2", "normalization", "Reference", (("", "T2"),), "code:D1|D2"),
        Annotation("A1", "attribute", "individual_mentions", (("", "T2"),), "tos|tosser"),
        Annotation("R1", "relation", "CID", (("Arg1", "T1"), ("Arg2", "T2")), "Novel"),
    )
    assert [one.told for one in reading.notices] == [
        "11, line 6: the relation CID of D9 and D8 is of concepts, not of one mention each: it "
        "can't be kept"
    ]


def test_an_empty_abstract_and_the_words_for_no_concept_are_nothing(tmp_path):
    document = opened(tmp_path, PUBTATOR).read("12").document
    assert document.text == "Fiebre" and not document.annotations


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("1\t0\t4\tasma\tA", "2: 1: T1: the text has 'Tien' at 0 4; expected 'asma', its text"),
        ("1\t0\t99\tasma\tA", "2: 1: T1: the range 0 99 is outside the text"),
        ("1\t6\t10\tasma", "2: 1: .* is not understood; expected id|t|title"),
        ("1\t6\t10\tasma\t", "2: 1: a mention without a type"),
        ("2\t6\t10\tasma\tA", "2: 1: a line of the document '2'; expected one of '1'"),
        ("what", "2: 1: a line of the document 'what'"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path, line, message):
    content = f"1|t|Tiene asma\n{line}\n"
    if not line.startswith("1"):
        content = f"1|t|Tiene asma\n1|a|\n{line}\n"
        message = message.replace("2: 1", "3: 1")
    (problem,) = opened(tmp_path, content).read("1").problems
    assert re.search(rf"all\.pubtator:{message}", str(problem))


def test_two_documents_of_one_id_are_refused(tmp_path):
    with pytest.raises(CorpusError, match=r"the document '1' is there a second time, after .*:1;"):
        opened(tmp_path, "1|t|Uno\n\n1|t|Dos\n")
