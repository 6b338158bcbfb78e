"""The page does in a real browser what reviewers need of it, from the keyboard too."""

import json
import threading
import time

import pytest
from chromium import chromium, console_errors, set_dark, why_no_chromium
from review_page import Page, stated_rivals
from reviewed_runs import LABEL, SOURCE, TARGET, with_audit, write_reviewed_run
from written_runs import at, contents

from projector.corrections.read import read_corrections
from projector.review import write
from projector.review.server import ReviewServer
from projector.review.write import write_review
from projector.run.reader import read_run

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(why_no_chromium()), reason=why_no_chromium() or "all is there"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("browser")


@pytest.fixture(scope="module")
def driver(folder):
    with chromium(folder) as driver:
        yield driver


@pytest.fixture(scope="module")
def run(folder):
    return with_audit(write_reviewed_run(folder / "out"))


@pytest.fixture(scope="module")
def review(run, folder):
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(write, "document_rivals", stated_rivals)
        write_review(run, folder / "review", rivals="none")
    return folder / "review"


@pytest.fixture
def page(driver, review):
    driver.get_log("browser")
    page = Page(driver).open((review / "index.html").as_uri())
    yield page
    assert not console_errors(driver)


def test_it_opens_with_the_most_doubtful_mention(page):
    assert page.selected("caso-<a> T4")
    assert len(page.texts(".queue-row")) == 4
    assert page.words("#progress-words") == "0 of 4 doubtful mentions decided"
    assert page.words("#rows .cell.source .piece") == SOURCE.replace("\n", "")
    assert page.words("#rows .cell.target .piece") == TARGET.replace("\n", "")
    assert page.texts(".row .finding") == ["Audit: negation the negation is lost"]


def test_an_address_names_a_language_and_a_document(driver, review):
    driver.get_log("browser")
    page, address = Page(driver), (review / "index.html").as_uri()
    page.open(f"{address}#en/caso-b")  # as a report links to it
    page.wait(lambda: page.words("#document-name") == "caso-b")
    page.open(f"{address}#en/caso-%3Ca%3E")
    page.wait(lambda: page.selected("caso-<a> T4"))
    for named in ("en", "en/caso", "xx/caso-c", "en/%", "%"):  # what is not there opens as ever
        page.open(f"{address}#{named}")
        page.wait(lambda: page.selected("caso-<a> T4"))
    assert not console_errors(driver)


def test_what_is_hostile_is_shown_and_never_run(page):
    assert "<script>alert(1)</script>" in page.words("#rows .cell.target")
    page.choose("caso-<a>", "T1")
    assert page.words(".said q").startswith("</script><!-- <b>&amp;")
    assert not page.all("#rows b, #rows script, #panel script, #panel b")


def test_filters_and_search_narrow_the_queue_with_counts(page):
    counts = dict(zip(page.texts(".kind"), page.all(".kind"), strict=True))
    assert list(counts) == [
        *("doubtful4", "all7", "low score2", "collapsed1", "unaligned1", "audit finding1"),
    ]
    counts["low score2"].click()
    assert len(page.texts(".queue-row")) == 2
    page.one('.kind[data-kind="all"]').click()
    page.one("#search").send_keys("torácico")  # composed here, combining in the text
    page.wait(lambda: len(page.texts(".queue-row")) == 1)
    page.one("#search").clear()
    page.one("#search").send_keys(" ")
    offered = "return [...document.querySelectorAll('#names option')].map((e) => e.label)"
    names = ["caso-<a> (5)", "caso-b (2)"]
    page.wait(lambda: page.driver.execute_script(offered) == names)
    page.one("#name").send_keys("caso-B")
    page.wait(lambda: len(page.texts(".queue-row")) == 2)
    page.one("#label").send_keys("DISEASE")
    page.wait(lambda: len(page.texts(".queue-row")) == 1)
    assert "all1" in page.texts(".kind")


