"""Names that come with data and must not become paths, or must come back as they were."""

import re
from pathlib import Path

import pytest

SURROGATE = "ni\udcf1o"  # a file's name in Latin-1, as Python reads it


def hostile_names(elsewhere: Path | str = "/tmp/elsewhere") -> dict[str, str]:
    """Return names by what is wrong with them.

    Args:
        elsewhere: What absolute ones lead to.
    """
    return {
        "up": "../../x",
        "up and down": "a/../../x",
        "absolute": f"{elsewhere}/x",
        "folder": "a/b",
        "backslash": "..\\x",
        "here": ".",
        "parent": "..",
        "hidden": ".x",
        "empty": "",
        "blank": " ",
        "leading blank": " a",
        "trailing blank": "a ",
        "trailing dot": "a.",
        "NUL": "a\0b",
        "tab": "a\tb",
        "line end": "a\nb",
        "carriage return": "a\rb",
        "escape": "a\x1b[31mb",
        "next line": "a\x85b",
        "line separator": "a\u2028b",
        "right to left": "a\u202etxt.b",
        "zero width": "a\u200bb",
        "byte order mark": "\ufeffa",
        "device": "CON",
        "device and extension": "nul.x",
        "numbered device": "com1",
        "long": "x" * 252,
        "long in bytes": "ñ" * 126,
        "as long as can be": "x" * 251,
        "extension": "a.txt",
        "another extension": "a.ann",
        "table": "a.tsv",
        "quote": '"a"',
        "half a quote": '"a',
        "option": "-x",
        "home": "~",
        "escaped": "%2e%2e%2fx",
        "combined": "an\u0303o",
        "colon": "a:b",
        "many blanks": "a  b",
    }


HARMLESS = {
    *("trailing blank", "trailing dot", "as long as can be", "extension", "another extension"),
    *("table", "quote", "half a quote", "option", "home", "escaped", "combined", "colon"),
    "many blanks",
}


_OFTEN = {"up", "absolute", "line end", "extension"}


def each_name():
    """Parametrise a test by the names' keys; one of each kind is tried whenever tests run."""
    keys = [
        pytest.param(key, marks=() if key in _OFTEN else pytest.mark.slow)
        for key in hostile_names()
    ]
    return pytest.mark.parametrize("key", keys)


def tree(folder: Path) -> dict[str, bytes | None]:
    """Return all that lies in a folder, hidden files too; of folders None."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }


def told_of(name: str, message: str) -> bool:
    """Tell whether a message names the place, what is there, and what should be."""
    shown = re.escape(repr(name[:20])[:-1])
    return re.search(rf"{shown}.*; expected .+", message, re.DOTALL) is not None
