"""An explanation tells what the decoder weighed, by the decoder's own figures."""

from dataclasses import replace

import pytest
from edge_models import edged_tiny
from hypothesis import given, settings
from hypothesis import strategies as st

from projector.decode.tagger_evidence import SpanEvidence
from projector.decode.verdicts import FEATURES
from projector.document import Annotation, Document, DocumentPair, Fragment, Mention, Status
from projector.errors import ConfigurationError
from projector.explain import explain_mention, mention_rivals
from projector.models.character_ngrams import TinyEncoder
from projector.pipeline import project_pair, weigh_pair
from projector.settings import DecodeSettings, Settings, SpanWeights, published

RECIPES = [Settings(), published()]
SPANISH = "Presenta fiebre alta y dolor lumbar; niega tos."
ENGLISH = "Presents alta fever and dolor in the lumbar area; no tos."
WORDS = ["fiebre", "dolor", "tos", "edema", "lesión", "agudo", "y", "de", ",", "(", ")", "2"]


def document(text, *mentions, language="es", annotations=()):
    """Return a document; a mention is a list of (start, end)."""
    made = tuple(
        Mention(f"T{number}", "X", tuple(Fragment(*part) for part in parts))
        for number, parts in enumerate(mentions, start=1)
    )
    return Document("case", language, text, made, annotations)


def explain(source, target, mention_id="T1", recipe=None, **options):
    pair = DocumentPair(source, target)
    return explain_mention(pair, mention_id, TinyEncoder(), recipe or Settings(), **options)


@st.composite
def pairs(draw):
    """Return a text with mentions of one or two fragments, and the same words in another order."""
    words = draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=9))
    text, places = "", []
    for word in words:
        places.append((len(text), len(text) + len(word)))
        text += word + " "
    part = st.tuples(st.integers(0, len(words) - 1), st.integers(1, 3))
    mentions = [
        [(places[first][0], places[first : first + size][-1][1]) for first, size in parts]
        for parts in draw(st.lists(st.lists(part, min_size=1, max_size=2), min_size=1, max_size=3))
    ]
    moved = draw(st.permutations(words))[: draw(st.integers(0, len(words)))]
    target = " ".join(moved)
    told = document(target, [(0, len(moved[0]))]) if moved and draw(st.booleans()) else None
    return DocumentPair(document(text, *mentions), document(target, language="en")), told


@given(pairs(), st.sampled_from(RECIPES))
@settings(max_examples=120, deadline=None)
def test_the_best_candidates_are_the_decoders_spans_and_their_shares_its_score(case, recipe):
    pair, told = case
    evidence = None if told is None else SpanEvidence(told)
    assert_explained(pair, TinyEncoder(), recipe, evidence)


@given(pairs(), st.integers(0, 20))
@settings(max_examples=80, deadline=None)
def test_with_an_edge_model_too(case, seed):
    pair, told = case
    evidence = None if told is None else SpanEvidence(told)
    weights = SpanWeights(recall=1.0, edges=0.7)
    mentions = tuple(one for one in pair.source.mentions if len(one.fragments) == 1)
    pair = replace(pair, source=replace(pair.source, mentions=mentions))
    assert_explained(pair, edged_tiny(seed, weights=weights), Settings(), evidence)


@given(pairs(), st.integers(0, 20))
@settings(max_examples=60, deadline=None)
def test_a_verdict_is_told_that_decided(case, seed):
    pair, told = case
    evidence = None if told is None else SpanEvidence(told)
    encoder = edged_tiny(seed, judging=5)
    everything = project_pair(pair, encoder, Settings(), evidence=evidence)
    for mention, expected in zip(pair.source.mentions, everything.projections, strict=True):
        found = explain_mention(pair, mention.id, encoder, Settings(), evidence=evidence)
        assert found.projection == expected
        assert len(found.verdicts) == len(mention.fragments)
        for judged in filter(None, found.verdicts):
            assert judged.right + judged.wrong + judged.absent == pytest.approx(1, abs=1e-3)
            assert judged.text == pair.target.text[judged.start : judged.end]
            assert set(judged.told) == set(FEATURES)
        if expected.status is Status.UNALIGNED:
            assert expected.reason
        else:
            assert expected.score in [judged.right for judged in filter(None, found.verdicts)]


