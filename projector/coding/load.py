"""Find what the coder is made of that a user names or configures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from projector.coding.codable_labels import is_icd10
from projector.coding.code_list import EMBEDDED, CodeList, embedded_codes, read_codes
from projector.coding.coder_folder import RERANKER, RETRIEVER, CoderFolder, coder_path
from projector.coding.normalize import Abbreviations, own_abbreviations
from projector.coding.retrieval.bm25 import Lexical
from projector.coding.retrieval.evidence import Evidence
from projector.coding.retrieval.exact_names import ExactNameFirst
from projector.coding.retrieval.retriever import Progress, Retriever
from projector.coding.retrieval.two_stages import RetrieveRerank
from projector.coding.retrieval.weighed import Weighed
from projector.coding.score_calibration import CALIBRATION_FILE, ScoreCalibration
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
    listed = (
        embedded_codes()
        if embedded
        else read_codes(directory / str(chosen.codes), encoding=chosen.encoding)
    )
    if chosen.list_labels:
        listed = replace(listed, labels=chosen.list_labels)
    further = [EVERYDAY] if chosen.lay_terms else []
    for name in chosen.synonyms:
        further.append(name if name in (EMBEDDED, EVERYDAY) else str(directory / name))
    named = with_synonyms(listed, further)
    return named if chosen.any_level else named.assignable()


def configured_abbreviations(chosen: CodingConfiguration, directory: Path) -> Abbreviations:
    """Return what short forms stand for: the installed ones, and the user's over them.

    Raises:
        CorpusError, ConfigurationError: The user's table can't be read.
    """
    if chosen.abbreviations is None:
        return own_abbreviations()
    return own_abbreviations().with_table(directory / chosen.abbreviations)


def calibration_of(
    first: str, codes: CodeList, *, rerank: Path | None = None
) -> ScoreCalibration | None:
    """Return how a coder's scores become probabilities; None where nobody has tried.

    Args:
        first: As `first_stage` returns it.
        codes: What is coded by. Calibrations are of codes of ICD-10: they say nothing of others.
        rerank: Where the reranker lies, whose calibration is of one first stage; None: there is
            none.

    Raises:
        ModelError: It can't be read.
    """
    if not is_icd10(codes):
        return None
    if rerank is not None:
        both = ScoreCalibration.read(CoderFolder.read(rerank, RERANKER).path)
        is_theirs = both is not None and both.first == first_stage_hash(first)
        return both if is_theirs else None
    if first == LEXICAL:
        return ScoreCalibration.read(Path(__file__).with_name(f"{LEXICAL}_{CALIBRATION_FILE}"))
    return ScoreCalibration.read(CoderFolder.read(Path(first), RETRIEVER).path)


def first_stage_hash(first: str) -> str:
    """Return what tells a first stage from others, wherever it computes.

    Raises:
        ModelError: There is no such retriever.
    """
    if first == LEXICAL:
        return LEXICAL
    from projector.models import fingerprints

    return fingerprints(CoderFolder.read(Path(first), RETRIEVER).path)["fp32"]


def weighing(
    name: str,
    codes: CodeList,
    first: Retriever,
    calibration: ScoreCalibration,
    second: RetrieveRerank | None = None,
) -> Weighed:
    """Return what weighs the evidence that the stages, and the names' characters, give."""
    lexical = name == LEXICAL
    by_characters = first if lexical else ExactNameFirst(codes, Lexical(codes))
    by_meaning = None if lexical else first
    return Weighed(by_meaning, by_characters, Evidence(codes), calibration.trees, second)


def check_configured(chosen: CodingConfiguration, directory: Path) -> None:
    """Tell what is wrong with a configuration, as far as can be told in a moment.

    Raises:
        CorpusError, ConfigurationError, ModelError: Something is.
    """
    configured_codes(chosen, directory)
    configured_abbreviations(chosen, directory)
    if chosen.model != LEXICAL:
        CoderFolder.read(Path(first_stage(chosen, directory)), RETRIEVER)
    if (reranker := second_stage(chosen, directory)) is not None:
        CoderFolder.read(reranker, RERANKER)


def first_stage(chosen: CodingConfiguration, directory: Path) -> str:
    """Return what finds the codes: `lexical`, or where a retriever lies."""
    if chosen.model == LEXICAL:
        return LEXICAL
    return str(coder_path(directory, chosen.model, RETRIEVER))


def second_stage(chosen: CodingConfiguration, directory: Path) -> Path | None:
    """Return where the reranker lies that orders them anew; None where there is none."""
    return None if chosen.rerank is None else coder_path(directory, chosen.rerank, RERANKER)


def identified_retriever(
    name: str, codes: CodeList, device: str, progress: Progress = iter
) -> tuple[Retriever, str]:
    """Return a first stage, and what tells it from others."""
    if name == LEXICAL:
        return ExactNameFirst(codes, Lexical(codes)), LEXICAL
    from projector.coding.retrieval.bi_encoder import DenseIndex, load_bi_encoder
    from projector.coding.retrieval.name_vectors import name_vectors

    encoder = load_bi_encoder(Path(name), device=device)
    folder = CoderFolder.read(Path(name), RETRIEVER).path
    vectors = name_vectors(codes, encoder, folder, progress=progress)
    return ExactNameFirst(codes, DenseIndex(codes, encoder, vectors)), encoder.fingerprint


def load_retriever(name: str, codes: CodeList, *, device: str = "auto") -> Retriever:
    """Load a first stage alone; see `coder.load_coder`."""
    return identified_retriever(name, codes, device)[0]
