"""Read CoNLL's columns: a token a line, its tag last, blank lines between sentences.

Tags are IOB1, IOB2, IOBES or BILOU. A document begins at `-DOCSTART-`, `# id = …` or
`# newdoc id = …`; without any, a file is one. Offsets aren't stated: the text is that of a `.txt`
beside, or of the sentences' `# text = …`, where the tokens stand in it in order; else it is the
tokens with blanks between them, a line for each sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from projector.corpus.formats.conll_tags import TAG, mentions_of
from projector.corpus.formats.stated import StatedDocument
from projector.corpus.formats.stretch import RecordFiles, Stretch, lines_of, numbered_lines
from projector.corpus.reading import Reading, read_text
from projector.errors import counted
from projector.settings import ReadingRules

DOCUMENT_START = "-DOCSTART-"
_ID = re.compile(r"#\s*(?:newdoc\s+)?id(?:\s*=\s*|\s+)(\S+).*")
_TEXT = re.compile(r"#\s?text\s?=\s?(.*)", re.DOTALL)
_NAMED_START = re.compile(r"-DOCSTART-[\s(]+([^\s()]+)\)?.*")
_NO_NAMES = ("-X-", "O", "-DOCSTART-", "_")
_EXPECTED = "a token and its tag, O or B-LABEL, with a tab or a blank between them"


@dataclass(frozen=True, slots=True)
class Token:
    """A token, its tag and its line."""

    text: str
    tag: str
    line: int


@dataclass(slots=True)
class _Sentence:
    tokens: list[Token] = field(default_factory=list)
    text: str = ""


def columns(line: str) -> list[str]:
    """Return a line's columns: between tabs where there are any, else between blanks."""
    if "\t" in line:
        return [cell.strip(" ") for cell in line.rstrip("\t \r").split("\t")]
    return [cell for cell in line.rstrip("\r").split(" ") if cell]


def is_comment(line: str) -> bool:
    """Tell whether a line that begins with `#` is none of a token, as `# text = …` is."""
    if not line.startswith("#"):
        return False
    cells = columns(line)
    return "=" in cells or not TAG.fullmatch(cells[-1])


def index_conll(path: Path) -> Iterator[tuple[str, Stretch]]:
    """Yield the names of a file's documents and where they lie.

    Raises:
        CorpusError: It can't be read.
    """
    starts: list[tuple[str, int, int]] = []  # name, line, byte
    tokens, end, pending = False, 0, True
    for number, offset, line in lines_of(path):
        end = offset + len(line.encode("utf-8"))
        name = _start(line)
        if name is not None and (pending and not tokens and starts):
            previous = starts[-1]
            starts[-1] = (name or previous[0], *previous[1:])  # `# id` below -DOCSTART-
        elif name is not None or (not starts and line.strip()):
            starts.append((name or "", number, offset))
            tokens = False
        tokens = tokens or (name is None and bool(line.strip()) and not is_comment(line))
    width = len(str(len(starts)))
    for index, (name, line_number, offset) in enumerate(starts):
        behind = starts[index + 1][2] if index + 1 < len(starts) else end
        numbered = path.stem if len(starts) == 1 else f"{path.stem}-{index + 1:0{width}}"
        yield name or numbered, Stretch(path, line_number, offset, behind - offset)


def _start(line: str) -> str | None:
    """Return the name of the document that a line begins, empty where it has none; else None."""
    if line.startswith(DOCUMENT_START):
        match = _NAMED_START.fullmatch(line)
        return "" if match is None or match[1] in _NO_NAMES else match[1]
    match = _ID.fullmatch(line)
    return match[1].removesuffix(".txt") if match else None


def read_conll(
    name: str, files: RecordFiles, language: str, labels: Mapping[str, str], rules: ReadingRules
) -> Reading:
    """Read a document; see `Reading`.

    Raises:
        CorpusError: It can't be read.
    """
    (stretch,) = files.parts
    stated = StatedDocument(name, stretch.path, labels, rules)
    sentences = _sentences(stretch, stated)
    text, starts = _text(sentences, stated, files.text)
    tokens = [token for sentence in sentences for token in sentence.tokens]
    first = 0
    surprises: list[Token] = []
    for sentence in sentences:
        tags = [token.tag for token in sentence.tokens]
        for start, end, label, surprising in mentions_of(tags):
            begin, last = starts[first + start], first + end - 1
            behind = starts[last] + len(tokens[last].text)
            line = tokens[first + start].line
            stated.add_mention("", label, [(begin, behind)], text[begin:behind], line)
            surprises += [sentence.tokens[start]] * surprising
        first += len(sentence.tokens)
    if surprises:
        told = f"{counted(len(surprises), 'tag')} out of sequence, the first {surprises[0].tag}"
        stated.notice(f"{told} in line {surprises[0].line}: a mention begins there", len(surprises))
    return stated.reading(language, text)


def _sentences(stretch: Stretch, stated: StatedDocument) -> list[_Sentence]:
    """Return a document's sentences; rows that are none are problems."""
    sentences = [_Sentence()]
    widths: set[int] = set()
    for number, line in numbered_lines(stretch.text(), stretch.line):
        if not line.strip():
            if sentences[-1].tokens:
                sentences.append(_Sentence())
        elif line.startswith(DOCUMENT_START):
            continue
        elif is_comment(line):
            if match := _TEXT.fullmatch(line):
                if sentences[-1].tokens:
                    sentences.append(_Sentence())
                sentences[-1].text = match[1]
        else:
            cells = columns(line)
            if len(cells) < 2 or not cells[0] or not TAG.fullmatch(cells[-1]):
                stated.problem(number, f"{line[:80]!r} is not understood", _EXPECTED)
                continue
            widths.add(len(cells))
            sentences[-1].tokens.append(Token(cells[0], cells[-1], number))
    if max(widths, default=2) > 2:
        stated.notice("columns between a token and its tag can't be kept")
    return [sentence for sentence in sentences if sentence.tokens]


def _text(
    sentences: Sequence[_Sentence], stated: StatedDocument, beside: Path | None
) -> tuple[str, list[int]]:
    """Return the document's text, and where each token begins in it."""
    tokens = [token.text for sentence in sentences for token in sentence.tokens]
    if beside is not None:
        text = read_text(beside)
        starts, difference = _located(tokens, text)
        if not difference:
            return text, starts
        stated.notice(f"{beside.name} beside it {difference}: it is not taken as the text")
    parts, starts, length, rebuilt = [], [], 0, False
    for sentence in sentences:
        words = [token.text for token in sentence.tokens]
        positions, difference = _located(words, sentence.text)
        if not difference:
            text = sentence.text
        else:
            text, rebuilt = " ".join(words), True
            positions, _ = _located(words, text)
        starts += [length + position for position in positions]
        parts.append(text)
        length += len(text) + 1
    if rebuilt:
        stated.notice(
            "texts are rebuilt of their tokens with blanks between them; to have the true ones, "
            "put each as NAME.txt beside"
        )
    return "\n".join(parts), starts


def _located(tokens: Sequence[str], text: str) -> tuple[list[int], str]:
    """Return where tokens begin in a text that has but white space between them.

    Returns:
        (starts, what is otherwise, in words, empty where nothing is).
    """
    starts: list[int] = []
    position = 0
    for token in tokens:
        while (
            position < len(text)
            and text[position].isspace()
            and not text.startswith(token, position)
        ):
            position += 1
        if not text.startswith(token, position):
            return starts, f"has no {token!r} where this token should stand"
        starts.append(position)
        position += len(token)
    left = text[position:].split()
    return starts, f"goes on with {left[0]!r} behind the last token" if left else ""
