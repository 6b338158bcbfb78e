"""Hold what an aligner is measured on, and its figures against their definitions."""

import json
from statistics import fmean

import pytest

from projector.align.word_links import link_words
from projector.errors import CorpusError
from projector.models import load
from projector.training.aligner.data import fold_of
from projector.training.aligner.development import Development
from schemas.aligner_training import DevelopmentConfiguration

TINY = load("tiny")


def write(path, *rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def sentence(source, target, links, id_=1):
    return {
        **{"id": id_, "src_lang": "es", "tgt_lang": "en", "alignment": links},
        **{"src_tokens": source.split(), "tgt_tokens": target.split()},
    }


def gold(document, source, target, source_span, target_span):
    return {
        **{"id": document, "src_lang": "es", "tgt_lang": "en", "meta": {"doc": document}},
        **{"src_text": source, "src_spans": [[*source_span, "X", "1"]]},
        **{"tgt_text": target, "tgt_spans": [[*target_span, "X", "1"]]},
    }


@pytest.fixture
def links(tmp_path):
    right = sentence("fiebre alta", "fiebre alta", [[0, 0], [1, 1]])
    wrong = sentence("fiebre alta", "fiebre alta", [[0, 1], [1, 0]], 2)
    return write(tmp_path / "words_es-en.jsonl", right, wrong)


@pytest.fixture
def documents(tmp_path):
    right = gold("a", "tiene fiebre hoy", "ha fiebre oggi", (6, 12), (3, 9))
    wrong = gold("b", "tiene fiebre hoy", "ha fiebre oggi", (6, 12), (0, 9))
    return write(tmp_path / "spans_es-it.jsonl", right, wrong)


def development(**chosen):
    return Development.read(DevelopmentConfiguration(**chosen))


def test_figures_are_those_of_what_the_encoder_links_and_projects(links, documents):
    read = development(links=(links,), gold=(documents,))
    found = link_words(("fiebre", "alta"), ("fiebre", "alta"), TINY)
    assert found == {(0, 0), (1, 1)}  # equal words: one sentence is right, the other wrong
    figures = read.measure(TINY)
    assert figures["aer words_es-en"] == pytest.approx(0.5)
    assert figures["strict spans_es-it"] == pytest.approx(0.5)
    # Of the second pair 6 characters are shared by spans of 6 and 9.
    assert figures["character spans_es-it"] == pytest.approx(fmean([1, 12 / 15]))
    assert figures["score"] == pytest.approx(fmean([1 - 0.5, 0.5]))
    assert len(figures) == 4


def test_the_score_is_of_what_there_is(links, documents):
    assert development(links=(links,)).measure(TINY)["score"] == pytest.approx(0.5)
    assert development(gold=(documents,)).measure(TINY)["score"] == pytest.approx(0.5)
    assert development().measure(TINY) == {}


def test_sets_count_alike_whatever_their_size(tmp_path, links):
    right = sentence("fiebre alta", "fiebre alta", [[0, 0], [1, 1]])
    other = write(tmp_path / "more_es-en.jsonl", *[right] * 8)
    figures = development(links=(links, other)).measure(TINY)
    assert (figures["aer words_es-en"], figures["aer more_es-en"]) == (0.5, 0.0)
    assert figures["score"] == pytest.approx(1 - 0.25)


def test_so_many_entries_of_each_file_are_taken(links, documents):
    read = development(links=(links,), gold=(documents,), limit=1)
    assert [len(entries) for entries in (*read.links.values(), *read.gold.values())] == [1, 1]
    figures = read.measure(TINY)
    assert (figures["aer words_es-en"], figures["strict spans_es-it"]) == (0.0, 1.0)


def test_of_gold_one_part_is_measured_on(documents):
    parts = [
        [pair.document for pair in development(gold=(documents,), folds=5, fold=fold).gold[
            "spans_es-it"
        ]]
        for fold in range(5)
    ]  # fmt: skip
    assert sorted(name for part in parts for name in part) == ["a", "b"]
    for fold, part in enumerate(parts):
        assert all(fold_of(name, 5) == fold for name in part)


def test_a_set_that_cannot_be_read_is_told(tmp_path, links):
    with pytest.raises(CorpusError, match=r"words_es-en\.jsonl:1: has no src_spans"):
        development(gold=(links,))
