"""Load a coder, as a user names or configures it."""

from __future__ import annotations

from pathlib import Path

from projector.coding.code_list import EMBEDDED, CodeList, embedded_codes, read_codes
from projector.coding.coder import Coder
from projector.coding.coder_folder import RERANKER, RETRIEVER, CoderFolder, coder_path
from projector.coding.normalize import Abbreviations, own_abbreviations
from projector.coding.retrieval.bm25 import Lexical
from projector.coding.retrieval.exact_names import ExactNameFirst
from projector.coding.retrieval.retriever import Progress, Retriever
from projector.coding.retrieval.two_stages import RetrieveRerank
from projector.coding.synonyms import EVERYDAY, with_synonyms
from schemas.coding import LEXICAL, CodingConfiguration

# What runs an encoder is imported where it is used: coding by characters needs no torch.


def configured_codes(chosen: CodingConfiguration, directory: Path) -> CodeList:
    """Return the list that mentions are coded by, with all its names.

    Args:
        chosen: By the user.
        directory: What relative paths are relative to.

    Raises:
        CorpusError, ConfigurationError: It can't be read.
    """
    embedded = chosen.codes in (None, EMBEDDED)
    listed = embedded_codes() if embedded else read_codes(directory / str(chosen.codes))
    further = [EVERYDAY] if chosen.lay_terms else []
    for name in chosen.synonyms:
        further.append(name if name in (EMBEDDED, EVERYDAY) else str(directory / name))
    named = with_synonyms(listed, further)
    return named if chosen.any_level else named.assignable()


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
    short = own_abbreviations()
    if chosen.abbreviations is not None:
        short = short.with_table(directory / chosen.abbreviations)
    return load_coder(
        _model(chosen, directory),
        configured_codes(chosen, directory),
        short,
        rerank=_reranker(chosen, directory),
        device=device,
        progress=progress,
    )


def check_configured(chosen: CodingConfiguration, directory: Path) -> None:
    """Tell what is wrong with a configuration, as far as can be told in a moment.

    Raises:
        CorpusError, ConfigurationError, ModelError: Something is.
    """
    configured_codes(chosen, directory)
    if chosen.abbreviations is not None:
        own_abbreviations().with_table(directory / chosen.abbreviations)
    if chosen.model != LEXICAL:
        CoderFolder.read(Path(_model(chosen, directory)), RETRIEVER)
    if (reranker := _reranker(chosen, directory)) is not None:
        CoderFolder.read(reranker, RERANKER)


def _model(chosen: CodingConfiguration, directory: Path) -> str:
    if chosen.model == LEXICAL:
        return LEXICAL
    return str(coder_path(directory, chosen.model, RETRIEVER))


def _reranker(chosen: CodingConfiguration, directory: Path) -> Path | None:
    return None if chosen.rerank is None else coder_path(directory, chosen.rerank, RERANKER)


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
    from projector.coding.retrieval.cross_encoder import load_cross_encoder

    cross, fingerprint = load_cross_encoder(rerank, device=device)
    second = RetrieveRerank(codes, first, cross)
    both = f"{identity}\n{fingerprint}"
    return Coder(f"{name} + {rerank}", codes, first, abbreviations, both, second)


def _retriever(
    name: str, codes: CodeList, device: str, progress: Progress = iter
) -> tuple[Retriever, str]:
    """Return a first stage, and what tells it from others."""
    if name == LEXICAL:
        return ExactNameFirst(codes, Lexical(codes)), LEXICAL
    from projector.coding.retrieval.bi_encoder import DenseIndex, described, load_bi_encoder

    encoder = load_bi_encoder(Path(name), device=device)
    vectors = described(codes, encoder, progress=progress)
    return ExactNameFirst(codes, DenseIndex(codes, encoder, vectors)), encoder.fingerprint


def load_retriever(name: str, codes: CodeList, *, device: str = "auto") -> Retriever:
    """Load a first stage alone; see `load_coder`."""
    return _retriever(name, codes, device)[0]
