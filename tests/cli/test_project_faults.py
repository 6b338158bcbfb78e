"""Hold what is left of a run whose disk is full, or which is killed, at any point of it."""

import multiprocessing
import signal
from pathlib import Path

import pytest
from file_faults import counting, full_disk, run_until_killed

from projector.cli import run

LINE = ["project", "es", "en", "it", "-o", "runs/out", "-m", "tiny", "--on-error", "skip"]
LINE += ["--accept-losses"]
POINTS = 60  # at most, that a run is tried at


@pytest.fixture(scope="module")
def corpora(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("corpora")
    for language, text in (("es", "Fiebre y tos."), ("en", "A fever."), ("it", "La tosse.")):
        (root / language).mkdir()
        for name in ("a", "b"):
            (root / language / f"{name}.txt").write_text(f"{text} {name}.", encoding="utf-8")
            if language == "es":
                lines = "T1\tSYMPTOM 0 6\tFiebre\nA1\tSure T1\n"
                (root / "es" / f"{name}.ann").write_text(lines, encoding="utf-8")
    return root


@pytest.fixture(autouse=True)
def place(corpora, tmp_path, monkeypatch) -> Path:
    """Stand among the corpora; `runs` is this test's own."""
    monkeypatch.chdir(tmp_path)
    for language in ("es", "en", "it"):
        (tmp_path / language).symlink_to(corpora / language)
    (tmp_path / "runs").mkdir()
    return tmp_path / "runs"


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "log.json"
    }


def undisturbed(place: Path) -> tuple[int, dict[str, bytes]]:
    """Return how many points a run has, and what it writes; and remove it."""
    with counting(place) as points:
        assert run([*LINE]) == 0
    written = contents(place / "out")
    (place / "out").rename(place.parent / "first")
    return len(points), written


def spread(points: int, tried: int) -> list[int]:
    """Return some of a run's points, the first and the last among them."""
    return sorted({round(number * (points - 1) / (tried - 1)) for number in range(tried)})


def fill_the_disk(place: Path, capsys: pytest.CaptureFixture[str], tried: int) -> None:
    points, written = undisturbed(place)
    capsys.readouterr()
    for point in spread(points, tried):
        with full_disk(place, point):
            code = run([*LINE])
        told = capsys.readouterr().err
        if code == 0:  # all that was left to do was to remove
            assert contents(place / "out") == written, point
            (place / "out").rename(place.parent / f"out-{point}")
            continue
        assert code == 1 and "No space left" in told, (point, told)
        assert "fault in projector" not in told, (point, told)
        assert [*place.iterdir()] == [], point
    assert run([*LINE]) == 0
    assert contents(place / "out") == written


@pytest.mark.promise("whole or not at all", "a disk that is full", trials=8)
def test_a_full_disk_is_told_and_leaves_nothing(place, capsys):
    fill_the_disk(place, capsys, 8)


@pytest.mark.slow
@pytest.mark.promise("whole or not at all", "a disk that is full", trials=POINTS)
def test_a_full_disk_is_told_and_leaves_nothing_at_any_point(place, capsys):
    fill_the_disk(place, capsys, POINTS)


def kill(place: Path, tried: int) -> None:
    points, written = undisturbed(place)
    for point in spread(points, tried):
        process = multiprocessing.get_context("spawn").Process(
            target=run_until_killed, args=(LINE, place, point)
        )
        process.start()
        process.join()
        assert process.exitcode == -signal.SIGKILL, point
        left = {path.name for path in place.iterdir()}
        if "out" in left:  # it was in its place
            assert contents(place / "out") == written, point
        assert all(name == "out" or name.startswith((".tmp-", ".lock-")) for name in left), point
    more = ["--overwrite"] if (place / "out").exists() else []
    assert run([*LINE, *more]) == 0
    assert contents(place / "out") == written
    assert not [path for path in place.iterdir() if path.name.startswith(".tmp-")]


@pytest.mark.promise("whole or not at all", "SIGKILL at any point of `project`", trials=2)
def test_a_killed_run_leaves_what_the_next_removes(place):
    kill(place, 2)


@pytest.mark.slow
@pytest.mark.promise("whole or not at all", "SIGKILL at any point of `project`", trials=POINTS)
def test_a_run_killed_at_any_point_leaves_what_the_next_removes(place):
    kill(place, POINTS)
