"""Whatever a document is made of, it projects onto itself, mention by mention."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from projected_texts import (
    LABELS,
    RECIPES,
    SPANISH,
    annotated,
    assert_sound,
    document,
    fragments,
    project,
)


def in_form(text, form):
    match form:
        case "NFD":
            return unicodedata.normalize("NFD", text)
        case "CRLF":
            return text.replace("\n", "\r\n")
        case "spaced":
            return text.replace(" ", "\u00a0 ").replace("\n", "\n\n\t")
        case "marked":
            return text.replace("Paciente", "\ufeffPaciente")
        case "emoji":
            return text.replace(",", " 👩🏽‍⚕️🇪🇸,").replace("fiebre", "🤒fiebre")
    return text


@pytest.mark.parametrize("form", ["plain", "NFD", "CRLF", "spaced", "marked", "emoji"])
@pytest.mark.parametrize("recipe", RECIPES)
def test_a_document_projects_onto_itself(form, recipe):
    text = in_form(SPANISH, form)
    words = {in_form(word, form): label for word, label in LABELS.items()}
    source = annotated(text, words)
    assert len(source.mentions) > 8
    result = project(source, document(text), RECIPES[recipe])
    assert_sound(result, source, text)
    assert fragments(result) == {one.id: one.fragments for one in source.mentions}


def test_discontinuous_nested_and_overlapping_mentions_project_onto_themselves():
    text = "Lesión de hígado y de bazo, trauma torácico cerrado con fractura costal."
    source = document(
        text,
        ("X", 0, 16),
        ("X", 0, 6, 19, 26),  # Lesión … de bazo
        ("X", 28, 51),
        ("X", 28, 43),
        ("X", 35, 51),
        ("Y", 28, 51),
        ("X", 0, 6, 10, 16, 22, 26),
    )
    result = project(source, document(text))
    assert_sound(result, source, text)
    assert fragments(result) == {one.id: one.fragments for one in source.mentions}


WORDS = ["fiebre", "dolor", "tos", "edema", "lesión", "hígado", "bazo", "agudo", "2", "mg", "ECG"]
GAPS = [" ", "  ", ", ", ".\n", " - ", "-", "/", "\u00a0", "\r\n"]


@given(
    st.lists(st.sampled_from(WORDS), unique=True),  # equal ones side by side are ambiguous
    st.lists(st.sampled_from(GAPS), min_size=len(WORDS), max_size=len(WORDS)),
    st.lists(st.tuples(st.integers(0, 99), st.integers(1, 4)), max_size=6),
)
@settings(max_examples=60, deadline=None)
def test_mentions_of_whole_words_project_onto_themselves(words, gaps, picks):
    text, ends = "", []
    for word, gap in zip(words, gaps, strict=False):
        ends.append((len(text), len(text) + len(word)))
        text += word + gap
    mentions = []
    for first, size in picks if ends else ():
        run = ends[first % len(ends) :][:size]
        mentions.append(("X", run[0][0], run[-1][1]))
    source = document(text, *mentions)
    result = project(source, document(text))
    assert_sound(result, source, text)
    assert fragments(result) == {one.id: one.fragments for one in source.mentions}
