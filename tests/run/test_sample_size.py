"""Hold the sizes that a sample tells against those of a run's folder."""

import random
from pathlib import Path

import pytest

from projector.document import Document, Fragment, Mention, Status
from projector.run.outcome import DocumentOutcome, MentionOutcome
from projector.run.sample_size import sample_size, scaled
from projector.run.writer import RunOrigin, open_writer
from schemas.manifest import ModelFacts
from schemas.run import RunConfiguration

SPAN = (Fragment(0, 3),)


def outcome(number: int) -> DocumentOutcome:
    drawn = random.Random(number)
    text = "Tos. " + "".join(drawn.choices("abcdefghij ", k=2000))
    target = Document(f"{number}", "en", text, (Mention("T1", "SYMPTOM", SPAN),))
    told = MentionOutcome("T1", "SYMPTOM", Status.PROJECTED, "", 0.5, SPAN, "Tos", SPAN, "Tos")
    source = Document(f"{number}", "es", text, (Mention("T1", "SYMPTOM", SPAN),))
    return DocumentOutcome("en", f"{number}", target, (told,), original=source)


def test_all_of_a_run_takes_what_it_would_write(tmp_path: Path):
    made = [outcome(number) for number in range(40)]
    size = sample_size(made, {"en": {"SYMPTOM"}}, block=1, projects=True, audits=True)
    configuration = RunConfiguration(source="es", targets=("en",))
    with open_writer(
        tmp_path / "out", RunOrigin(configuration, ModelFacts(name="tiny", fingerprint="0"))
    ) as writer:
        for one in made:
            writer.put(one)
    written = {
        path.relative_to(tmp_path / "out").as_posix(): path.stat().st_size
        for path in (tmp_path / "out").rglob("*.*")
    }
    reviewed = [n for name, n in written.items() if name.endswith((".txt", ".ann"))]
    assert size.reviewed == sum(reviewed)
    tables = [n for name, n in written.items() if name in size.files]
    assert size.tables == pytest.approx(sum(tables), rel=0.1)  # less facts that files repeat
    assert size.spool > 40 * 2000


def test_half_of_a_run_tells_of_all_of_it():
    made = [outcome(number) for number in range(80)]
    whole = sample_size(made, {"en": {"SYMPTOM"}}, block=512, projects=True, audits=False)
    half = sample_size(made[:40], {"en": {"SYMPTOM"}}, block=512, projects=True, audits=False)
    told = scaled(half, characters=2, documents=2)
    assert told.tables == pytest.approx(whole.tables, rel=0.2)
    assert told.reviewed == pytest.approx(whole.reviewed, rel=0.01)
    assert told.spool == pytest.approx(whole.spool, rel=0.01)
    assert told.reviewed % 512 == 0


def test_what_came_to_nothing_has_no_document_for_reviewers():
    failed = DocumentOutcome("en", "a", None, status=Status.FAILED, reason="why")
    size = sample_size([failed], {"en": set()}, block=512, projects=True, audits=False)
    assert size.reviewed == 0 and size.tables > size.empty
