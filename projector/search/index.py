"""Hold the token vectors of texts, and keep them in a folder: encoded once, searched often."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from projector.arrays import Ints
from projector.errors import ModelError, OutputError, counted
from projector.models.folder_file import read_object
from projector.search.late_interaction import Halves
from projector.storage.atomic_folder import atomic_folder

INDEX_FILE = "index.json"
VECTORS_FILE = "index.safetensors"
EXPECTED = "an index as `projector search --index` leaves it"
_VERSION = 1
_ANEW = "Build it anew: --rebuild (rebuild=True)"


@dataclass(frozen=True, slots=True, eq=False)
class TokenIndex:
    """The tokens of texts as points of a concept space, and the sentences that they stand in.

    Args:
        model: Fingerprint of what made the vectors.
        texts: The hash of each text, in the order of the documents.
        vectors: [T, d] half-precision points of length 1.
        offsets: [T, 2] where each token stands in its text.
        sentences: [N, 2] where each sentence that has tokens stands in its text.
        owner: [N] the number of each sentence's text, not falling.
        starts: [N + 1] the first token of each sentence, and T.
    """

    model: str
    texts: tuple[str, ...]
    vectors: Halves
    offsets: Ints
    sentences: Ints
    owner: Ints
    starts: Ints

    def documents(self) -> Ints:
        """Return [D + 1] the first sentence of each text that has any, and N."""
        first = np.unique(self.owner, return_index=True)[1]
        return np.append(first, len(self.owner))

    def sentences_of(self, text: int) -> slice:
        """Return the range of a text's sentences."""
        first, last = np.searchsorted(self.owner, [text, text + 1])
        return slice(int(first), int(last))

    def part(self, text: int) -> IndexedText:
        """Return what it holds of one text."""
        rows = self.sentences_of(text)
        starts = self.starts[rows.start : rows.stop + 1]
        tokens = slice(starts[0], starts[-1])
        return IndexedText(
            self.vectors[tokens], self.offsets[tokens], self.sentences[rows], starts - starts[0]
        )

    def differences(self, model: str, texts: Sequence[str]) -> list[str]:
        """Tell in words how it differs from what some model would make of some texts."""
        told = []
        if self.model != model:
            told.append("it was made with another model")
        new = len({*texts} - {*self.texts})
        gone = len({*self.texts} - {*texts})
        if new:
            told.append(f"{counted(new, 'text is', 'texts are')} new or changed")
        if gone:
            told.append(f"{counted(gone, 'text is', 'texts are')} no longer there")
        if not new and not gone and self.texts != tuple(texts):
            told.append("the documents are named or ordered otherwise")
        return told

    def write(self, folder: Path, *, rebuild: bool = False) -> None:
        """Write it to a folder, whole or not at all.

        Args:
            folder: Where; made if it isn't there.
            rebuild: Replace an index that is there.

        Raises:
            OutputError: Something else is there, or it can't be written.
        """
        said = {"version": _VERSION, "model": self.model, "texts": self.texts}
        with atomic_folder(folder, overwrite=rebuild, mark=INDEX_FILE) as new:
            save_file(
                {
                    "vectors": self.vectors,
                    "offsets": self.offsets.astype(np.int32),
                    "sentences": self.sentences.astype(np.int32),
                    "owner": self.owner.astype(np.int32),
                    "starts": self.starts,
                },
                new / VECTORS_FILE,
            )
            (new / INDEX_FILE).write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")
            (new / VECTORS_FILE).chmod((new / INDEX_FILE).stat().st_mode)

    @classmethod
    def read(cls, folder: Path) -> TokenIndex:
        """Read what `write` wrote.

        Raises:
            ModelError: It is none, or damaged.
        """
        said = read_object(folder / INDEX_FILE, EXPECTED)
        model, texts = said.get("model"), said.get("texts")
        if said.get("version") != _VERSION or not isinstance(model, str) or not _are_texts(texts):
            raise ModelError(f"{folder / INDEX_FILE}: is not of this version; {EXPECTED}. {_ANEW}")
        try:
            arrays = load_file(folder / VECTORS_FILE)
            index = cls(
                model,
                tuple(texts),
                _array(arrays, "vectors", np.float16, 2),
                *(_array(arrays, name, np.int64, 2) for name in ("offsets", "sentences")),
                *(_array(arrays, name, np.int64, 1) for name in ("owner", "starts")),
            )
            index._check()
        except (OSError, SafetensorError, ValueError) as error:
            raise ModelError(
                f"{folder / VECTORS_FILE}: can't be read ({error}); expected {EXPECTED}. {_ANEW}"
            ) from error
        return index

    def _check(self) -> None:
        """Refuse arrays that don't go together.

        Raises:
            ValueError: They don't.
        """
        tokens, rows = len(self.vectors), len(self.sentences)
        sizes = (len(self.offsets), len(self.owner), len(self.starts)) == (tokens, rows, rows + 1)
        if not sizes or self.offsets.shape[1:] + self.sentences.shape[1:] != (2, 2):
            raise ValueError("its arrays don't go together")
        rising = (np.diff(self.starts) > 0).all() and (np.diff(self.owner) >= 0).all()
        ends = (self.starts[0], self.starts[-1]) == (0, tokens)
        known = not rows or (self.owner[0] >= 0 and self.owner[-1] < len(self.texts))
        if not (rising and ends and known and np.isfinite(self.vectors).all()):
            raise ValueError("its arrays hold what can't be")


