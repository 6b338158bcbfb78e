import subprocess
import sys
import textwrap

import pytest

from projector.errors import OutputError
from projector.storage.claim import claimed

HOLD = textwrap.dedent("""
    import sys, time
    from pathlib import Path
    from projector.storage.claim import claimed

    with claimed(Path(sys.argv[1])):
        print("held", flush=True)
        time.sleep(60)
""")


@pytest.fixture
def holder(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "out")], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


@pytest.mark.promise("whole or not at all", "two or more at once")
def test_what_another_process_makes_is_refused_at_once(tmp_path, holder):
    with (
        pytest.raises(OutputError, match=rf"another run is making it \(process {holder.pid}\)"),
        claimed(tmp_path / "out"),
    ):
        pass
    with claimed(tmp_path / "other"):
        pass


@pytest.mark.promise("whole or not at all", "SIGKILL while a file, a folder, the cache is written")
def test_a_killed_process_holds_nothing(tmp_path, holder):
    holder.kill()
    holder.wait()
    with claimed(tmp_path / "out"):
        assert len(list(tmp_path.glob(".lock-*"))) == 1
    assert list(tmp_path.iterdir()) == []


def test_the_lock_goes_with_the_block_even_after_an_error(tmp_path):
    for _ in range(2):
        with pytest.raises(ValueError), claimed(tmp_path / "new" / "out"):
            raise ValueError
    assert list((tmp_path / "new").iterdir()) == []


def test_a_lock_that_was_removed_meanwhile_is_taken_anew(tmp_path, monkeypatch):
    looks = iter([False, True])
    monkeypatch.setattr("projector.storage.claim._is_at", lambda *_: next(looks))
    with claimed(tmp_path / "out"):
        assert next(looks, None) is None


def test_where_nothing_can_be_written_it_is_told(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="can't be written"), claimed(tmp_path / "file" / "out"):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
