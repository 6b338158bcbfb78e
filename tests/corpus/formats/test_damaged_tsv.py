"""Hold that damaged tables of tab-separated values are read truly, or told with their names."""

from pathlib import Path

import pytest
from fuzzing import is_told, seeds, told_or_read
from hypothesis import given, settings
from hypothesis import strategies as st
from mutations import mutated_bytes, mutated_cells
from tsv_tables import TEXT

from projector.corpus.formats.tsv_read import read_spans
from projector.corpus.open import open_corpus

_FIVE = (
    "filename\tlabel\tstart_span\tend_span\ttext",
    *("a\tSYMPTOM\t0\t14\tDolor torácico", 'a\tSYMPTOM\t17\t25\t"fiebre"', "b\tSYMPTOM\t0\t3\tTos"),
    'a\tSYMPTOM\t17\t25\t"""fiebre"""',
    "",
)
_CODED = (
    "filename\tann_id\tlabel\tstart_span\tend_span\ttext\tcode\tsem_rel\tis_abbrev",
    *("a\tT1\tX\t0\t5\tDolor\t22253000\tEXACT\tFalse", "b\tT2\tX\t0\t3\tTos\tNone\t\tTrue"),
    "",
)
_LINKED = (
    "filename\tmark\tlabel\toff0\toff1\tspan\tcode\tsemantic_rel",
    *("a\tT1\tENFERMEDAD\t0\t5\tDolor\t1+2\tEXACT", "b\tT1\tENFERMEDAD\t0\t3\tTos\tNone\tNone"),
)
_CODIESP = (
    *("a\tDIAGNOSTICO\tr52\tDolor fiebre\t0 5;18 24", "b\tDIAGNOSTICO\tr05\tTos\t0 3"),
    "",
)
_TABLES = (_FIVE, _CODED, _LINKED, _CODIESP)


def read_damaged(folder: Path, seed: int) -> None:
    path = _written(folder, seed)
    rows = told_or_read(lambda: read_spans(path), "t.tsv")
    for row in rows or ():
        assert row.start < row.end < 2**63 and row.start >= -(2**63)
    corpus = told_or_read(lambda: open_corpus(path), "t.tsv", str(folder))
    if corpus is None:
        return
    for problem in corpus.problems:
        assert "t.tsv" in str(problem)
    for name in corpus.names:
        is_told(corpus.read(name), "t.tsv", f"{name}.txt")


def _written(folder: Path, seed: int) -> Path:
    """Write a table with two texts beside it, damaged by seed; return where it is."""
    lines = _TABLES[seed % len(_TABLES)]
    content = "\n".join(lines).encode()
    if seed % 3:
        content = "\n".join(mutated_cells(lines, seed)).encode("utf-8", "surrogatepass")
    if seed % 3 != 1:
        content = mutated_bytes(content, seed)
    text = TEXT.encode()
    (folder / "a.txt").write_bytes(mutated_bytes(text, seed) if seed % 7 == 0 else text)
    (folder / "b.txt").write_bytes(b"Tos.")
    path = folder / "t.tsv"
    path.write_bytes(content)
    return path


@pytest.mark.promise(
    "offsets are true and losses counted, or it is told where", "damaged TSV", trials=60
)
@settings(max_examples=60, derandomize=True)
@given(seed=st.integers(0, 10**9))
def test_damaged_tables_are_read_truly_or_told(tmp_path_factory, seed):
    folder = tmp_path_factory.getbasetemp() / "damaged-tsv"
    folder.mkdir(exist_ok=True)
    read_damaged(folder, seed)


@pytest.mark.promise(
    "offsets are true and losses counted, or it is told where", "damaged TSV", trials=10_000
)
@pytest.mark.slow
def test_ten_thousand_damaged_tables_are_read_truly_or_told(tmp_path):
    for seed in seeds(10_000):
        read_damaged(tmp_path, seed)
