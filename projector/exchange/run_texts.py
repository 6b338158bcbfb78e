"""Find the document of a run that another tool's text is of."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from projector.corpus.formats.parquet_read import ParquetCorpus
from projector.corpus.language_names import same_language
from projector.errors import counted
from projector.exchange.returned import ReturnedDocument
from projector.run.reader import FinishedRun

Key = tuple[str, str]  # a language, and the name of a translation


@dataclass(frozen=True, slots=True)
class Misfit:
    """Why a document is none of the run's, in words."""

    found: str
    expected: str


class RunTexts:
    """The texts of a run's translations, found by their words; none of them is held.

    Args:
        run: The run.
    """

    def __init__(self, run: FinishedRun) -> None:
        self._corpora: dict[str, ParquetCorpus] = {
            language: run.corpus(language) for language in run.languages
        }
        self._by_words: dict[bytes, list[Key]] = {}
        self._by_name: dict[str, list[Key]] = {}
        for language, corpus in self._corpora.items():
            for name in corpus.names:
                key = (language, name)
                self._by_words.setdefault(_digest(corpus.text(name)), []).append(key)
                self._by_name.setdefault(name, []).append(key)

    def __len__(self) -> int:
        """Return how many texts there are."""
        return sum(len(corpus.names) for corpus in self._corpora.values())

    def text(self, key: Key) -> str:
        """Return a text."""
        language, name = key
        return self._corpora[language].text(name)

    def with_words(self, text: str, names: Sequence[str]) -> str | None:
        """Return the text that has the same words; by its name where several have them."""
        keys = self._by_words.get(_digest(text), [])
        named = [key for key in keys if key[1] in names] or keys
        return self.text(named[0]) if named else None

    def key_of(self, returned: ReturnedDocument) -> Key | Misfit:
        """Return whose text a document has, or why it has none of the run's."""
        keys = self._by_words.get(_digest(returned.text), [])
        keys = _narrowed(keys, returned)
        exact = [key for key in keys if self.text(key) == returned.text]
        if len(exact) == 1:
            return exact[0]
        if exact:
            told = ", ".join(f"{name} ({language})" for language, name in exact[:5])
            found = f"{counted(len(exact), 'document')} of the run have this text: {told}"
            return Misfit(found, "a file named after one of them")
        by_name = [key for name in returned.names for key in self._by_name.get(name, [])]
        nearest = next(iter(keys or _narrowed(by_name, returned)), None)
        if nearest is None:
            told = " or ".join(filter(None, returned.names))[:100]
            return Misfit(
                f"no document of the run has its text, or is called {told}", "one of both"
            )
        return _difference(returned.text, self.text(nearest), nearest)


def _narrowed(keys: Sequence[Key], returned: ReturnedDocument) -> list[Key]:
    """Return those of some documents that the names and the language fit, as far as any does."""
    left = list(keys)
    named = [key for name in returned.names for key in left if key[1] == name]
    left = named or left
    # A language may be told by the document, or by the folder that it lies in.
    codes = tuple(filter(None, (returned.language, *returned.names)))
    spoken = [key for key in left if any(same_language(key[0], code) for code in codes)]
    return spoken or left


def _digest(text: str) -> bytes:
    """Return what texts with the same characters, but for white space, have in common."""
    return hashlib.blake2b("".join(text.split()).encode("utf-8"), digest_size=16).digest()


def _difference(found: str, expected: str, key: Key) -> Misfit:
    """Return where a text differs first from the run's."""
    same = sum(1 for _ in _common(found, expected))
    language, name = key
    there, here = found[same : same + 30], expected[same : same + 30]
    return Misfit(
        f"the text of {name} ({language}) was changed: at {same} it has {there!r}", repr(here)
    )


def _common(one: str, other: str) -> Iterator[str]:
    for left, right in zip(one, other, strict=False):
        if left != right:
            return
        yield left
