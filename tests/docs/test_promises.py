"""Hold the page of promises against the tests that try them."""

import re
from pathlib import Path

import pytest
from promises import marked, table

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "explanation" / "promises.md"


def test_the_page_has_each_promise_under_each_fault_that_is_tried():
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| [\d,]+ \| 0 \|", PAGE.read_text(), re.MULTILINE)
    tried = {(promise, fault) for promise, fault, _ in marked(ROOT / "tests")}
    assert {*rows} == tried and len(rows) == len(tried)
    told = re.findall(r"^- \*\*(.+?)[.,]?\*\*", PAGE.read_text(), re.MULTILINE)
    assert {*told} == {promise for promise, _ in tried}


def test_what_was_tried_is_counted_row_by_row():
    def report(outcome: str, seconds: float, *values: object) -> pytest.TestReport:
        properties = [("promise", value) for value in values]
        location = ("test_x.py", 0, "test_x")
        return pytest.TestReport(
            "x", location, {}, outcome, None, "call", [], seconds, user_properties=properties
        )

    reports = [
        report("passed", 2.0, ("kept", "a kill", 1000)),
        report("failed", 1.4, ("kept", "a kill", 1), ("whole", "two at once", 1)),
        report("passed", 9.0),
    ]
    assert table(reports)[2:] == [
        "| kept | a kill | 1,001 | 1 | 3 |",
        "| whole | two at once | 1 | 1 | 1 |",
    ]
