"""Hold what a shard's file gives back against what was written to it."""

from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from outcome_values import outcomes

from jobs.folder import RunFolder
from jobs.merge import finished_shards
from jobs.shard_file import read_facts, read_outcomes, write_shard
from projector.document import Annotation, Document, Fragment, Mention, Status
from projector.errors import CorpusError
from projector.run.outcome import DocumentOutcome, MentionOutcome, unprojected_outcome


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


OUTCOMES = [
    DocumentOutcome(
        "en",
        "caso",
        Document(
            "case",
            "en",
            "High fever\u2028\n🤒",
            (Mention("T1", "SYMPTOM", (Fragment(0, 4), Fragment(5, 10)), 3),),
            (Annotation("A1", "attribute", "Sure", (("", "T1"),), None, 9),),
        ),
        (
            MentionOutcome(
                "T1",
                "SYMPTOM",
                Status.PROJECTED,
                score=0.1234,
                fragments=(Fragment(0, 4), Fragment(5, 10)),
                text="High fever",
                source_fragments=(Fragment(1, 2),),
                source_text="x",
                collapsed_with=("T2",),
            ),
        ),
        (Annotation("R1", "relation", "With", (("Arg1", "T1"), ("Arg2", "T2")), "v"),),
    ),
    unprojected_outcome(Document("leer", "es", ""), "en", Status.FAILED, "it is empty"),
]


def test_a_shard_comes_back_as_it_was(tmp_path):
    path = tmp_path / "00007.parquet"
    facts = write_shard(path, iter(OUTCOMES), fingerprint="f", shard=7)
    assert read_facts(path) == facts
    assert (facts.documents, facts.failed, facts.lost_annotations) == (2, 1, 1)
    assert [(one.status, one.mentions) for one in facts.counts] == [("projected", 1)]
    found = list(read_outcomes(path))
    assert found == OUTCOMES
    assert found[0].target.mentions[0].line == 3 and found[0].target.annotations[0].line == 9
    again = tmp_path / "again.parquet"
    write_shard(again, iter(OUTCOMES), fingerprint="f", shard=7)
    assert again.read_bytes() == path.read_bytes()


def test_a_shard_that_breaks_off_leaves_nothing(tmp_path):
    def broken():
        yield OUTCOMES[0]
        raise MemoryError

    with pytest.raises(MemoryError):
        write_shard(tmp_path / "00000.parquet", broken(), fingerprint="f", shard=0)
    assert not list(tmp_path.iterdir())


def test_what_is_no_shard_is_told(tmp_path):
    path = tmp_path / "00000.parquet"
    with pytest.raises(CorpusError, match="no finished shard"):
        read_facts(path)
    write_shard(path, iter(OUTCOMES), fingerprint="f", shard=0)
    table, metadata = pq.read_table(path), pq.read_metadata(path).metadata
    pq.write_table(table.slice(1).replace_schema_metadata(metadata), path)
    with pytest.raises(CorpusError, match="it holds 1 rows; expected 2"):
        read_facts(path)
    path.write_bytes(b"PAR1")
    with pytest.raises(CorpusError, match="no finished shard"):
        read_facts(path)


@pytest.fixture(scope="module")
def shard(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("sealed") / "00000.parquet"
    put = [DocumentOutcome("en", f"{number}", Document("a", "en", "Tos.")) for number in range(70)]
    write_shard(path, iter(put), fingerprint="f", shard=0)
    return path


def spoilt(content: bytes) -> dict[str, bytes]:
    flipped = {}
    for place in {*range(0, len(content), 97), *range(len(content) - 600, len(content))}:
        bit = bytes([content[place] ^ 1 << place % 8])
        flipped[f"bit of byte {place}"] = content[:place] + bit + content[place + 1 :]
    return {"half": content[: len(content) // 2], "nothing": b"", "more": content * 2, **flipped}


@pytest.mark.promise("damage is noticed", "bits of a shard flipped", trials=600)
def test_a_damaged_shard_is_no_finished_one_and_is_not_read(shard, tmp_path):
    path = tmp_path / shard.name
    path.write_bytes(shard.read_bytes())
    read_facts(path, whole=True)
    for what, content in spoilt(shard.read_bytes()).items():
        path.write_bytes(content)
        with pytest.raises(CorpusError, match=r"00000\.parquet: it was cut or changed"):
            read_facts(path, whole=True)
            pytest.fail(what)
        with pytest.raises(CorpusError, match=r"does this shard again"):
            list(read_outcomes(path))


def test_a_damaged_shard_is_told_and_the_others_count(shard, tmp_path):
    folder = RunFolder(tmp_path)
    folder.shards.mkdir()
    plan = SimpleNamespace(fingerprint="f")
    planned = [SimpleNamespace(shard=number, tasks=70) for number in range(3)]
    folder.shard(0).write_bytes(shard.read_bytes())
    folder.shard(1).write_bytes(shard.read_bytes()[:-1])
    told: list[int] = []
    found = finished_shards(folder, plan, planned, damaged=lambda number, _: told.append(number))
    assert (list(found), told) == ([0], [1])
