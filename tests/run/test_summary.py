"""Hold a run's counts against its outcomes."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from outcome_values import outcomes
from written_runs import write_run

from projector.document import Document, Fragment, Mention, Status
from projector.errors import OutputError
from projector.run.outcome import DocumentOutcome, MentionOutcome
from projector.run.summary import LanguageTally, check_languages, summarize
from projector.storage.provenance import versions
from schemas.manifest import read_manifest


def tallied(counted: list[DocumentOutcome]) -> dict[str, LanguageTally]:
    tallies: dict[str, LanguageTally] = {}
    for outcome in counted:
        tallies.setdefault(outcome.language, LanguageTally()).add(outcome)
    return tallies


@given(st.lists(outcomes, max_size=6, unique_by=lambda one: (one.language, one.source)))
def test_counts_reconcile(counted):
    tallies = tallied(counted)
    summary = summarize(tallies, {language: {} for language in tallies})
    mentions = [told for one in counted for told in one.mentions]
    assert sum(one.mentions for one in summary.counts) == len(mentions)
    assert sum(one.mentions for one in summary.languages) == len(mentions)
    spans = sum(told.status.has_span for told in mentions)
    assert sum(one.projected for one in summary.languages) == spans
    projected = sum(told.status is Status.PROJECTED for told in mentions)
    assert summary.by_status().get("projected", 0) == projected
    failed = sum(one.failed for one in counted)
    lost = sum(told.status in (Status.INVALID, Status.UNPAIRED, Status.FAILED) for told in mentions)
    stranded = sum(len(one.lost) for one in counted)
    assert summary.losses == lost + stranded + failed
    outcomes_too = ("unaligned", "below_threshold")
    sought = sum(told.status.value in outcomes_too for told in mentions)
    assert summary.count_losses(outcomes_too) == summary.losses + sought
    assert sum(one.documents for one in summary.languages) == len(counted)
    keys = [(one.language, one.label, one.status) for one in summary.counts]
    assert keys == sorted(set(keys))


def test_what_was_tagged_is_counted_by_label_and_is_no_source_mention():
    found = tuple(
        Mention(f"T{number}", label, (Fragment(0, 3),)) for number, label in enumerate("BAA")
    )
    tagged = DocumentOutcome("es", "a", Document("a", "es", "Tos", found), status=Status.TAGGED)
    failed = DocumentOutcome("es", "b", None, status=Status.FAILED, reason="why")
    summary = summarize(tallied([tagged, failed]), {"es": {}})
    assert summary.tagged == {"A": 2, "B": 1}
    (language,) = summary.languages
    assert (language.documents, language.translated, language.mentions) == (2, 1, 0)
    assert summary.losses == language.failed == 1


def test_languages_that_differ_in_their_source_mentions_are_refused():
    told = MentionOutcome("T1", "A", Status.UNALIGNED, "why")
    english = DocumentOutcome("en", "a", None, (told,))
    check_languages(tallied([english, DocumentOutcome("it", "a", None, (told,))]), Path("out"))
    for other in (DocumentOutcome("it", "a", None), DocumentOutcome("it", "b", None, (told,))):
        with pytest.raises(OutputError, match=r"out: \d source documents have other mentions in"):
            check_languages(tallied([english, other]), Path("out"))


def test_the_counts_reconcile(written: Path):
    manifest = read_manifest(written)
    czech, english = manifest.languages
    assert (czech.documents, czech.translated, czech.mentions, czech.projected) == (5, 5, 21, 10)
    assert (english.documents, english.translated, english.mentions) == (5, 4, 21)
    assert (czech.lost_annotations, english.lost_annotations) == (5, 7)
    assert sum(one.mentions for one in manifest.counts) == 42
    assert manifest.versions == versions()
    assert manifest.versions.keys() >= {"projector", "python", "torch", "transformers"}


def test_the_summary_is_the_manifests(tmp_path: Path):
    summary = write_run(tmp_path / "out")
    manifest = read_manifest(tmp_path / "out")
    assert (summary.languages, summary.counts) == (manifest.languages, manifest.counts)
    assert summary.by_status() == {
        "below_threshold": 9, "invalid": 2, "projected": 18, "unaligned": 9, "unpaired": 4,
    }  # fmt: skip
    # What was sought and is not there is an outcome; annotations that could not travel are lost.
    assert summary.losses == 2 + 4 + 12
    assert summary.count_losses(["unaligned"]) == 2 + 4 + 12 + 9