def assert_explained(pair, encoder, recipe, evidence):
    everything = project_pair(pair, encoder, recipe, evidence=evidence)
    for mention, expected in zip(pair.source.mentions, everything.projections, strict=True):
        explanation = explain_mention(pair, mention.id, encoder, recipe, evidence=evidence)
        assert explanation.projection == expected
        assert len(explanation.rivals) == len(mention.fragments)
        chosen = [
            rivals[0]
            for rivals in explanation.rivals
            if rivals and (explanation.nothing is None or rivals[0].total >= explanation.nothing)
        ]
        if expected.status is Status.UNALIGNED:
            assert not chosen
            continue
        assert min(rival.share for rival in chosen) == expected.score
        for rival in chosen:
            assert rival.text == pair.target.text[rival.start : rival.end]
            assert any(
                part.start <= rival.start and rival.end <= part.end for part in expected.fragments
            )


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("most", [1, 3, 50])
def test_candidates_are_ranked_and_no_more_than_asked_for(recipe, most):
    source = document(SPANISH, [(9, 20)])
    (rivals,) = explain(source, document(ENGLISH), recipe=recipe, most=most).rivals
    totals = [rival.total for rival in rivals]
    assert 1 <= len(rivals) <= most
    assert totals == sorted(totals, reverse=True)
    assert sum(rival.share for rival in rivals) <= 1.001 or recipe is RECIPES[1]


def test_the_parts_of_a_candidate_make_up_its_sum_and_what_sets_it_ahead():
    (rivals,) = explain(document(SPANISH, [(9, 20)]), document(ENGLISH)).rivals
    for rival in rivals:
        assert sum(rival.parts.values()) == pytest.approx(rival.total, abs=0.01)
    ahead = rivals[0].ahead_of(rivals[1])
    assert sum(ahead.values()) == pytest.approx(rivals[0].total - rivals[1].total, abs=0.02)
    gains = [abs(gain) for gain in ahead.values()]
    assert gains == sorted(gains, reverse=True)


def test_every_token_of_a_mention_is_listed_once_with_where_its_mass_goes():
    source = document(SPANISH, [(23, 35), (9, 15), (9, 20)])
    explanation = explain(source, document(ENGLISH), most=3)
    texts = [token.text for token in explanation.tokens]
    assert "".join(texts) == "fiebrealtadolorlumbar"
    for token in explanation.tokens:
        shares = [share for _, _, share in token.targets]
        assert len(shares) <= 3
        assert shares == sorted(shares, reverse=True)
        assert 0 < sum(shares) <= 1.001
        for text, start, _ in token.targets:
            assert ENGLISH[start : start + len(text)] == text


def test_every_word_of_a_mention_is_listed_once_with_the_words_it_goes_to():
    source = document(SPANISH, [(23, 35), (9, 15), (9, 20)])
    explanation = explain(source, document(ENGLISH), most=3)
    words = [word.text for word in explanation.words]
    assert words == ["fiebre", "alta", "dolor", "lumbar"]
    for word in explanation.words:
        shares = [share for _, _, share in word.targets]
        assert len(shares) <= 3 and shares == sorted(shares, reverse=True)
        assert 0 < sum(shares) <= 1.001
        for text, start, _ in word.targets:
            assert ENGLISH[start : start + len(text)] == text
            assert text.isalnum() or len(text) == 1  # a whole word, or what is none


def test_the_sentences_of_a_mention_and_of_where_it_went_are_told():
    source = document("Nada más. Fiebre alta hoy. Sin tos.", [(10, 16)])
    target = document("Nothing else. Fiebre alta today. No cough.", language="en")
    explanation = explain(source, target)
    assert explanation.sentence == "Fiebre alta hoy."
    assert explanation.target_sentence == "Fiebre alta today."
    assert explain(source, document("")).target_sentence == ""


def test_what_an_edge_model_says_is_a_part_and_its_weights_are_those_beside_it():
    pair = DocumentPair(document(SPANISH, [(9, 20)], [(23, 35)]), document(ENGLISH))
    explained = {}
    for name, encoder, recipe in (
        ("tiny", TinyEncoder(), Settings()),
        ("edged", edged_tiny(1), Settings()),
        ("fitted", edged_tiny(1, weights=SpanWeights(recall=0.0)), Settings()),
        ("chosen", edged_tiny(1), Settings(decode=DecodeSettings(weights=SpanWeights(edges=0.0)))),
    ):
        explained[name] = explain_mention(pair, "T2", encoder, recipe, most=500)
        for rival in explained[name].rivals[0]:
            assert sum(rival.parts.values()) == pytest.approx(rival.total, abs=0.02)
    parts = {name: {} for name in explained}
    for name, explanation in explained.items():
        for rival in explanation.rivals[0]:
            parts[name][rival.start, rival.end] = rival.parts
    assert not any("edges" in part for part in parts["tiny"].values())
    assert any(part["edges"] for part in parts["edged"].values())
    assert not any(part["recall"] for part in parts["fitted"].values())
    assert not any(part["edges"] for part in parts["chosen"].values())
    assert explained["tiny"].nothing == SpanWeights().nothing != explained["edged"].nothing
    for place, part in parts["tiny"].items():
        if place in parts["edged"]:
            assert part.items() <= parts["edged"][place].items()


