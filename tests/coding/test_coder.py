"""Hold how a coder looks mentions up."""

from projector.coding.code_list import make_list
from projector.coding.coder import Coder, Query, load_coder
from projector.coding.normalize import Abbreviations
from projector.coding.retrieval.bm25 import Lexical

CODES = make_list(
    "test",
    [
        ("A00", "es", "Cólera"),
        ("E11.9", "es", "Diabetes mellitus tipo 2, sin complicación"),
        ("E11.9", "en", "Type 2 diabetes mellitus"),
        ("E10.9", "es", "Diabetes mellitus tipo 1, sin complicación"),
        ("I10", "es", "Hipertensión arterial"),
        ("N39.0", "es", "Infección de vías urinarias"),
    ],
)


def test_a_coder_looks_each_text_up_once_and_answers_all():
    class Counting:
        asked = ()

        def find(self, queries, most):
            self.asked = tuple(queries)
            return Lexical(CODES).find(queries, most)

    counting = Counting()
    short = Abbreviations({("es", "HTA"): "hipertensión arterial"})
    coder = load_coder("lexical", CODES, short)
    assert coder.fingerprint != load_coder("lexical", CODES, Abbreviations({})).fingerprint
    coder = Coder("counting", CODES, counting, short, "counting")
    queries = [Query("HTA", "es"), Query("cólera", "es"), Query("hipertensión arterial", "es")]
    found = coder.propose(queries, 1)
    assert counting.asked == ("cólera", "hipertensión arterial")
    assert [CODES.codes[code] for code in found.codes[:, 0]] == ["I10", "A00", "I10"]
    assert len(coder.propose([], 3)) == 0


def test_without_a_reranker_the_sentence_makes_no_difference():
    coder = load_coder("lexical", CODES, Abbreviations({}))
    assert not coder.reads_context
    queries = [Query("tos", "es", context) for context in ("tiene tos", "no tiene tos")]
    first, second = coder.propose(queries, 2).codes.tolist()
    assert first == second
