"""Split clinical text into sentences, so that each can be encoded by itself.

A sentence ends at a line's end, or at a full stop, question or exclamation mark behind which a
new sentence can begin. Both rules err towards longer sentences: one too long costs an encoder
little, one cut within a phrase loses context on both sides.
"""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

# Abbreviations are listed only where a capital or a digit behind them would mislead: `i.v.`, `etc.`
# or `mg.` may end a sentence, and the case of the next letter tells. Small letters stand for any
# case but all capitals (`MR.` is a finding, `Mr.` a person). People in all the languages first,
# then what leads on to the next word.
_NEVER_FINAL = frozenset(
    """
    dr dra drs dres dña sr sra srta prof profa mr mrs sig sigra dott dottssa mudr mgr doc prim
    mevr dhr docent st sta sv EE
    p.ej ej aprox vs cf e.g i.e approx viz p.es ad.es bijv bv d.w.z o.a m.b.t t.g.v i.p.v m.b.v
    ongev t.ex bl.a dvs d.v.s s.k inkl exkl m.a.o ex d.ex p.ex ca cca circa např tj tzn tzv popř
    příp resp
    """.split()  # noqa: SIM905
)
# Of vessels, nerves, muscles, glands in Latin, written small: `v. Saphena`, `aa. Coronariae`;
# behind a number they are units.
_ANATOMICAL = frozenset("a aa v vv n nn m mm r rr lig ligg gl gll proc".split())  # noqa: SIM905
_BEFORE_NUMBERS = frozenset(
    """
    al no nos nr n núm num pág págs p pp fig figs tab cap art vol ed ref tel pag sez tav afb gem avd
    kap č čís čl odst obr str kl h
    """.split()  # noqa: SIM905
)
_LINE = re.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_STOP = re.compile(r"[.!?…]+[\"'’”»)\]]*")
_ITEM = re.compile(r"\s*(?:\(?(?:\d{1,3}|[^\W\d_]|[ivxIVX]{2,5})\s?[.)]+|[-–—•*·▪◦])(?=\s|$)")
_OPENING = re.compile(r"\s*[\"'‘“«¿¡(\[*•–—-]*\s?")
_WORD = re.compile(r"[\w:\u0300-\u036f]+(?:\.[\w:\u0300-\u036f]+)*$")  # accents may combine
# An initial opens the sentence or follows a name, a title or another initial.
_BEFORE_INITIAL = re.compile(r"(?:^|[.(,]|\b[^\W\d_a-zà-öø-ÿ][a-zà-öø-ÿ]+)\s*$")
_INITIALS = frozenset("ABCDEFGHJKLMNOPQRSTUWYZČŘŠŽÁÉÍÓÚÅÄÖ")  # I, V and X are numerals more often
_SPACES = re.compile(r"\s*")
_LOOK_BACK = 24  # no abbreviation is longer
_UNFINISHED = (",", "(", "[", "/")


@lru_cache(maxsize=3)  # a source, its translation and the next: tokenised, then audited
def split_sentences(text: str) -> NDArray[np.int64]:
    """Return the offsets of the sentences of `text`; they are shared, not to be written to.

    Returns:
        [N, 2] int64, half-open, in text order; no sentence begins or ends with white space, and
        every character outside is white space.
    """
    spans: list[tuple[int, int]] = []
    for start, end in _blocks(text):
        spans.extend(_sentences(text, start, end))
    return np.array(spans, np.int64).reshape(-1, 2)


def _blocks(text: str) -> list[tuple[int, int]]:
    """Return the lines that hold more than white space, hard-wrapped ones joined."""
    blocks: list[tuple[int, int]] = []
    start = line_start = 0
    joined = False
    ends = [(match.start(), match.end()) for match in _LINE.finditer(text)]
    for line_end, next_start in [*ends, (len(text), len(text))]:
        line = text[line_start:line_end].strip()
        if line:
            first = line_start + text[line_start:line_end].index(line[0])
            if joined and _continues(text[blocks[-1][1] - 1], line):
                blocks[-1] = (start, first + len(line))
            else:
                start = first
                blocks.append((first, first + len(line)))
        joined = bool(line)
        line_start = next_start
    return blocks


def _continues(last: str, line: str) -> bool:
    """Tell whether a line goes on where the line before it, which ends in `last`, was wrapped."""
    if last in ".!?…:;" or _ITEM.match(line):
        return False
    return line[0].islower() or last in _UNFINISHED


def _sentences(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return the sentences of one block."""
    spans = []
    for match in _STOP.finditer(text, start, end):
        behind = match.end()
        if behind == end:
            break
        if text[behind].isspace() and _is_boundary(text, start, match, end):
            spans.append((start, behind))
            start = _end(_SPACES, text, behind, end)
    spans.append((start, end))
    return spans


def _is_boundary(text: str, start: int, stop: re.Match[str], end: int) -> bool:
    """Tell whether a stop mark ends the sentence that began at `start`."""
    behind = _end(_OPENING, text, stop.end(), end)
    following = text[behind : min(behind + 1, end)]
    if following.islower() or following in ".,;:!?…%)":
        return False
    if stop.group()[0] != ".":
        return True
    if stop.end() - start <= 8 and _ITEM.fullmatch(text, start, stop.end()):
        return False
    before = text[max(start, stop.start() - _LOOK_BACK) : stop.start()]
    word = _WORD.search(before[:-1] if before.endswith(" ") else before)
    if word is None:
        return True
    written = word.group()
    plain = written if len(written) > 1 and written.isupper() else written.lower()
    if plain in _NEVER_FINAL:
        return False
    if plain in _BEFORE_NUMBERS and following.isdigit():
        return False
    if written in _ANATOMICAL and not before[: word.start()].rstrip()[-1:].isdigit():
        return False
    return written not in _INITIALS or not _BEFORE_INITIAL.search(before[: word.start()])


def _end(pattern: re.Pattern[str], text: str, start: int, end: int) -> int:
    """Return where a pattern that also matches nothing ends when it is tried at `start`."""
    match = pattern.match(text, start, end)
    return match.end() if match else start
