"""Hold what a shard's file gives back against what was written to it."""

from collections import Counter
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from outcome_values import outcomes

from jobs.shard_file import read_facts, read_outcomes, write_shard
from projector.run.outcome import DocumentOutcome


@settings(deadline=None)
@given(st.lists(outcomes, max_size=4))
def test_outcomes_come_back_as_they_were_and_are_counted(tmp_path_factory, put):
    path = tmp_path_factory.mktemp("shard") / "00000.parquet"
    facts = write_shard(path, iter(put), fingerprint="f", shard=0)
    assert list(read_outcomes(path)) == put
    assert facts == read_facts(path)
    assert (facts.documents, facts.failed) == (len(put), sum(one.failed for one in put))
    assert facts.lost_annotations == sum(len(one.lost) for one in put)
    counted = Counter()
    for outcome in put:
        for mention in outcome.mentions:
            counted[outcome.language, mention.label, mention.status.value] += 1
    assert counted == {(one.language, one.label, one.status): one.mentions for one in facts.counts}


def test_more_documents_than_a_row_group_keep_their_order(tmp_path: Path):
    put = [DocumentOutcome("en", f"{number}", None) for number in range(150)]
    write_shard(tmp_path / "00000.parquet", iter(put), fingerprint="f", shard=0)
    assert list(read_outcomes(tmp_path / "00000.parquet")) == put
