"""Make examples of coded mentions from a code list alone.

What a coder meets is not what a list says: mentions leave out qualifiers, turn words round, use
short forms, are misspelt, stand in a phrase, or in another language. Each transformation makes
one such form of a description; every example says which made it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from projector.coding.code_list import CodeList, Term
from projector.coding.icd10 import category, normal_code
from projector.coding.normalize import Abbreviations, plain, unqualified, words
from projector.training.coder.examples import CodedText
from projector.training.coder.filtering import fault, names_of
from projector.training.coder.phrases import CONTEXTS, ENDINGS, QUALIFIED

if TYPE_CHECKING:
    from schemas.coder_training import Transformation

Random = np.random.Generator


def factory_examples(
    codes: CodeList,
    per_code: int,
    transformations: Sequence[Transformation],
    abbreviations: Abbreviations,
    random: Random,
) -> list[CodedText]:
    """Make examples of every code's descriptions.

    Args:
        codes: The list.
        per_code: How many of each at most; fewer where the descriptions don't give them.
        transformations: Which; each example is made by one, drawn by chance.
        abbreviations: Long forms become short ones by them.
        random: Decides.

    Returns:
        In the list's order, none twice.
    """
    names = names_of(codes)
    examples: list[CodedText] = []
    of_code: dict[int, list[Term]] = defaultdict(list)
    said: dict[str, set[str]] = defaultdict(set)
    for term in codes.terms:
        of_code[term.code].append(term)
        said[_family(codes, term.code)].update(words(term.text))
    short = abbreviations.shorter()
    for code, terms in of_code.items():
        seen: dict[str, CodedText] = {}
        for _ in range(3 * per_code):
            if len(seen) == per_code:
                break
            term = terms[int(random.integers(len(terms)))]
            name = transformations[int(random.integers(len(transformations)))]
            text = _transformed(term, name, terms, said[_family(codes, code)], short, random)
            if text is not None and fault(text, code, names) is None:
                seen.setdefault(plain(text), CodedText(text, code, term.language, f"list:{name}"))
        examples += seen.values()
    return examples


def _family(codes: CodeList, code: int) -> str:
    return category(normal_code(codes.codes[code]))


def _transformed(
    term: Term,
    name: Transformation,
    terms: Sequence[Term],
    said: Collection[str],
    short: Mapping[tuple[str, str], str],
    random: Random,
) -> str | None:
    """Return a form of a description, None where it has none of this kind.

    Args:
        term: The description.
        name: The kind.
        terms: All of its code.
        said: The words of all of its category.
        short: Short forms.
        random: Decides.
    """
    text = unqualified(term.text)
    match name:
        case "translation" | "synonym":
            # The text itself: it is held against another language's, or another of its own.
            same = [
                other for other in terms if (other.language == term.language) == (name == "synonym")
            ]
            return text if any(other.text != term.text for other in same) else None
        case "shortened":
            return _shortened(text, random)
        case "qualified":
            return _qualified(text, term.language, said, random)
        case "inflected":
            return _inflected(text, term.language)
        case "reordered":
            return _reordered(text)
        case "abbreviated":
            return _abbreviated(text, term.language, short)
        case "misspelt":
            return _misspelt(text, random)
        case "context":
            return _within(CONTEXTS.get(term.language, ()), text, random)


def _shortened(text: str, random: Random) -> str | None:
    """Leave out a part behind a comma or in brackets, or a word."""
    parts = [part.strip() for part in re.split(r"[,;:()\[\]]", text) if part.strip()]
    if len(parts) > 1:
        kept = [part for part in parts if random.random() < 0.7] or parts[:1]
        return ", ".join(kept) if len(kept) < len(parts) else parts[0]
    tokens = text.split()
    if len(tokens) < 3:
        return None
    left = int(random.integers(1, len(tokens)))
    return " ".join(tokens[:left] + tokens[left + 1 :])


def _qualified(text: str, language: str, said: Collection[str], random: Random) -> str | None:
    """Add a word that tells no code of the category from another."""
    phrases = [one for one in QUALIFIED.get(language, ()) if not {*words(one)} & {*said}]
    return _within(phrases, text, random)


def _within(phrases: Sequence[str], text: str, random: Random) -> str | None:
    """Put a text into one of some phrases, None where there are none."""
    if not phrases:
        return None
    phrase = phrases[int(random.integers(len(phrases)))]
    return phrase.format(text if phrase.startswith("{}") else _lowered(text))


def _inflected(text: str, language: str) -> str | None:
    """Put its first word, in English its last, in the other number, as far as endings tell it."""
    split = text.split()
    changed = len(split) - 1 if language == "en" else 0
    for ending, other in ENDINGS.get(language, ()):
        if len(split[changed]) > 3 and split[changed].isalpha() and split[changed].endswith(ending):
            split[changed] = f"{split[changed][: len(split[changed]) - len(ending)]}{other}"
            return None if ending == other else " ".join(split)
    return None


def _reordered(text: str) -> str | None:
    """Put what is behind the first comma or colon in front, as speech does."""
    head, mark, tail = re.match(r"([^,:]*)([,:]?)(.*)", text, re.DOTALL).groups()  # type: ignore[union-attr]
    return f"{tail.strip()} {_lowered(head.strip())}" if mark and tail.strip() else None


def _abbreviated(text: str, language: str, short: Mapping[tuple[str, str], str]) -> str | None:
    lower = text.casefold()
    for (spoken, long), form in short.items():
        start = lower.find(long)
        if spoken in ("", language) and start >= 0 and len(lower) == len(text):
            return f"{text[:start]}{form}{text[start + len(long) :]}"
    return None


def _misspelt(text: str, random: Random) -> str | None:
    """Leave out, double or swap a letter within a word."""
    places = [
        middle for middle in range(1, len(text) - 1) if text[middle - 1 : middle + 2].isalpha()
    ]
    if not places:
        return None
    middle = places[int(random.integers(len(places)))]
    kinds = (
        text[:middle] + text[middle + 1 :],
        text[:middle] + text[middle] + text[middle:],
        text[:middle] + text[middle + 1] + text[middle] + text[middle + 2 :],
    )
    return kinds[int(random.integers(len(kinds)))]


def _lowered(text: str) -> str:
    """Return a text that begins small, unless it begins with a short form or a name."""
    return text[:1].lower() + text[1:] if text[1:2].islower() else text
