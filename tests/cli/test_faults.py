"""What ends a command is told as what it is, with what to do."""

import errno
import os
from pathlib import Path

import pytest

from projector.cli import run
from projector.cli.faults import is_fault, told
from projector.errors import OutputError


class OutOfMemoryError(RuntimeError):
    """Called as torch's own is."""


class ConnectError(Exception):
    """Called as httpx's own is."""


ConnectError.__module__ = "httpx._exceptions"
NewerConnectError = type("ConnectError", (Exception,), {"__module__": "httpx2"})


def failed(code: int) -> OSError:
    return OSError(code, os.strerror(code), "out")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (MemoryError(), "--max-characters"),
        (OutOfMemoryError("CUDA"), "--window"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory"), "not enough memory"),
        (RuntimeError("Storage size calculation overflowed with sizes=[1]"), "not enough memory"),
        (failed(errno.ENOSPC), "the disk is full"),
        (failed(errno.EDQUOT), "PROJECTOR_CACHE"),
        (failed(errno.EROFS), "the file system does not allow it"),
        (failed(errno.EACCES), "--output"),
        (failed(errno.ENETUNREACH), "--model"),
        (ConnectError("no route"), "the network can't be reached"),
        (NewerConnectError("no route"), "the network can't be reached"),
    ],
)
def test_what_a_user_can_mend_is_no_fault(error: Exception, words: str):
    assert words in told(error) and "fault in projector" not in told(error)
    assert not is_fault(error)


def test_what_was_raised_from_it_is_told_with_it():
    error = OutputError("out: can't be written")
    error.__cause__ = failed(errno.ENOSPC)
    assert told(error).startswith("out: can't be written\nthe disk is full")


def test_anything_else_is_a_fault():
    assert told(ValueError("oh")) == "a fault in projector: ValueError: oh"
    assert is_fault(ValueError("oh")) and not is_fault(OutputError("x"))
    assert not is_fault(FileNotFoundError(errno.ENOENT, "no such file", "x"))


def test_a_full_disk_is_told_by_the_command(corpora, monkeypatch, capsys):
    def full(*_: object, **__: object) -> None:
        raise failed(errno.ENOSPC)

    monkeypatch.setattr("projector.run.writer.write_problems", full)
    assert run(["project", "es", "it", "-o", "out", "-m", "tiny"]) == 1
    error = capsys.readouterr().err
    assert "out: can't be written" in error and "the disk is full" in error
    assert "--traceback" not in error and not Path("out").exists()


@pytest.mark.parametrize(
    ("arguments", "option"),
    [
        (("es", "it", "-o", "es"), "choose another place"),
        (("es", "it", "it"), "--target-language"),
        (("es", "it", "--pattern", "x"), "--pattern"),
        (("es", "it", "--layer", "3"), "--layer"),
        (("es", "it", "--device", "nowhere", "-m", "aligner"), "--device"),
        (("es", "other"), "--pattern"),
        (("es", "it", "--tagger", "nowhere"), "--tagger"),
        (("es", "it", "-m", "nowhere"), "--model"),
        (("es", "it", "--label", "SYMPTOM=a/b"), "--label"),
    ],
)
def test_a_message_names_the_option_that_helps(corpora, annotate, capsys, arguments, option):
    annotate(corpora / "other", "zzz", "Altro.")
    assert run(["project", "-m", "tiny", "-o", "out", *arguments]) in (1, 2)
    assert option in capsys.readouterr().err


def test_a_document_that_stops_a_command_says_how_to_skip_it(corpora, annotate, capsys):
    path = corpora / "es" / "a.ann"
    path.write_text(path.read_text(encoding="utf-8").replace("\tdisnea", "\ttos"))
    for command in (
        ["project", "es", "it", "-o", "out", "-m", "tiny"],
        ["convert", "es", "out", "--to", "tsv"],
    ):
        assert run(command) == 1
        assert "--on-error skip" in capsys.readouterr().err


def test_loading_and_what_comes_next_are_told_on_stderr(corpora, capsys):
    assert run(["project", "es", "it", "-o", "out", "-m", "tiny"]) == 0
    told_apart = capsys.readouterr()
    assert "loading the model tiny" in told_apart.err and "loaded in" in told_apart.err
    assert "next: projector evaluate GOLD out" in told_apart.err
    assert "next:" not in told_apart.out
