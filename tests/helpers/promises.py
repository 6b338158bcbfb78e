"""Count how often each promise was tried under each fault, and whether it was kept.

A test of a promise is marked with it, with the fault it is tried under, and with how many faults
one run of the test makes:

    @pytest.mark.promise("offsets are true or it is told", "damaged Parquet", trials=10_000)
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

_PROPERTY = "promise"


def note(item: pytest.Item) -> None:
    """Let a test's report tell what it tried, to the process that counts."""
    for mark in item.iter_markers("promise"):
        promise, fault = mark.args
        item.user_properties.append((_PROPERTY, (promise, fault, mark.kwargs.get("trials", 1))))


def table(reports: Iterable[pytest.TestReport]) -> list[str]:
    """Return what tests tried, as lines of a Markdown table: a row for a promise and a fault."""
    tried: defaultdict[tuple[str, str], list[tuple[int, bool, float]]] = defaultdict(list)
    for report in reports:
        for name, value in report.user_properties:
            if name == _PROPERTY:
                promise, fault, trials = value
                tried[promise, fault].append((trials, report.failed, report.duration))
    lines = ["| promise | under | times | broken in | seconds |", "|---|---|---|---|---|"]
    for (promise, fault), cases in sorted(tried.items()):
        trials = sum(trials for trials, _, _ in cases)
        failed = sum(failed for _, failed, _ in cases)
        seconds = sum(seconds for _, _, seconds in cases)
        lines.append(f"| {promise} | {fault} | {trials:,} | {failed} | {seconds:.0f} |")
    return lines


def marked(folder: Path) -> Iterator[tuple[str, str, Path]]:
    """Yield the promise and the fault of each mark in a folder's tests, with the file it is in."""
    for path in sorted(folder.rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.promise":
                promise, fault = map(ast.literal_eval, node.args)
                yield promise, fault, path
