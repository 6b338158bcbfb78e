"""Tell texts and sentences that are in another language than they should be.

By py3langid: of 253 sentences of forty characters or more it errs in none or one in each of seven
languages where it chooses between two, and in no document. It is asked of what the function words
leave open: of a few stretches of a document, and of sentences with too few words of their language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from projector.audit.findings import Finding, Kind, Severity
from projector.audit.language_identifier import language_identifier
from projector.document import Document, Fragment
from projector.text.function_words import FUNCTION_WORDS

_SURE = 0.99  # probability of a document's language, below which nothing is said
# Of a sentence in a third language, among all that the library knows and against the expected one.
_THIRD, _THIRD_AGAINST = 0.9, 0.9999
_FEWEST_WORDS = 8  # of such a sentence
_LEAST_FUNCTION = 0.15  # share of function words above which a sentence is in its language
# What is taken for a third language: a sentence of drugs' names is like many that nobody writes.
_THIRD_LANGUAGES = frozenset(
    "ca cs da de en es fi fr hu it nl no pl pt ro ru sv tr uk".split()  # noqa: SIM905
)
_FEWEST_LETTERS = 40  # of a sentence that is looked at by itself; in a document twice that
# Languages that are told apart in long texts only, or are one under two names.
_RELATED = {
    "es": {"gl", "an", "ast", "ca", "pt"},
    "sv": {"no", "nb", "nn", "da"},
    "nl": {"af"},
    "cs": {"sk"},
    "ro": {"mo"},
    "it": {"co"},
}
_OWN_NAMES = {"cz": "cs"}
_WORD = re.compile(r"[^\W\d_]+")
_STRETCHES, _STRETCH = 4, 150  # how many of a document are looked at first, and their characters


def language_findings(source: Document, target: Document) -> Iterator[Finding]:
    """Yield what is wrong with a translation's language as a whole: at most one finding.

    Languages that the library doesn't know (`und`) are not judged; a copy of the source is told in
    any.
    """
    letters = sum(map(str.isalpha, target.text))
    expected, theirs = _code(target.language), _code(source.language)
    if source.text.split() == target.text.split() and letters:
        if letters >= _FEWEST_LETTERS or _is_theirs(target.text, expected, theirs):
            message = "the translation is a copy of its source"
            yield Finding(Kind.UNTRANSLATED, Severity.DOCUMENT, None, None, message, 1.0)
        return
    if letters < 2 * _FEWEST_LETTERS or expected not in _labels() or expected == theirs:
        return
    for text in (_sample(target.text), target.text):
        shares = _shares(text)
        language = max(shares, key=shares.__getitem__)
        probability = _against(shares, language, expected)
        if language in {expected, *_RELATED.get(expected, ())} or probability < _SURE:
            return
    if language in {theirs, *_RELATED.get(theirs, ())}:
        message = f"the translation is in the source's language, {theirs}; expected {expected}"
        yield Finding(Kind.UNTRANSLATED, Severity.DOCUMENT, None, None, message, probability)
    else:
        message = f"the translation is in the language {language}; expected {expected}"
        yield Finding(Kind.WRONG_LANGUAGE, Severity.DOCUMENT, None, None, message, probability)


def _is_theirs(text: str, expected: str, theirs: str) -> bool:
    """Tell whether a short text is rather in the source's language: `Simvastatin` is in many."""
    if expected == theirs or not {expected, theirs} <= _labels():
        return True
    return _against(_shares(text), theirs, expected) >= _SURE


def sentence_language_findings(
    source: Document, target: Document, sentences: Sequence[Fragment]
) -> Iterator[Finding]:
    """Yield the sentences of a translation that are in its source's language, or in a third one.

    Args:
        source: The document.
        target: Its translation.
        sentences: The translation's.
    """
    expected, theirs = _code(target.language), _code(source.language)
    if expected == theirs or not {expected, theirs} <= _labels():
        return
    related = frozenset({expected, *_RELATED.get(expected, ())})
    for sentence in sentences:
        text = target.text[sentence.start : sentence.end]
        words = _WORD.findall(text.lower())
        if _is_expected(words, expected, related) or sum(map(len, words)) < _FEWEST_LETTERS:
            continue
        shares = _shares(text)
        probability = _against(shares, theirs, expected)
        third = _third_language(shares, expected, theirs) if len(words) >= _FEWEST_WORDS else None
        if third is not None:
            message = f"the sentence is in {third}; expected {expected}"
            score = round(shares[third], 4)
            yield Finding(Kind.MIXED_LANGUAGE, Severity.ERROR, None, sentence, message, score)
        elif probability >= _SURE:
            start = source.text.find(text)
            place = None if start < 0 else Fragment(start, start + len(text))
            message = f"the sentence is in {theirs}, the source's language"
            yield Finding(
                Kind.SOURCE_LANGUAGE, Severity.ERROR, place, sentence, message, probability
            )


def _is_expected(words: Sequence[str], expected: str, related: frozenset[str]) -> bool:
    """Tell whether a sentence's function words are rather its language's than another's."""
    distinct = set(words)
    count = len(distinct & FUNCTION_WORDS.get(expected, frozenset()))
    if count <= _LEAST_FUNCTION * len(distinct):
        return False
    return all(
        len(distinct & others) < count
        for language, others in FUNCTION_WORDS.items()
        if _code(language) not in related
    )


def _third_language(shares: dict[str, float], expected: str, theirs: str) -> str | None:
    """Return the language of a sentence that is neither the expected nor the source's."""
    known = {expected, theirs, *_RELATED.get(expected, ()), *_RELATED.get(theirs, ())}
    language = max(shares, key=shares.__getitem__)
    if language in known or language not in _THIRD_LANGUAGES or shares[language] < _THIRD:
        return None
    return language if _against(shares, language, expected) >= _THIRD_AGAINST else None


def _sample(text: str) -> str:
    """Return some stretches of a text that is longer than they are together."""
    if len(text) <= _STRETCHES * _STRETCH:
        return text
    starts = (k * (len(text) - _STRETCH) // (_STRETCHES - 1) for k in range(_STRETCHES))
    return "\n".join(text[start : start + _STRETCH] for start in starts)


def _code(language: str) -> str:
    plain = language.casefold().replace("_", "-").partition("-")[0]
    return _OWN_NAMES.get(plain, plain)


@cache
def _labels() -> frozenset[str]:
    return frozenset(language_identifier().labels)


def _shares(text: str) -> dict[str, float]:
    """Return the probability of each known language."""
    return {str(language): float(share) for language, share in language_identifier().rank(text)}


def _against(shares: dict[str, float], language: str, other: str) -> float:
    """Return the probability of a language where it can only be that or another."""
    both = shares[language] + shares[other]
    return shares[language] / max(both, 1e-300)
