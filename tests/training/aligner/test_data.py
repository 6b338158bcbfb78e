import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from projector.corpus.formats.gold_jsonl import holds_word_links, read_gold, read_sentences
from projector.document import Fragment, Mention
from projector.errors import ConfigurationError, CorpusError
from projector.training.aligner.data import (
    LeftOut,
    TextPair,
    fold_of,
    matching_spans,
    read_source,
    read_table,
)
from schemas.aligner_training import AlignerTraining, SourceConfiguration
from schemas.validation import read_validated

ROW = {
    "id": "case-1-disease",
    "src_lang": "es",
    "tgt_lang": "en",
    "src_text": "Fiebre y tos.",
    "tgt_text": "Cough and fever.",
    "src_spans": [[0, 6, "DISEASE", "S1"], [9, 12, "DISEASE", "S2"], [7, 8, "DISEASE", "S3"]],
    "tgt_spans": [[10, 15, "DISEASE", "S1"], [0, 5, "DISEASE", "S2"], [6, 9, "DISEASE", "S2"]],
}
SAMPLES = Path(__file__).parents[3] / "data_samples"


def written(path, *lines):
    path.write_bytes("\n".join(lines).encode())
    return path


def test_sentences_are_read_from_six_columns_or_two(tmp_path):
    six = written(
        tmp_path / "a.tsv", "es\ten\tNo hay tos.\tNo cough.\tx\tdoc1", "es\ten\t \tnothing", ""
    )
    (one,) = read_table(six)
    assert one == TextPair("No hay tos.", "No cough.", "es", "en", "doc1")
    two = written(tmp_path / "b.tsv", "\ufeffuno\tone\r", 'dos "\ttwo \x85 and')
    pairs = list(read_table(two, languages=("es", "en")))
    found = [(pair.source, pair.target) for pair in pairs]
    assert found == [("uno", "one"), ('dos "', "two \x85 and")]
    assert len({pair.document for pair in pairs}) == 2


def test_a_wrong_line_is_told_with_its_number(tmp_path):
    path = written(tmp_path / "a.tsv", "a\tb", "", "only one")
    with pytest.raises(CorpusError, match=r"a\.tsv:3: 1 columns; expected 2 columns"):
        list(read_table(path))
    path = written(tmp_path / "a.jsonl", '{"id": 1, "src_spans": []}')
    with pytest.raises(CorpusError, match=r"a\.jsonl:1: has no src_lang; expected an object"):
        list(read_gold(path))
    path = written(tmp_path / "a.jsonl", "{}", "{")
    with pytest.raises(CorpusError, match=r"a\.jsonl:1: has no src_spans"):
        list(read_gold(path))
    path = written(tmp_path / "a.jsonl", "{")
    with pytest.raises(CorpusError, match=r"a\.jsonl:1: no JSON"):
        list(read_gold(path))
    path = written(
        tmp_path / "a.jsonl", json.dumps({**ROW, "src_spans": [[3, 3, "DISEASE", "S1"]]})
    )
    with pytest.raises(CorpusError, match=r"a\.jsonl:1: a span is wrong"):
        list(read_gold(path))


def test_gold_documents_match_by_the_ids_of_their_spans(tmp_path):
    row = {**ROW, "meta": {"doc": "case-1"}}
    (gold,) = read_gold(written(tmp_path / "a.jsonl", json.dumps(row)))
    assert gold.document == "case-1"
    assert gold.pair.source.mentions[0] == Mention("S1", "DISEASE", (Fragment(0, 6),))
    spans = [(one.source.start, one.target.start) for one in matching_spans(gold.pair)]
    assert spans == [(0, 10), (9, 0), (9, 6)]


