"""Read gold: parallel documents with spans on both sides, and word alignments.

Each file is JSON Lines. Parallel documents hold `id, src_lang, tgt_lang, src_text, tgt_text,
src_spans, tgt_spans`, a span being `[start, end, label, span id]`, equal ids meaning the same
mention; word alignments hold `id, src_lang, tgt_lang, src_tokens, tgt_tokens, alignment`, the last
a list of pairs of token indices.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from projector.document import Document, DocumentPair, Fragment, Mention
from projector.errors import CorpusError, Problem
from projector.storage.json_lines import objects

_EXPECTED = "an object with id, src_lang, tgt_lang, and texts with spans or tokens with links"
_SPAN = "[start, end, label, span id] with 0 <= start < end, within the text"
_LINK = "[source token, target token], counted from 0"


@dataclass(frozen=True, slots=True)
class GoldPair:
    """A document and its translation, with the mentions of both.

    Args:
        document: What the pair was made from: a document can occur once for each label.
        pair: With gold mentions on both sides; equal ids are the same mention.
        annotated: The labels that both sides are annotated with, where the set says so.
    """

    document: str
    pair: DocumentPair
    annotated: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class GoldSentence:
    """A pair of tokenised sentences with the links between their tokens."""

    id: str
    source: tuple[str, ...]
    target: tuple[str, ...]
    links: frozenset[tuple[int, int]]


def gold_sets(folder: Path) -> dict[str, Path]:
    """Return the sets of a folder by name, `{corpus}_{source}-{target}`, sorted."""
    paths = {path.stem: path for path in sorted(folder.glob("*.jsonl"))}
    if not paths:
        raise CorpusError(
            Problem(folder, None, "no gold here", "files named {corpus}_{source}-{target}.jsonl")
        )
    return paths


def holds_word_links(path: Path) -> bool:
    """Tell whether a set holds word alignments rather than documents."""
    return any("alignment" in row for _, row in objects(path, _EXPECTED, limit=1))


def read_gold(path: Path, *, limit: int | None = None) -> Iterator[GoldPair]:
    """Yield a set's documents with their translations.

    Raises:
        CorpusError: A line is no such document.
    """
    for number, row in objects(path, _EXPECTED, limit=limit):
        try:
            pair = DocumentPair(_document(row, "src", number), _document(row, "tgt", number))
            meta = row.get("meta") or {}
            label = meta.get("label")
            yield GoldPair(str(meta.get("doc", row["id"])), pair, (str(label),) if label else None)
        except KeyError as error:
            problem = Problem(path, number, f"no {error.args[0]}", _EXPECTED)
            raise CorpusError(problem) from error
        except (TypeError, ValueError) as error:
            problem = Problem(path, number, f"a span is wrong ({error})", _SPAN)
            raise CorpusError(problem) from error


def read_pairs(path: Path, *, limit: int | None = None) -> Iterator[DocumentPair]:
    """Yield a set's pairs with gold mentions on both sides; see `read_gold`."""
    for gold in read_gold(path, limit=limit):
        yield gold.pair


def read_sentences(path: Path, *, limit: int | None = None) -> Iterator[GoldSentence]:
    """Yield a set's sentences with their word links.

    Raises:
        CorpusError: A line is no such sentence.
    """
    for number, row in objects(path, _EXPECTED, limit=limit):
        try:
            source, target = tuple(row["src_tokens"]), tuple(row["tgt_tokens"])
            links = _links(row["alignment"], len(source), len(target))
            yield GoldSentence(str(row["id"]), source, target, links)
        except KeyError as error:
            problem = Problem(path, number, f"no {error.args[0]}", _EXPECTED)
            raise CorpusError(problem) from error
        except (TypeError, ValueError) as error:
            problem = Problem(path, number, f"a link is wrong ({error})", _LINK)
            raise CorpusError(problem) from error


def _links(
    pairs: Sequence[Sequence[int]], source_count: int, target_count: int
) -> frozenset[tuple[int, int]]:
    links = frozenset((int(source), int(target)) for source, target in pairs)
    for source, target in sorted(links):
        if not (0 <= source < source_count and 0 <= target < target_count):
            raise ValueError(
                f"[{source}, {target}] where {source_count} and {target_count} tokens are"
            )
    return links


def _document(row: dict[str, Any], side: str, number: int) -> Document:
    spans, language, text = (row[f"{side}_{key}"] for key in ("spans", "lang", "text"))
    fragments: dict[str, tuple[str, list[Fragment]]] = {}
    for start, end, label, id_ in spans:
        if end > len(text):
            raise ValueError(f"it ends at {end}, the text at {len(text)}")
        fragments.setdefault(str(id_), (str(label), []))[1].append(Fragment(start, end))
    mentions = tuple(
        Mention(id_, label, tuple(sorted(parts))) for id_, (label, parts) in fragments.items()
    )
    # The number keeps names unique: a document occurs once for each label.
    return Document(f"{number - 1:05}", language, text, mentions)
