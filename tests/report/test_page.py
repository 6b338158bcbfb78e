"""Hold a report's page: everything in it is told in words, escaped, and comes from the page."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from drawn_figures import NAMES, every_part

from projector.errors import OutputError
from projector.report.figures import ReportFigures, WorstDocuments
from projector.report.page import report_page, write_report

VOID = {"meta", "br", "img", "link", "input", "hr"}


class Page(HTMLParser):
    """What a browser makes of a page: its elements, held against each other, and its words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.words.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def html() -> str:
    return report_page(every_part(), "review/index.html")


@pytest.fixture(scope="module")
def page(html) -> Page:
    return Page(html)


def test_names_from_data_stay_words(page):
    allowed = {
        *("html", "head", "meta", "title", "style", "body", "a", "header", "p", "h1", "h2", "h3"),
        *("dl", "div", "dt", "dd", "small", "nav", "ul", "li", "main", "section", "figure"),
        *("figcaption", "details", "summary", "table", "caption", "thead", "tbody", "tr", "th"),
        *("td", "pre", "footer", "svg", "g", "path", "text", "tspan", "use", "defs", "rect"),
        *("clippath", "pattern", "image"),
    }
    assert {tag for tag, _ in page.elements} <= allowed - {"image"}
    for tag, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on")], (tag, attributes)
    words = "".join(page.words)
    for name in NAMES:
        assert re.sub(r"[^\x20-\uffff😷]|\u202e", "\ufffd", name) in words, name


def test_nothing_is_fetched_and_nothing_runs(html, page):
    for _, attributes in page.elements:
        for name in ("src", "href", "xlink:href", "action"):
            value = attributes.get(name) or "#"
            assert value.startswith(("#", "review/index.html#")), value
    assert not page.all("script") and not page.all("link") and "@import" not in html
    assert re.findall(r"https?://[^\"' <)]*", html) == ["http://www.w3.org/2000/svg"] * len(
        page.all("svg")
    )
    assert all(reference.startswith("#") for reference in re.findall(r"url\(([^)]+)\)", html))
    (policy,) = [
        one["content"]
        for one in page.all("meta")
        if "content" in one and "'none'" in one["content"]
    ]
    assert policy.startswith("default-src 'none'")


def test_ids_are_one_elements_and_what_is_referred_to_is_there(html, page):
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    within = [
        one["href"][1:] for one in [*page.all("a"), *page.all("use")] if one["href"][0] == "#"
    ]
    assert {*within, *re.findall(r"url\(#([^)]+)\)", html)} <= {*ids}
    assert {one["aria-labelledby"] for one in page.all("section")} <= {*ids}


def test_every_figure_is_told_in_words_and_as_a_table(html, page):
    assert len(page.all("figure")) == len(page.all("svg")) == 8
    for drawn in page.all("svg"):
        assert drawn["role"] == "img" and len(drawn["aria-label"]) > 30
    assert html.count("</figure><details>") == 8
    assert len(page.all("table")) == len(page.all("caption"))
    for one in page.all("th"):
        assert one["scope"] in ("col", "row")
    assert [one["lang"] for one in page.all("html")] == ["en"]


def test_letters_are_letters_in_colours_that_both_themes_have(html):
    drawn = "".join(re.findall(r"<svg.*?</svg>", html, re.DOTALL))
    assert "DejaVu" not in drawn and "font-family: var(--font)" in drawn
    assert "#0102" not in drawn and "currentColor" in drawn and "var(--line)" in drawn
    assert "below threshold" not in drawn and ">confirmed<" not in drawn  # has a span: not lost
    assert ">absent<" in drawn


def test_equal_figures_give_equal_bytes():
    small = every_part(NAMES[-1:], ("en",))
    assert report_page(small) == report_page(small)


def test_documents_are_linked_to_their_place_in_the_review(page):
    links = {one["href"] for one in page.all("a")}
    assert "review/index.html#en/%3Cscript%3Ealert%281%29%3C%2Fscript%3E" in links
    assert "review/index.html#%3Ci%3Eit%3C%2Fi%3E/%E7%97%85%E6%B0%97%20%F0%9F%98%B7" in links
    assert "review/index.html" not in report_page(every_part(("A",), ("en",)))


def test_more_labels_than_there_is_room_for_are_all_in_the_table():
    labels = tuple(f"LABEL_{number:02}" for number in range(30))
    html = report_page(replace(every_part(labels), gold=None, audit=None, codes=None))
    drawn, *_ = re.findall(r"<svg.*?</svg>", html, re.DOTALL)
    assert "The 12 commonest of 30 labels are drawn" in html
    assert drawn.count("LABEL_") == 12 and all(html.count(label) > 1 for label in labels)


def test_a_run_without_a_document_says_so():
    empty = ReportFigures("out", False, (), (), (), WorstDocuments(), None, None, None, ())
    page = Page(report_page(empty))
    assert "There are no documents in it." in page.words and not page.all("svg")


def test_a_run_that_only_tags_shows_what_it_found():
    full = every_part(("DISEASE", "SYMPTOM"), ("en", "it"))
    found = tuple(replace(one, status="tagged") for one in full.statuses if one.status == "absent")
    tagging = replace(
        full,
        tags=True,
        statuses=found,
        scores=(),
        gold=None,
        audit=None,
        codes=None,
        worst=WorstDocuments(),
    )
    page = Page(report_page(tagging))
    assert "Mentions found" in page.words and "Coverage" not in page.words
    assert len(page.all("svg")) == 1


def test_a_file_is_replaced_only_where_that_is_said(tmp_path):
    path = tmp_path / "report.html"
    path.write_text("mine")
    small = every_part(("A",), ("en",))
    with pytest.raises(OutputError, match=r"report\.html: exists already.*--overwrite"):
        write_report(small, path)
    assert path.read_text() == "mine"
    write_report(small, path, overwrite=True, review=tmp_path / "re view")
    assert 'href="re%20view/index.html#en/A"' in path.read_text(encoding="utf-8")
    with pytest.raises(OutputError, match=r"is a folder; say the file, like .*report\.html"):
        write_report(small, tmp_path)
    with pytest.raises(OutputError, match="can't be written"):
        write_report(small, tmp_path / "report.html" / "deeper.html")
