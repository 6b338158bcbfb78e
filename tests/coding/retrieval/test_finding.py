"""Hold how codes are found: surfaces, abbreviations, the lexical ranking."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from projector.coding.code_list import make_list
from projector.coding.coder import Query, load_coder
from projector.coding.normalize import (
    Abbreviations,
    character_grams,
    own_abbreviations,
    plain,
    words,
)
from projector.coding.retrieval.bm25 import Lexical
from projector.coding.retrieval.exact_names import ExactNameFirst
from projector.coding.retrieval.ranking import best_of_terms, starts_of
from projector.errors import CorpusError, ModelError

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


def named(ranking, row=0):
    return [CODES.codes[code] for code, _ in ranking.row(row)]


def test_surfaces_are_compared_without_case_accents_and_punctuation():
    assert plain("  Hipertensión\nARTERIAL (esencial)") == "hipertension arterial esencial"
    assert words("Ťažká, choroba") == ["tazka", "choroba"]
    assert character_grams("fiebre y") == ["_fie", "fieb", "iebr", "ebre", "bre_", "_y_"]
    assert plain("…") == "" and character_grams("") == []


@given(st.text(max_size=30))
@example("𝗔 İ ẞ ﬁ")
def test_any_text_has_a_surface(text):
    assert plain(plain(text)) == plain(text)
    assert all(0 < len(gram) <= 4 for gram in character_grams(text))


def test_short_forms_are_written_out_by_their_capitals_or_alone():
    own = own_abbreviations()
    assert own.expand("HTA y DM2", "es") == "hipertensión arterial y diabetes mellitus tipo 2"
    assert own.expand("hta", "es") == "hipertensión arterial"
    assert own.expand("H.T.A.", "es") == "hipertensión arterial"
    assert own.expand("ira del paciente", "es") == "ira del paciente"
    assert own.expand("EPOC", "en") == "EPOC" and own.expand("DM", "cs") == "diabetes mellitus"


def test_a_users_table_goes_before(tmp_path):
    path = tmp_path / "short.tsv"
    path.write_text("short\tlong\tlanguage\nHTA\thipotiroidismo\tes\n")
    own = own_abbreviations()
    changed = own.with_table(path)
    assert changed.expand("HTA", "es") == "hipotiroidismo"
    assert changed.fingerprint != own.fingerprint
    path.write_text("short\tlong\nHTA\t\n")
    with pytest.raises(CorpusError, match=":2"):
        own.with_table(path)


def test_what_shares_rare_parts_is_found_and_nothing_else():
    retriever = Lexical(CODES)
    found = retriever.find(["diabetes tipo 1", "infeccion urinaria", "xyz", ""], 3)
    assert named(found)[0] == "E10.9" and named(found, 1)[0] == "N39.0"
    assert named(found, 2) == named(found, 3) == []
    assert (np.diff(found.scores[0][:2]) <= 0).all()
    assert 0 < found.scores[0][0] < 1


def test_a_description_itself_is_found_first_and_surely():
    retriever = ExactNameFirst(CODES, Lexical(CODES))
    found = retriever.find([term.text.upper() for term in CODES.terms], 2)
    assert found.codes[:, 0].tolist() == [term.code for term in CODES.terms]
    assert found.terms[:, 0].tolist() == list(range(len(CODES.terms)))
    assert (found.scores[:, 0] == 1).all() and (found.scores[:, 1] < 1).all()


class Fixed:
    """Finds the same for all."""

    def find(self, queries, most):
        scores = np.array([[1, -np.inf, 0.6, 0.5, -np.inf]] * len(queries), np.float32)
        return best_of_terms(scores, np.array([0, 1, 3, 4]), most)


def test_named_codes_go_first_in_the_order_of_the_finder():
    rows = [("A", "es", "Uno"), ("B", "es", "Dos"), ("B", "es", "x"), ("C", "es", "DOS"), *ROWS]
    found = ExactNameFirst(make_list("x", rows), Fixed()).find(["dós", "uno", "otro"], 3)
    assert [found.row(0)[at][0] for at in range(3)] == [1, 2, 0]
    assert found.scores[0, :2].tolist() == [1, 1] and found.scores[0, 2] < 1
    assert found.terms[0].tolist() == [1, 3, 0]
    assert found.row(1)[0] == (0, 1.0)
    assert [code for code, _ in found.row(2)] == [0, 1, 2] and found.scores[2, 0] < 1


ROWS = [("D", "es", "Tres")]
COUNTS = st.lists(st.integers(1, 4), min_size=1, max_size=8)


@given(COUNTS, st.integers(1, 9), st.data())
def test_a_code_counts_as_its_best_term_and_rankings_fall(counts, most, data):
    owner = [code for code, count in enumerate(counts) for _ in range(count)]
    value = st.one_of(st.just(-np.inf), st.sampled_from([0.1, 0.2, 0.5, 0.9]))
    own = data.draw(st.lists(value, min_size=len(owner), max_size=len(owner)))
    found = best_of_terms(np.array([own], np.float32), starts_of(owner), most)
    best = {}
    for term, (code, score) in enumerate(zip(owner, own, strict=True)):
        if score > best.get(code, (-np.inf, 0))[0]:
            best[code] = (score, term)
    expected = sorted(best, key=lambda code: (-best[code][0], code))[:most]
    assert [code for code, _ in found.row(0)] == expected
    assert found.terms[0, : len(expected)].tolist() == [best[code][1] for code in expected]
    assert [score for _, score in found.row(0)] == [np.float32(best[code][0]) for code in expected]


def test_a_coder_looks_each_text_up_once_and_answers_all():
    class Counting:
        asked = ()

        def find(self, queries, most):
            self.asked = tuple(queries)
            return Lexical(CODES).find(queries, most)

    counting = Counting()
    coder = load_coder("lexical", CODES, Abbreviations({("es", "HTA"): "hipertensión arterial"}))
    assert coder.fingerprint != load_coder("lexical", CODES, Abbreviations({})).fingerprint
    object.__setattr__(coder, "first", counting)
    queries = [Query("HTA", "es"), Query("cólera", "es"), Query("hipertensión arterial", "es")]
    found = coder.propose(queries, 1)
    assert counting.asked == ("cólera", "hipertensión arterial")
    assert [CODES.codes[code] for code in found.codes[:, 0]] == ["I10", "A00", "I10"]
    assert len(coder.propose([], 3)) == 0


def test_an_unknown_coder_is_told():
    with pytest.raises(ModelError, match="no retriever can be read"):
        load_coder("nonsense", CODES, Abbreviations({}))
