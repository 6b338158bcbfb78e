"""Hold what is found, and where it stands."""

import numpy as np
import pytest

from projector import ConfigurationError, Document, ModelError, Searcher
from projector.training.encoder.losses import best_matches


@pytest.fixture
def searcher(documents, encoder):
    return Searcher.over(documents, encoder)


def test_what_is_printed_is_the_documents_text(searcher, documents):
    texts = {document.name: document.text for document in documents}
    hits = searcher.search("dolor", top_k=99)
    assert len(hits) == 6
    for hit in hits:
        assert texts[hit.document][hit.start : hit.end] == hit.text
        for match in hit.matches:
            assert texts[hit.document][match.start : match.end] == match.text
            assert hit.start <= match.start < match.end <= hit.end
    assert {hit.document for hit in hits} == {"a", "c", "d"}  # b has no word


def test_a_sentence_is_found_by_itself(searcher):
    for sentence in ("no hay dolor.", "la piel es roja.", "no tose."):
        first = searcher.search(sentence, top_k=1)[0]
        assert first.text == sentence
        assert first.score == pytest.approx(1, abs=1e-3)
        assert [match.text for match in first.matches] == [m.query for m in first.matches]


def test_scores_are_those_of_the_training_falling(searcher, encoder):
    query = "el dolor de piel"
    hits = searcher.search(query, top_k=99)
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)
    points = [encoder.points(encoder.tokenize(text)) for text in (query, *(h.text for h in hits))]
    expected = best_matches(points[:1], points[1:])[0].numpy()
    assert np.allclose(scores, expected, atol=2e-3)


def test_a_document_is_found_by_all_its_sentences(searcher, encoder):
    query = "no tose. la piel"
    hits = searcher.search(query, unit="document", top_k=99)
    assert sorted(hit.document for hit in hits) == ["a", "c", "d"]
    by_sentence = {}
    for hit in searcher.search(query, top_k=99):
        by_sentence.setdefault(hit.document, hit)
    for hit in hits:
        best = by_sentence[hit.document]
        assert (hit.start, hit.end, hit.text) == (best.start, best.end, best.text)
        assert hit.score >= best.score


def test_what_cannot_be_searched_is_told(searcher, encoder, checkpoints):
    with pytest.raises(ConfigurationError, match="is empty"):
        searcher.search(" \n")
    with pytest.raises(ConfigurationError, match="--top-k"):
        searcher.search("tos", top_k=0)
    with pytest.raises(ConfigurationError, match="--unit"):
        searcher.search("tos", unit="word")
    with pytest.raises(ConfigurationError, match="nothing to search"):
        Searcher.over([Document("a", "es", "\n")], encoder)
    with pytest.raises(ModelError, match=r"no views\.json"):
        Searcher.from_pretrained(checkpoints / "bert", [Document("a", "es", "tos")])


def test_an_encoder_is_loaded_by_its_folder(searching, documents):
    searcher = Searcher.from_pretrained(searching, documents, device="cpu")
    assert searcher.search("tos", top_k=1)