def test_the_counterpart_lights_up_on_hover_and_on_focus(page, driver):
    from selenium.webdriver import ActionChains

    mark = page.one(".cell.source .badge[data-id=T2]")
    ActionChains(driver).move_to_element(mark).perform()
    page.wait(lambda: page.texts(".cell.target .piece.lit") == ["Severe\u0301", "pain"])
    ActionChains(driver).move_to_element(page.one("header")).perform()
    page.wait(lambda: not page.texts(".lit"))
    driver.execute_script("arguments[0].focus()", page.one(".cell.target .badge[data-id=T1]"))
    page.wait(lambda: page.texts(".cell.source .piece.lit") == ["tos"])


def test_nested_mentions_have_a_bar_each_and_parts_are_joined(page):
    nested = page.one('.cell.target .piece[data-ids=\'["T2","T3"]\']')
    assert nested.text == "pain"
    layers = nested.value_of_css_property("background-image").count("gradient")
    assert layers == 2
    assert page.texts(".cell.target .badge[data-id=T2]")[0].startswith("T2\u00a01/2")


def test_an_edge_moves_by_words_and_letters_and_is_undone(page):
    page.choose("caso-<a>", "T3")
    assert page.now == "chest pain"
    page.press("ARROW_RIGHT")
    assert page.now == "chest pain and"
    page.press("SHIFT+ARROW_LEFT", "SHIFT+ARROW_LEFT")
    assert page.now == "chest pain a"
    page.press("e", "ARROW_LEFT")
    assert page.now == "🙂 chest pain a"
    page.press("z", "z", "z", "z")
    assert page.now == "chest pain"
    page.press("Z")
    assert page.now == "chest pain and"
    page.press("0")
    assert page.now == "chest pain"
    assert page.words(".decision") == ""


def test_a_letter_is_taken_with_its_accent(page):
    page.choose("caso-<a>", "T2")
    page.press("SHIFT+ARROW_LEFT")
    assert page.now == "Sever … pain"
    page.press("SHIFT+ARROW_RIGHT")
    assert page.now == "Severe\u0301 … pain"


def test_all_by_keyboard_and_the_saved_file_is_what_the_contract_says(page, folder, run):
    page.one("#reviewer").send_keys("Ana Núñez")
    page.choose("caso-<a>", "T3")
    page.press("2")  # the second rival
    assert page.now == "chest"
    page.press("c")
    page.press("f", "i", "n", "e", "ESCAPE")
    page.choose("caso-<a>", "T1")
    page.press("r")
    page.choose("caso-<a>", "T4")
    page.press("i", "e")
    page.press("ARROW_RIGHT", "e", "ARROW_RIGHT")
    first = page.now
    page.press("0", "r")
    page.choose("caso-<a>", "T5")
    page.press("x")
    page.choose("caso-<a>", "T2")
    page.press("I", "ARROW_RIGHT")
    assert page.now == "Severe\u0301 … pain … and dyspnoea"
    page.press("s")
    saved = folder / "corrections.json"
    page.wait(saved.is_file)
    page.wait(saved.stat)
    corrections = read_corrections(saved)
    saved.unlink()
    assert first
    assert (corrections.run, corrections.reviewer) == (run.manifest.sha256, "Ana Núñez")
    told = {one.mention: one for one in corrections.corrections}
    assert {id_: one.decision for id_, one in told.items()} == {
        "T1": "confirmed",
        "T2": "corrected",
        "T3": "corrected",
        "T4": "absent",
        "T5": "absent",
    }
    for one in told.values():
        assert " ".join(TARGET[span.start : span.end] for span in one.new) == one.text
        assert (one.language, one.document) == ("en", "caso-<a>")
    assert told["T3"].text == "chest"
    assert told["T3"].comment == "fine"
    assert [(span.start, span.end) for span in told["T3"].old] == [
        (part.start, part.end) for part in at(TARGET, "chest pain")
    ]
    assert told["T4"].old == told["T4"].new == ()


