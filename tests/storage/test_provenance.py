import os
import shutil
import subprocess
from pathlib import Path

import pytest

from projector.errors import CorpusError
from projector.storage.provenance import hash_input, stamp_input, versions


@pytest.fixture
def corpus(tmp_path):
    folder = tmp_path / "corpus"
    (folder / "sub").mkdir(parents=True)
    (folder / "b.txt").write_text("b")
    (folder / "sub" / "a.txt").write_text("a")
    (folder / ".hidden").write_text("x")
    return folder


def hashed(path):
    return hash_input(path, role="source", language="es")


def test_the_hash_is_that_of_what_sha256sum_prints(corpus):
    facts = hashed(corpus)
    assert (facts.files, facts.language, facts.path) == (2, "es", str(corpus))
    if shutil.which("sha256sum") is None:
        pytest.skip("needs sha256sum")
    command = "sha256sum b.txt sub/a.txt | sha256sum"
    told = subprocess.run(["sh", "-c", command], cwd=corpus, capture_output=True, check=True)
    assert facts.sha256 == told.stdout.split()[0].decode()


def test_contents_and_names_make_a_difference_and_hidden_files_none(corpus):
    before = hashed(corpus).sha256
    (corpus / ".hidden").write_text("y")
    assert hashed(corpus).sha256 == before
    (corpus / "b.txt").rename(corpus / "c.txt")
    renamed = hashed(corpus).sha256
    (corpus / "c.txt").write_text("c")
    assert len({before, renamed, hashed(corpus).sha256}) == 3


def test_a_stamp_changes_with_size_and_time(corpus):
    before = stamp_input(corpus)
    assert stamp_input(corpus) == before
    os.utime(corpus / "b.txt", ns=(1, 1))
    assert stamp_input(corpus) != before
    (corpus / "d.txt").symlink_to(corpus / "nowhere")
    for read in (stamp_input, hashed):
        with pytest.raises(CorpusError, match=r"d\.txt: can't be read"):
            read(corpus)


def test_versions_are_those_of_what_results_depend_on():
    assert {"python", "projector", "torch", "numpy"} <= versions().keys()


def corpus_files(folder: Path) -> None:
    for name in ("b.txt", "a.txt", "sub/é x.txt", ".hidden", ".git/x", "a/z.txt"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name, encoding="utf-8")


@pytest.mark.skipif(os.name != "posix" or not shutil.which("sha256sum"), reason="needs sha256sum")
def test_the_hash_is_what_sha256sum_says(tmp_path: Path):
    corpus_files(tmp_path)
    command = (
        r"find . -type f -not -path '*/.*' -printf '%P\n' | LC_ALL=C sort"
        r" | xargs -d '\n' sha256sum | sha256sum"
    )
    said = subprocess.run(
        ["sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    found = hash_input(tmp_path, role="source", language="es")
    assert (found.files, found.sha256) == (4, said.stdout.split()[0])


def test_the_hash_sees_contents_and_names_but_not_where_it_lies(tmp_path: Path):
    for folder in ("one", "two"):
        corpus_files(tmp_path / folder)

    def of(folder: str) -> str:
        return hash_input(tmp_path / folder, role="target", language="en").sha256

    assert of("one") == of("two")
    (tmp_path / "two" / "a.txt").rename(tmp_path / "two" / "c.txt")
    assert of("one") != of("two")
    assert of("one/a.txt") != of("one/b.txt")
    with pytest.raises(CorpusError, match="can't be read"):
        of("none")
