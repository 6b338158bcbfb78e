"""Read WebAnno TSV 3, as INCEpTION and WebAnno export it: a document a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from projector.corpus.formats.stated import StatedDocument
from projector.corpus.formats.stretch import RecordFiles
from projector.corpus.formats.utf16 import UNITS
from projector.corpus.formats.webanno_layers import add_layers
from projector.corpus.formats.webanno_lines import Sentence, read_layers, read_sentences
from projector.corpus.formats.webanno_text import PlacedText, placed_in, placed_text
from projector.corpus.reading import Reading, read_text
from projector.errors import CorpusError, Problem
from projector.settings import ReadingRules


def read_webanno(
    name: str, files: RecordFiles, language: str, labels: Mapping[str, str], rules: ReadingRules
) -> Reading:
    """Read a document; see `Reading`.

    Raises:
        CorpusError: It can't be read, or its tokens are not where their offsets say.
    """
    (stretch,) = files.parts
    path, content = stretch.path, stretch.text()
    stated = StatedDocument(name, path, labels, rules)
    layers = read_layers(content, path)
    width = 3 + sum(len(layer.columns) for layer in layers)
    sentences = list(read_sentences(content, path, width, stated.problems))
    if not sentences:
        raise CorpusError(Problem(path, None, "no sentence is in it", "#Text= and its tokens"))
    placed = _placed(stated, sentences, files.text)
    units = [unit for sentence in sentences for unit in sentence.units]
    add_layers(stated, layers, units, placed)
    return stated.reading(language, placed.text)


def _placed(
    stated: StatedDocument, sentences: Sequence[Sentence], beside: Path | None
) -> PlacedText:
    """Return the text: that of a file beside where all tokens stand in it, else the sentences'."""
    placed = None
    if beside is not None:
        placed = placed_in(read_text(beside), sentences)
        if placed is None:
            stated.notice(
                f"{beside.name} beside it is another text, its tokens don't stand in it: the text "
                "is that of the file's own sentences"
            )
    placed = placed or placed_text(sentences)
    if placed.misfit is not None:
        raise CorpusError(_misplaced(stated, placed, sentences))
    if placed.positions is not None:
        stated.notice(f"offsets count {UNITS}, as its tokens show: they are converted")
    return placed


def _misplaced(
    stated: StatedDocument, placed: PlacedText, sentences: Sequence[Sentence]
) -> Problem:
    unit = placed.misfit
    assert unit is not None
    start, end = placed.true(unit.start), placed.true(unit.end)
    there = placed.text[max(start, 0) : max(end, 0)]
    total = sum(len(sentence.units) for sentence in sentences)
    return Problem(
        stated.path,
        unit.line,
        f"the text has {there[:60]!r} at {unit.start}-{unit.end}",
        f"the token {unit.token[:60]!r}",
        f"{placed.fitting} of {total} tokens fit, counting {placed.convention}; neither code "
        f"points nor {UNITS} explain all: export the document anew as WebAnno TSV 3.3",
    )
