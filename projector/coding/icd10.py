"""Know how ICD-10 codes are written and what stands above them: pure functions of strings."""

from __future__ import annotations

import re

_MARKS = "†‡*+!"
# Of ICD-10-CM's codes, those from QA0 on have a letter in the second place (since October 2025).
_THREE = r"(?:[A-Z]\d|Q[A-Z])[0-9A-Z]"
_CATEGORY = re.compile(_THREE)
_RANGE = re.compile(f"({_THREE})-({_THREE})")
# The chapters of ICD-10 with their first and last categories; national modifications lie within.
_CHAPTERS = (
    ("I", "A00", "B99"),
    ("II", "C00", "D49"),
    ("III", "D50", "D89"),
    ("IV", "E00", "E90"),
    ("V", "F00", "F99"),
    ("VI", "G00", "G99"),
    ("VII", "H00", "H59"),
    ("VIII", "H60", "H95"),
    ("IX", "I00", "I99"),
    ("X", "J00", "J99"),
    ("XI", "K00", "K95"),
    ("XII", "L00", "L99"),
    ("XIII", "M00", "M99"),
    ("XIV", "N00", "N99"),
    ("XV", "O00", "O9A"),
    ("XVI", "P00", "P96"),
    ("XVII", "Q00", "QZZ"),
    ("XVIII", "R00", "R99"),
    ("XIX", "S00", "T98"),
    ("XX", "V00", "Y99"),
    ("XXI", "Z00", "Z99"),
    ("XXII", "U00", "U99"),
)


def normal_code(code: str) -> str:
    """Return a code as it is compared: upper case, dotted, without marks and fillers.

    Dagger and asterisk (`G01*`, `A39.0†`, also written `+`) say how a code is used, not which it
    is; `I10X`, `I10.X` and `I10.-` fill up a category that is not divided. Placeholders inside a
    code (`T36.0X1A`) are a part of it. Codes of seven characters without a dot may be of
    procedures (ICD-10-PCS) and are left as they are.
    """
    plain = code.strip().upper().rstrip(_MARKS).strip()
    bare = plain.replace(".", "")
    if not _CATEGORY.match(bare) or _RANGE.fullmatch(plain):
        return plain
    if bare[3:] in ("X", "-"):
        return bare[:3]
    if "." in plain or not 4 <= len(bare) <= 6 or not bare.isalnum():
        return plain
    return f"{bare[:3]}.{bare[3:]}"


def category(code: str) -> str:
    """Return the category of three characters that a code is in; itself if it is of no ICD-10."""
    return code[:3] if _CATEGORY.match(code) and not _RANGE.fullmatch(code) else code


def bounds(code: str) -> tuple[str, str] | None:
    """Return the first and last category of a block (`A00-A09`); None for other codes."""
    block = _RANGE.fullmatch(code)
    return (block[1], block[2]) if block else None


def chapter(code: str) -> str:
    """Return the ICD-10 chapter that a code or a block is in, as a Roman numeral; empty if none."""
    if not _CATEGORY.match(code):
        return ""
    three = code[:3]
    return next((name for name, first, last in _CHAPTERS if first <= three <= last), "")


def shorter(code: str) -> list[str]:
    """Return what a code is a refinement of by its characters, the longest first."""
    if category(code) == code:
        return []
    return [code[:end].rstrip(".") for end in range(len(code) - 1, 2, -1) if code[end - 1] != "."]
