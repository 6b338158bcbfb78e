from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
from cache_files import build

from projector.errors import (
    ConfigurationError,
    OutputError,
)
from projector.models.cache import cache_folder, cached, is_whole


def fail(folder: Path):
    (folder / "one").write_bytes(b"half")
    raise RuntimeError("no space left")


def never(folder: Path):
    raise AssertionError("built again")


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("PROJECTOR_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_the_folder_follows_the_environment(cache, monkeypatch):
    assert cache_folder() == cache
    monkeypatch.delenv("PROJECTOR_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", "/x")
    assert cache_folder() == Path("/x/projector")
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", "/home/me")
    assert cache_folder() == Path("/home/me/.cache/projector")


def test_what_is_whole_is_not_built_again(cache):
    folder = cached("model", build)
    assert folder == cache / "model"
    assert sorted(path.name for path in folder.iterdir()) == ["complete.json", "one", "two"]
    assert cached("model", never) == folder


@pytest.mark.promise("damage is noticed", "a damaged model in the cache")
@pytest.mark.parametrize("damage", ["shorter", "changed", "absent", "no manifest", "manifest"])
def test_what_is_damaged_is_built_again(cache, damage):
    folder = cached("model", build)
    if damage == "shorter":
        (folder / "one").write_bytes(b"one")
    elif damage == "changed":
        (folder / "one").write_bytes(b"eno" * 100_000)
    elif damage == "absent":
        (folder / "two").unlink()
    elif damage == "no manifest":
        (folder / "complete.json").unlink()
    else:
        (folder / "complete.json").write_text("[]", encoding="utf-8")
    assert not is_whole(folder)
    assert is_whole(cached("model", build))
    assert [path.name for path in cache.iterdir()] == ["model"]


@pytest.mark.parametrize("length", [-1, 0])
def test_that_a_copy_was_damaged_is_told(cache, caplog, length):
    folder = cached("model", build)
    assert cached("model", never) == folder and not caplog.text
    data = bytearray((folder / "one").read_bytes())
    data[10] ^= 1
    (folder / "one").write_bytes(bytes(data[:length] if length else data))
    cached("model", build)
    assert "is damaged (one is not what was written there); making it again" in caplog.text


def test_whole_files_are_hashed_once_in_a_process(cache, monkeypatch):
    folder = cached("model", build)
    assert is_whole(folder)
    monkeypatch.setattr("projector.models.cache.file_hash", None)
    assert is_whole(folder)


def test_without_a_home_it_is_told_what_to_set(monkeypatch):
    monkeypatch.delenv("PROJECTOR_CACHE")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.delenv("HOME")
    monkeypatch.setattr("pwd.getpwuid", lambda _: {}["nobody"])
    with pytest.raises(ConfigurationError, match="set PROJECTOR_CACHE"):
        cache_folder()


def test_a_name_that_leads_elsewhere_is_refused(cache):
    with pytest.raises(OutputError, match=r"the cached model .*x. can.t be a file"):
        cached("../x", never)


def test_a_failure_leaves_nothing(cache):
    with pytest.raises(RuntimeError):
        cached("model", fail)
    assert list(cache.iterdir()) == []


def test_a_cache_that_cannot_be_written_is_an_os_error(cache):
    cache.write_text("a file in its place", encoding="utf-8")
    with pytest.raises(OSError):
        cached("model", build)


@pytest.mark.promise("whole or not at all", "two or more at once")
def test_processes_at_once_all_get_a_whole_folder(cache):
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as pool:
        folders = list(pool.map(cached, ["model"] * 8, [build] * 8))
    assert set(folders) == {cache / "model"}
    assert is_whole(cache / "model")
    assert [path.name for path in cache.iterdir()] == ["model"]
