from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector.report.markup import Html, Share, Table, bullets, folded, link, section, table, text


class Balanced(HTMLParser):
    """Hold that what opens closes, and keep the words and the tags."""

    def __init__(self):
        super().__init__()
        self.open, self.words, self.tags = [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


def parsed(content):
    parser = Balanced()
    parser.feed(content)
    parser.close()
    assert not parser.open
    return parser


WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\xad"))


@given(WORDS)
def test_words_are_text_whatever_is_in_them(words):
    parser = parsed(f"<p>{text(words)}</p>")
    assert parser.tags == ["p"]
    assert len("".join(parser.words)) == len(words)


def test_characters_that_are_not_seen_are_shown_as_such():
    assert text("a\u202eb\x00") == "a\ufffdb\ufffd"
    assert text("a\tb\n") == "a\tb\n"


def test_a_share_is_in_hundredths_and_unknown_without_a_whole():
    assert [str(Share.of(1, 3)), str(Share.of(0, 5)), str(Share.of(0, 0))] == ["33.3%", "0.0%", "–"]


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        (1234567, "1,234,567"),
        (0.5, "0.5000"),
        (None, "–"),
        (Share(0.25), "25.0%"),
        ("<b>", "&lt;b&gt;"),
        (Html("<i>x</i>"), "<i>x</i>"),
    ],
)
def test_a_cell_is_written_as_what_it_is(cell, shown):
    assert f">{shown}</td>" in table(Table("c", ["name", "value"], [["row", cell]]))


def test_a_table_has_headings_and_numbers_stand_at_the_right():
    rows = [["en", 1, "a"], ["all", 2, "b"]]
    content = table(Table("Counts", ["language", "n", "note"], rows, frozenset({1})), kind="wide")
    parsed(content)
    assert '<table class="wide"><caption>Counts</caption>' in content
    assert '<th scope="col" class="number">n</th><th scope="col">note</th>' in content
    assert '<th scope="row">en</th><td class="number">1</td><td>a</td>' in content
    assert (
        content.count('<tr class="all">') == 1 and '<tr class="all"><th scope="row">all' in content
    )


@given(st.lists(WORDS, max_size=4))
def test_every_part_is_balanced_whatever_it_holds(lines):
    words = "".join(lines)
    parts = [
        bullets(lines),
        folded(words, bullets(lines)),
        section("a", words, words, bullets(lines)),
    ]
    assert all(parsed(part).tags.count("li") == len(lines) for part in parts)


def test_no_lines_are_no_list():
    assert bullets([]) == ""


def test_a_links_address_can_not_end_it():
    assert link('x" onclick="y', "<a>").content == '<a href="x&quot; onclick=&quot;y">&lt;a&gt;</a>'
