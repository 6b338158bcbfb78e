"""What is marked stays the text that it was, and can be read without colours."""

import re
from html import unescape
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projector.html import PALETTE, Mark, marked_text, side_by_side

TEXT = "dolor torácico opresivo y lesión hepática"
NESTED = (Mark("T1", "SYMPTOM", ((0, 23),), 0, "score 0.97"), Mark("T2", "BODY", ((6, 14),), 1))


class Reader(HTMLParser):
    """Collect a page's text, its tags' words and every attribute."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.text, self.tags, self.attributes, self.names = "", [], [], []
        self._open = []

    def handle_starttag(self, name, attributes):
        self.names.append(name)
        self.attributes.append(dict(attributes))
        self._open.append(dict(attributes).get("class"))
        if self._open[-1] == "projector-tag":
            self.tags.append("")

    def handle_endtag(self, name):
        self._open.pop()

    def handle_data(self, words):
        if "projector-tag" in self._open:
            self.tags[-1] += words
        else:
            self.text += words


def read(html):
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert not reader._open
    return reader


def styles(html):
    """Return (words, style) of every marked stretch."""
    return re.findall(r'<span title="[^"]*" style="([^"]*)">([^<]*)</span>', html)


def test_every_span_is_headed_by_its_id_and_label():
    page = read(marked_text(TEXT, NESTED))
    assert page.text == TEXT
    assert page.tags == ["T1 SYMPTOM", "T2 BODY"]


def test_a_nested_span_has_a_bar_of_its_own_below_the_one_around_it():
    around, both, after = (style for style, _ in styles(marked_text(TEXT, NESTED)))
    assert around.count(PALETTE[0]) == 4 and PALETTE[1] not in around
    assert f"{PALETTE[0]}) 0 calc(100% - 4px)" in both
    assert f"{PALETTE[1]}) 0 calc(100% - 0px)" in both
    assert around == after


def test_spans_that_overlap_differ_in_their_bars_and_those_that_meet_share_a_line():
    html = marked_text("abcdef", [Mark("A", "X", ((0, 3),)), Mark("B", "X", ((2, 5),), 1)])
    assert [words for _, words in styles(html)] == ["ab", "c", "de"]
    assert "calc(100% - 4px)" in html
    apart = marked_text("abcdef", [Mark("A", "X", ((0, 3),)), Mark("B", "X", ((3, 5),), 1)])
    assert "calc(100% - 4px)" not in apart


def test_a_mark_of_two_spans_is_named_at_both():
    page = read(marked_text(TEXT, [Mark("T3", "DISEASE", ((0, 5), (33, 41)))]))
    assert page.tags == ["T3 DISEASE 1/2", "T3 DISEASE 2/2"]


def test_a_pointer_is_told_label_and_note_of_all_that_covers_a_word():
    titles = [one["title"] for one in read(marked_text(TEXT, NESTED)).attributes if "title" in one]
    assert "T1 SYMPTOM: score 0.97\nT2 BODY" in titles


def test_a_text_that_holds_html_is_shown_and_not_obeyed():
    text = "<script>alert('x')</script> & \"<b>\""
    mark = Mark('T"1', "<i>", ((0, 8),), note='"><img src=x onerror=y>')
    html = marked_text(text, [mark], heading="<h1>", language='"><script>')
    page = read(html)
    assert set(page.names) == {"div", "span"}
    assert page.text == f"<h1>{text}"
    assert page.tags == ['T"1 <i>']
    assert {name for one in page.attributes for name in one} <= {
        "class", "dir", "lang", "style", "title",
    }  # fmt: skip


def test_nothing_is_fetched_and_the_letters_keep_their_colour():
    html = marked_text(TEXT, NESTED, heading="case-01 · es", language="es")
    assert not re.search(r"https?:|url\(|src=|<link|<style|<script", html)
    assert not re.search(r"(?<![-\w])color:", html)
    assert 'lang="es"' in html


def linear(part):
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def luminance(color):
    """Return the relative luminance of WCAG 2.2."""
    red, green, blue = (linear(int(color[k : k + 2], 16) / 255) for k in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("color", PALETTE)
def test_every_colour_stands_out_on_white_and_on_a_dark_theme(color):
    own, dark = luminance(color), luminance("#1e1e1e")
    assert 1.05 / (own + 0.05) >= 3
    assert (own + 0.05) / (dark + 0.05) >= 3


def test_what_lies_outside_the_text_is_not_drawn():
    marks = [Mark("A", "X", ((-3, 2),)), Mark("B", "X", ((4, 99),)), Mark("C", "X", ((9, 12),))]
    page = read(marked_text("abcdef", marks))
    assert (page.text, page.tags) == ("abcdef", ["A X", "B X"])


def test_an_empty_text_is_a_heading():
    assert read(marked_text("", [], heading="case-02")).text == "case-02"


def test_panels_stand_side_by_side():
    page = read(side_by_side([marked_text("uno", []), marked_text("one", [])]))
    assert page.text == "unoone"
    assert "flex-wrap:wrap" in page.attributes[0]["style"]


SPANS = st.tuples(st.integers(0, 11), st.integers(1, 6)).map(lambda one: (one[0], sum(one)))


@given(st.text(min_size=12, max_size=20), st.lists(SPANS, max_size=6))
@settings(max_examples=150, deadline=None)
def test_whatever_is_marked_the_text_is_the_same(text, spans):
    marks = [Mark(f"T{number}", "X", (span,)) for number, span in enumerate(spans)]
    html = marked_text(text, marks)
    shown = re.sub(r'<span class="projector-tag".*?</span>', "", html, flags=re.DOTALL)
    assert unescape(re.sub(r"<[^>]*>", "", shown)) == text
    assert html.count("projector-tag") == len(spans)
