"""Hold whose word counts where several people corrected a run."""

import pytest
from accepted_runs import outcome, rows
from given_corrections import TIME, correction, corrections, written

from projector.corrections.apply import accept
from projector.errors import ConfigurationError
from projector.run.reader import read_run


def two(run, tmp_path, first, second, **options):
    said = [corrections(run, *first), corrections(run, *second, reviewer="eva")]
    return accept(run, said, tmp_path / "final", **options), tmp_path / "final"


def test_where_reviewers_differ_the_run_stays_and_it_is_listed(run, tmp_path):
    first = [
        correction(run, "en", "caso-a", "T1", "absent"),
        correction(run, "en", "caso-b", "T1", "confirmed"),
    ]
    second = [
        correction(run, "en", "caso-a", "T1", "confirmed"),
        correction(run, "en", "caso-b", "T1", "confirmed"),
    ]
    summary, final = two(run, tmp_path, first, second)
    assert outcome(read_run(final), "en", "caso-a", "T1")["status"] == "projected"
    assert outcome(read_run(final), "en", "caso-b", "T1")["status"] == "confirmed"
    assert len(summary.conflicts) == summary.losses == 1
    listed = rows(final / "conflicts.tsv")
    assert [(row["reviewer"], row["decision"]) for row in listed] == [
        ("ana", "absent"),
        ("eva", "confirmed"),
    ]
    (change,) = rows(final / "changes.tsv")
    assert change["reviewer"] == "ana, eva"
    (agreement,) = summary.agreement
    assert agreement.reviewers == ("ana", "eva") and agreement.mentions == 2
    assert agreement.f1 == pytest.approx(2 / 3) and agreement.kappa == 0.0


def test_a_preferred_reviewer_decides(run, tmp_path):
    first = [correction(run, "en", "caso-a", "T1", "absent")]
    second = [correction(run, "en", "caso-a", "T1", "confirmed")]
    summary, final = two(run, tmp_path, first, second, prefer=["eva"])
    assert outcome(read_run(final), "en", "caso-a", "T1")["status"] == "confirmed"
    assert not summary.conflicts and rows(final / "changes.tsv")[0]["reviewer"] == "eva"
    assert read_run(final).manifest.accepted[0].preferred == ("eva",)
    with pytest.raises(ConfigurationError, match=r"'eve'.*expected one of ana, eva"):
        two(run, tmp_path / "other", first, second, prefer=["eve"])


@pytest.mark.parametrize("later_first", [False, True])
def test_of_one_reviewers_files_the_later_word_counts(run, tmp_path, later_first):
    earlier = corrections(run, correction(run, "en", "caso-a", "T1", "absent"))
    time = "2026-11-28T14:30:00+02:00"  # half an hour later
    later = corrections(run, correction(run, "en", "caso-a", "T1", "confirmed", time=time))
    assert time > TIME
    said = [later, earlier] if later_first else [earlier, later]
    summary = accept(run, said, tmp_path / "final")
    assert summary.changes["confirmed"] == 1 and not summary.conflicts


def test_files_without_a_reviewer_are_of_different_people(run, tmp_path):
    said = [
        corrections(run, correction(run, "en", "caso-a", "T1", decision), reviewer="")
        for decision in ("absent", "confirmed")
    ]
    paths = [written(tmp_path / f"{number}.json", one) for number, one in enumerate(said)]
    assert len(accept(run, said, tmp_path / "one", files=paths).conflicts) == 1
    told = accept(run, said, tmp_path / "two", files=paths, prefer=[str(paths[0])])
    assert told.changes["absent"] == 1
