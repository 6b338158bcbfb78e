"""Propose codes for mentions: short forms written out, every distinct mention looked up once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

from projector.coding.codes import CodeList
from projector.coding.folder import RETRIEVER, CoderFolder
from projector.coding.ranking import Ranking
from projector.coding.surface import Abbreviations

LEXICAL = "lexical"
Progress = Callable[[Sequence[int]], Iterator[int]]


class Query(NamedTuple):
    """A mention as it is looked up.

    Args:
        text: Its words.
        language: A plain code; empty where nobody says.
    """

    text: str
    language: str = ""


class Finder(Protocol):
    """A way to find the codes of texts."""

    def find(self, queries: Sequence[str], most: int) -> Ranking:
        """Return the best codes of each of M texts."""


@dataclass(frozen=True, slots=True, eq=False)
class Coder:
    """Find the codes of a list that mentions mean.

    Args:
        name: What the user calls it.
        codes: What may be assigned, see `CodeList.assignable`.
        finder: Ranks them.
        abbreviations: Are written out before.
        identity: Of all that its finder depends on beside the codes.
    """

    name: str
    codes: CodeList
    finder: Finder
    abbreviations: Abbreviations
    identity: str

    @property
    def fingerprint(self) -> str:
        """Return a hash of all that decides what it proposes."""
        told = f"{self.identity}\n{self.codes.fingerprint}\n{self.abbreviations.fingerprint}"
        return hashlib.sha256(told.encode()).hexdigest()

    def propose(self, queries: Sequence[Query], most: int) -> Ranking:
        """Return the best codes of M mentions, numbers in `codes`."""
        texts = [self.abbreviations.expand(one.text, one.language) for one in queries]
        distinct = {text: number for number, text in enumerate(sorted({*texts}))}
        found = self.finder.find(list(distinct), most)
        rows = [distinct[text] for text in texts]
        return Ranking(found.codes[rows], found.scores[rows])


def load_coder(
    name: str,
    codes: CodeList,
    abbreviations: Abbreviations,
    *,
    rerank: Path | None = None,
    device: str = "auto",
    progress: Progress = iter,
) -> Coder:
    """Make a coder of a list.

    Args:
        name: `lexical`, which needs no weights, or the folder of a trained retriever.
        codes: The list.
        abbreviations: What short forms stand for.
        rerank: The folder of a trained reranker, which reorders what is found.
        device: Where encoders run.
        progress: Wraps the parts of the list that are encoded for the first time.

    Raises:
        ModelError: There is no such coder.
    """
    finder, identity = _finder(name, codes, device, progress)
    if rerank is not None:
        from projector.coding.rerank import TwoStages, load_cross_encoder

        cross, own = load_cross_encoder(rerank, device=device)
        finder, identity = TwoStages(codes, finder, cross), f"{identity}\n{own}"
        name = f"{name} + {rerank}"
    return Coder(name, codes, finder, abbreviations, identity)


def _finder(
    name: str, codes: CodeList, device: str, progress: Progress = iter
) -> tuple[Finder, str]:
    """Return a first stage, and what tells it from others."""
    if name == LEXICAL:
        from projector.coding.lexical import Lexical

        return Lexical(codes), LEXICAL
    from projector import models
    from projector.coding.dense import BiEncoder, DenseIndex, described
    from projector.encode import TransformerEncoder

    folder = CoderFolder.read(Path(name), RETRIEVER)
    encoder = models.load(str(folder.path), precision="fp32", device=device)
    assert isinstance(encoder, TransformerEncoder)
    both = BiEncoder(encoder, folder.prefix)
    vectors = described(codes, both, progress=progress)
    return DenseIndex(codes, both, vectors), both.fingerprint


def load_finder(name: str, codes: CodeList, *, device: str = "auto") -> Finder:
    """Load a first stage alone; see `load_coder`."""
    return _finder(name, codes, device)[0]
