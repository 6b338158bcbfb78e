"""Code the mentions of a finished collection, every distinct one once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from jobs.folder import RunFolder
from projector.coding.coder import configured_coder
from projector.coding.read_mentions import read_mentions
from projector.coding.remarks import coding_remarks
from projector.coding.writer import write_codes
from projector.errors import CorpusError
from projector.run.reporter import SILENT, Reporter
from projector.storage.run_files import check_whole
from schemas.coding import CodingConfiguration, CodingFacts, read_coding


@dataclass(frozen=True, slots=True)
class CodedResult:
    """What came of coding a collection's mentions.

    Args:
        facts: What its folder says of itself.
        remarks: What a user should know, see `coding_remarks`.
    """

    facts: CodingFacts
    remarks: tuple[str, ...]


def code_result(
    folder: RunFolder,
    chosen: CodingConfiguration,
    directory: Path,
    *,
    reporter: Reporter = SILENT,
) -> CodedResult:
    """Write the codes of a result beside it, unless the same coder has done so.

    Args:
        folder: The run's; it has a result.
        chosen: How mentions are coded.
        directory: What relative paths are relative to.
        reporter: Is told what happens.

    Raises:
        ProjectorError: See `configured_coder`, `write_codes`; or the codes that are there already
            are not as they were written.
    """
    coder = configured_coder(chosen, directory)
    before = _facts(folder.coded)
    made_by = coder.fingerprint, coder.codes.fingerprint, chosen
    if before is not None and _made_by(before) == made_by:
        check_whole(folder.coded)
        reporter.told(f"the codes are in {folder.coded} already")
        return CodedResult(before, tuple(coding_remarks(before, coder)))
    reporter.told(f"coding its mentions by {coder.name}")
    facts = write_codes(
        read_mentions(folder.result, labels={}),
        coder,
        folder.coded,
        chosen,
        overwrite=True,
        where=folder.result,
    )
    reporter.told(f"the codes are in {folder.coded}")
    return CodedResult(facts, tuple(coding_remarks(facts, coder)))


def _facts(coded: Path) -> CodingFacts | None:
    """Return what an earlier coding says of itself; None where there is none to be read."""
    try:
        return read_coding(coded).model_copy(update={"written": None, "sha256": None})
    except CorpusError:
        return None


def _made_by(facts: CodingFacts) -> tuple[str, str, CodingConfiguration]:
    return facts.fingerprint, facts.codes_fingerprint, facts.configuration
