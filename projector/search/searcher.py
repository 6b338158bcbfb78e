"""Search documents with a post-trained encoder: late interaction in its concept space."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from projector.concepts.token_concepts import TokenConcepts
from projector.document import Document
from projector.errors import ConfigurationError
from projector.search.encode import Progress, encoded, fingerprint_of
from projector.search.index import TokenIndex, joined, known_texts, opened, text_hash
from projector.search.late_interaction import best_first, scores_of
from projector.search.word_matches import TokenStretch, WordMatch, word_matches

Unit = Literal["sentence", "document"]


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A sentence that matches a query, or the sentence that matches best in a document that does.

    Args:
        score: The mean, over the query's tokens, of their best cosines in the sentence or document;
            1 at most. It orders what one query finds, and is no probability.
        document: The document's name.
        language: The document's; `und` where nobody says.
        start, end: Where the sentence stands in the document's text.
        text: The sentence, `text[start:end]` of the document's.
        matches: What matches each of the query's words best, in the sentence.
    """

    score: float
    document: str
    language: str
    start: int
    end: int
    text: str
    matches: tuple[WordMatch, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Searcher:
    """Find the sentences or documents that match a query, in whatever languages both are.

    Args:
        encoder: Makes the vectors of queries.
        documents: What is searched.
        index: The vectors of their tokens.
    """

    encoder: TokenConcepts
    documents: Sequence[Document]
    index: TokenIndex

    @classmethod
    def from_pretrained(
        cls,
        model: str | Path,
        documents: Iterable[Document],
        *,
        index: str | Path | None = None,
        rebuild: bool = False,
        device: str = "auto",
        progress: Progress = iter,
    ) -> Searcher:
        """Load a post-trained encoder and have it encode documents, as `projector search` does.

        Args:
            model: Its name or folder, or that of its training run.
            documents: What is searched, as `read_corpus` gives them; in any languages.
            index: The folder in which the documents' vectors are kept: made where it isn't there,
                used where it is. None: they are made each time.
            rebuild: Make an index of other documents or of another model anew; of documents that
                are in it already, by the same model, nothing is encoded.
            device: Where the encoder runs: `auto` (CUDA where there is one), `cpu`, `cuda`, …
            progress: Wraps the documents that are encoded.

        Raises:
            ModelError: There is no such encoder, it was not post-trained, or the index is of other
                documents or of another encoder.
            ConfigurationError: There is nothing to search.
            CorpusError: A document can't be read.
            OutputError: The index can't be written.
        """
        encoder = TokenConcepts.load(model, device=device)
        return cls.over(documents, encoder, index=index, rebuild=rebuild, progress=progress)

    @classmethod
    def over(
        cls,
        documents: Iterable[Document],
        encoder: TokenConcepts,
        *,
        index: str | Path | None = None,
        rebuild: bool = False,
        progress: Progress = iter,
    ) -> Searcher:
        """Have an encoder that is loaded encode documents; see `from_pretrained`."""
        read = tuple(documents)
        texts = [document.text for document in read]
        if not any(text.strip() for text in texts):
            raise ConfigurationError("there is nothing to search; expected at least one text")
        folder = None if index is None else Path(index)
        made = _indexed(texts, encoder, folder, rebuild=rebuild, progress=progress)
        return cls(encoder, read, made)

    def search(self, query: str, *, top_k: int = 10, unit: Unit = "sentence") -> list[SearchHit]:
        """Return what matches a query best, best first; equal scores in the order of the documents.

        Args:
            query: Words, a sentence or more, in any language.
            top_k: How many, at most.
            unit: Whether sentences are found, or documents. A document is found by all of it, and
                shown by the sentence that matches best by itself.

        Raises:
            ConfigurationError: The query has no word, or `top_k` or `unit` are none.
        """
        if unit not in ("sentence", "document"):
            raise ConfigurationError(f"unit {unit!r}; expected 'sentence' or 'document' (--unit)")
        if top_k < 1:
            raise ConfigurationError(f"top_k is {top_k}; expected at least 1 (--top-k)")
        asked = self._asked(query)
        first = self.index.documents()
        scores = scores_of(asked.vectors, self.index.vectors, self.index.starts, first)
        if unit == "sentence":
            rows = best_first(scores.sentences, top_k)
            return [self._hit(asked, row, scores.sentences[row]) for row in rows.tolist()]
        places = best_first(scores.documents, top_k)
        rows = np.array(
            [first[p] + int(scores.sentences[first[p] : first[p + 1]].argmax()) for p in places]
        )
        pairs = zip(rows.tolist(), scores.documents[places].tolist(), strict=True)
        return [self._hit(asked, row, score) for row, score in pairs]

    def _asked(self, query: str) -> TokenStretch:
        tokens = self.encoder.tokenize(query)
        if not len(tokens):
            raise ConfigurationError(f"the query {query!r} is empty; expected a word at least")
        vectors = self.encoder.points(tokens).numpy(force=True)
        return TokenStretch(query, "", vectors, tokens.offsets)

    def _hit(self, asked: TokenStretch, row: int, score: float) -> SearchHit:
        index = self.index
        document = self.documents[index.owner[row]]
        start, end = index.sentences[row].tolist()
        tokens = slice(index.starts[row], index.starts[row + 1])
        sentence = TokenStretch(
            document.text[start:end],
            document.language,
            index.vectors[tokens].astype(np.float32),
            index.offsets[tokens] - start,
        )
        return SearchHit(
            round(float(score), 4),
            document.name,
            document.language,
            start,
            end,
            sentence.text,
            tuple(match.behind(start) for match in word_matches(asked, sentence)),
        )


def _indexed(
    texts: Sequence[str],
    encoder: TokenConcepts,
    folder: Path | None,
    *,
    rebuild: bool,
    progress: Progress,
) -> TokenIndex:
    """Return the index of texts: the one in a folder, or made, and kept there if there is one."""
    model, hashes = fingerprint_of(encoder), [text_hash(text) for text in texts]
    earlier, is_theirs = None, False
    if folder is not None:
        earlier, is_theirs = opened(folder, model, hashes, rebuild=rebuild)
        if earlier is not None and is_theirs:
            return earlier
    parts = encoded(texts, encoder, dict(known_texts(earlier, model)), progress=progress)
    made = joined(model, hashes, parts)
    if folder is not None:
        made.write(folder, rebuild=rebuild)
    return made
