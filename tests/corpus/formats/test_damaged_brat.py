"""Hold that damaged BRAT files are read truly, or told with the file's name."""

import re
from pathlib import Path

import pytest
from brat_files import read
from fuzzing import is_told, seeds
from hypothesis import given, settings
from hypothesis import strategies as st
from mutations import mutated_bytes, mutated_cells

_TEXT = "\ufeffFiebre alta,\r\ntos y “dolor” 🤒.\nSin asma."
_LINES = (
    *("T1\tSYMPTOM 1 7\tFiebre", "T2\tSYMPTOM 15 18\ttos", "T3\tSYMPTOM 1 7;15 18\tFiebre tos"),
    *("A1\tNegated T1", "R1\tWith Arg1:T1 Arg2:T2", "E1\tSYMPTOM:T2 Of:T1", "*\tEquiv T1 T2"),
    *("N1\tReference T1 ICD10:R50.9\tfever", "#1\tAnnotatorNotes R1\ta note", ""),
)
_ID = re.compile(r"T[0-9]+[^\s:;]*")


def read_damaged(folder: Path, seed: int) -> None:
    text, annotations = _TEXT.encode(), "\n".join(_LINES).encode()
    if seed % 2:
        annotations = "\n".join(mutated_cells(_LINES, seed)).encode("utf-8", "surrogatepass")
    if seed % 3 == 0:
        annotations = mutated_bytes(annotations, seed)
    if seed % 5 == 0:
        text = mutated_bytes(text, seed)
    reading = read(folder, text, annotations)
    starts = annotations.removeprefix(b"\xef\xbb\xbf").decode(errors="replace").split("\n")
    ids = {start.removesuffix("\r").partition("\t")[0] for start in starts}
    assert is_told(reading, "doc.ann", "doc.txt") == len([*filter(_ID.fullmatch, ids)])


@pytest.mark.promise(
    "offsets are true and losses counted, or it is told where", "damaged BRAT", trials=60
)
@settings(max_examples=60, derandomize=True)
@given(seed=st.integers(0, 10**9))
def test_damaged_files_are_read_truly_or_told(tmp_path_factory, seed):
    read_damaged(tmp_path_factory.getbasetemp() / "damaged-brat", seed)


@pytest.mark.promise(
    "offsets are true and losses counted, or it is told where", "damaged BRAT", trials=10_000
)
@pytest.mark.slow
def test_ten_thousand_damaged_files_are_read_truly_or_told(tmp_path):
    for seed in seeds(10_000):
        read_damaged(tmp_path, seed)
