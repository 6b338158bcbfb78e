"""State what is taken of a tokenizer, whoever built it."""

from __future__ import annotations

from typing import Protocol


class Pieced(Protocol):
    """What a tokenizer makes of a text: the part of an `Encoding` that is used."""

    @property
    def ids(self) -> list[int]:
        """Return the tokens' ids."""

    @property
    def offsets(self) -> list[tuple[int, int]]:
        """Return where each token stands in the text, half-open."""

    @property
    def tokens(self) -> list[str]:
        """Return the tokens as the vocabulary has them."""

    @property
    def special_tokens_mask(self) -> list[int]:
        """Return 1 for each token that is none of the text's."""


class TextTokenizer(Protocol):
    """What an encoder takes of a tokenizer."""

    def encode(self, sequence: str, *, add_special_tokens: bool = True) -> Pieced:
        """Cut a text into tokens."""

    def save(self, path: str, pretty: bool = True) -> None:
        """Write `tokenizer.json`."""
