"""Read gold: parallel documents with spans on both sides, and word alignments.

Each file is JSON Lines. Parallel documents hold `id, src_lang, tgt_lang, src_text, tgt_text,
src_spans, tgt_spans`, a span being `[start, end, label, span id]`, equal ids meaning the same
mention; word alignments hold `id, src_lang, tgt_lang, src_tokens, tgt_tokens, alignment`, the last
a list of pairs of token indices.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from projector.document import Document, DocumentPair, Fragment, Mention
from projector.errors import CorpusError, Problem
from projector.storage.json_lines import identifier, objects, sequence, string
from projector.storage.strict_json import WrongFieldError, brief, whole

_EXPECTED = "an object with id, src_lang, tgt_lang, and texts with spans or tokens with links"
_SPAN = "[start, end, label, span id] with 0 <= start < end, within the text"
_LINK = "[source token, target token], counted from 0"


class _WrongPartError(ValueError):
    """A span or a link is none."""


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
            yield _gold_pair(row, number)
        except _WrongPartError as error:
            problem = Problem(path, number, f"a span is wrong ({error})", _SPAN)
            raise CorpusError(problem) from error
        except WrongFieldError as error:
            raise CorpusError(Problem(path, number, str(error), _EXPECTED)) from error


def _gold_pair(row: dict[str, Any], number: int) -> GoldPair:
    pair = DocumentPair(_document(row, "src", number), _document(row, "tgt", number))
    meta = row.get("meta") or {}
    if not isinstance(meta, dict):
        raise WrongFieldError(f"meta is {brief(meta)}; an object is needed")
    document = identifier(meta if "doc" in meta else row, "doc" if "doc" in meta else "id")
    label = string(meta, "label") if meta.get("label") else None
    return GoldPair(document, pair, (label,) if label else None)


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
            source, target = _tokens(row, "src_tokens"), _tokens(row, "tgt_tokens")
            links = _links(row, len(source), len(target))
            yield GoldSentence(identifier(row, "id"), source, target, links)
        except _WrongPartError as error:
            problem = Problem(path, number, f"a link is wrong ({error})", _LINK)
            raise CorpusError(problem) from error
        except WrongFieldError as error:
            raise CorpusError(Problem(path, number, str(error), _EXPECTED)) from error


def _tokens(row: dict[str, Any], key: str) -> tuple[str, ...]:
    tokens = tuple(sequence(row, key))
    wrong = [token for token in tokens if not isinstance(token, str)]
    if wrong:
        raise WrongFieldError(f"{key} has {brief(wrong[0])} in it; strings are needed")
    return tokens


def _parts(row: dict[str, Any], key: str, length: int) -> list[list[Any]]:
    """Return a field that must be a list of lists of the same length."""
    if key not in row:
        raise WrongFieldError(f"has no {key}")
    parts = row[key]
    if not isinstance(parts, list):
        raise _WrongPartError(f"{key} is {brief(parts)}")
    for part in parts:
        if not isinstance(part, list) or len(part) != length:
            raise _WrongPartError(brief(part))
    return parts


def _links(row: dict[str, Any], source_count: int, target_count: int) -> frozenset[tuple[int, int]]:
    links: set[tuple[int, int]] = set()
    for part in _parts(row, "alignment", 2):
        source, target = _whole(part[:2], "a token's number")
        if not (0 <= source < source_count and 0 <= target < target_count):
            raise _WrongPartError(
                f"{brief(part)} where {source_count} and {target_count} tokens are"
            )
        links.add((source, target))
    return frozenset(links)


def _whole(numbers: list[Any], name: str) -> list[int]:
    try:
        return [whole(number, name) for number in numbers]
    except WrongFieldError as error:
        raise _WrongPartError(str(error)) from error


def _document(row: dict[str, Any], side: str, number: int) -> Document:
    spans = _parts(row, f"{side}_spans", 4)
    language, text = string(row, f"{side}_lang"), string(row, f"{side}_text")
    stated: dict[str, tuple[str, list[Fragment]]] = {}
    for span in spans:
        id_, label = _named(span)
        known, fragments = stated.setdefault(id_, (label, []))
        if label != known:
            raise _WrongPartError(f"{brief(span)}: the span id {id_} is one of {known}, too")
        fragments.append(_fragment(span, len(text)))
    mentions = tuple(
        Mention(id_, label, _apart(fragments)) for id_, (label, fragments) in stated.items()
    )
    # The number keeps names unique: a document occurs once for each label.
    return Document(f"{number - 1:05}", language, text, mentions)


def _named(span: list[Any]) -> tuple[str, str]:
    """Return a span's id and label."""
    _, _, label, id_ = span
    if not isinstance(label, str) or isinstance(id_, bool) or not isinstance(id_, (str, int)):
        raise _WrongPartError(brief(span))
    return str(id_), label


def _fragment(span: list[Any], length: int) -> Fragment:
    start, end = _whole(span[:2], "an offset")
    if end > length:
        raise _WrongPartError(f"it ends at {end}, the text at {length}")
    try:
        return Fragment(start, end)
    except ValueError as error:
        raise _WrongPartError(str(error)) from error


def _apart(fragments: list[Fragment]) -> tuple[Fragment, ...]:
    """Return a mention's fragments in text order; they must not overlap."""
    ordered = tuple(sorted(fragments))
    for before, behind in pairwise(ordered):
        if behind.start < before.end:
            raise _WrongPartError(f"fragments of a span overlap at {behind.start} to {before.end}")
    return ordered
