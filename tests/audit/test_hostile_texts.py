"""An audit takes any text, in any language, and says nothing of what says nothing."""

import pytest
from audited import audited
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

LANGUAGES = ["en", "it", "nl", "sv", "ro", "cs", "cz", "es", "de", "und"]
HOSTILE = [
    "",
    " \n\t ",
    "12 345 67,8 9.10 1/2/3",
    "🙂🙂 🙂",
    "\u200fsin \u200efiebre\u202e",
    "\u202b12\u202c mg",
    "e\u0301 n\u0303 \u0301",
    "no" * 500,
    "no " * 300,
    "ºª %°",
    "\ud7ff\ue000\U0010ffff",
    "(((((",
    "i.v. " * 20,
]


@pytest.mark.parametrize("language", LANGUAGES)
def test_hostile_texts_are_audited(language):
    for source in HOSTILE:
        for target in (*HOSTILE[:5], source):
            result = audited(source, target, language)
            for finding in result.findings:
                assert finding.source is None or finding.source.end <= len(source)
                assert finding.target is None or finding.target.end <= len(target)
            assert 0 <= result.faithfulness.score <= 1


@hypothesis_settings(max_examples=40, deadline=None)
@given(st.text(max_size=80), st.text(max_size=80), st.sampled_from(LANGUAGES))
def test_any_texts_are_audited(source, target, language):
    assert 0 <= audited(source, target, language).faithfulness.score <= 1
