"""Hold how much work each task is said to be."""

from pathlib import Path

import pytest

from projector.document import Status
from projector.run.configure import configure
from projector.run.plan import plan_run
from projector.run.planned_tasks import by_text, planned_tasks


@pytest.fixture
def corpora(tmp_path: Path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    texts = {
        "es": {"a": "tos", "b": "tos", "c": "fiebre", "d": ""},
        "en": {"a": "cough", "b": "a cough", "c": "fever", "d": "x"},
        "it": {"a": "tosse", "c": "febbre"},
    }
    for language, documents in texts.items():
        (tmp_path / language).mkdir()
        for name, text in documents.items():
            (tmp_path / language / f"{name}.txt").write_text(text, encoding="utf-8")
    return tmp_path


def planned(most: int | None = None) -> dict[tuple[str, str], tuple[int, int, Status]]:
    run = configure("es", ["en", "it"], model="tiny", on_error="skip")
    tasks = planned_tasks(plan_run(run), max_characters=most)
    return {(one.task.source, one.language): (one.work, one.written, one.status) for one in tasks}


def test_a_source_text_is_work_once(corpora):
    found = planned()
    assert found["a", "en"] == (3 + 5, 5, Status.PROJECTED)
    assert found["a", "it"] == (5, 5, Status.PROJECTED)
    assert found["b", "en"] == (7, 7, Status.PROJECTED)  # its source is a's
    assert found["d", "en"] == (1, 1, Status.PROJECTED)  # empty, and no fault


def test_what_comes_to_nothing_is_no_work(corpora):
    (corpora / "en" / "c.txt").write_bytes(b"\xff")
    (corpora / "es" / "d.txt").write_bytes(b"\xff")
    found = planned(most=6)
    assert found["b", "it"] == (0, 0, Status.UNPAIRED)
    for key in (("b", "en"), ("c", "en"), ("d", "en")):  # too long, and not to be read
        assert found[key] == (0, 0, Status.FAILED)
    assert found["c", "it"] == (6 + 6, 6, Status.PROJECTED)


def test_tasks_of_one_text_stand_together(corpora):
    run = configure("es", ["en", "it"], model="tiny")
    texts = list(by_text(planned_tasks(plan_run(run), max_characters=None)))
    assert [len(text) for text in texts] == [4, 2, 2]
