from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from other_formats import CONLL, write_files

from projector.corpus.formats.conll_tags import mentions_of
from projector.corpus.open import open_corpus


def opened(folder: Path, content: str, name: str = "c1.conll", **texts: str):
    files = {name: content, **{f"{key}.txt": text for key, text in texts.items()}}
    corpus = open_corpus(write_files(folder / "es", files))
    assert corpus.format == "conll"
    return corpus


def words(reading) -> list[tuple[str, str]]:
    assert not reading.problems
    return [(one.label, one.surface(reading.document.text)) for one in reading.document.mentions]


def test_documents_begin_at_their_marks_and_are_called_so(tmp_path):
    corpus = opened(tmp_path, CONLL)
    assert corpus.names == ("n1", "n2")
    first, second = corpus.read("n1"), corpus.read("n2")
    assert first.document.text == "Tiene asma grave\nY tos"
    assert words(first) == [("DISEASE", "asma grave"), ("SYMPTOM", "tos")]
    assert [one.told for one in first.notices] == [
        "columns between a token and its tag can't be kept",
        "texts are rebuilt of their tokens with blanks between them; to have the true ones, put "
        "each as NAME.txt beside",
    ]
    assert second.document.text == "Fiebre." and words(second) == [("SIGN", "Fiebre")]
    assert not second.notices


def test_documents_without_names_are_numbered(tmp_path):
    content = "-DOCSTART- O\n\nTos B-A\n\n-DOCSTART- O\n\nY O\n"
    assert opened(tmp_path, content).names == ("c1-1", "c1-2")
    assert opened(tmp_path / "b", "Tos B-A\n").names == ("c1",)


def test_a_text_beside_is_taken_where_the_tokens_stand_in_it(tmp_path):
    content = "Tiene\tO\nasma\tB-A\n.\tO\n"
    reading = opened(tmp_path, content, c1="Tiene\xa0 asma.\r\n").read("c1")
    assert reading.document.text == "Tiene\xa0 asma.\r\n" and not reading.notices
    assert words(reading) == [("A", "asma")]
    other = opened(tmp_path / "b", content, c1="Tiene tos.").read("c1")
    assert other.document.text == "Tiene asma ."
    assert other.notices[0].told == (
        "c1.txt beside it has no 'asma' where this token should stand: it is not taken as the text"
    )
    longer = opened(tmp_path / "c", content, c1="Tiene asma. Fin").read("c1")
    assert "goes on with 'Fin' behind the last token" in longer.notices[0].told


def test_a_text_file_can_be_in_columns(tmp_path):
    corpus = opened(tmp_path, "Tiene O\nasma B-A\n", name="train.txt")
    assert corpus.names == ("train",) and words(corpus.read("train")) == [("A", "asma")]


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ("I-A I-A O I-B B-B", [(0, 2, "A", False), (3, 4, "B", False), (4, 5, "B", False)]),
        ("B-A I-A B-A O", [(0, 2, "A", False), (2, 3, "A", False)]),
        ("B-A E-A S-B O", [(0, 2, "A", False), (2, 3, "B", False)]),
        ("B-A I-A L-A U-B", [(0, 3, "A", False), (3, 4, "B", False)]),
        ("B-A M-A E-A W-B", [(0, 3, "A", False), (3, 4, "B", False)]),
        ("B-A I-B", [(0, 1, "A", False), (1, 2, "B", False)]),
        ("O I-A L-A U-B", [(1, 3, "A", True), (3, 4, "B", False)]),
        ("O E-A", [(1, 2, "A", True)]),
    ],
)
def test_mentions_are_told_by_tags_of_all_schemes(tags, expected):
    assert list(mentions_of(tags.split())) == expected


@given(st.lists(st.sampled_from(["O", "B-A", "I-A", "E-A", "S-A", "L-B", "U-B", "I-B"])))
def test_every_tag_that_is_not_o_is_in_one_mention(tags):
    covered = [token for start, end, _, _ in mentions_of(tags) for token in range(start, end)]
    assert covered == [number for number, tag in enumerate(tags) if tag != "O"]


def test_tags_out_of_sequence_are_told(tmp_path):
    reading = opened(tmp_path, "Tiene O\nasma I-A\ngrave L-A\ntos U-B\n").read("c1")
    assert words(reading) == [("A", "asma grave"), ("B", "tos")]
    told = [notice.told for notice in reading.notices]
    assert "1 tag out of sequence, the first I-A in line 2: a mention begins there" in told


def test_comments_may_end_like_tags_and_tokens_begin_like_comments(tmp_path):
    content = "# text = # 3 grupo O\n#\tO\n3\tO\ngrupo\tO\nO\tB-BLOOD\n\n# O\n#asma B-A\n"
    reading = opened(tmp_path, content).read("c1")
    assert reading.document.text == "# 3 grupo O\n# #asma"
    assert words(reading) == [("BLOOD", "O"), ("A", "#asma")]


def test_other_blanks_are_part_of_a_token(tmp_path):
    reading = opened(tmp_path, "38\xa0C B-TEMP\n. O\n").read("c1")
    assert words(reading) == [("TEMP", "38\xa0C")]


def test_rows_without_a_tag_are_told(tmp_path):
    content = "Tiene O\nasma B-A\n" * 200 + "grave\n"
    (problem,) = opened(tmp_path, content).read("c1").problems
    assert str(problem).endswith(
        "c1.conll:401: c1: 'grave' is not understood; expected a token and its tag, O or B-LABEL, "
        "with a tab or a blank between them"
    )
