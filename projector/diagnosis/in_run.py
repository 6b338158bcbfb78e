"""Say of a mention of a finished run what it means, and what each of its spans does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from projector.concepts.named_concepts import NamedConcepts
from projector.concepts.text_points import TextPoints
from projector.concepts.token_concepts import TokenConcepts
from projector.corpus.language_names import same_language
from projector.corpus.reading import require_document
from projector.diagnosis.mention import MentionDiagnosis, SourcePoints, diagnose_mention
from projector.document import Document, Fragment
from projector.errors import ConfigurationError
from projector.run.explain_run import recorded_outcome
from projector.run.reader import FinishedRun


@dataclass(frozen=True, slots=True)
class RunDiagnosis:
    """What a mention of a run means, and its spans in the translations.

    Args:
        document: The source document's name.
        mention: The mention's id.
        label: Its type.
        text: Its words.
        language: The source's.
        translations: By language, in the order of the run.
    """

    document: str
    mention: str
    label: str
    text: str
    language: str
    translations: tuple[MentionDiagnosis, ...]


@dataclass(frozen=True, slots=True, eq=False)
class MentionInRun:
    """A mention of a run, and what became of it.

    Args:
        run: The run.
        source: The document.
        mention: The mention's id, one of the document's.
        rows: Its rows of `schemas.tables.PROJECTIONS`, one for each language.
    """

    run: FinishedRun
    source: Document
    mention: str
    rows: Sequence[Mapping[str, Any]]


def mention_in_run(
    run: FinishedRun, document: str, mention: str, language: str | None = None
) -> MentionInRun:
    """Find a mention of a run.

    Args:
        run: Its folder holds its source.
        document: The source document's name.
        mention: The source mention's id.
        language: Of the translation; None: all of the run.

    Raises:
        ConfigurationError: There is no such mention, or no such language.
        CorpusError: The run has no source, or can't be read.
    """
    languages = asked_languages(run, language)
    rows = [recorded_outcome(run, one, document, mention) for one in languages]
    source = require_document(run.source_corpus().read(document))
    if all(one.id != mention for one in source.mentions):
        raise ConfigurationError(
            f"{document}: mention {mention} is {rows[0]['status']}, so that nobody knows where it "
            f"stands: {rows[0]['reason']}"
        )
    return MentionInRun(run, source, mention, rows)


def asked_languages(run: FinishedRun, language: str | None) -> list[str]:
    """Return the languages of a run that are asked for, as it calls them; None asks for all.

    Raises:
        ConfigurationError: It has no such language, or nothing was projected in it.
    """
    if run.tags:
        raise ConfigurationError(f"{run.path}: the run tags: nothing was projected in it")
    languages = [one for one in run.languages if language is None or same_language(one, language)]
    if not languages:
        raise ConfigurationError(
            f"{run.path}: it has no {language}; expected one of {', '.join(run.languages)}"
        )
    return languages


def diagnose_in_run(
    asked: MentionInRun,
    encoder: TokenConcepts,
    concepts: NamedConcepts,
    *,
    most: int = 3,
    tokens: bool = False,
) -> RunDiagnosis:
    """Say what a mention of a run means, and its spans.

    Args:
        asked: The mention.
        encoder: Reads both texts.
        concepts: What all is looked up among.
        most: How many concepts everything is given.
        tokens: Give the encoder's own tokens, parts of words, in the place of words.
    """
    document = asked.source
    mention = next(one for one in document.mentions if one.id == asked.mention)
    source = SourcePoints(document, TextPoints.of(document.text, document.language, encoder))
    translations = tuple(
        diagnose_mention(
            source,
            asked.mention,
            TextPoints.of(_translation(asked.run, row), row["language"], encoder),
            [Fragment(part["start"], part["end"]) for part in row["fragments"]],
            concepts,
            language=row["language"],
            status=row["status"],
            score=row["score"] if row["fragments"] else None,
            most=most,
            tokens=tokens,
        )
        for row in asked.rows
    )
    words = mention.surface(document.text)
    return RunDiagnosis(
        document.name, mention.id, mention.label, words, document.language, translations
    )


def _translation(run: FinishedRun, row: Mapping[str, Any]) -> str:
    """Return the text that a mention was projected onto; empty where it became no span."""
    if not row["fragments"]:
        return ""
    return run.corpus(row["language"]).text(row["target_document"])
