"""Say what a user should know of a coding, beside how many mentions got a code."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from projector.coding.codable_labels import labels_left_alone
from projector.corpus.labels import unknown_labels
from projector.corpus.language_names import UNKNOWN_LANGUAGE
from schemas.coding import LEXICAL

if TYPE_CHECKING:
    from projector.coding.coder import Coder
    from schemas.coding import CodingFacts, CodingFloor


def coding_remarks(facts: CodingFacts, coder: Coder) -> Iterator[str]:
    """Yield what a user should know: labels left alone, languages, what a score is worth."""
    there = {one.label for one in facts.counts}
    yield from labels_left_alone(coder.codes, facts.configuration.labels, there)
    for language in sorted({one.language for one in facts.counts}):
        yield from _of_language(language, coder)
    for floor in facts.floors:
        yield _of_floor(floor, facts)
    if not facts.floors and facts.calibrated_on is None and not facts.configuration.min_precision:
        yield (
            f"nobody knows how often codes by {coder.name} from {coder.codes.name} are right: its "
            "scores are not calibrated, and every mention gets the best guess; --min-score says "
            "how near it must be"
        )
    yield from unknown_labels(facts.configuration.labels, there)


def _of_language(language: str, coder: Coder) -> Iterator[str]:
    """Say what is missing for the mentions of a language."""
    codes = coder.codes
    if language == UNKNOWN_LANGUAGE:
        yield (
            "nothing says what language the mentions are in: short forms are not written out, "
            "codes are called as the list calls them first, and no negation is known; say it: "
            "--language es"
        )
        return
    if 2 * (named := codes.named_in(language)) >= len(codes):
        return
    told = f"{codes.name} names {named} of {len(codes)} codes in {language}; the others are "
    if coder.name == LEXICAL:
        yield (
            f"{told}found only where both languages write alike, for `lexical` compares "
            "characters. Have meanings compared: -m retriever; or add names: --synonyms PATH"
        )
    else:
        yield f"{told}described in another language. Add names: --synonyms PATH"


def _of_floor(floor: CodingFloor, facts: CodingFacts) -> str:
    """Say from which score on codes are proposed, and what that was measured on."""
    known = facts.calibrated_on
    where = f"{', '.join(known.languages)} and {', '.join(known.lists)}" if known else "gold"
    told = f"codes are proposed from a score of {floor.score:.3f} on"
    rest = "The best guesses for the others are in uncoded.tsv; --min-precision has more or fewer"
    if floor.measured:
        return (
            f"{told}: calibrated on {where}, where {floor.precision:.0%} of such were right, and "
            f"{floor.coverage:.0%} of the mentions had one. {rest}"
        )
    languages = ", ".join(floor.languages)
    if known is not None and len(known.lists) == 1:  # nothing could show what another list needs
        stricter = (1 + floor.precision) / 2
        basis = (
            f"{stricter:.0%} were right there, half the errors of {floor.precision:.0%} to be safe"
        )
    else:
        basis = f"{floor.precision:.0%} were right on a list and in words that it was not fitted to"
    return (
        f"{told} for mentions in {languages} from {facts.codes}: calibrated on {where}, and "
        f"nobody has measured these. It is the score above which {basis}, and "
        f"{floor.coverage:.0%} of the mentions had one. {rest}"
    )