def test_the_saved_bytes_are_canonical_json(page):
    page.choose("caso-b", "T1")
    page.press("x")
    time.sleep(0.4)
    (content,) = page.driver.execute_script("return Object.values(localStorage)")
    (made,) = json.loads(content)["corrections"]
    start = len("Denies ")
    made["time"] = "2026-11-28T12:00:00Z"
    assert list(made.items()) == [
        ("language", "en"),
        ("document", "caso-b"),
        ("mention", "T1"),
        ("decision", "absent"),
        ("old", [{"start": start, "end": start + len("coughing")}]),
        ("new", []),
        ("text", ""),
        ("time", "2026-11-28T12:00:00Z"),
    ]
    assert content.endswith("}\n")


def test_words_that_are_selected_become_the_span_or_a_part_of_it(page):
    page.choose("caso-<a>", "T4")
    select_words(page, " dyspnoea; ")
    page.press("m")
    assert page.now == "dyspnoea;"
    select_words(page, "🙂")
    page.press("M")
    assert page.now == "🙂 … dyspnoea;"
    page.press("d")
    assert page.now == "dyspnoea;"
    assert page.kept()[0]["new"] == [
        {"start": part.start, "end": part.end} for part in at(TARGET, "dyspnoea;")
    ]


def select_words(page, words):
    """Select words of the translation that are within one piece, as a mouse would."""
    script = """
      const pieces = [...document.querySelectorAll(".cell.target .piece")];
      const node = pieces.find((piece) => piece.textContent.includes(arguments[0])).firstChild;
      const start = node.data.indexOf(arguments[0]);
      window.getSelection().setBaseAndExtent(node, start, node, start + arguments[0].length);
    """
    page.driver.execute_script(script, words)


def test_a_handle_is_dragged_word_by_word_and_undone_at_once(page, driver):
    from selenium.webdriver import ActionChains

    page.choose("caso-<a>", "T3")
    handle = page.one(".handle.end")
    distance = driver.execute_script(
        """
        const pieces = [...document.querySelectorAll(".cell.target .piece")];
        const node = pieces.find((piece) => piece.textContent.includes("dyspnoea")).firstChild;
        const range = new Range();
        range.setStart(node, node.data.indexOf("dyspnoea") + 6);
        return range.getBoundingClientRect().left - arguments[0].getBoundingClientRect().left;
        """,
        handle,
    )
    drag = ActionChains(driver).click_and_hold(handle)
    drag.move_by_offset(40, 0).move_by_offset(round(distance) - 40, 0).release().perform()
    assert page.now == "chest pain and dyspnoea"
    page.press("z")
    assert page.now == "chest pain"


def test_what_was_decided_is_there_again_and_a_file_is_taken_back(page, review, folder):
    page.choose("caso-b", "T1")
    page.press("r")
    assert [one["decision"] for one in page.kept()] == ["confirmed"]
    content = page.driver.execute_script("return Object.values(localStorage)")[0]
    page.open((review / "index.html").as_uri(), fresh=False)
    assert page.words("#progress-words").startswith("1 of 4")
    page.open((review / "index.html").as_uri())
    assert page.words("#progress-words").startswith("0 of 4")
    path = folder / "mine.json"
    path.write_text(content, encoding="utf-8")
    page.one("#file").send_keys(str(path))
    page.wait(lambda: page.words("#progress-words").startswith("1 of 4"))
    path.write_text(content.replace('"run": "', '"run": "0'), encoding="utf-8")
    page.one("#file").send_keys(str(path))
    page.wait(lambda: "of another run" in page.words("#status"))


def test_deciding_goes_on_to_the_next_that_is_open(page):
    page.press("r")
    page.wait(lambda: page.selected("caso-b T1"))
    page.press("k")
    page.wait(lambda: page.selected("caso-<a> T4"))
    page.press("n")
    page.wait(lambda: page.selected("caso-b T1"))


def test_help_lists_the_keys_and_closes(page):
    page.press("?")
    assert page.one("#help").is_displayed()
    assert "Right as it stands" in page.one("#help").text
    page.press("ESCAPE")
    assert not page.one("#help").is_displayed()


