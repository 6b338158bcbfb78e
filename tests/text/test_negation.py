"""Hold what a text says of a mention: that it is there, or not, may be, or is of a relative."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector.text.assertion_table import folded
from projector.text.negation import Assertion, assertions, cues_in, knows

NEGATED, FAMILY, UNCERTAIN = Assertion.NEGATED, Assertion.FAMILY, Assertion.UNCERTAIN
HYPOTHETICAL, PRESENT = Assertion.HYPOTHETICAL, Assertion.PRESENT


def said(marked: str, language: str) -> list[Assertion]:
    """Return what is said of the stretches in square brackets."""
    spans, text = [], ""
    for part in re.split(r"(\[[^]]*\])", marked):
        if part.startswith("["):
            spans.append((len(text), len(text) + len(part) - 2))
        text += part.strip("[]")
    return assertions(text, spans, language)


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("es", "No presenta [fiebre], [tos] ni [dolor torácico], pero refiere [disnea].", "nnn."),
        ("es", "Niega [fiebre]. Ante la sospecha de [neumonía] ingresa.", "nu"),
        ("es", "Sin embargo, [fiebre]. No solo [tos]. No se puede descartar [sepsis].", "..u"),
        ("es", "Su madre tuvo [cáncer de mama]; él, [asma]. Profilaxis de [trombosis].", "f.h"),
        ("es", "Fractura sin signos de [infección]; [tuberculosis] descartada.", "nn"),
        ("es", "Sin antecedentes de interés, acude por [dolor abdominal].", "."),
        ("en", "No [fever], [cough] or [chest pain], but [dyspnea].", "nnn."),
        ("en", "She denies [fever]. [Pneumonia] was ruled out. Suspected [sepsis].", "nnu"),
        ("en", "Mother with [breast cancer]. Not only [asthma]. Risk of [stroke].", "f.h"),
        ("it", "Non presenta [febbre] né [tosse], ma [dispnea].", "nn."),
        ("it", "Il padre ebbe un [infarto]. Sospetta [polmonite].", "fu"),
        ("nl", "Geen [koorts], [hoest] of [pijn], maar wel [dyspneu].", "nnn."),
        ("nl", "Moeder met [borstkanker]. [Longembolie] werd uitgesloten.", "fn"),
        ("sv", "Ingen [feber] eller [hosta], men [dyspné].", "nn."),
        ("sv", "Fadern hade [diabetes]. Misstanke om [lunginflammation]. Får [feber].", "fu."),
        ("ro", "Fără [febră] și fără [tuse], dar cu [dispnee]. Neagă [alergii].", "nn.n"),
        ("ro", "Mama cu [diabet]. Suspiciune de [pneumonie].", "fu"),
        ("cs", "Bez [horečky] a [kašle], ale s [dušností]. Neguje [alergie].", "nn.n"),
        ("cz", "Matka měla [diabetes]. Podezření na [pneumonii].", "fu"),
    ],
)
def test_what_is_said_of_a_mention_is_known_in_seven_languages(language, text, expected):
    kinds = {"n": NEGATED, "f": FAMILY, "h": HYPOTHETICAL, "u": UNCERTAIN, ".": PRESENT}
    assert said(text, language) == [kinds[mark] for mark in expected]


def test_a_cue_reaches_no_further_than_its_sentence_and_over_no_clause():
    assert said("No hay fiebre. [Tos].", "es") == [PRESENT]
    assert said("No hay fiebre; [tos].", "es") == [PRESENT]
    assert said("No acudió a la revisión de mayo y presentó [fiebre].", "es") == [PRESENT]
    far = "no " + "palabra " * 20 + "[fiebre]"
    assert said(far, "es") == [PRESENT]


def test_a_mention_is_not_negated_by_its_own_words():
    assert said("[Ausencia de pulso] en ambas piernas.", "es") == [PRESENT]


def test_of_several_things_said_the_denial_counts():
    assert said("No hay sospecha de [sepsis].", "es") == [NEGATED]
    assert said("No antecedentes familiares de [cáncer].", "es") == [NEGATED]


def test_in_a_language_without_cues_all_is_there():
    assert not knows("fi") and knows("es") and knows("cz")
    assert said("Ei [kuumetta].", "fi") == [PRESENT] and cues_in("no", "fi") == []
    assert assertions("", [], "es") == []


def test_cues_stand_where_they_say():
    text = "Ningún signo. NIEGA disnea; no solo tos."
    (first, second) = cues_in(text, "es")
    assert text[first.start : first.end] == "Ningún" and text[second.start : second.end] == "NIEGA"
    assert second.assertion is NEGATED and second.side == "before"


@given(st.text())
def test_folding_keeps_the_length(text):
    assert len(folded(text)) == len(text)


@given(st.text(max_size=60), st.data())
def test_any_spans_of_any_text_get_something_said(text, data):
    offsets = st.integers(0, len(text))
    spans = data.draw(st.lists(st.tuples(offsets, offsets).map(sorted).map(tuple)))
    assert len(assertions(text, spans, "es")) == len(spans)
