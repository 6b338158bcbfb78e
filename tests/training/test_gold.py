"""Hold what is learned from a run that people corrected: what they judged, and nothing else."""

import json

import pytest
from given_corrections import correction, corrections
from written_runs import SOURCE, TARGET, write_run

from projector.corrections.apply import accept
from projector.errors import CorpusError
from projector.run.reader import read_run
from projector.training.aligner.data import matching_spans, read_source
from projector.training.gold import gold_pairs
from projector.training.tagger.data import read_annotated
from schemas.aligner_training import SourceConfiguration
from schemas.tagger_training import TaggerSourceConfiguration


@pytest.fixture(scope="module")
def final(tmp_path_factory):
    folder = tmp_path_factory.mktemp("gold")
    write_run(folder / "run")
    run = read_run(folder / "run")
    said = corrections(
        run,
        correction(run, "en", "caso-a", "T1", "confirmed"),
        correction(run, "en", "caso-a", "T3", "absent"),
        correction(run, "en", "caso-b", "T1", "corrected", (5, 10)),
        correction(run, "cz", "caso-e", "T9", "corrected", (46, 51)),
    )
    accept(run, [said], folder / "final")
    return folder / "final"


def test_judged_mentions_are_gold_and_no_others(final):
    pairs = {(one.document, one.pair.target.language): one for one in gold_pairs(final)}
    assert pairs.keys() == {("caso-a", "en"), ("caso-b", "en"), ("caso-e", "cz")}
    both = pairs["caso-a", "en"].pair
    assert [mention.id for mention in both.source.mentions] == ["T1", "T3"]
    assert [mention.id for mention in both.target.mentions] == ["T1"]  # the other is absent
    assert (both.source.text, both.target.text) == (SOURCE, TARGET)
    (moved,) = pairs["caso-b", "en"].pair.target.mentions
    assert moved.surface(TARGET) == "fever"


def test_a_pair_is_annotated_with_what_was_judged_as_a_whole(final):
    annotated = {(one.document, one.pair.target.language): one for one in gold_pairs(final)}
    assert annotated["caso-a", "en"].annotated == ("SYMPTOM",)
    assert annotated["caso-b", "en"].annotated == ()
    assert annotated["caso-e", "cz"].annotated == ()  # what its invalid mention is nobody knows


def test_every_training_takes_it(final):
    pairs = read_source(SourceConfiguration(gold=final))
    assert len(pairs) == 3 and sum(len(pair.spans) for pair in pairs) == 3
    annotated = read_annotated(TaggerSourceConfiguration(gold=final))
    assert [one.types for one in annotated if one.origin == "caso-a"] == [("SYMPTOM",)]
    assert all(matching_spans(one.pair) for one in gold_pairs(final))


def test_a_run_that_nobody_corrected_is_no_gold(final):
    with pytest.raises(CorpusError, match=r"nobody corrected.*projector accept"):
        list(gold_pairs(final.parent / "run"))


def test_a_file_is_read_as_before(tmp_path):
    row = {
        **{"id": "a", "src_lang": "es", "tgt_lang": "en", "src_text": "tos", "tgt_text": "cough"},
        **{"src_spans": [[0, 3, "SYMPTOM", "T1"]], "tgt_spans": [[0, 5, "SYMPTOM", "T1"]]},
    }
    (tmp_path / "g.jsonl").write_text(json.dumps(row) + "\n")
    (pair,) = gold_pairs(tmp_path / "g.jsonl")
    assert pair.document == "a" and pair.annotated is None
