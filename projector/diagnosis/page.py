"""Show a diagnosis as one page that needs nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib.resources import files

from projector.concepts.named_concepts import NearConcept
from projector.diagnosis.coloured import Colouring
from projector.diagnosis.in_run import RunDiagnosis
from projector.diagnosis.mention import MentionDiagnosis, SideWord
from projector.diagnosis.text import TextDiagnosis
from projector.report.frame import page_head
from projector.report.markup import Cell, Table, section, table, text


def text_page(diagnosis: TextDiagnosis, *, title: str, language: str, threshold: float) -> str:
    """Return a page of a text, its words coloured by what they mean, and a table of its runs.

    Args:
        diagnosis: The text.
        title: What it is called.
        language: Of the text, for who has it read aloud.
        threshold: Least cosine of a word that is coloured.
    """
    colouring = Colouring.of([diagnosis], threshold)
    shown = section(
        "text",
        "The text",
        f"Words that lie near a concept, by at least {threshold}, have the colour of its chapter; "
        "a bar and a code mark those that mean one thing together. Rest a pointer on one for more.",
        colouring.legend(),
        colouring.text(diagnosis, language),
    )
    rows = [
        (span.text, f"{span.start} {span.end}", near.code, near.name, near.chapter, near.cosine)
        for span in diagnosis.spans
        for near in span.concepts
    ]
    header = ("Words", "Place", "Code", "Name", "Chapter", "Cosine")
    listed = section(
        "spans",
        "What is said",
        "The concepts nearest to each run of words.",
        table(Table("Runs of words and their nearest concepts", header, rows)),
    )
    return _page(title, "Diagnosis of a text", colouring, shown, listed)


def mention_page(diagnosis: RunDiagnosis, threshold: float) -> str:
    """Return a page of a mention and its spans, both sides word by word.

    Args:
        diagnosis: The mention.
        threshold: Least cosine of a word that is coloured.
    """
    sides = [_as_text(words) for one in diagnosis.translations for words in _sides(one) if words]
    colouring = Colouring.of(sides, threshold)
    parts = [_translation(diagnosis, one, colouring) for one in diagnosis.translations]
    title = f"{diagnosis.mention} {diagnosis.label}: {diagnosis.text}"
    return _page(title, f"Diagnosis of a mention of {diagnosis.document}", colouring, *parts)


def _page(title: str, kind: str, colouring: Colouring, *sections: str) -> str:
    style = files("projector.diagnosis").joinpath("page.css").read_text(encoding="utf-8")
    return "".join(
        [
            page_head(title, style=style + colouring.style()),
            f'<header>\n<p class="kind">{text(kind)}</p><h1>{text(title)}</h1></header>\n',
            '<main id="main">\n',
            *sections,
            "</main>\n</body>\n</html>\n",
        ]
    )


def _translation(diagnosis: RunDiagnosis, one: MentionDiagnosis, colouring: Colouring) -> str:
    said = [one.compared.words] if one.compared.words else []
    if one.nearer is not None:
        said.append(nearer_words(one))
    became = f"score {one.score}" if one.fragments else f"it became no span: {one.status}"
    return section(
        f"in-{one.language}",
        f"In {one.language}: {one.span or '–'}",
        became,
        "".join(f'<p class="said">{text(line)}</p>' for line in said),
        colouring.legend(),
        table(_concepts(diagnosis, one)),
        *(
            colouring.text(_as_text(words), language) + table(_words(name, words))
            for name, language, words in (
                ("The mention's words", diagnosis.language, one.source_words),
                ("The span's words", one.language, one.span_words),
            )
            if words
        ),
        table(_claims(one)) if one.claims else "",
    )


def nearer_words(one: MentionDiagnosis) -> str:
    """Say in words which other mention a span lies nearer to than to its own."""
    assert one.nearer is not None
    own = "" if one.compared.cosine is None else f" ({one.compared.cosine:.2f})"
    return (
        f"the span lies nearer to {one.nearer.mention} {one.nearer.text!r} "
        f"({one.nearer.cosine:.2f}) than to this mention{own}"
    )


def _sides(one: MentionDiagnosis) -> Iterator[Sequence[SideWord]]:
    yield one.source_words
    yield one.span_words


def _as_text(words: Sequence[SideWord]) -> TextDiagnosis:
    """Return words as a text of their own, a blank between them."""
    whole, meanings = "", []
    for word in words:
        start = len(whole)
        whole += word.meaning.text + " "
        end = start + len(word.meaning.text)
        meanings.append(replace(word.meaning, start=start, end=end))
    return TextDiagnosis(whole.rstrip(), tuple(meanings), ())


def _concepts(diagnosis: RunDiagnosis, one: MentionDiagnosis) -> Table:
    rows = [
        *_near_rows(diagnosis.text, one.compared.mention),
        *_near_rows(one.span, one.compared.span),
    ]
    header = ("Words", "Code", "Name", "Cosine")
    return Table("What mention and span mean as a whole", header, rows)


def _near_rows(words: str, near: Sequence[NearConcept]) -> list[tuple[Cell, ...]]:
    return [(words, concept.code, concept.name, concept.cosine) for concept in near]


def _words(caption: str, words: Sequence[SideWord]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for word in words:
        near = "; ".join(f"{one.code} {one.name} {one.cosine:.2f}" for one in word.meaning.concepts)
        beside = word.counterpart
        rows.append(
            (
                word.meaning.text,
                None if beside is None else beside.text,
                None if beside is None else beside.cosine,
                near,
            )
        )
    return Table(caption, ("Word", "Nearest of the other side", "Cosine", "Concepts"), rows)


def _claims(one: MentionDiagnosis) -> Table:
    rows = [(claim.mention, claim.text, claim.cosine) for claim in one.claims]
    header = ("Mention", "Words", "Cosine")
    return Table("The source's mentions that the span lies nearest to", header, rows)
