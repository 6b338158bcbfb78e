"""Hold that words and endings of every language can be made examples with."""

import pytest

from projector.training.coder.phrases import CONTEXTS, ENDINGS, QUALIFIED

LANGUAGES = {"es", "en", "it", "nl", "sv", "ro", "cs"}


@pytest.mark.parametrize("table", [CONTEXTS, QUALIFIED, ENDINGS])
def test_every_language_has_its_own(table):
    assert table.keys() == LANGUAGES and all(table.values())


@pytest.mark.parametrize("table", [CONTEXTS, QUALIFIED])
def test_a_phrase_has_one_place_for_a_mention(table):
    for phrases in table.values():
        assert len(set(phrases)) == len(phrases)
        for phrase in phrases:
            assert phrase.count("{}") == 1 and phrase.format("x") == phrase.replace("{}", "x")
            assert phrase == phrase.strip() != "{}"


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_no_ending_hides_behind_a_shorter_one(language):
    endings = [ending for ending, _ in ENDINGS[language]]
    assert len(set(endings)) == len(endings)
    for number, ending in enumerate(endings):
        before = [earlier for earlier in endings[:number] if ending.endswith(earlier)]
        assert not before, f"{ending} is never reached behind {before}"