def test_keys_that_are_typed_decide_nothing(page):
    page.one("#search").send_keys("xr0")
    time.sleep(0.3)
    assert page.words("#progress-words").startswith("0 of")


def test_everything_that_acts_has_a_name(page):
    script = """
      const acting = "button, input, select, textarea, [role=button], [role=listbox]";
      const isNamed = (e) => e.ariaLabel || e.textContent.trim() || e.labels?.length;
      return [...document.querySelectorAll(acting)]
        .filter((e) => e.type !== "file" && !isNamed(e))
        .map((e) => e.outerHTML);
    """
    assert page.driver.execute_script(script) == []


def test_it_is_dark_where_dark_is_preferred(page, driver):
    light = page.one("#texts").value_of_css_property("background-color")
    set_dark(driver, True)
    dark = page.one("#texts").value_of_css_property("background-color")
    set_dark(driver, False)
    assert (light, dark) == ("rgba(255, 255, 255, 1)", "rgba(30, 30, 30, 1)")


def test_a_large_review_loads_what_it_needs_from_disk(driver, folder, monkeypatch):
    run = write_reviewed_run(folder / "large", copies=200)
    monkeypatch.setattr(write, "_ONE_PAGE", 100)
    monkeypatch.setattr(write, "_CHUNK", 5000)
    monkeypatch.setattr("projector.review.queue_data.QUEUE_PART", 100)
    write_review(run, folder / "split", rivals="none")
    driver.get_log("browser")
    page = Page(driver).open((folder / "split" / "index.html").as_uri())
    page.one('.kind[data-kind="all"]').click()
    page.wait(lambda: "407 mentions" in page.words("#list-count"))
    page.one("#name").send_keys("copy-00150")
    page.wait(lambda: len(page.texts(".queue-row")) == 2)
    page.click_row(1)
    page.wait(lambda: page.selected("copy-00150 T2"))
    assert not console_errors(driver)


def test_served_it_saves_in_the_folder_and_takes_up_there(driver, review):
    with ReviewServer(review, reviewer="Eva") as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            driver.get_log("browser")
            page = Page(driver).open(server.address)
            page.choose("caso-b", "T1")
            page.press("x")
            saved = review / "corrections-Eva.json"
            page.wait(saved.is_file)
            assert read_corrections(saved).corrections[0].decision == "absent"
            page.open(server.address)
            page.wait(lambda: page.words("#progress-words").startswith("1 of 4"))
            # The first time there was nothing to take up, which is told as missing.
            assert all("404" in error for error in console_errors(driver))
        finally:
            server.stop()
            thread.join()


def test_what_is_saved_is_accepted_into_the_run(page, folder, run):
    apply = pytest.importorskip("projector.corrections.apply", reason="corrections aren't applied")
    page.choose("caso-<a>", "T3")
    page.press("2")
    page.choose("caso-b", "T1")
    page.press("x")
    page.press("s")
    saved = folder / "corrections.json"
    page.wait(saved.is_file)
    corrections = read_corrections(saved)
    saved.unlink()
    for name in ("final", "again"):
        apply.accept(run, [corrections], folder / name)
    assert contents(folder / "final" / "brat") == contents(folder / "again" / "brat")
    accepted = read_run(folder / "final").projections().to_dicts()
    told = {(row["source_document"], row["mention_id"]): row for row in accepted}
    assert told["caso-<a>", "T3"]["status"] == "corrected"
    assert told["caso-<a>", "T3"]["target_text"] == "chest"
    assert told["caso-b", "T1"]["status"] == "absent"
    before = run.projections().to_dicts()
    assert told["caso-<a>", "T2"] in before


def test_labels_are_told_without_colour(page):
    bars = {one.value_of_css_property("background-image") for one in page.all("#legend .sample")}
    assert len(bars) == 2
    assert any("repeating" in bar for bar in bars)
    page.press("t")
    assert LABEL in page.one(".badge").text
