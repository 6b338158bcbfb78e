"""Every measurement is a command that says what it measures, with an example."""

import runpy
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
COMMANDS = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for path in (ROOT / "jobs" / "research").rglob("*.py")
    if '__name__ == "__main__"' in path.read_text(encoding="utf-8")
)


def test_all_measurements_are_found():
    assert len(COMMANDS) >= 11


@pytest.mark.parametrize("module", COMMANDS)
def test_a_measurement_says_what_it_measures(module, monkeypatch, capsys):
    monkeypatch.delitem(sys.modules, module, raising=False)
    monkeypatch.setattr(sys, "argv", [module, "-h"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_module(module, run_name="__main__")
    assert ended.value.code in (0, None)
    shown = capsys.readouterr().out
    assert shown.startswith("Usage:")
    assert f"python -m {module}" in shown
