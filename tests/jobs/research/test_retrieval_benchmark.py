"""Hold how retrieval is measured."""

import json

import numpy as np
import pytest
from click.testing import CliRunner
from viewed_encoders import write_viewed_encoder

from jobs.research.retrieval_benchmark import main
from jobs.research.retrieval_rankers import (
    BOTH_WAYS,
    LATE,
    Bm25,
    TokenRanker,
    late_interaction,
    ranker_of,
)
from jobs.research.retrieval_tasks import (
    NamedCodes,
    figures_of,
    learned_texts,
    places_of,
    read_translations,
)
from projector.coding.code_list import make_list
from projector.coding.normalize import words
from projector.search.late_interaction import scores_of

TEXTS = ["el paciente tose", "no hay dolor", "la piel es roja", "dolor de cabeza", "hay tos"]
LIST = "code\tes\nR05\ttos\nR52\tdolor\nL98\tpiel roja\n"


@pytest.fixture(scope="module")
def encoder(checkpoints, tmp_path_factory):
    folder = tmp_path_factory.mktemp("viewed") / "encoder"
    return write_viewed_encoder(checkpoints / "bert", folder)


@pytest.fixture
def tables(tmp_path):
    for language, texts in {"en": ["coughs", "no pain"], "it": ["tosse", "rosso"]}.items():
        rows = [f"es\t{language}\t{TEXTS[n]}\t{text}\tX\tx" for n, text in enumerate(texts)]
        (tmp_path / f"own_es-{language}.tsv").write_text("\n".join(rows), encoding="utf-8")
    rows = [f"es\ten\t{text}\t-\tX\tx" for text in TEXTS]
    (tmp_path / "more_es-en.tsv").write_text("\n".join(rows), encoding="utf-8")
    return tmp_path


def test_equal_scores_come_behind():
    scores = np.array([0.5, 0.9, 0.5, 0.1, 0.0], np.float32)
    assert places_of(scores, {0}).tolist() == [3]
    assert places_of(scores, {1, 3}).tolist() == [1, 4]
    assert places_of(np.zeros(4, np.float32), {2}).tolist() == [4]


def test_figures_are_means_over_queries():
    figures = figures_of([np.array([1, 4]), np.array([20])])
    assert (figures.recall_at_1, figures.recall_at_10) == (0.25, 0.5)
    assert figures.reciprocal_rank == pytest.approx((1 + 1 / 20) / 2)
    assert figures.average_precision == pytest.approx(((1 + 2 / 4) / 2 + 1 / 20) / 2)


def test_late_interaction_is_that_of_the_search(encoder, monkeypatch):
    monkeypatch.setattr("jobs.research.retrieval_rankers._TOKENS", 9)
    ranker = ranker_of(str(encoder))
    assert isinstance(ranker, TokenRanker)
    queries, texts = ranker.prepare(TEXTS[3:]), ranker.prepare(TEXTS)
    scores = late_interaction(queries, texts)
    every = np.arange(len(TEXTS) + 1)
    for row, (start, end) in enumerate(zip(queries.starts, queries.starts[1:], strict=False)):
        query = queries.tokens[start:end].astype(np.float32)
        expected = scores_of(query, texts.tokens, texts.starts, every)
        assert np.allclose(scores[row], expected.documents, atol=1e-5)
    ways = dict(ranker.scores(queries, texts))
    assert np.allclose(ways[LATE], scores)
    back = late_interaction(texts, queries).T
    assert np.allclose(ways[BOTH_WAYS], (scores + back) / 2, atol=1e-6)
    assert {"mean vector", "sentence view", "mention view"} <= ways.keys()
    for way in ways.values():
        assert (way[0].argmax(), way[1].argmax()) == (3, 4)


def test_an_encoder_without_views_is_compared_by_its_vectors(checkpoints):
    ranker = ranker_of(f"{checkpoints / 'bert'}@1")
    assert isinstance(ranker, TokenRanker) and ranker.views is None
    ways = dict(ranker.scores(ranker.prepare(TEXTS[:1]), ranker.prepare(TEXTS)))
    assert {*ways} == {LATE, BOTH_WAYS, "mean vector"}


def test_what_shares_rare_words_scores_most():
    ranker = Bm25(words)
    ((way, scores),) = ranker.scores(ranker.prepare(["cabeza", "nada"]), ranker.prepare(TEXTS))
    assert way == "BM25" and scores[0].argmax() == 3 and not scores[1].any()


def test_texts_are_those_of_the_queries_and_others(tables):
    def read(**changed):
        chosen = {"pool": 4, "limit": None, "learned": frozenset(), "seed": 1, **changed}
        return read_translations(tables, "own", ["more"], **chosen)

    texts, (english, italian) = read()
    assert len(texts) == len({*texts}) == 4
    assert english.language == "en" and english.queries == ("coughs", "no pain")
    assert [texts[number] for (number,) in english.right] == TEXTS[:2]
    assert [texts[number] for (number,) in italian.right] == TEXTS[:2]
    assert sum(len(one.queries) for one in read(limit=1)[1]) == 2
    (italian,) = read(learned=frozenset({"coughs", TEXTS[1]}))[1]
    assert (italian.language, italian.queries) == ("it", ("tosse",))


def test_what_a_training_learned_from_is_told_by_its_configuration(tables):
    path = tables / "encoder.toml"
    table = tables / "own_es-it.tsv"
    path.write_text(f'[[pairs]]\nsentences = "{table}"\nlimit = 1\n', encoding="utf-8")
    assert learned_texts([path]) == {TEXTS[0], "tosse"}


def test_a_code_has_the_best_score_of_its_names():
    codes = make_list("test", [("A", "es", "x"), ("A", "es", "y"), ("B", "es", "y")])
    named = NamedCodes.of(codes, "es")
    assert named.of_codes(np.array([[0.2], [0.1]], np.float32)).tolist() == [
        [pytest.approx(0.2)],
        [pytest.approx(0.1)],
    ]


def test_translations_and_codes_are_measured(tables, encoder):
    models = ["-m", str(encoder), "-m", "bm25", "-m", "words"]
    arguments = ["translations", str(tables), "--kind", "own", "--fill", "more", *models]
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 0, done.output
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    assert rows[0][:4] == ["model", "way", "language", "queries"]
    assert {row[2] for row in rows[1:]} == {"en", "it", "mean"}
    annotations = [
        {"label": "D", "text": "tos", "start": 4, "end": 7, "code": "R05"},
        {"label": "D", "text": "dolor", "start": 16, "end": 21, "code": "R52"},
    ]
    gold = {"id": "a", "text": "hay tos.\nno hay dolor.", "annotations": annotations}
    (tables / "gold.jsonl").write_text(json.dumps(gold) + "\n", encoding="utf-8")
    (tables / "codes.tsv").write_text(LIST, encoding="utf-8")
    arguments = ["codes", str(tables / "gold.jsonl"), "--codes", str(tables / "codes.tsv")]
    done = CliRunner().invoke(main, [*arguments, *models])
    assert done.exit_code == 0, done.output
    by_way = {line.split("\t")[1]: line.split("\t")[2:] for line in done.stdout.splitlines()}
    assert by_way["BM25"][1:4] == ["1", "0.500", "1.000"]
    assert by_way[LATE][1] == "1"
