"""Hold that pages need nothing else, and show what comes from data as text."""

import re
from html.parser import HTMLParser

from concept_encoders import POINTS, named_concepts, placed
from diagnosed_mentions import diagnosed

from projector.diagnosis.chapters import ChapterColours, chapter_name
from projector.diagnosis.in_run import RunDiagnosis
from projector.diagnosis.page import mention_page, text_page
from projector.diagnosis.text import diagnose_text
from projector.html import PALETTE

HOSTILE = 'Refiere <script>alert(1)</script> fiebre & "infarto".'
WORDS = {"fiebre": POINTS[2], "infarto": POINTS[3]}


class Read(HTMLParser):
    """Collect a page's tags, its words outside of styles, and its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags, self.words, self.attributes = [], "", []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.words += data


def page(text=HOSTILE, **options):
    found = diagnose_text(placed(text, WORDS), named_concepts(), most=1, **options)
    return text_page(found, title=text[:20], language="es", threshold=0.5)


def without_codes(read):
    """Return a page's words without the codes that head its runs."""
    return re.sub(r"(R50\.9|I21\.9)(?=fiebre|infarto)", "", read.words)


def test_a_text_stays_as_it_is_but_for_its_codes():
    read = Read(page())
    assert "script" not in read.tags
    assert HOSTILE in without_codes(read)
    titles = [value for name, value in read.attributes if name == "title"]
    assert "I21.9 infarto <agudo> 1.00" in titles


def test_lines_end_as_in_any_page():
    assert "fiebre\ninfarto" in without_codes(Read(page("fiebre\r\ninfarto")))


def test_tokens_that_share_a_character_show_it_once():
    assert HOSTILE in re.sub(
        r"(R50\.9|I21\.9)(?=fiebre|infarto)", "", Read(page(tokens=True)).words
    )


def test_nothing_comes_from_elsewhere():
    shown = page() + mention_page(run_diagnosis(), 0.5)
    read = Read(shown)
    assert not {"script", "link", "img", "iframe"} & {*read.tags}
    assert not {"src", "onclick", "onload"} & {name for name, _ in read.attributes}
    assert "default-src 'none'" in shown
    assert "url(" not in shown and "@import" not in shown


def run_diagnosis():
    translations = diagnosed("T1", (12, 17)), diagnosed("T1")
    return RunDiagnosis("caso-<a>", "T1", "X<b>", "Dolor torácico", "es", translations)


def test_a_mentions_page_tells_where_both_sides_part():
    words = Read(mention_page(run_diagnosis(), 0.5)).words
    assert "T1 X<b>: Dolor torácico" in words
    assert "they part: the source says R07.4 dolor torácico, the span R50.9 fiebre" in words
    assert "the span lies nearer to T2 'fiebre' (1.00) than to this mention (0.00)" in words
    assert "it became no span: unaligned" in words


def test_the_commonest_chapters_have_colours_of_their_own():
    names = [str(number) for number in range(9)]
    colours = ChapterColours.of([*names, "8", "8", "7"]).numbers
    assert (colours["8"], colours["7"]) == (0, 1)
    assert len({*colours.values()}) == len(PALETTE)
    assert chapter_name("IX") == "IX circulatory system"
    assert (chapter_name(""), chapter_name("K")) == ("–", "K")
