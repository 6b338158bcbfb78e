"""Propose codes for mentions: short forms written out, every distinct mention looked up once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from projector.coding.code_list import CodeList
from projector.coding.coder_folder import RETRIEVER, CoderFolder
from projector.coding.normalize import Abbreviations
from projector.coding.retrieval.exact_names import ExactNameFirst
from projector.coding.retrieval.ranking import Ranking
from schemas.coding import LEXICAL

if TYPE_CHECKING:
    from projector.coding.retrieval.cross_encoder import RetrieveRerank

Progress = Callable[[Sequence[int]], Iterator[int]]


class Query(NamedTuple):
    """A mention as it is looked up.

    Args:
        text: Its words.
        language: A plain code; empty where nobody says.
        context: The sentence around it; empty where nobody knows it.
    """

    text: str
    language: str = ""
    context: str = ""


class Retriever(Protocol):
    """A way to find the codes of texts."""

    def find(self, queries: Sequence[str], most: int) -> Ranking:
        """Return the best codes of each of M texts."""


@dataclass(frozen=True, slots=True, eq=False)
class Coder:
    """Find the codes of a list that mentions mean.

    Args:
        name: What the user calls it.
        codes: What may be assigned, see `CodeList.assignable`.
        first: Ranks them.
        second: Reads mention and description side by side, and ranks the best anew.
        abbreviations: Are written out before.
        identity: Of all that its stages depend on beside the codes.
    """

    name: str
    codes: CodeList
    first: Retriever
    abbreviations: Abbreviations
    identity: str
    second: RetrieveRerank | None = None

    @property
    def fingerprint(self) -> str:
        """Return a hash of all that decides what it proposes."""
        told = f"{self.identity}\n{self.codes.fingerprint}\n{self.abbreviations.fingerprint}"
        return hashlib.sha256(told.encode()).hexdigest()

    def propose(self, queries: Sequence[Query], most: int) -> Ranking:
        """Return the best codes of M mentions, numbers in `codes`."""
        asked = [
            (
                self.abbreviations.expand(one.text, one.language),
                one.context if self.reads_context else "",
            )
            for one in queries
        ]
        distinct = {one: number for number, one in enumerate(sorted({*asked}))}
        texts = [text for text, _ in distinct]
        if self.second is None:
            found = self.first.find(texts, most)
        else:
            found = self.second.find(texts, most, [context for _, context in distinct])
        return found.rows([distinct[one] for one in asked])

    @property
    def reads_context(self) -> bool:
        """Tell whether the sentence around a mention makes a difference."""
        return self.second is not None and self.second.cross.context


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
        name: `lexical`, which needs no weights; `retriever`, the installed one; or the folder of a
            trained retriever.
        codes: The list.
        abbreviations: What short forms stand for.
        rerank: The folder of a trained reranker, which reorders what is found.
        device: Where encoders run.
        progress: Wraps the parts of the list that are encoded for the first time.

    Raises:
        ModelError: There is no such coder.
    """
    first, identity = _retriever(name, codes, device, progress)
    if rerank is None:
        return Coder(name, codes, first, abbreviations, identity)
    from projector.coding.retrieval.cross_encoder import RetrieveRerank, load_cross_encoder

    cross, own = load_cross_encoder(rerank, device=device)
    both = RetrieveRerank(codes, first, cross)
    return Coder(f"{name} + {rerank}", codes, first, abbreviations, f"{identity}\n{own}", both)


def _retriever(
    name: str, codes: CodeList, device: str, progress: Progress = iter
) -> tuple[Retriever, str]:
    """Return a first stage, and what tells it from others."""
    if name == LEXICAL:
        from projector.coding.retrieval.bm25 import Lexical

        return ExactNameFirst(codes, Lexical(codes)), LEXICAL
    from projector import models
    from projector.coding.retrieval.bi_encoder import BiEncoder, DenseIndex, described
    from projector.models.encoder import TransformerEncoder

    folder = CoderFolder.read(Path(name), RETRIEVER)
    encoder = models.load(str(folder.path), precision="fp32", device=device)
    assert isinstance(encoder, TransformerEncoder)
    both = BiEncoder(encoder, folder.prefix)
    vectors = described(codes, both, progress=progress)
    return ExactNameFirst(codes, DenseIndex(codes, both, vectors)), both.fingerprint


def load_retriever(name: str, codes: CodeList, *, device: str = "auto") -> Retriever:
    """Load a first stage alone; see `load_coder`."""
    return _retriever(name, codes, device)[0]