@dataclass(frozen=True, slots=True, eq=False)
class IndexedText:
    """What an index holds of one text: vectors, offsets, sentences, and [n + 1] their starts."""

    vectors: Halves
    offsets: Ints
    sentences: Ints
    starts: Ints


def text_hash(text: str) -> str:
    """Return what tells a text from others."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def joined(model: str, texts: Sequence[str], parts: Mapping[str, IndexedText]) -> TokenIndex:
    """Return the index of texts from what is held of each.

    Args:
        model: Fingerprint of what made the vectors.
        texts: Their hashes, in the order of the documents.
        parts: By hash; at least one text.
    """
    ordered = [parts[text] for text in texts]
    sizes = [len(part.vectors) for part in ordered]
    before = np.cumsum([0, *sizes])
    starts = [part.starts[:-1] + before[number] for number, part in enumerate(ordered)]
    counts = [len(part.sentences) for part in ordered]
    return TokenIndex(
        model,
        tuple(texts),
        np.concatenate([part.vectors for part in ordered]),
        np.concatenate([part.offsets for part in ordered]),
        np.concatenate([part.sentences for part in ordered]),
        np.repeat(np.arange(len(ordered)), counts),
        np.concatenate([*starts, before[-1:]]),
    )


def opened(
    folder: Path, model: str, texts: Sequence[str], *, rebuild: bool
) -> tuple[TokenIndex | None, bool]:
    """Return an index that is kept in a folder, and whether it is of a model and texts.

    Args:
        folder: Where it is; None is returned where nothing is.
        model: Its fingerprint.
        texts: Their hashes.
        rebuild: An index of others is returned, too, for what can be used of it; one that can't
            be read is as none.

    Raises:
        ModelError: It is of others, or can't be read.
        OutputError: Something else is there.
    """
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return None, False
    if not (folder / INDEX_FILE).is_file():
        raise OutputError(f"{folder}: holds no {INDEX_FILE}; expected {EXPECTED}, or a new folder")
    try:
        index = TokenIndex.read(folder)
    except ModelError:
        if not rebuild:
            raise
        return None, False
    told = index.differences(model, texts)
    if told and not rebuild:
        raise ModelError(
            f"{folder}: is not the index of this corpus and model: {'; '.join(told)}. {_ANEW}, or "
            "choose another place (--index)"
        )
    return index, not told


def known_texts(index: TokenIndex | None, model: str) -> Iterator[tuple[str, IndexedText]]:
    """Yield what an earlier index holds of each text, where the same model made it."""
    if index is not None and index.model == model:
        for number, text in enumerate(index.texts):
            yield text, index.part(number)


def _are_texts(texts: object) -> TypeGuard[list[str]]:
    return isinstance(texts, list) and all(isinstance(text, str) for text in texts)


def _array(arrays: Mapping[str, Any], name: str, kind: type, axes: int) -> Any:  # noqa: ANN401
    if name not in arrays or arrays[name].ndim != axes:
        raise ValueError(f"lacks {name}")
    return arrays[name].astype(kind)
