"""Hold a tokenised text, with offsets that are true of the untouched text."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_SPACE_PIECE = "▁"  # U+2581, what Metaspace tokenizers write for a space
_FIRST_MARK = 0x300  # no combining mark has a lower code point


@dataclass(frozen=True, slots=True)
class TokenizedText:
    """A text's tokens, special tokens left out.

    Every token covers at least one character that is not white space; tokens are in text order.
    A character may be shared by two tokens (byte fallback, decomposed accents).

    Args:
        text: The untouched text.
        ids: [T] int64 vocabulary ids.
        offsets: [T, 2] int64 code point offsets into `text`, half-open.
        segments: [T] int64, non-decreasing from 0: the sentence (or whole text) of each token.
            Tokens of different segments never share an encoder window.
    """

    text: str
    ids: NDArray[np.int64]
    offsets: NDArray[np.int64]
    segments: NDArray[np.int64]

    def __len__(self) -> int:
        """Return the number of tokens T."""
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class Pieces:
    """What a tokenizer says of one stretch of text, special tokens left out.

    Args:
        ids: Vocabulary ids.
        offsets: (start, end) of each in the stretch, as the tokenizer gives them.
        tokens: Each as it stands in the vocabulary.
    """

    ids: list[int]
    offsets: list[tuple[int, int]]
    tokens: list[str]


def tokenize_stretches(
    text: str, stretches: NDArray[np.int64], pieces_of: Callable[[str], Pieces]
) -> TokenizedText:
    """Tokenise each stretch by itself and mend the offsets.

    Tokenizers put a leading space inside a token, give a base letter without the accents that
    follow it, or a lone space piece the next letter's place. Here a token's offsets begin and end
    on characters that are not white space and never inside a grapheme; pieces without a character
    of their own are dropped.

    Args:
        text: The untouched text.
        stretches: [N, 2] offsets, in text order, not overlapping; each becomes a segment
            (those without tokens are passed over).
        pieces_of: The tokenizer.
    """
    ids: list[int] = []
    places: list[tuple[int, int]] = []
    is_space: list[bool] = []
    sizes: list[int] = []
    for start, end in stretches.tolist():
        pieces = pieces_of(text[start:end])
        ids += pieces.ids
        places += pieces.offsets
        is_space += [token == _SPACE_PIECE for token in pieces.tokens]
        sizes.append(len(pieces.ids))
    stretch = np.repeat(np.arange(len(sizes)), sizes)
    offsets = np.array(places, np.int64).reshape(-1, 2) + stretches[stretch, :1]
    kept = _covers_visible(text, offsets, np.array(is_space, np.bool_))
    segments = np.unique(stretch[kept], return_inverse=True)[1].astype(np.int64)
    return TokenizedText(text, np.array(ids, np.int64)[kept], _mend(text, offsets[kept]), segments)


def _covers_visible(
    text: str, offsets: NDArray[np.int64], is_space: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Return [T] which pieces cover a character of their own that is not white space.

    Args:
        text: The untouched text.
        offsets: [T, 2] of the pieces.
        is_space: [T] which are the piece that stands for a space.
    """
    visible = np.zeros(len(text) + 1, np.int64)  # characters before each
    np.cumsum(~_is_space(text), out=visible[1:])
    kept = visible[offsets[:, 1]] > visible[offsets[:, 0]]
    for piece in np.flatnonzero(is_space & kept):
        first, last = offsets[piece].tolist()
        kept[piece] = text[first:last].lstrip().startswith(_SPACE_PIECE)
    return kept


def _is_space(text: str) -> NDArray[np.bool_]:
    return np.fromiter(map(str.isspace, text), np.bool_, len(text))


def _mend(text: str, offsets: NDArray[np.int64]) -> NDArray[np.int64]:
    """Take white space off the edges, then extend to whole graphemes and to orphaned letters."""
    if not len(offsets):
        return offsets
    length = len(text)
    index = np.arange(length)
    space = _is_space(text)
    solid_from = np.minimum.accumulate(np.where(space, length, index)[::-1])[::-1]
    solid_upto = np.maximum.accumulate(np.where(space, 0, index + 1))
    starts, ends = solid_from[offsets[:, 0]], solid_upto[offsets[:, 1] - 1]
    if not text.isascii():
        mark = _is_mark(text)
        # A mark that follows white space has no base letter and stands for itself.
        mark &= ~np.concatenate(([True], space[:-1]))
        base = np.maximum.accumulate(np.where(mark, 0, index))
        behind = np.minimum.accumulate(np.where(mark, length, index)[::-1])[::-1]
        starts, ends = base[starts], np.append(behind, length)[ends]
    mended = np.stack([starts, ends], 1)
    _adopt_orphans(text, space, mended)
    return mended


def _is_mark(text: str) -> NDArray[np.bool_]:
    """Tell which characters combine with the one before them."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
    mark = codes >= _FIRST_MARK
    for place in np.flatnonzero(mark).tolist():
        mark[place] = unicodedata.category(text[place])[0] == "M"
    return mark


def _adopt_orphans(text: str, space: NDArray[np.bool_], offsets: NDArray[np.int64]) -> None:
    """Give visible characters that no token covers to the token that they touch, in place.

    A normaliser that composes several characters (conjoining Hangul, half-width voiced kana)
    leaves the later ones without a token. Control and format characters stay outside.
    """
    begun, ended = (np.bincount(side, minlength=len(text) + 1) for side in offsets.T)
    change = begun - ended
    orphans = np.flatnonzero((np.cumsum(change[:-1]) == 0) & ~space).tolist()
    starts, ends = offsets[:, 0], offsets[:, 1]
    left = []
    for orphan in orphans:
        if unicodedata.category(text[orphan])[0] == "C":
            continue
        before = np.searchsorted(ends, orphan, side="right") - 1
        if before >= 0 and ends[before] == orphan:
            ends[before] = orphan + 1
        else:
            left.append(orphan)
    for orphan in reversed(left):
        after = np.searchsorted(starts, orphan + 1)
        if after < len(starts) and starts[after] == orphan + 1:
            starts[after] = orphan
