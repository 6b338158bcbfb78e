import json
from pathlib import Path

import pytest

from projector.corpus.formats.gold_jsonl import (
    GoldSentence,
    gold_sets,
    holds_word_links,
    read_gold,
    read_pairs,
    read_sentences,
)
from projector.document import Fragment, Mention
from projector.errors import CorpusError

SIDES = {"src_lang": "es", "tgt_lang": "en"}
DOCUMENT = {
    "id": 7,
    **SIDES,
    "src_text": "Dolor torácico y fiebre 🤒",
    "tgt_text": "Fever, chest pain 🤒",
    "src_spans": [[17, 23, "SYMPTOM", "b"], [0, 14, "SYMPTOM", "a"], [24, 25, "SIGN", 3]],
    "tgt_spans": [[13, 17, "SYMPTOM", "a"], [7, 12, "SYMPTOM", "a"], [0, 5, "SYMPTOM", "b"]],
}
SENTENCE = {
    "id": "s1",
    **SIDES,
    "src_tokens": ["Tos", "seca"],
    "tgt_tokens": ["Dry", "cough", "."],
    "alignment": [[0, 1], [1, 0], [0, 1]],
}


def gold(folder: Path, *rows: object, name: str = "own_es-en") -> Path:
    path = folder / f"{name}.jsonl"
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return path


def test_the_sets_of_a_folder_are_found_by_name(tmp_path: Path):
    paths = [gold(tmp_path, name=name) for name in ("b_es-it", "a_es-en")]
    (tmp_path / "README.md").write_text("")
    assert list(gold_sets(tmp_path).items()) == [("a_es-en", paths[1]), ("b_es-it", paths[0])]
    with pytest.raises(CorpusError, match=r"no gold here; expected files named \{corpus\}_"):
        gold_sets(tmp_path / "nowhere")


def test_equal_span_ids_are_one_mention_in_text_order(tmp_path: Path):
    (pair,) = read_pairs(gold(tmp_path, DOCUMENT))
    assert (pair.source.language, pair.target.language) == ("es", "en")
    assert pair.source.mentions == (
        Mention("b", "SYMPTOM", (Fragment(17, 23),)),
        Mention("a", "SYMPTOM", (Fragment(0, 14),)),
        Mention("3", "SIGN", (Fragment(24, 25),)),
    )
    discontinuous, fever = pair.target.mentions
    assert discontinuous.surface(pair.target.text) == "chest pain"
    assert fever.surface(pair.target.text) == "Fever"


def test_a_document_that_comes_once_for_each_label_has_names_apart(tmp_path: Path):
    rows = [{**DOCUMENT, "meta": {"doc": "case-1", "label": label}} for label in ("A", "B")]
    first, second, plain = read_gold(gold(tmp_path, *rows, DOCUMENT))
    assert (first.document, first.annotated) == ("case-1", ("A",))
    assert (second.document, second.annotated) == ("case-1", ("B",))
    assert (plain.document, plain.annotated) == ("7", None)
    assert len({one.pair.source.name for one in (first, second, plain)}) == 3
    assert first.pair.source.name == first.pair.target.name


def test_only_as_many_as_asked_for_are_read(tmp_path: Path):
    path = gold(tmp_path, DOCUMENT, DOCUMENT, "no object")
    assert len(list(read_pairs(path, limit=2))) == 2
    with pytest.raises(CorpusError, match=r"jsonl:3: no object"):
        list(read_pairs(path))
    assert len(list(read_sentences(gold(tmp_path, SENTENCE, SENTENCE), limit=1))) == 1


def test_sentences_have_links_between_their_tokens(tmp_path: Path):
    (sentence,) = read_sentences(gold(tmp_path, SENTENCE))
    assert sentence == GoldSentence(
        "s1", ("Tos", "seca"), ("Dry", "cough", "."), frozenset({(0, 1), (1, 0)})
    )


def test_word_links_are_told_from_documents_by_the_first_line(tmp_path: Path):
    assert holds_word_links(gold(tmp_path, SENTENCE))
    assert not holds_word_links(gold(tmp_path, DOCUMENT, SENTENCE))
    assert not holds_word_links(gold(tmp_path))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"src_spans": [[0, 99, "A", "a"]]}, r"a span is wrong \(it ends at 99, the text at 25\)"),
        ({"tgt_spans": [[0, 20, "A", "a"]]}, r"a span is wrong \(it ends at 20, the text at 19\)"),
        ({"src_spans": [[3, 3, "A", "a"]]}, r"a span is wrong \(.*3\.\.3\); expected \[start, end"),
        ({"src_spans": [[-1, 3, "A", "a"]]}, "a span is wrong"),
        ({"src_spans": [[0, 3, "A"]]}, "a span is wrong"),
        ({"src_spans": [["0", "3", "A", "a"]]}, "a span is wrong"),
        ({"src_spans": None}, "a span is wrong"),
    ],
)
def test_spans_that_are_none_of_the_text_are_told(tmp_path: Path, changes, message):
    with pytest.raises(CorpusError, match=rf"own_es-en\.jsonl:2: {message}"):
        list(read_gold(gold(tmp_path, DOCUMENT, {**DOCUMENT, **changes})))


@pytest.mark.parametrize("links", [[[0, 3]], [[2, 0]], [[-1, 0]], [[0]], [["a", 0]], None])
def test_links_that_are_none_of_the_tokens_are_told(tmp_path: Path, links):
    path = gold(tmp_path, SENTENCE, {**SENTENCE, "alignment": links})
    with pytest.raises(CorpusError, match=r"jsonl:2: a link is wrong .*; expected \[source token"):
        list(read_sentences(path))


@pytest.mark.parametrize("reader", [read_gold, read_sentences])
def test_what_is_missing_is_named(tmp_path: Path, reader):
    with pytest.raises(
        CorpusError, match=r"jsonl:1: has no (src_spans|src_tokens); expected an object"
    ):
        list(reader(gold(tmp_path, {"id": 1, **SIDES})))
