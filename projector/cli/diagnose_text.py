"""Say a diagnosis in plain lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from projector.concepts.named_concepts import NearConcept
    from projector.diagnosis.in_run import RunDiagnosis
    from projector.diagnosis.mention import MentionDiagnosis, SideWord
    from projector.diagnosis.run_spans import SpanMeaning
    from projector.diagnosis.text import TextDiagnosis

_LONGEST = 48  # characters of a concept's name


def text_lines(found: TextDiagnosis, tokens: bool) -> Iterator[str]:
    """Yield a line for each run of a text's words, or for each of its tokens."""
    shown = found.words if tokens else found.spans
    if not shown:
        yield "no words of it lie near a concept; --threshold says how near they must"
        if found.whole:
            yield f"all of it together: {near_line(found.whole)}"
    for one in shown:
        yield f"{_one_line(one.text)} ({one.start} {one.end})  {near_line(one.concepts)}"


def mention_lines(found: RunDiagnosis) -> Iterator[str]:
    """Yield what a mention means, and in each language its span."""
    yield f"{found.mention} {found.label} of {found.document}: {_one_line(found.text)}"
    for one in found.translations:
        yield ""
        yield from _translation_lines(one)


def span_table(spans: Sequence[SpanMeaning]) -> str:
    """Return spans as a table of tab-separated columns with a header."""
    from projector.diagnosis.run_spans import SpanMeaning

    columns = [field.name for field in fields(SpanMeaning)]
    cells = [[getattr(one, name) for name in columns] for one in spans]
    rows = [["" if cell is None else _one_line(str(cell)) for cell in row] for row in cells]
    return "".join("\t".join(row) + "\n" for row in [columns, *rows])


def _translation_lines(one: MentionDiagnosis) -> Iterator[str]:
    from projector.diagnosis.page import nearer_words

    places = ";".join(f"{start} {end}" for start, end in one.fragments)
    became = f"{_one_line(one.span)} ({places}), score {one.score}" if places else one.status
    yield f"in {one.language}: {became}"
    yield f"  the mention  {near_line(one.compared.mention)}"
    if places:
        yield f"  the span     {near_line(one.compared.span)}"
    if one.compared.cosine is not None:
        yield f"  {one.compared.words}; cosine {one.compared.cosine:.2f}"
    if one.nearer is not None:
        yield f"  {nearer_words(one)}"
    for name, words in (("mention", one.source_words), ("span", one.span_words)):
        if words:
            yield f"  the {name}'s words"
            yield from _word_lines(words)
    if one.claims:
        claims = (f"{one.mention} {one.text!r} {one.cosine:.2f}" for one in one.claims)
        yield f"  the span is nearest to {'; '.join(claims)}"


def _word_lines(words: Sequence[SideWord]) -> Iterator[str]:
    width = max(len(word.meaning.text) for word in words)
    for word in words:
        beside = word.counterpart
        like = "" if beside is None else f"~ {beside.text} {beside.cosine:.2f}  "
        yield f"    {word.meaning.text.ljust(width)}  {like}{near_line(word.meaning.concepts)}"


def near_line(concepts: Sequence[NearConcept]) -> str:
    """Return concepts with their cosines in a line."""
    if not concepts:
        return "–"
    return "; ".join(f"{one.code} {_short(one.name)} {one.cosine:.2f}" for one in concepts)


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"


def _one_line(text: str) -> str:
    return " ".join(text.split())
