"""Colour the words of a text by the chapters of what they mean, as HTML."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from projector.diagnosis.chapters import ChapterColours, chapter_name
from projector.diagnosis.text import Meaning, TextDiagnosis
from projector.html import PALETTE
from projector.report.markup import text

_TINT = "33"  # alpha of what lies behind a word: a fifth; letters keep the page's colour


@dataclass(frozen=True, slots=True)
class Colouring:
    """How words are coloured.

    Args:
        colours: Of the chapters.
        threshold: Least cosine of a telling word that is coloured; the others are told their
            concepts alone, but for those within a run.
    """

    colours: ChapterColours
    threshold: float

    @classmethod
    def of(cls, diagnoses: Sequence[TextDiagnosis], threshold: float) -> Colouring:
        """Give the chapters of what is to be coloured their colours."""
        return cls(
            ChapterColours.of(
                meaning.concepts[0].chapter
                for diagnosis in diagnoses
                for meaning in (*diagnosis.words, *diagnosis.spans)
                if meaning.telling and meaning.concepts and meaning.concepts[0].cosine >= threshold
            ),
            threshold,
        )

    def style(self) -> str:
        """Return the style of the colours, a class each."""
        return "".join(
            f".c{number} {{ --hue: {color}; --tint: {color}{_TINT}; }}\n"
            for number, color in enumerate(PALETTE)
        )

    def legend(self) -> str:
        """Return which colour is which chapter."""
        items = "".join(
            f'<li class="c{number}"><span class="swatch"></span>{text(chapter_name(chapter))}</li>'
            for chapter, number in self.colours.numbers.items()
        )
        return f'<ul class="legend" aria-label="Chapters">{items}</ul>'

    def text(self, diagnosis: TextDiagnosis, language: str = "") -> str:
        """Return a text with its words coloured and its runs headed by their codes."""
        lang = f' lang="{text(language)}"' if language else ""
        return f'<div class="text" dir="auto"{lang}>{"".join(self._parts(diagnosis))}</div>'

    def _parts(self, diagnosis: TextDiagnosis) -> Iterator[str]:
        done = 0
        words = list(diagnosis.words)
        for span in (*diagnosis.spans, None):
            start = len(diagnosis.text) if span is None else span.start
            yield self._stretch(diagnosis.text, done, start, words, False)
            if span is None:
                return
            inner = self._stretch(diagnosis.text, span.start, span.end, words, True)
            color = self._color(span)
            tag = f'<span class="tag">{text(span.concepts[0].code)}</span>'
            yield f'<span class="run{color}" title="{_title(span)}">{tag}{inner}</span>'
            done = span.end

    def _stretch(self, whole: str, start: int, end: int, words: list[Meaning], in_run: bool) -> str:
        """Return a part of a text, whose words are taken off the front of `words`."""
        parts: list[str] = []
        while words and words[0].start < end:
            word = words.pop(0)
            first = max(word.start, start)  # tokens may share a character
            if word.end <= first:
                continue
            parts.append(_shown(whole[start:first]))
            start = min(word.end, end)
            parts.append(self._word(word, whole[first:start], in_run))
        return "".join(parts) + _shown(whole[start:end])

    def _word(self, word: Meaning, letters: str, in_run: bool) -> str:
        if not word.concepts:
            return text(letters)
        clear = word.concepts[0].cosine >= self.threshold and (in_run or word.telling)
        kind = f' class="w{self._color(word)}"' if clear else ""
        return f'<span{kind} title="{_title(word)}">{text(letters)}</span>'

    def _color(self, meaning: Meaning) -> str:
        number = self.colours.numbers.get(meaning.concepts[0].chapter)
        return "" if number is None else f" c{number}"


def _shown(letters: str) -> str:
    """Return what stands between words as HTML, whatever ends its lines."""
    return text(letters.replace("\r\n", "\n"))


def _title(meaning: Meaning) -> str:
    """Return what a pointer is told of a word, a line for each concept."""
    lines = (f"{one.code} {one.name} {one.cosine:.2f}" for one in meaning.concepts)
    return text("\n".join(lines)).replace("\n", "&#10;")
