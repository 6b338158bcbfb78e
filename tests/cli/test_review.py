"""`projector review` writes a page, serves it, and says what to do with it."""

import os
import signal
import subprocess
import sys
import urllib.request

import pytest
from reviewed_runs import write_codes, write_reviewed_run

from projector.cli import run as cli


@pytest.fixture
def finished(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return write_reviewed_run(tmp_path / "out")


def test_it_writes_the_page_and_tells_what_is_doubtful(finished, tmp_path, capsys):
    assert cli(["review", "out", "-o", "review", "--rivals", "none"]) == 0
    told = capsys.readouterr()
    assert "4 of 7 mentions are doubtful, in 2 documents; written to review" in told.out
    assert "low score         2" in told.out
    assert "open review/index.html" in told.err
    assert "projector review out -o review --serve" in told.err
    assert (tmp_path / "review" / "index.html").is_file()


def test_its_folder_is_beside_the_run_by_default_and_replaced_on_demand(finished, tmp_path, capsys):
    assert cli(["review", "out", "--rivals", "none"]) == 0
    assert (tmp_path / "out-review" / "index.html").is_file()
    assert cli(["review", "out", "--rivals", "none"]) == 1
    assert "--overwrite" in capsys.readouterr().err
    assert cli(["review", "out", "--rivals", "none", "--overwrite"]) == 0


def test_codes_beside_the_run_are_shown(finished, tmp_path):
    row = {"language": "en", "document": "caso-b", "mention": "T1", "text": "coughing"}
    row |= {"code": "R05.9", "rank": 1, "score": 0.9, "description": "", "origin": "given"}
    write_codes(tmp_path / "coded", row)
    assert cli(["review", "out", "-o", "plain", "--rivals", "none"]) == 0
    assert "R05.9" not in (tmp_path / "plain" / "index.html").read_text(encoding="utf-8")
    (tmp_path / "coded" / "coding.json").write_text("{}", encoding="utf-8")  # as projector writes
    assert cli(["review", "out", "-o", "coded-too", "--rivals", "none"]) == 0
    assert "R05.9" in (tmp_path / "coded-too" / "index.html").read_text(encoding="utf-8")


def test_a_port_without_serving_and_a_folder_that_is_no_run_are_refused(finished, capsys):
    assert cli(["review", "out", "--port", "8000"]) == 2
    assert cli(["review", "out", "--reviewer", "Ana"]) == 2
    assert cli(["review", "nowhere"]) == 1
    assert "no run is there" in capsys.readouterr().err


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
def test_it_is_served_until_ctrl_c(finished, tmp_path):
    assert cli(["review", "out", "--rivals", "none"]) == 0
    command = [sys.executable, "-m", "projector.cli", "review", "out", "--serve"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            address = process.stdout.readline().strip()
            saved = process.stdout.readline()
            with urllib.request.urlopen(address, timeout=30) as answer:
                assert b"data-served" in answer.read()
        finally:
            process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "saved in" in saved
    reused, ended = told.splitlines()
    assert "out-review is this run's review already, and is served" in reused
    assert ended == "stopped"
