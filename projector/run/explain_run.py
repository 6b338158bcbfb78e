"""Say of a finished run why a mention went where it went, and what people said of it since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from projector.corpus import require_document
from projector.corpus.language_names import same_language
from projector.document import Document, DocumentPair, Status
from projector.errors import ConfigurationError, CorpusError
from projector.run.reader import FinishedRun
from projector.run.run_models import load_run_models

if TYPE_CHECKING:
    from projector.concepts.token_concepts import TokenConcepts
    from projector.decode.tagger_evidence import TaggerEvidence
    from projector.explain import Explanation

_SHOWN = 20  # names in a message


@dataclass(frozen=True, slots=True)
class RunExplanation:
    """Why a mention of a run went where it went.

    Args:
        recorded: Its row of `schemas.tables.PROJECTIONS`: what became of it in the run.
        changes: What people said of it, the first time first: rows of `schemas.tables.CHANGES`.
        explanation: Why the model puts it where it does; None where no model was asked.
        remarks: What differs from the run, and what there is to know beside.
    """

    recorded: Mapping[str, Any]
    changes: tuple[Mapping[str, Any], ...]
    explanation: Explanation | None
    remarks: tuple[str, ...]


def explain_in_run(
    run: FinishedRun,
    document: str,
    mention: str,
    *,
    language: str | None = None,
    device: str = "auto",
    most: int = 5,
    concepts: TokenConcepts | None = None,
) -> RunExplanation:
    """Explain one mention of a run, with the run's own texts, model, tagger and settings.

    Args:
        run: Its folder holds its source.
        document: The source document's name.
        mention: The source mention's id.
        language: The translation's; None where the run has one.
        device: Where the model runs.
        most: How many target words and candidates are listed.
        concepts: An encoder whose tokens say what they mean.

    Raises:
        ConfigurationError: There is no such mention, or no language is named of several.
        CorpusError: The run tags, has no source, or can't be read.
        ModelError: Its model or tagger is not there any more.
    """
    if run.tags:
        raise ConfigurationError(f"{run.path}: the run tags: nothing was projected in it")
    code = _language(run, language)
    recorded = recorded_outcome(run, code, document, mention)
    changes = run.changes().filter(
        (pl.col("language") == code)
        & (pl.col("document") == document)
        & (pl.col("mention") == mention)
    )
    said = tuple(changes.iter_rows(named=True))
    asked = said[0]["old_status"] if said else recorded["status"]
    if Status(asked) in (Status.INVALID, Status.UNPAIRED, Status.FAILED):
        return RunExplanation(recorded, said, None, ())
    explanation, remarks = _explained(run, code, recorded, device, most, concepts)
    old = said[0]["old_fragments"] if said else recorded["fragments"]
    again = [{"start": one.start, "end": one.end} for one in explanation.projection.fragments]
    if again != old:
        remarks.append("the run put it elsewhere than it is put here: see what differs")
    return RunExplanation(recorded, said, explanation, tuple(remarks))


def _language(run: FinishedRun, language: str | None) -> str:
    known = [code for code in run.languages if language is None or same_language(code, language)]
    if len(known) == 1:
        return known[0]
    told = f"it has no {language}" if language else "it has several languages"
    raise ConfigurationError(
        f"{run.path}: {told}; say by --language which of {', '.join(run.languages)}"
    )


def recorded_outcome(
    run: FinishedRun, language: str, document: str, mention: str
) -> dict[str, Any]:
    """Return a mention's row.

    Raises:
        ConfigurationError: There is none.
    """
    rows = run.projections([language]).filter(pl.col("source_document") == document)
    for row in rows.filter(pl.col("mention_id") == mention).iter_rows(named=True):
        return row
    if rows.height:
        ids = _listed(rows["mention_id"].to_list())
        raise ConfigurationError(f"{document} has no mention {mention}; its mentions are: {ids}")
    names = run.source_corpus().names
    if document in names:
        raise ConfigurationError(f"{document} has no mention {mention}; its mentions are: none")
    raise ConfigurationError(f"{run.path} has no document {document}; it has {_listed(names)}")


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return (", ".join(names[:_SHOWN]) or "none") + more


def _explained(
    run: FinishedRun,
    language: str,
    recorded: Mapping[str, Any],
    device: str,
    most: int,
    concepts: TokenConcepts | None,
) -> tuple[Explanation, list[str]]:
    """Return why the run's model puts a mention where it does, and what differs from the run."""
    from projector.explain import explain_mention

    pair = _pair(run, language, recorded)
    models = load_run_models(run, device)
    remarks = list(models.differences)
    evidence: TaggerEvidence | None = None
    try:
        evidence = models.evidence(pair.target)
    except CorpusError as error:
        remarks.append(f"what the tagger predicted plays no part here: {error}")
    explanation = explain_mention(
        pair,
        recorded["mention_id"],
        models.encoder,
        models.settings,
        most=most,
        evidence=evidence,
        concepts=concepts,
    )
    return explanation, remarks


def _pair(run: FinishedRun, language: str, recorded: Mapping[str, Any]) -> DocumentPair:
    source = require_document(run.source_corpus().read(recorded["source_document"]))
    target = recorded["target_document"]
    text = run.corpus(language).text(target)
    return DocumentPair(source, Document(target, language, text))