def test_word_links_are_told_from_documents(tmp_path):
    row = {"id": 1, "src_lang": "en", "tgt_lang": "ro", "src_tokens": ["a", "b"]}
    row |= {"tgt_tokens": ["c"], "alignment": [[1, 0]]}
    links = written(tmp_path / "w.jsonl", json.dumps(row))
    documents = written(tmp_path / "d.jsonl", json.dumps(ROW))
    assert holds_word_links(links) and not holds_word_links(documents)
    (sentence,) = read_sentences(links)
    assert sentence.source == ("a", "b") and sentence.links == {(1, 0)}


def test_what_is_measured_on_is_left_out_by_name_and_by_sentence(tmp_path):
    row = {**ROW, "id": "mcner-S0123-45678-disease", "meta": None}
    gold = written(tmp_path / "g.jsonl", json.dumps(row))
    left_out = LeftOut.of([gold])
    assert left_out.holds(TextPair("Fiebre y tos.", "Fever.", "es", "en", "elsewhere"))
    assert left_out.holds(TextPair("Otra frase.", "x", "es", "en", "S0123-45678"))
    assert not left_out.holds(TextPair("Otra frase.", "x", "es", "en", "S0999-11111"))
    assert not left_out.holds(TextPair("Otra frase.", "x", "es", "en", "S01"))
    listed = LeftOut.of([written(tmp_path / "apart.txt", "S0123-45678")])
    assert listed.holds(TextPair("Otra frase.", "x", "es", "en", "S0123-45678"))
    assert not listed.holds(TextPair("Fiebre y tos.", "Fever.", "es", "en", "elsewhere"))
    table = written(tmp_path / "t.tsv", "es\ten\tFiebre y tos.\tFever.", "es\ten\tSí.\tYes.")
    (kept,) = read_source(SourceConfiguration(sentences=table, exclude=(gold,)))
    assert kept.source == "Sí."
    only = written(tmp_path / "o.tsv", "es\ten\tFiebre y tos.\tFever.")
    with pytest.raises(CorpusError, match="nothing to learn from"):
        read_source(SourceConfiguration(sentences=only, exclude=(gold,)))


def test_folds_part_documents_by_name(tmp_path):
    rows = [{**ROW, "id": f"case-{at}"} for at in range(40)]
    gold = written(tmp_path / "g.jsonl", *map(json.dumps, rows))
    parts = [
        {pair.document for pair in read_source(SourceConfiguration(gold=gold, folds=3, fold=fold))}
        for fold in range(3)
    ]
    everything = {row["id"] for row in rows}
    for fold, part in enumerate(parts):
        assert part == {name for name in everything if fold_of(name, 3) != fold}
        assert 10 < len(part) < 40


def test_two_corpora_whose_mentions_have_equal_ids_are_gold():
    source = SourceConfiguration(
        source=SAMPLES / "brat" / "es", target=SAMPLES / "brat" / "en", limit=3
    )
    pairs = read_source(source)
    assert len(pairs) == 3 and (pairs[0].source_language, pairs[0].target_language) == ("es", "en")
    assert any(pair.spans for pair in pairs)


@pytest.mark.parametrize(
    "wrong",
    [{}, {"sentences": "a", "gold": "b"}, {"source": "a"}, {"gold": "a", "folds": 2, "fold": 2}],
)
def test_a_source_is_one_thing(wrong):
    with pytest.raises(ValidationError):
        SourceConfiguration.model_validate(wrong)


@pytest.mark.parametrize(
    ("content", "match"),
    [
        ("data = []", "nothing to learn from"),
        ("[student]\nrang = 3", "student.rang: there is no such key; did you mean rank"),
        ("seed = ", "is no TOML"),
        ("[[data]]\nsentences = 'a'\n[teacher]\nviews = []", "at least one view"),
    ],
)
def test_a_wrong_configuration_is_told(tmp_path, content, match):
    path = tmp_path / "c.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=match):
        read_validated(path, AlignerTraining)
    with pytest.raises(ConfigurationError, match="can't be read"):
        read_validated(tmp_path / "none.toml", AlignerTraining)
