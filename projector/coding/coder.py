"""Propose codes for mentions: short forms written out, every distinct mention looked up once."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from projector.coding.code_list import CodeList
from projector.coding.load import (
    calibration_of,
    configured_abbreviations,
    configured_codes,
    first_stage,
    identified_retriever,
    second_stage,
    weighing,
)
from projector.coding.normalize import Abbreviations
from projector.coding.retrieval.ranking import Ranking
from projector.coding.retrieval.retriever import Progress, Retriever
from projector.coding.retrieval.two_stages import RetrieveRerank
from projector.coding.retrieval.weighed import Weighed
from projector.coding.score_calibration import MIN_PRECISION, Floor, ScoreCalibration
from projector.errors import ConfigurationError
from schemas.coding import LEXICAL, CodingConfiguration


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


@dataclass(frozen=True, slots=True)
class ProposedCode:
    """A code that a mention may mean.

    Args:
        code: As its list writes it.
        score: In [0, 1], higher is surer: how probable it is that the code is right, where the
            coder's scores are calibrated; else 1 where the mention is a name of the code.
        description: What the list calls it: in the mention's language where it has it.
        found_by: The name of the code that is nearest the mention.
    """

    code: str
    score: float
    description: str
    found_by: str


@dataclass(frozen=True, eq=False)
class Coder:
    """Find the codes of a list that mentions mean.

    Args:
        name: What the user calls it.
        codes: What may be assigned, see `CodeList.assignable`.
        first: Ranks them.
        second: Reads mention and description side by side, and ranks the best anew.
        abbreviations: Are written out before.
        identity: Of all that its stages depend on beside the codes.
        weighed: Ranks what they find by how probable each code is; None where nobody has fitted
            that.
        calibration: Tells what these probabilities are worth.
    """

    name: str
    codes: CodeList
    first: Retriever
    abbreviations: Abbreviations
    identity: str
    second: RetrieveRerank | None = None
    weighed: Weighed | None = None
    calibration: ScoreCalibration | None = None

    @classmethod
    def from_pretrained(
        cls,
        model: str | Path = LEXICAL,
        *,
        codes: str | Path | None = None,
        rerank: str | Path | None = None,
        device: str = "auto",
    ) -> Coder:
        """Load a coder, as `projector code` does: the same codes for the same mentions.

        Args:
            model: `lexical`, by the names' characters, which needs no weights; `retriever`, the
                installed one, by their meaning; or the folder of a trained retriever.
            codes: A table of codes and what they are called, TSV or Parquet; None: ICD-10-CM, with
                what its codes are called every day in seven languages.
            rerank: The folder of a trained reranker, which reorders what is found.
            device: Where encoders run: `auto` (CUDA where there is one), `cpu`, `cuda`, …

        Raises:
            CorpusError, ConfigurationError: The table can't be read.
            ModelError: There is no such coder.

        Example:
            >>> Coder.from_pretrained().codes.name
            'icd10cm'
        """
        chosen = CodingConfiguration(
            model=str(model),
            codes=None if codes is None else str(codes),
            rerank=None if rerank is None else str(rerank),
        )
        return configured_coder(chosen, Path(), device=device)

    @property
    def fingerprint(self) -> str:
        """Return a hash of all that decides what it proposes."""
        parts = (self.identity, self.codes.fingerprint, self.abbreviations.fingerprint)
        told = "\n".join([*parts, self.calibration.identity if self.calibration else ""])
        return hashlib.sha256(told.encode()).hexdigest()

    def code(
        self, mentions: Sequence[str], *, language: str = "", top_k: int = 5
    ) -> list[list[ProposedCode]]:
        """Return the best codes of each mention, best first; none where nothing is near.

        Args:
            mentions: Their words, as `Mention.surface` gives them.
            language: Theirs, a plain code. It decides what short forms stand for: HTA is written
                out in Spanish and Romanian, and stays as it is where nobody says the language.
            top_k: How many codes each, at most.

        Raises:
            ValueError: It is one text, not several; or `top_k` is below 1.

        Example:
            >>> coder = Coder.from_pretrained()
            >>> for codes in coder.code(["HTA", "neumonía"], language="es", top_k=1):
            ...     print(codes[0].code, codes[0].score > 0.9, codes[0].found_by)
            I10 True hipertensión arterial
            J18.9 True neumonía
        """
        if isinstance(mentions, str):
            raise ValueError(f"{mentions[:40]!r} is one text; expected a list of mentions")
        if top_k < 1:
            raise ValueError(f"top_k is {top_k}; expected at least 1")
        return self.proposals([Query(mention, language) for mention in mentions], top_k)

    def proposals(
        self, queries: Sequence[Query], top_k: int, *, min_score: float = 0.0
    ) -> list[list[ProposedCode]]:
        """Return the best codes of each of M mentions, best first.

        Args:
            queries: The mentions.
            top_k: How many codes each, at most.
            min_score: Nothing is proposed below; a cosine below 0 says that nothing is near.
        """
        ranking = self.propose(queries, top_k)
        return [
            [
                ProposedCode(
                    self.codes.codes[code],
                    round(score, 4),
                    self.codes.description(code, query.language),
                    self.codes.terms[term].text,
                )
                for (code, score), term in zip(ranking.row(row), ranking.found_by(row), strict=True)
                if score >= min_score
            ]
            for row, query in enumerate(queries)
        ]

    def floor(self, precision: float | None, language: str = "") -> Floor | None:
        """Return the least score to answer with; None where any will do.

        Args:
            precision: Of the answers, at least; None: 0.9 where scores are calibrated, else any.
            language: Of the mentions. In one that nobody has measured, or with a list that nobody
                has, a stricter floor holds.

        Raises:
            ConfigurationError: The scores are not calibrated, or no score keeps it.
        """
        if self.calibration is not None:
            asked = MIN_PRECISION if precision is None else precision
            elsewhere = not self.is_measured(language)
            floor = self.calibration.floor(asked, language=language, elsewhere=elsewhere)
            return floor if floor.score else None
        if precision:
            raise ConfigurationError(
                f"nobody knows how often codes by {self.name} from {self.codes.name} are right: "
                "scores are calibrated for ICD-10 by `lexical`, by the installed `retriever`, with "
                "the installed `reranker` or without, and by those that have a calibration.json. "
                "Leave --min-precision (min_precision) out, or name a least score: --min-score"
            )
        return None

    def is_measured(self, language: str) -> bool:
        """Tell whether gold has shown how often its codes are right in a language."""
        known = self.calibration
        return known is not None and known.is_measured(language) and self.list_is_measured

    @cached_property
    def list_is_measured(self) -> bool:
        """Tell whether gold has shown how often codes of its list are right."""
        return self.calibration is not None and self.calibration.knows(self.codes)

    def propose(self, queries: Sequence[Query], most: int) -> Ranking:
        """Return the best codes of M mentions, numbers in `codes`."""
        asked = [
            Query(
                self.abbreviations.expand(query.text, query.language),
                query.language if self.weighed is not None else "",
                query.context if self.reads_context else "",
            )
            for query in queries
        ]
        distinct = {query: number for number, query in enumerate(sorted({*asked}))}
        texts = [query.text for query in distinct]
        contexts = [query.context for query in distinct]
        if self.weighed is not None:
            languages = [query.language for query in distinct]
            ranking = self.weighed.find(texts, most, languages, contexts)
        elif self.second is not None:
            ranking = self.second.find(texts, most, contexts)
        else:
            ranking = self.first.find(texts, most)
        return ranking.rows([distinct[query] for query in asked])

    @property
    def reads_context(self) -> bool:
        """Tell whether the sentence around a mention makes a difference."""
        return self.second is not None and self.second.cross.context


def configured_coder(
    chosen: CodingConfiguration, directory: Path, *, device: str = "auto", progress: Progress = iter
) -> Coder:
    """Load a coder as configured.

    Args:
        chosen: By the user.
        directory: What relative paths are relative to.
        device: Where encoders run.
        progress: Wraps the parts of the list that are encoded for the first time.

    Raises:
        CorpusError, ConfigurationError: A table can't be read.
        ModelError: There is no such coder.
    """
    return load_coder(
        first_stage(chosen, directory),
        configured_codes(chosen, directory),
        configured_abbreviations(chosen, directory),
        rerank=second_stage(chosen, directory),
        device=device,
        progress=progress,
    )


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
    first, identity = identified_retriever(name, codes, device, progress)
    second = None
    called = name
    if rerank is not None:
        from projector.coding.retrieval.cross_encoder import load_cross_encoder

        cross, fingerprint = load_cross_encoder(rerank, device=device)
        second = RetrieveRerank(codes, first, cross)
        called, identity = f"{name} + {rerank}", f"{identity}\n{fingerprint}"
    calibration = calibration_of(name, codes, rerank=rerank)
    weighed = None if calibration is None else weighing(name, codes, first, calibration, second)
    return Coder(called, codes, first, abbreviations, identity, second, weighed, calibration)
