from xml.etree import ElementTree

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from jobs.research.picture import draw, lines_of, main
from projector.corpus import write_brat
from projector.document import Document, Fragment, Mention

SVG = "{http://www.w3.org/2000/svg}"
TEXT = "Tos & fiebre.\nSin <dolor>.\n"


def document(language: str, text: str, *spans: tuple[int, int]) -> Document:
    mentions = tuple(
        Mention(f"T{number}", "SYMPTOM", (Fragment(*span),)) for number, span in enumerate(spans, 1)
    )
    return Document("a", language, text, mentions)


def marks(svg: str) -> list[tuple[str, float, float]]:
    """Return the colour, left edge and width of each mark."""
    rectangles = ElementTree.fromstring(svg).iter(f"{SVG}rect")
    return [
        (one.attrib["fill"], float(one.attrib["x"]), float(one.attrib["width"]))
        for one in rectangles
        if "fill-opacity" in one.attrib
    ]


def test_a_mention_has_one_colour_in_both_texts_and_its_words_width():
    source = document("es", TEXT, (0, 3), (6, 12))
    svg = draw(source, document("en", "Cough & fever.", (0, 5), (8, 13)))
    (cough, fever, *target) = marks(svg)
    assert cough[0] != fever[0]
    assert [mark[0] for mark in target] == [cough[0], fever[0]]
    assert cough[2] == pytest.approx(3 * target[0][2] / 5, abs=0.1)
    words = [one.text for one in ElementTree.fromstring(svg).iter(f"{SVG}text")]
    assert words.count("T1") == words.count("T2") == 2
    assert {"es", "en", "Tos & fiebre.", "Sin <dolor>."} <= set(words)


def test_a_mention_over_a_line_end_is_marked_on_both_lines():
    assert len(marks(draw(document("es", TEXT, (6, 25)), document("en", "x")))) == 2


@given(st.text(st.sampled_from("ab \n"), max_size=400))
def test_lines_lose_white_space_only(text: str):
    lines = list(lines_of(text))
    assert all(end - start <= 92 for start, end in lines)
    assert "".join("".join(text[start:end].split()) for start, end in lines) == "".join(
        text.split()
    )
    assert lines == sorted(lines)


def test_the_command_draws_one_document(tmp_path):
    for language in ("es", "en"):
        write_brat(document(language, TEXT, (0, 3)), tmp_path / language)
    arguments = [str(tmp_path / "es"), str(tmp_path / "en"), "a", str(tmp_path / "a.svg")]
    result = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    assert len(marks((tmp_path / "a.svg").read_text(encoding="utf-8"))) == 2
