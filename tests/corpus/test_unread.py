"""Hold that nobody misses a file unawares."""

import pytest

from projector.corpus import open_corpus
from projector.errors import Notice, summaries


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "es").mkdir()
    (tmp_path / "es" / "c1.txt").write_text("Tiene asma.", encoding="utf-8")
    return tmp_path / "es"


def test_files_of_other_kinds_are_counted_and_named(folder):
    for name in ("all.parquet", "b.xml", "c.json", "d.doc", "e.docx", "f.ANN", "README.txt.bak"):
        (folder / name).touch()
    for name in ("annotation.conf", ".hidden", "README.md", "LICENSE"):
        (folder / name).touch()
    (notice,) = open_corpus(folder).notices
    assert notice.path == folder
    told = "6 files or folders are not read: all.parquet, b.xml, c.json, d.doc, e.docx and 1 more"
    assert notice.told == told


def test_a_table_that_is_none_is_named_with_its_columns(folder):
    (folder / "patients.csv").write_text("id;age\n1;70\n")
    corpus = open_corpus(folder)
    assert corpus.format == "text" and not corpus.problems
    (notice,) = corpus.notices
    assert notice.path.name == "patients.csv" and "columns 'id age'" in notice.told


def test_a_table_without_rows_is_told(folder):
    (folder / "all.tsv").write_text("filename\tlabel\tstart_span\tend_span\ttext\n")
    (notice,) = open_corpus(folder).notices
    assert notice.told == "the table has no rows"


def test_all_that_is_read_is_not_named(folder):
    (folder / "c1.ann").write_text("T1\tX 6 10\tasma\n")
    assert open_corpus(folder).notices == ()


def test_notices_that_say_the_same_are_told_once(tmp_path):
    notices = [Notice(tmp_path / f"{number}.ann", "converted", 2) for number in range(3)]
    notices.append(Notice(tmp_path, "not read: a.xml"))
    assert summaries(notices) == [
        f"{tmp_path}/0.ann and 2 more files: converted, 6 mentions",
        f"{tmp_path}: not read: a.xml",
    ]
