"""Read gold for measuring: parallel documents with spans on both sides, and word alignments.

Each file is JSON Lines. Parallel documents hold `id, src_lang, tgt_lang, src_text, tgt_text,
src_spans, tgt_spans`, a span being `[start, end, label, span id]`; word alignments hold `id,
src_lang, tgt_lang, src_tokens, tgt_tokens, alignment`, the last a list of pairs of token indices.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from projector.document import Document, DocumentPair, Fragment, Mention
from projector.errors import CorpusError, Problem


@dataclass(frozen=True, slots=True)
class GoldSentence:
    """A pair of tokenised sentences with the links between their tokens."""

    id: str
    source: tuple[str, ...]
    target: tuple[str, ...]
    links: frozenset[tuple[int, int]]


def gold_sets(folder: Path) -> dict[str, Path]:
    """Return the sets of a folder by name, `{corpus}_{source}-{target}`, sorted."""
    found = {path.stem: path for path in sorted(folder.glob("*.jsonl"))}
    if not found:
        raise CorpusError(
            Problem(folder, None, "no gold here", "files named {corpus}_{source}-{target}.jsonl")
        )
    return found


def holds_word_links(path: Path) -> bool:
    """Tell whether a set holds word alignments rather than documents."""
    return "alignment" in next(_rows(path), {})


def read_pairs(path: Path, *, limit: int | None = None) -> Iterator[DocumentPair]:
    """Yield a set's pairs with gold mentions on both sides; equal ids are the same mention."""
    for number, row in enumerate(_rows(path)):
        if number == limit:
            return
        yield DocumentPair(_document(row, "src", number), _document(row, "tgt", number))


def read_sentences(path: Path, *, limit: int | None = None) -> Iterator[GoldSentence]:
    """Yield a set's sentences with their word links."""
    for number, row in enumerate(_rows(path)):
        if number == limit:
            return
        links = frozenset((int(source), int(target)) for source, target in row["alignment"])
        yield GoldSentence(
            str(row["id"]), tuple(row["src_tokens"]), tuple(row["tgt_tokens"]), links
        )


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                yield json.loads(line)
            except json.JSONDecodeError as error:
                raise CorpusError(
                    Problem(path, number, f"this line is no JSON ({error.msg})")
                ) from error


def _document(row: dict[str, Any], side: str, number: int) -> Document:
    mentions = tuple(
        Mention(str(id_), str(label), (Fragment(start, end),))
        for start, end, label, id_ in row[f"{side}_spans"]
    )
    # The number keeps names unique: a document occurs once for each label.
    return Document(f"{number:05}", row[f"{side}_lang"], row[f"{side}_text"], mentions)
