"""Tell texts and sentences that are in another language than they should be.

By py3langid: of 253 sentences of forty characters or more it errs in none or one in each of seven
languages where it chooses between two, and in no document.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from projector.audit.findings import Finding, Kind, Severity
from projector.document import Document, Fragment

_SURE = 0.99  # probability of a document's language, below which nothing is said
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


def language_findings(source: Document, target: Document) -> Iterator[Finding]:
    """Yield what is wrong with a translation's language as a whole: at most one finding.

    Languages that the library doesn't know (`und`) are not judged.
    """
    letters = sum(map(str.isalpha, target.text))
    if source.text.split() == target.text.split() and letters:
        message = "the translation is a copy of its source"
        yield Finding(Kind.UNTRANSLATED, Severity.DOCUMENT, None, None, message, 1.0)
        return
    expected, theirs = _code(target.language), _code(source.language)
    if letters < 2 * _FEWEST_LETTERS or expected not in _labels() or expected == theirs:
        return
    shares = _shares(target.text)
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


def sentence_language_findings(
    source: Document, target: Document, sentences: Sequence[Fragment]
) -> Iterator[Finding]:
    """Yield the sentences of a translation that are in its source's language, or copied from it.

    Args:
        source: The document.
        target: Its translation.
        sentences: The translation's.
    """
    expected, theirs = _code(target.language), _code(source.language)
    if expected == theirs or not {expected, theirs} <= _labels():
        return
    for sentence in sentences:
        words = target.text[sentence.start : sentence.end]
        if sum(map(str.isalpha, words)) < _FEWEST_LETTERS:
            continue
        probability = _against(_shares(words), theirs, expected)
        if probability < _SURE:
            continue
        start = source.text.find(words)
        place = None if start < 0 else Fragment(start, start + len(words))
        message = f"the sentence is in {theirs}, the source's language"
        yield Finding(Kind.SOURCE_LANGUAGE, Severity.ERROR, place, sentence, message, probability)


def _code(language: str) -> str:
    plain = language.casefold().replace("_", "-").partition("-")[0]
    return _OWN_NAMES.get(plain, plain)


@cache
def _labels() -> frozenset[str]:
    return frozenset(_identifier().labels)


def _shares(text: str) -> dict[str, float]:
    """Return the probability of each known language."""
    return {str(language): float(share) for language, share in _identifier().rank(text)}


def _against(shares: dict[str, float], language: str, other: str) -> float:
    """Return the probability of a language where it can only be that or another."""
    both = shares[language] + shares[other]
    return shares[language] / max(both, 1e-300)


@cache
def _identifier() -> Any:  # noqa: ANN401
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
