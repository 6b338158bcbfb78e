import pickle
from pathlib import Path

from projector.errors import CorpusError, Problem, counted


def test_one_thing_is_one():
    assert [counted(number, "document") for number in (0, 1, 2)] == [
        "0 documents", "1 document", "2 documents",
    ]  # fmt: skip
    assert counted(1, "document has", "documents have") == "1 document has"
    assert counted(2, "loss", "losses") == "2 losses"


def test_an_error_of_a_corpus_travels_with_its_problems_and_advice():
    error = CorpusError(Problem(Path("a.ann"), 1, "no tab"), advice="Mend it")
    again = pickle.loads(pickle.dumps(error))
    assert again.problems == error.problems and again.advice == "Mend it"
    assert str(again) == str(error) == "a.ann:1: no tab\nMend it"