def test_the_fragment_that_is_told_first_tells_what_having_none_has():
    source = document(SPANISH, [(23, 35)], [(9, 20), (42, 45)])
    pair = DocumentPair(source, document(ENGLISH, language="en"))
    encoder = edged_tiny(2)
    weighed = weigh_pair(pair, encoder, Settings())
    sums = {}
    for some in weighed.candidates:
        nothing = some.nothing(weighed.decode.span_weights)
        sums |= zip(some.index.tolist(), nothing.tolist(), strict=True)
    assert len(set(sums.values())) == 3
    explanation = explain_mention(pair, "T2", encoder, Settings())
    assert explanation.nothing == pytest.approx(sums[1], abs=1e-3)


def test_a_mention_in_pieces_is_told_in_pieces():
    source = document("lesión aguda, tos, hepática", [(0, 6), (19, 27)])
    explanation = explain(source, document("lesión y tos hepática", language="en"))
    assert explanation.text == "lesión hepática"
    assert explanation.projected == "lesión … hepática"
    assert [rivals[0].text for rivals in explanation.rivals] == ["lesión", "hepática"]


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("target", ["", " \n"])
def test_of_an_empty_translation_there_are_no_candidates(recipe, target):
    explanation = explain(document(SPANISH, [(9, 20)]), document(target), recipe=recipe)
    assert explanation.rivals == ((),)
    assert all(token.targets == () for token in explanation.tokens)
    assert explanation.projection.status is Status.UNALIGNED
    assert explanation.projected == ""


def test_a_run_that_a_tagger_widens_is_the_run_that_is_listed():
    source, target = document("fiebre alta hoy", [(0, 6)]), document("fiebre alta hoy")
    told = SpanEvidence(document(target.text, [(0, 11)]))
    (alone,) = explain(source, target, recipe=published()).rivals
    (widened,) = explain(source, target, recipe=published(), evidence=told).rivals
    assert (alone[0].text, widened[0].text) == ("fiebre", "fiebre alta")
    assert widened[0].parts["tokens"] > alone[0].parts["tokens"]


def test_a_projection_below_the_users_limit_still_has_its_candidates():
    recipe = Settings(decode=DecodeSettings(min_score=1.0))
    explanation = explain(document(SPANISH, [(9, 20)]), document(ENGLISH), recipe=recipe)
    assert explanation.projection.status is Status.BELOW_THRESHOLD
    assert explanation.rivals[0][0].share == explanation.projection.score


def test_what_is_said_of_other_mentions_is_no_hindrance():
    said = (Annotation("R1", "relation", "Causes", (("Arg1", "T1"), ("Arg2", "T2"))),)
    source = document(SPANISH, [(9, 15)], [(23, 28)], annotations=said)
    assert explain(source, document(ENGLISH), "T2").projected == "dolor"


@pytest.mark.parametrize(("mentions", "told"), [((), "none"), (([(9, 15)], [(23, 28)]), "T1, T2")])
def test_an_unknown_mention_is_refused_with_those_there_are(mentions, told):
    with pytest.raises(ConfigurationError, match=f"case has no mention T9; .* are: {told}$"):
        explain(document(SPANISH, *mentions), document(ENGLISH), "T9")


@given(pairs(), st.sampled_from(RECIPES))
@settings(max_examples=60, deadline=None)
def test_the_rivals_of_all_mentions_are_those_of_each(case, recipe):
    pair, told = case
    evidence = None if told is None else SpanEvidence(told)
    ids = [mention.id for mention in pair.source.mentions]
    rivals = mention_rivals(pair, ids, TinyEncoder(), recipe, most=3, evidence=evidence)
    for id_ in ids:
        alone = explain_mention(pair, id_, TinyEncoder(), recipe, most=3, evidence=evidence)
        if id_ in rivals:
            assert rivals[id_].spans == alone.rivals
            assert rivals[id_].nothing == alone.nothing
        else:  # nothing of it arrives in the translation
            assert not any(alone.rivals)


def test_the_rivals_of_a_mention_that_is_not_there_are_refused():
    pair = DocumentPair(document("tos", [(0, 3)]), document("tos", language="en"))
    with pytest.raises(ConfigurationError, match="case has no mention T9"):
        mention_rivals(pair, ["T9"], TinyEncoder(), Settings())
